"""Whether two sentences name the same people, places and things.

Two sentences disagree if each has a name that the other lacks: one was put in the place of another.
A name on one side alone proves nothing, for names are also translated (the United States, die USA)
or left out. English shows by capitals what is a name, German by what stands before it, and Chinese,
which spells names by sound, by the characters it does that with. Words that are ordinary ones, as
the texts around show (Lexicon), are no names. Other scripts are not judged.
"""

import collections
import dataclasses
import itertools
import re

from rapidfuzz import fuzz

from mining import sounds

_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:[-'’][^\W\d_]+)*"
_RUN = re.compile(rf"{_CAPITALISED}(?: {_CAPITALISED})*")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u3040-\ud7af]")
# What a word may follow and yet owe its capital to nothing but being a name.
_GOES_ON = re.compile(r"[\w,;] ")
# Words with a capital inside a sentence that other languages say in their own way, or small.
_TRANSLATED = frozenset(
    "i mr mrs miss ms dr sir lord lady madam mayor king queen prince princess duke duchess "
    "count emperor aunt uncle father mother mum mom dad grandma grandpa brother sister saint "
    "st prof professor captain president minister chancellor doctor pope god bible christmas "
    "easter christian christ catholic protestant jew jewish muslim islam islamic buddhist "
    "monday tuesday wednesday thursday friday saturday sunday january february march april "
    "may june july august september october november december africa african america american "
    "americans arab arabic argentina asia asian atlantic australia australian austria "
    "austrian baltic bavaria belgium belgian brazil brazilian britain british brussels canada "
    "canadian chile china chinese croatia czech denmark danish danube dutch egypt egyptian "
    "england english europe european finland finnish france french german germans germany "
    "greece greek hungary hungarian iceland india indian indonesia iran iraq ireland irish "
    "israel italy italian japan japanese korea korean kyoto latin latvia lithuania "
    "mediterranean mexico mexican moscow munich netherlands nile norway norwegian pacific "
    "persian poland polish portugal portuguese prussia rhine roman romania rome russia "
    "russian saxony scotland scottish serbia siberia slovakia slovenia spain spanish sweden "
    "swedish swiss switzerland syria taiwan thai thailand tibet tokyo turkey turkish ukraine "
    "united states kingdom usa vienna vietnam wales welsh beijing shanghai hong kong osaka "
    "earth sun moon mars venus jupiter saturn mercury internet web north south east west "
    "northern southern eastern western street road avenue square university college school "
    "church castle palace museum river lake mount mountain valley bay sea ocean island "
    "islands bridge park station".split()
)
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
# What people are called before their names, beside what is in _TRANSLATED; German has other words.
_ROLES = frozenset(
    "abbess abbot actor actress admiral alderman ambassador analyst archaeologist archbishop "
    "architect attorney author baker baron baroness big biologist bishop brewer butcher "
    "cardinal carpenter central chair chairman chairwoman chemist chief coach colonel commander "
    "commissioner commodore composer conductor congressman congresswoman constable consul "
    "corporal councillor councilman counsel cousin crown dame defender deputy detective "
    "director driver earl economist editor empress engineer envoy farmer first foreign former "
    "forward general goalkeeper governor grand granny great head headmaster historian imam "
    "inner inspector journalist judge junior justice keeper late lawyer leader lieutenant "
    "little lower major manager marquess marquis marshal midfielder monk nephew new niece nun "
    "nurse officer old outer painter pastor photographer physicist pianist poet priest prime "
    "private professor rabbi referee reporter representative reverend second secretary senator "
    "senior sergeant shah sheikh sheriff singer solicitor soprano speaker spokesman spokeswoman "
    "striker sultan superintendent teacher tenor third trainer treasurer tsar tsarina upper "
    "vicar vice widow widower winger writer young".split()
)
_GERMAN_ROLE = re.compile(
    r"(?:erin|orin|istin|entin|antin|eurin|afin|ärin|ogin|tin|er|or|ist|ent|ant|eur|är|oge|ling|"
    r"mann|frau|chef|rat|rätin|herr|dame|kind|onkel|tante|bruder|schwester|sohn|vater|mutter|könig|"
    r"königin|graf|prinz|papst|bischof|kapitän|arzt|ärztin|anwalt|anwältin|pilot|wirt|vogt|ex|isch(?:e[mnrs]?)?)$",
    re.IGNORECASE,
)
# Car No. 4, Wagen Nr. 4
_NUMBERED = frozenset(("no", "nos", "nr"))
# A German noun after one of these is a name, or else one of few that take no article.
_GERMAN_CALLED = re.compile(
    r"\b(?:Herrn?|Frau|Fräulein|Familie|Onkel|Tante|Bürgermeister(?:in)?|Dr\.|Prof\.|Doktor|Kapitän|"
    rf"König(?:in)?|heißt|heißen|namens|genannt)\s+[„»\"‚]?({_CAPITALISED})"
)
_GERMAN_PLACED = re.compile(rf"\b(?:in|aus|nach|bei|von|und|wie)\s({_CAPITALISED})")
_GERMAN_NOUN = re.compile(
    r"\b(?:[Dd](?:er|ie|as|em|en|es)|[Ee]in(?:e[mnrs]?)?|[Kk]ein(?:e[mnrs]?)?|[Dd]iese[mnrs]?|"
    r"[Jj]ede[mnrs]?|(?:[Ii]hr|[Mm]ein|[Ss]ein|[Uu]nser)(?:e[mnrs]?)?|[Zz]u[mr]|[Ii]m|[Aa]m|[Vv]om|[Bb]eim|"
    r"[Ii]ns|[Aa]ns|keine|viele|alle|mehrere|zwei|drei)\s(?:[a-zäöüß]+e[mnrs]?\s){0,2}([A-ZÄÖÜ][a-zäöüß]+)"
)
_GERMAN_SUFFIX = re.compile(
    r"(?:ung|heit|keit|schaft|tion|tät|ismus|nis|enz|anz|tum|ment|ei|ät|ik|ie)(?:en|s|se|es)?$"
)
# Characters that names are spelled with by sound, as Xinhua's tables of names do: those that are
# seldom anything else, and those that many words have too.
_SPELLING = (
    "伽葛芮岚阿埃艾昂奥巴芭鲍贝彼宾博勃伯茨蒂迪杜敦顿厄尔菲费芬冯弗戈格赫霍吉贾杰卡凯坎柯科克肯库奎昆拉莱兰劳勒雷蕾"
    "黎莉琳卢鲁伦罗洛玛马麦曼莫姆穆纳娜奈尼妮努诺帕潘庞佩彭皮珀普恰乔琼茹撒萨塞赛桑瑟莎绍舍斯丝索塔泰坦汤"
    "唐陶滕廷托瓦旺韦维魏沃乌伍锡希肖辛欣雅亚扬耶伊尤泽扎詹兹佐妲黛弥赖丽露珊姬蓓薇娅珂芙蒙梅利达德特布"
    "爾爾維羅倫萊蘭勞盧魯馬麥納諾龐瓊賽紹絲湯滕韋偉魏烏錫亞揚澤紮詹茲麗婭貝賓頓費馮賈傑凱庫"
)
_ALSO_SPELLING = (
    "爱安班邦保堡本比波查策戴丹道登邓丁多恩法凡范丰夫福富盖冈根古哈海汉豪亨洪侯胡惠基加金久康考孔夸"
    "朗里理林毛门米密敏明南内宁欧平齐奇钱丘热仁日若森沙山尚申圣史舒提通图万威温文武西夏香谢休修许叶因英于约"
    "珍芝愛達當鄧豐蓋岡漢內寧歐齊錢聖圖萬溫謝許葉約"
)
_SPELLED = re.compile(rf"[{_SPELLING}{_ALSO_SPELLING}]+")
_ENDS_IN_WORDS = re.compile(f"[{_ALSO_SPELLING}]+$")
_SPELLING_ONLY = re.compile(f"[{_SPELLING}]")
# Brown-Conrady, SuperMario
_PART = re.compile(r"-|(?<=[a-zà-ÿ])(?=[A-Z])")
# What follows a name in Chinese.
_TITLE = re.compile("博士|教授|先生|女士|小姐|夫人|太太|爵士|医生|醫生|总统|總統|公爵|国王|國王")
_CONSONANT = re.compile("[^aeiou]")
_DOT = re.compile(rf"[·•・‧]|(?<=[{_SPELLING}])-(?=[{_SPELLING}])")
_DOTTED = re.compile(rf"[\u4e00-\u9fff]{{1,6}}(?:(?:{_DOT.pattern})[\u4e00-\u9fff]{{1,6}})+")
#: pairs that have a word on both sides, and least share of those that have it on the other, from
#: which it is a name that translations repeat
_LEAST_SHARED = 2
_SHARED = 0.75
#: characters spelled by sound, and of them those that are seldom anything else, of a Chinese name
_LEAST_SPELLED = 3
_LEAST_SURE = 2
#: letters of a sound that is worth comparing
_LEAST_SOUND = 4
#: those of a part of a full name that is compared by itself
_LEAST_PART = 3
#: similarity (0 to 1) from which a name sounds like another, from which one is found among all
#: characters of a sentence: least value, value with no consonant, and what each consonant takes
#: away from that, for what is short is easily like something; from which a part of a full name is
#: surely the same, and below which it is another; docs/method.md, "Near misses"
_SAME_SOUND = (0.66, 0.82, 0.04)
_SAME_SOUND_IN = (0.72, 0.91, 0.03)
_SURE_SOUND = 0.75
_OTHER_SOUND = 0.6
#: similarity (0 to 100, Indel) from which words are spellings of one name (München, Munich), and
#: of the best-fitting part of a longer word from which it has the name in it (Grauhornhütte)
_SAME_NAME = 66
_SAME_PART = 85
#: the same of parts of a full name, of which the rest recurs as it is (Sergei, Sergej)
_SAME_SPELLING = 80
_LATIN_SPELLINGS = (
    ("ä", "a"), ("ae", "a"), ("ö", "o"), ("oe", "o"), ("ü", "u"), ("ue", "u"), ("ß", "ss"),
    ("tsch", "ch"), ("sch", "sh"), ("ck", "k"), ("c", "k"), ("ph", "f"), ("th", "t"), ("w", "v"),
    ("z", "s"), ("y", "i"), ("é", "e"), ("è", "e"),
)  # fmt: skip
_BY_TABLE = str.maketrans({k: v for k, v in _LATIN_SPELLINGS if len(k) == 1})
_BY_STRING = tuple((k, v) for k, v in _LATIN_SPELLINGS if len(k) > 1)


