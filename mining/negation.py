"""Whether a sentence negates, comparable across languages.

A strong mark negates a clause (not, nicht, 不); a weak one may be how another language says so
(hardly, unable, ohne, 难). Two sentences disagree if one has a strong mark and the other has none
of either kind: "is open" against „ist nicht geöffnet“, but not "impossible" against „nicht
möglich“.
"""

import re

_EN_STRONG = re.compile(
    # Not --no-wait, No. 4, Dr. No, "none" as a value.
    r"(?<!-)\b(?:not|never|nobody|nothing|none|nowhere|neither|nor|cannot|hardly|no(?!\.\s?\d|-)|"
    r"\w+n['’]t|cant|dont|wont|isnt)\b",
    re.IGNORECASE,
)
# Said by other languages without a negation: not until nine, erst um neun; no wonder, kein Wunder;
# never before so hot, hotter than ever.
_EN_NEUTRAL = re.compile(
    r"\b(?:not\b[^.;:]{0,60}\b(?:until|till|unless)|"
    r"\w+n['’]t\b[^.;:]{0,60}\b(?:until|till|unless)|"
    r"never\b(?: \w+){0,4} (?:before|as|so|such)\b|no one else|no other|"
    r"nothing (?:but|less|short|more|other|else)|(?:all|next) (?:to|for) nothing|for nothing|"
    r"none (?:other|the (?:less|wiser|worse))|not (?:only|least|unlike|"
    r"unusual|uncommon|to mention)|"
    r"(?:or|why) not\b|no (?:later|sooner|longer|more|less|fewer|doubt|matter|wonder|avail|end)\b|"
    r"can(?:not|['’]t) (?:help|wait|but)|"
    r"hardly (?:a|an|any|ever|\d)|(?:never|not to) mind|yes or no|or no\b|"
    r"(?:isn|aren|wasn|don|doesn|didn|won)['’]t (?:it|he|she|they|you|we)\?)|"
    # A word that is only mentioned.
    r"[\"'`„“‘»«]\w+[\"'´”“’»«]",
    re.IGNORECASE,
)
_EN_WEAK = re.compile(
    r"\b(?:hardly|barely|scarcely|rarely|seldom|few|fewer|little|less|least|only|but|except\w*|"
    r"unless|too|without|sans|instead|rather|differ\w*|otherwise|other(?:s|\s+than)|beyond|"
    r"ever|zero|lest|anything but|that(?:['’]s| is| was) all|remember|pending|"
    r"mis(?!s(?:ion|ile))\w{3,}|silent\w*|non|insensitiv\w*|malformed|broken|break\w*|"
    r"reluctan\w*|hesitat\w*|shy|shies|forever|deprecated|blind\w*|hold|held|far\s+from|"
    r"short\s+of|(?:sold|out|run|ran|runs)\s+o[uf]t?|tim\w*[\s-]*out|"
    r"(?:turn|switch|call)\w*\s+off|bad\w*|wrong\w*|empty|blank|absen\w*|regardless|"
    r"irrespective|fail\w*|refus\w*|reject\w*|lack\w*|avoid\w*|prevent\w*|keep|kept|stop\w*|cease\w*|"
    r"miss\w*|forg[eo]t\w*|skip\w*|omit\w*|spar(?:e|ed|es|ing)|ignor\w*|den[iy]\w*|deprive\w*|"
    r"doubt\w*|exclu\w*|exempt\w*|immune|forb\w*|prohibit\w*|ban|bans|banned|barred|"
    r"closed|cancel\w*|abandon\w*|oppos\w*|"
    r"object(?:ed|ing|ions?)|declin\w*|withh\w*|withdr\w*|retract\w*|revo[kc]\w*|abolish\w*|abstain\w*|"
    r"neglect\w*|refrain\w*|los(?:e|es|t|ing|s)|gone|vain|futil\w*|devoid|void|minus|beware|hate\w*|"
    r"expire\w*|g[ia]v\w+\s+up|quit\w*|within|withst\w*|obsolete|difficult\w*|"
    r"un(?!der|til|ion|it|iq|iv|cle|less)\w{3,}|in(?:ability|accessib|accurate|active|adequate|"
    r"animate|appropriate|capable|comp|conceiv|conclus|consist|correct|curable|decis|definite|"
    r"dependent|different|direct|dispens|effective|evitab|exact|explic|finite|formal|hibit|"
    r"secure|separab|significan|soluble|stead|suffic|toleran|tolerab|valid|violable|visible)\w*|"
    r"im(?:mobile|mort|partial|possib|proper|perfect|patien|penetrab|plausib)\w*|"
    r"ir(?:regular|relevan|replac|respons|revers)\w*|il(?:lverkneif\w*|egal|legib|litera|logic)\w*|"
    r"dis(?:ab|ag|all|app|arm|avow|band|bel|card|claim|conn|cont|cour|cred|ench|hon|inc|int|like|"
    r"loc|loy|mantl|miss|obe|ord|own|par|perse|pleas|prov|qual|reg|rupt|sat|sent|sol|suad|trust|use)"
    r"\w*|non-?\w+|\w+(?<!un)less(?:ly|ness)?)\b",
    re.IGNORECASE,
)
_DE_STRONG = re.compile(
    r"\b(?:nicht|nichts|nie|niemals|niemand\w*|nirgend\w*|kein\w*|weder|nein|kaum)\b",
    re.IGNORECASE,
)
# The same of German: so schnell war noch niemand, faster than ever; nicht nur, both.
_DE_NEUTRAL = re.compile(
    r"\b(?:noch (?:nie(?:mals|mand\w*)?|kein\w*)|nie(?:mals|mand)? (?:zuvor|vorher|mehr|wieder)|"
    r"nicht (?:nur|bloß|allein|zuletzt|selten|weniger|später|eher|umsonst|(?:ganz )?ohne|un\w+)|"
    r"nichts (?:anderes|weiter|andres|als|mehr)|"
    r"(?:ob|oder|wenn|warum|falls) nicht|nicht wahr\?|kaum (?:dass|ein\w*|\d)|"
    r"kein\w* (?:gering\w*|schlecht\w*|wunder|zweifel|ander\w*|einzig\w*|mehr|wenig\w*|"
    r"unwesentlich\w*)|"
    r"was nicht|alles nicht|nicht\?|oder nein)|[\"'`„“‘»«]\w+[\"'´”“’»«]",
    re.IGNORECASE,
)
_DE_WEAK = re.compile(
    r"\b(?:ohne|unterscheid\w*|abweich\w*|kaum|selten|wenig\w*|nur|bloß|lediglich|"
    r"höchstens|knapp|statt|anstatt|anstelle|sondern|außer|außerhalb|abgesehen|ausgenommen|"
    r"ausnahm\w*|leer\w*|ander(?:s|nfalls)|sonst|falsch\w*|schlecht\w*|fehl\w*|verzicht\w*|"
    r"verhinder\w*|vermeid\w*|vermied\w*|verbiet\w*|verbot\w*|verweiger\w*|weiger\w*|"
    r"\w*lehn(?:t|te|ten|en)\b|abgelehn\w*|\w*sag(?:t|te|ten) ab|abgesagt\w*|absag\w*|"
    r"untersag\w*|versag\w*|ausgeschlossen\w*|ausschl\w*|ausblieb\w*|ausgeblieb\w*|"
    r"entfall\w*|entfällt|entfiel\w*|ignorier\w*|vergess\w*|vergiss\w*|vergaß\w*|versäum\w*|"
    r"vergeb(?:lich|ens)\w*|umsonst|scheiter\w*|gescheitert\w*|mangel\w*|mängel\w*|entbehr\w*|"
    r"fern\w*|abwesen\w*|schuldig|verschon\w*|erspar\w*|verlor\w*|verlier\w*|verlust\w*|"
    r"blockier\w*|gesperrt\w*|geschlossen\w*|schließ(?:t|en)|schlossen|aufgehör\w*|"
    r"aufhör\w*|hör\w* auf|vorbei|dagegen|schwer\w*|schwierig\w*|wider\w*|"
    r"bestreit\w*|bestritt\w*|abr[aä]t\w*|abgeraten|raten\b.*\bab\b|verborg\w*|geheim\w*|zweif\w*|"
    r"bezweif\w*|verkneif\w*|egal|gleichgültig\w*|unabhängig\w*|oder\?|trotz\w*|zu\s\w+,?\s(?:um|als)\b|"
    r"un(?!d\b|s\b|ser|ter|tern|gefähr|fall|fäll|garn|gar|ion|iv|weit|mittelbar)\w{3,}|"
    r"miss\w{3,}|nicht\w+|vermiss\w*|in(?:akt|kompet|kompat|stabil|toler)\w*|"
    r"il(?:leg|log)\w*|ir(?:rel|reg|rat|rev)\w*|"
    r"\w+los\b|\w+lose[mnrs]?\b|\w+frei\w*|\w+leer\w*)",
    re.IGNORECASE,
)
# 不 and 没 stand in too many words to prove a negation. Words that negate a predicate do, and
# 不 before characters where English negated in at least 97 % of the translated messages of the
# development half (python -m benchmarks.nearmisses). On the other side any such character will do.
_ZH_STRONG = re.compile(
    "不(?:[是会會能可许許准準要得用必再肯愿願应應想支存允包需兼使带含打接属屬像提具区改加希检信执处创关记宜依删修"
    "添计导认]|该|該|敢)|(?:从|從|并|並|都|也|还|還|就|才|毫|绝|絕)[不没沒]|"
    "[没沒](?:有|人|什么|事|办法|想到|时间|被)|(?:从|從|并|並|尚)未|[无無]法|[请請切]勿"
)
_ZH_NEUTRAL = re.compile(
    "非.{1,6}不可|不到(?=[约0-9一二两兩三四五六七八九十百千半])|不得不|不能不|不可不|不会不|舍不得|捨不得|想不到|没想到|了不得|巴不得|不少|不胜|不日|要不要|不可思议|不得了|[能会會要用]不[能会會要用]|是不是|可不是|不会吧|不用说|"
    "能不能|不想.{0,4}也|有[没沒]有|没有不|不是.{0,12}就是|差不多|[对對]不起|了不起|来不及|來不及|忍不住|"
    "[说說]不定|[看听聽想]不[见見到出]|[巴恨]不得|[不迫]不|[没沒](?:[错錯]|[关關][系係])|"
    "不(?:[过過仅僅但断斷管论論如久少错錯同等一然安幸良足满滿明解禁料時时单單妨止只光惜由觉覺朽便利当當"
    "符全稳穩限透規规对對紧緊放动動测測屈远遠停变變平凡懈服快愿願情建]|匹配|正常|合[适適]|例外|活[动動]|"
    "小心|[见見]得|在乎)"
)
# Not the characters within words that have nothing of it: 特别, 未来, 这只.
_ZH_WEAK = re.compile(
    "不|[没沒](?!收)(?<![淹沉出吞埋][没沒])|未(?!来|來|婚|必)|[无無](?!论|論|线|線|疑|数|數|比|锡|錫)|勿|"
    "非(?![常洲])(?<![除]非)(?<!是非)|(?<![特区區级級性分识識个個告类類派差辨国國鉴鑑])[别別](?![人墅的处處名称稱致])|"
    "(?<![多至减減最年缺])少(?![年女妇婦将將先校数數林儿兒])|[难難](?![民題题])|免(?![费費])|缺|失|(?<!紫)禁|拒|"
    "停(?!车|車|留|泊)|除(?![了夕])|(?<!是)否|"
    "(?<![这這那一两兩二三四五六七八九十百千万萬几幾数數每多船各0-9])只|[仅僅忘漏错錯坏壞]|(?<!时)[误誤]|避|"
    "[闭閉]|谢绝|謝絕|首次|史上|空前|过期|過期|终止|終止|讨厌|討厭|"
    "反对|反對|取消|消失"
)
_MARKS = {
    "en": (_EN_STRONG, _EN_WEAK),
    "de": (_DE_STRONG, _DE_WEAK),
    "zh": (_ZH_STRONG, _ZH_WEAK),
}
# Passed over in the search for strong marks.
_NEUTRAL = {"en": _EN_NEUTRAL, "de": _DE_NEUTRAL, "zh": _ZH_NEUTRAL}


def agreement(src, src_lang, tgt, tgt_lang, longer=""):
    """1.0 where both negate, neither does, or a language is not known here; else 0.0.

    longer: "src" or "tgt" where that text says clearly more; it may negate what is added.
    """
    if src_lang not in _MARKS or tgt_lang not in _MARKS:
        return 1.0
    src_strong, src_left = _strong(src, src_lang)
    tgt_strong, tgt_left = _strong(tgt, tgt_lang)
    if src_strong == tgt_strong:
        return 1.0
    if src_strong:
        return float(longer == "src" or _may_negate(tgt, tgt_lang, tgt_left))
    return float(longer == "tgt" or _may_negate(src, src_lang, src_left))


def _strong(text, lang):
    """Whether a sentence has a strong mark, and whether words that only look like one were passed
    over for that."""
    strong = _MARKS[lang][0]
    found = strong.search(text)
    neutral = _NEUTRAL.get(lang)
    if not found or not neutral:
        return bool(found), False
    left, passed = neutral.subn("", text)
    return bool(strong.search(left)), passed > 0


def _may_negate(text, lang, passed):
    return passed or bool(_MARKS[lang][1].search(text))
