"""Whether two sentences name the same people.

A name is a run of two or more capitalised words (Marek Dolan, Miss Hedwig Amrein). Sentences in
Latin script disagree if each has a name of which no word is found on the other side: one name was
put in the place of another. A name on one side alone proves nothing, for names are also translated
(the United States, die USA). Chinese spells names by sound and parts them with a dot (马雷克·多兰):
there the sounds are compared. Other scripts are not judged.
"""

import re

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[-'’][^\W\d_]+)*")
_RUN = re.compile(rf"{_CAPITALISED.pattern}(?:\s{_CAPITALISED.pattern})+")
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u3040-\ud7af]")
# What opens a sentence, and so is capitalised, without being part of a name after it.
_OPENERS = frozenset(
    "a an the this that these those my your his her its our their some any no every each all both "
    "in on at by for from of to with without before after since when while if as and but or not "
    "i we you he she it they there here what who how why where ask says said dear only even "
    "der die das den dem des ein eine einen einem einer eines mein meine sein seine ihr ihre unser "
    "unsere dieser diese dieses jeder jede jedes kein keine im in am an auf aus bei mit nach seit "
    "von vom vor zu zum zur für ohne um und oder aber wenn als wie wo was wer warum da dann so "
    "ich wir er sie es man hier dort nur auch fragen laut".split()
)
_CHINESE_NAME = re.compile(r"[\u4e00-\u9fff]{1,5}(?:[·•・][\u4e00-\u9fff]{1,5})+")
_TITLES = frozenset(
    "mr mrs miss ms dr mayor sir lord lady aunt uncle king queen prof captain".split()
)
_ENGLISH_SPELLINGS = (
    ("sch", "sh"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
    ("v", "w"),
    ("r", "l"),
    ("c", "k"),
    ("y", "i"),
    ("h", ""),
    ("z", "s"),
)
_PINYIN_SPELLINGS = (
    ("zh", "j"),
    ("sh", "s"),
    ("x", "s"),
    ("q", "k"),
    ("r", "l"),
    ("h", ""),
    ("y", "i"),
    ("v", "w"),
    ("z", "s"),
    ("c", "k"),
)
_TWICE = re.compile(r"(.)\1")
#: letters of a sound that is worth comparing
_LEAST_SOUND = 6
#: similarity (0 to 100) from which a name sounds like another: of names in translated sentences a
#: tenth are below it, of names in unrelated ones three quarters
_SAME_SOUND = 52
# Car No. 4, Wagen Nr. 4
_NUMBERED = frozenset(("no", "nos", "nr"))
#: similarity (0 to 100, Indel, of the best-fitting part) from which spellings are of one name
_SAME_NAME = 75


def agreement(src, tgt, tgt_lang):
    """0.0 where each side has a name that the other lacks, else 1.0."""
    if tgt_lang == "zh":
        return _agree_in_sound(src, tgt)
    if _OTHER_SCRIPT.search(src) or _OTHER_SCRIPT.search(tgt):
        return 1.0
    return float(not (_has_stranger(src, tgt) and _has_stranger(tgt, src)))


def name_runs(text):
    """The names of a sentence as lists of words; none in a title, where most are capitalised."""
    words = _WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    if 3 * capitals > 2 * len(words):
        return []
    runs = []
    for found in _RUN.finditer(text):
        run = found.group().split()
        while run and run[0].lower() in _OPENERS:
            run = run[1:]
        if len(run) > 1 and run[-1].lower() not in _NUMBERED:
            runs.append(run)
    return runs


def _has_stranger(text, other):
    """Whether a name of ``text`` has no word that is found in ``other``."""
    others = _CAPITALISED.findall(other)
    for run in name_runs(text):
        matches = (process.extractOne(word, others, scorer=fuzz.partial_ratio) for word in run)
        if not any(match and match[1] >= _SAME_NAME for match in matches):
            return True
    return False


def _agree_in_sound(src, tgt):
    theirs = [_chinese_sound(name) for name in _CHINESE_NAME.findall(tgt)]
    ours = [_english_sound(run) for run in name_runs(src)] if theirs else []
    ours = [sound for sound in ours if len(sound) >= _LEAST_SOUND]
    if not ours or not theirs:
        return 1.0
    return float(any(fuzz.partial_ratio(a, b) >= _SAME_SOUND for a in ours for b in theirs))


def _english_sound(run):
    name = "".join(word.lower() for word in run if word.lower() not in _TITLES)
    return _simplified(name, _ENGLISH_SPELLINGS)


def _chinese_sound(name):
    return _simplified("".join(lazy_pinyin(name, errors="ignore")), _PINYIN_SPELLINGS)


def _simplified(name, spellings):
    """``name`` with letters that stand for sounds Chinese does not tell apart made the same."""
    for spelling, letter in spellings:
        name = name.replace(spelling, letter)
    return _TWICE.sub(r"\1", name)