@dataclasses.dataclass(frozen=True)
class Lexicon:
    """What a corpus shows of words: English ones that are also written small and German nouns that
    take an article, so both no names; and capitalised words that recur in translations."""

    english: frozenset = frozenset()
    german: frozenset = frozenset()
    recurring: frozenset = frozenset()


def learn(src_texts, tgt_texts):
    """A Lexicon out of the English and the other texts of a corpus."""
    small = re.compile(r"(?<![\w'’-])[a-z]{2,}(?![\w])")
    english = frozenset(small.findall("\n".join(src_texts)))
    german = frozenset(_GERMAN_NOUN.findall("\n".join(tgt_texts)))
    said, shared = collections.Counter(), collections.Counter()
    capitalised = re.compile(rf"\b{_CAPITALISED}")
    for src, tgt in zip(src_texts, tgt_texts, strict=True):
        words = set(capitalised.findall(tgt))
        said.update(words)
        shared.update(word for word in words if word in src)
    recurring = frozenset(
        word
        for word, count in shared.items()
        if count >= _LEAST_SHARED and count >= _SHARED * said[word] and word.lower() not in english
    )
    return Lexicon(english, german, recurring)


def agreement(src, tgt, tgt_lang, lexicon=Lexicon()):  # noqa: B008 - it is frozen
    """0.0 where each side has a name that the other lacks, else 1.0."""
    if tgt_lang != "zh" and (_OTHER_SCRIPT.search(src) or _OTHER_SCRIPT.search(tgt)):
        return 1.0
    ours = english_names(src, lexicon.english)
    if not ours:
        return 1.0
    if tgt_lang == "zh":
        return _agree_in_sound(src, ours, tgt)
    if tgt_lang == "de" and _part_is_changed(src, tgt, lexicon):
        return 0.0
    parts = _parts(tgt)
    if all(_is_found(run, parts) or any(word in tgt for word in run) for run in ours):
        return 1.0
    theirs = german_names(tgt, lexicon) if tgt_lang == "de" else _runs_of_two(tgt)
    said = _parts(src)
    return float(all(_is_found(run, said) or any(word in src for word in run) for run in theirs))


