"""How much of a text is program code, markup, commands or addresses, and how much is prose.

Nothing is parsed, for what a page leaves of a program is seldom whole. A text is taken apart into
what only programs have (syntax), what prose may mention (names: files, options, functions, URLs)
and words.
"""

import functools
import re

import numpy as np

from mining.codepoints import CODE, hash_strings

# What prose quotes, and the gaps of messages that a program fills: no sign of code.
_GAPS = re.compile(r"`[^`]{1,60}`|[$#%@]?\{\{?[\w.:-]*\}\}?|%\(\w+\)\w|%\d+\$l?\w")
_KEYWORDS = frozenset(
    "and as assert async await bool boolean break case catch char class const continue def "
    "default delete do done double elif else elsif end endif enum except export extends false fi "
    "final finally float fn for foreach from func function global if impl implements import in "
    "include int interface is lambda let long match my namespace new nil none not null or package "
    "pass print private protected public raise require return self shift signed sizeof static "
    "string struct sub super switch template then this throw throws true try type typedef "
    "typename union unless unsigned until use using var virtual void while with yield None True "
    "False NULL SELECT FROM WHERE AND OR NOT ON AS SET INTO VALUES INSERT UPDATE DELETE CREATE "
    "ALTER DROP TABLE FUNCTION OPERATOR INDEX TYPE RETURNS LANGUAGE JOIN DEFAULT USING CASE WHEN "
    "THEN ELSE END FOR".split()
)
# Stretches that are code as a whole, values and texts in them too, with a sign that must be there:
# tags, pairs of a key and a value, declarations of a style, prompts.
_VALUE = (
    r"\s?(?::|=>)\s?(?:\"[^\"]*\",?|'[^']*',?|-?[\d.]+,?|true\b|false\b|null\b|None\b|True\b|"
    r"False\b|[\[{(])"
)
_STYLE = r"[\w#.%(),'\"!+-]+"
_STRETCHES = tuple(
    (sign, re.compile(pattern))
    for sign, pattern in (
        (
            "<",
            r"</?[A-Za-z][\w:-]*\s?/?>|<!--[^<>]*-->|<![A-Z][^<>]*>|"
            r"<[A-Za-z][\w:-]*(?:\s+[\w:@.-]+=(?:\"[^\"]*\"|'[^']*'|[^\s<>\"']+))+"
            r"(?:\s[\w:-]+){0,3}\s?/?>?",
        ),
        ('"', r"\"[\w$@./ -]+\"" + _VALUE),
        ("'", r"'[\w$@./ -]+'" + _VALUE),
        ("{", r"\{\s?[a-z-]+:[^{}]*\}?"),
        (
            ";",
            rf"(?<![\w-])[a-z-]+:\s?{_STYLE}(?: {_STYLE}){{0,4}}\s?;\s?(?=[a-z-]+:|\}})|"
            rf"(?<![\w-])[a-z-]+:\s?{_STYLE};(?=\s[a-z-]+:|$)",
        ),
        ("}", rf"(?<![\w-])[a-z-]+:\s?{_STYLE}(?: {_STYLE}){{0,4}}\s?;?\s?\}}"),
        ("@", r"(?<!\S)\w+@[\w-]+:[^ ]*[$#] .*"),
        (">", r"(?<!\S)(?:>>> |C:\\[^ >]*>|PS [A-Z]:\\).*"),
    )
)
_TOKENS = re.compile(r"[!-~]+|[^\s!-~]+")
# Words with such a thing in them are syntax: braces, operators, a semicolon or colon that follows
# no word, calls with arguments, elements, variables, escapes, entities. So are lone marks. Each
# begins with a mark and looks behind for the rest: at letters nothing is tried.
_SYNTAX = re.compile(
    r"(?=[][{}()<>=;:|&$*+!?/\\\"'^~%#.-])(?:"
    r"[{}]|;(?<=[)\]}\"'0-9_];)|:(?<=[)\]}]:)|"
    r"=(?<=[\w\])]=)[\w\"'(\[{$/.<-]|[!=+*/|&-]=|&&|\|\||->|=>|:=|\+\+(?<=\w\+\+)[;)\]]|<<|>>|"
    r"/\*|\*/|//$|"
    r"\((?<=[\w\]]\()[\"'\[{$&*]|[\"'\]}]\)|\((?<=\w\()\w*[,(\[.]|\.\w+\((?!\d\w?\))|"
    r"\[(?<=\w\[)[\"'$]|\]\.|\]\[|\)\.\w|\)\)|"
    r"\$[a-z({@]|<\w|>(?<=\w>)|\\\w|\\$|&[a-z]+;|"
    r"^[=<>|+*%!&\\^~?/:;(){}\[\]]{1,3}$|^#(?:include|define|if|ifn?def|endif|pragma)$)"
)
# Prose says these too: options, addresses, paths, identifiers, functions.
_OPTION = re.compile(r"--?[A-Za-z]")
_NAME = re.compile(
    r"(?=[_$@:([./~])(?:"
    r"_|\$[A-Z]|@(?<=\w@)\w|://|::|[(\[](?<=\w.)|\.(?<=[A-Za-z_]\w\.)[a-z_]\w|"
    r"/[\w.]+/|\./|~/|^/\w)"
)
_CAMEL = re.compile(r"\b(?:[a-z]+[A-Z]|0x|www\.)")
_NAME_WEIGHT = 0.25
_STOPS = ".,!?"
_EDGES = "()[]{}.,;:!?\"'"
# To the end without the end of a sentence.
_NO_STOP = r"(?:[^.!?。！？]|[.!?](?=[^\s\"')]))*$"
# Texts that open like this are code to the end, however much they look like words: marks, what
# stands there in so many letters, and how it goes on.
_OPENINGS = (
    ("#", "include ", '[<"]'),
    ("#", "define |ifdef |ifndef ", r"\w+(?: [\w(\"]|\(|$)"),
    (r"#! ?/|<\?|<!", "bin/|usr/bin/|php|xml version|DOCTYPE ", ""),
    ("", "import ", r"[\w.]+(?: as \w+;?$|;|\.\w+$| import )|[\w.{}*, ]+ from [\"']"),
    ("", "from ", r"[\w.]+ import [\w(*]"),
    ("", "package |using ", r"[\w.:]+;"),
    ("", "def |async def |fn |func ", r"\w+[(<]"),
    ("", "class ", r"\w+(?:\(|:$|\s?\{| extends )"),
    ("", "function|sub ", r" ?\w*\s?[({]"),
    ("", "var |let |const |int |char |double |float |bool |auto |my |local ", r"[$@%\w]+ ?="),
    (
        "",
        "public |private |protected ",
        r"(?:static|final|abstract|class|void|int|function|[\w<>]+ \w+\()",
    ),
    (
        "",
        "CREATE TABLE |CREATE INDEX |CREATE VIEW |CREATE FUNCTION |CREATE OR REPLACE |CREATE TYPE ",
        r"(?:[A-Z]+ )*[\w.\"`]+ ?(?:\(|AS |ON )",
    ),
    ("", "SELECT ", r"[^.]* FROM \S+(?:;| WHERE | JOIN |$)"),
    ("", "INSERT INTO ", r"\S+ ?(?:\(|VALUES)"),
    ("", "UPDATE ", r"\w+ SET \w+ ?="),
    (
        r"\$ ",
        "sudo |cd |ls |cat |echo |git |pip |pip3 |python |python3 |npm |npx |yarn |docker |make |"
        "curl |wget |apt |apt-get |brew |ssh |export |mkdir ",
        "",
    ),
    (
        "",
        "apt |apt-get |yum |dnf |brew |pip |pip3 |npm |yarn |gem |cargo |docker |git |kubectl |"
        "systemctl |sudo apt |sudo apt-get |sudo yum |sudo dnf |sudo docker |sudo systemctl ",
        r"(?:-\S+ )*(?:install|update|upgrade|remove|run|build|clone|add|commit|push|pull|checkout|"
        r"init|exec|start|stop|restart|enable)\b(?: [\w./:@=~-]+){0,6}$",
    ),
    (
        "",
        "sudo |cd |mkdir |rm |cp |mv |ls |chmod |chown |cat |curl |wget |ssh |tar ",
        r"(?:[a-z][\w-]* )?(?:-\w|[./~$\"])" + _NO_STOP,
    ),
    ("", "Traceback ", r"\(most"),
    ("", 'File "', r"[^\"]+\", line \d"),
    ("", "Exception in thread|Caused by: ", "[^.]*[.:]"),
    ("", "at ", r"[\w.$<>]+\([\w.]*(?::\d+)?\)|at \S+ \(\S+:\d+:\d+\)"),
    ("", "java.|javax.|org.|com.|System.|net.", r"(?:[a-zA-Z]+\.)*\w*(?:Exception|Error)\b"),
)
# Below it a text has too few marks for half of it to be code.
_MAX_CHARS_PER_MARK = 48