def _part_is_changed(src, tgt, lexicon):
    """Whether a full name of ``src`` stands in ``tgt`` with one part changed: of two words side by
    side one recurs exactly, and beside it stands another that ``src`` has nowhere."""
    ours = [pair for pair in _pairs_of_words(src) if all(_may_be_part(w, lexicon) for w in pair)]
    if not ours:
        return False
    theirs = _pairs_of_words(tgt)
    # What opens a sentence may owe its capital to that.
    opener = _WORD.search(src).group()
    for first, last in ours:
        for other_first, other_last in theirs:
            if first == other_first:
                lost, new = last, other_last
            elif last == other_last and first != opener and not _is_role(other_first, lexicon):
                lost, new = first, other_first
            else:
                continue
            if not new[1:].islower():
                continue
            if not _is_spelled(lost, _parts(tgt)) and not _is_spelled(new, _parts(src)):
                return True
    return False


def _pairs_of_words(text):
    """Each two capitalised words side by side, what opens a sentence left out."""
    runs = (_without_openers(found.group().split(" ")) for found in _RUN.finditer(text))
    return [tuple(map(_bare, pair)) for run in runs for pair in itertools.pairwise(run)]


def _may_be_part(word, lexicon):
    """Whether an English word is likely a part of somebody's name."""
    return (
        len(word) > 2
        and word[1:].islower()
        and not _is_ordinary(word.lower(), lexicon.english)
        and word.lower() not in _ROLES
    )


def _is_role(word, lexicon):
    """Whether a German noun before a name may say what somebody is."""
    return _is_german_noun(word, lexicon) or bool(_GERMAN_ROLE.search(word))


def _is_spelled(name, parts):
    """Whether a part of a name is among ``parts``, in nearly the same spelling or in a compound."""
    name = _comparable(name)
    for part in parts:
        if fuzz.ratio(name, part) >= _SAME_SPELLING or name in part:
            return True
        if len(part) > 3 and part in name:
            return True
    return False


def english_names(text, small=frozenset()):
    """The names of an English sentence as lists of words; none in a title, where most words are
    capitalised. small: words that are no names."""
    words = _WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    if 2 * capitals > len(words) + 1:
        return []
    names = []
    for found in _RUN.finditer(text):
        run = _without_openers(found.group().split())
        inside = bool(_GOES_ON.match(text, max(found.start() - 2, 0), found.start()))
        if (len(run) < 2 and not inside) or not run or run[-1].lower() in _NUMBERED:
            continue
        name = [word for word in map(_bare, run) if not _is_ordinary(word.lower(), small)]
        if name and (inside or len(run) > 1):
            names.append(name)
    return names


def _is_ordinary(word, small):
    return word in small or word in _TRANSLATED or word.removesuffix("s") in _TRANSLATED


def german_names(text, lexicon):
    """The names of a German sentence, as lists of words: what follows a title or a preposition
    without an article, runs of capitalised words, and words known to recur."""
    names = [[word] for word in _GERMAN_CALLED.findall(text)]
    names += [[word] for word in _WORD.findall(text) if word in lexicon.recurring]
    for word in _GERMAN_PLACED.findall(text):
        if not _is_german_noun(word, lexicon):
            names.append([word])
    for run in _runs_of_two(text):
        if not any(_is_german_noun(word, lexicon) for word in run):
            names.append(run)
    return names


def _is_german_noun(word, lexicon):
    return word in lexicon.german or bool(_GERMAN_SUFFIX.search(word))


def _runs_of_two(text):
    words = _WORD.findall(text)
    if 3 * sum(word[0].isupper() for word in words) > 2 * len(words):
        return []
    runs = (_without_openers(found.group().split()) for found in _RUN.finditer(text))
    return [run for run in runs if len(run) > 1 and run[-1].lower() not in _NUMBERED]


def _without_openers(run):
    while run and run[0].lower() in _OPENERS:
        run = run[1:]
    return run


def _bare(word):
    return re.sub(r"['’]s?$", "", word)


def _parts(text):
    """The capitalised words of a text, comparable: those of compounds with hyphens by themselves
    too."""
    words = {word for found in _WORD.findall(text) for word in (found, *re.split("[-'’]", found))}
    return [_comparable(word) for word in words if len(word) > 2 and word[0].isupper()]


def _comparable(word):
    word = word.lower()
    for spelling, letters in _BY_STRING:
        word = word.replace(spelling, letters)
    return word.translate(_BY_TABLE)


def _is_found(run, parts):
    """Whether a word of a name is among ``parts``, in another spelling or within a longer one."""
    for word in run:
        name = _comparable(word)
        for part in parts:
            if fuzz.ratio(name, part) >= _SAME_NAME:
                return True
            short, long = sorted((name, part), key=len)
            if len(short) > 3 and fuzz.partial_ratio(short, long) >= _SAME_PART:
                return True
    return False