def code_share(column, above):
    """The share of code in what of each text is code or prose: float64 [n].

    A character of syntax counts one, of a name a quarter, of a word one on the other side. Right
    where it is more than ``above``, else only known not to be. column: mining.codepoints.Column.
    """
    share = np.zeros(len(column))
    marks = column.count((column.kinds & CODE) != 0)
    rows = np.flatnonzero(marks * _MAX_CHARS_PER_MARK > column.ink)
    if len(rows):
        share[rows] = [_share(text, above) for text in column.texts.take(rows).to_pylist()]
    rows = np.flatnonzero(column.begins(_heads()))
    if len(rows):
        opens = [bool(_opening().match(text)) for text in column.texts.take(rows).to_pylist()]
        share[rows[opens]] = 1.0
    return share


@functools.cache
def _heads():
    return hash_strings(head for _, heads, _ in _OPENINGS for head in heads.split("|"))


@functools.cache
def _opening():
    patterns = (
        f"(?:{marks})(?:{'|'.join(map(re.escape, heads.split('|')))})(?:{rest})"
        for marks, heads, rest in _OPENINGS
    )
    return re.compile("|".join(patterns))


def _share(text, above):
    code = 0
    if "{" in text or "%" in text or "`" in text:
        text = _GAPS.sub(" ", text)
    for sign, stretch in _STRETCHES:
        if sign in text:
            rest = stretch.sub(" ", text)
            code += len(text) - len(rest)
            text = rest
    prose, others = 0, []
    for token in text.split() if text.isascii() else _TOKENS.findall(text):
        word = token.rstrip(_STOPS)
        if not word.isascii():
            # A character of a dense script says as much as two letters.
            prose += len(word) * (2 if word[0] > "\u2e7f" else 1)
        elif not word.isalpha():
            others.append(token)
        elif word not in _KEYWORDS:
            prose += len(word)
    for token in others:
        if token[0] == "-" and _OPTION.match(token):
            code += len(token) * _NAME_WEIGHT
        elif _SYNTAX.search(token):
            code += len(token)
        elif _NAME.search(token) or _CAMEL.search(token):
            code += len(token) * _NAME_WEIGHT
        elif token.strip(_EDGES) not in _KEYWORDS:
            prose += sum(map(str.isalpha, token))
    return code / max(code + prose, 1)