def _agree_in_sound(src, ours, tgt):
    """Whether the names of ``src``, as ``ours``, and those of ``tgt`` are the same by their sounds.

    They are not if none of either side has its like on the other, or if of a full name one part
    has it and another in the same place has not.
    """
    theirs = chinese_names(tgt)
    if not theirs:
        return 1.0
    latin = set(re.findall("[a-z]+", tgt.lower()))
    ours = [[word for word in _split(run) if word.lower() not in latin] for run in ours]
    named = {word for run in ours for word in run}
    ours = [list(map(sounds.of_latin, run)) for run in ours]
    ours = [run for run in ours if len("".join(run)) >= _LEAST_SOUND]
    if not ours:
        return 1.0
    theirs = [[list(map(sounds.of_chinese, part)) for part in name] for name in theirs]
    if any(_changed_in_place(run, name) for run in ours for name in theirs):
        return 0.0
    strange = [name for name in theirs if not any(_is_heard(run, name) for run in ours)]
    if not strange:
        return 1.0
    # What opens a sentence may be a name as well, and so may what is none elsewhere.
    words = (word for word in _WORD.findall(src) if word[0].isupper() and _bare(word) not in named)
    said = [sounds.of_latin(part) for word in words for part in {word, *_PART.split(word)}]
    said = [[sound] for sound in said if len(sound) >= _LEAST_SOUND]
    if any(_is_heard(word, name) for word in said for name in strange):
        return 1.0
    lost = [run for run in ours if not any(_is_heard(run, name) for name in theirs)]
    return float(all(_is_within(run, tgt) for run in lost))


def _split(run):
    """The words of a name, compounds by their parts, as far as they are no ordinary ones."""
    parts = (part for word in run for part in _PART.split(word))
    return [part for part in parts if part[:1].isupper() and part.lower() not in _TRANSLATED]


def _is_within(run, text):
    return any(
        sounds.best_in(sound, text) >= _least(sound, _SAME_SOUND_IN)
        for sound in {"".join(run), *run}
    )


def _changed_in_place(run, name):
    """Whether of two names of as many parts (two at least) some sound alike and some do not."""
    # Titles stand before names.
    run = run[-len(name) :]
    if len(run) != len(name) or len(run) < 2 or min(map(len, run)) < _LEAST_PART:
        return False
    alike = [_likeness(one, others) for one, others in zip(run, name, strict=True)]
    return max(alike) >= _SURE_SOUND and min(alike) < _OTHER_SOUND


def _is_heard(run, name):
    """Whether a word of a name, or all of it, sounds like a part of another or like all of it; of
    two full names, like the part in its place."""
    if len(run) >= len(name) > 1:
        places = zip(run[-len(name) :], name, strict=True)
        return any(_likeness(sound, part) >= _least(sound, _SAME_SOUND) for sound, part in places)
    ways = (*name, ["".join(part[0] for part in name)])
    return any(
        _likeness(sound, part) >= _least(sound, _SAME_SOUND)
        for sound in {"".join(run), *run}
        for part in ways
    )


def _least(sound, bounds):
    """The similarity that is asked for with so many consonants."""
    least, start, step = bounds
    return max(least, start - step * len(_CONSONANT.findall(sound)))


def _likeness(sound, others):
    return max((sounds.similarity(sound, other) for other in others), default=0.0)


def chinese_names(text):
    """The foreign names of a Chinese sentence: parted by dots, or in characters for sounds. A list
    of parts each, and each part a list of what it may be: nothing shows where a name begins or
    ends, but dots."""
    names = []
    dotted = bool(_DOT.search(text))
    for found in _DOTTED.findall(text) if dotted else ():
        first, *between, last = _DOT.split(found)
        ends = [text[::-1] for text in _beginnings(first[::-1])]
        names.append([ends, *([part] for part in between), _beginnings(last)])
    for found in _SPELLED.findall(_DOTTED.sub(" ", text) if dotted else text):
        sure = len(_SPELLING_ONLY.findall(found))
        if len(found) >= _LEAST_SPELLED and sure >= _LEAST_SURE:
            whole = [text[::-1] for text in _beginnings(found[::-1])]
            names.append([[name for text in whole for name in _beginnings(text)]])
    return names


def _beginnings(text):
    """What of a text may be the name that it begins with: as many characters as spell names by
    sound, or less those at its end that many words have too; or more."""
    text = _TITLE.split(text)[0] or text
    spelled = _SPELLED.match(text)
    sure = _ENDS_IN_WORDS.sub("", spelled.group()) if spelled else ""
    least = max(len(sure), 1)
    return [text[:size] for size in range(least, len(text) + 1)]
