"""Sentences for test pages: natural enough to be told by language, and never the same text twice in
a page's worth. Another seed gives others, the same one the same in every run."""

import random

_WORDS = {
    "en": (
        "{} {} {} {}.",
        (
            *(
                "The old bridge",
                "Our youngest neighbour",
                "A quiet fisherman",
                "The village school",
            ),
            *(
                "My grandmother",
                "Every second visitor",
                "The town council",
                "Another tired carpenter",
            ),
            *("The night train", "A stray goat", "The baker's daughter", "Nobody from the island"),
            *(
                "The museum guide",
                "Their first teacher",
                "A careful gardener",
                "The harbour master",
            ),
        ),
        (
            *("carefully repaired", "never forgot", "happily described", "slowly painted"),
            *("quietly removed", "almost ruined", "proudly opened", "rarely mentioned"),
            *("suddenly noticed", "wisely avoided", "often borrowed", "finally found"),
            *("gladly shared", "simply ignored", "partly rebuilt", "secretly admired"),
        ),
        (
            *("the wooden boat", "a basket of apples", "the church clock", "three letters"),
            *("the garden wall", "a pair of shoes", "the broken window", "our summer house"),
            *("the longest story", "a cup of tea", "the market square", "his father's coat"),
            *("the winter road", "a piece of bread", "the lighthouse", "several photographs"),
        ),
        (
            *(
                "before breakfast",
                "in the middle of March",
                "after the storm",
                "on a rainy Tuesday",
            ),
            *("without any help", "during the holidays", "near the river", "behind the town hall"),
            *(
                "for the second time",
                "at the end of the year",
                "with great patience",
                "last autumn",
            ),
            *(
                "in front of everyone",
                "just before midnight",
                "under the lime trees",
                "once a week",
            ),
        ),
    ),
    "de": (
        "{} {} {} {}.",
        (
            *("Die alte Brücke", "Unser jüngster Nachbar", "Ein stiller Fischer", "Die Dorfschule"),
            *("Meine Großmutter", "Jeder zweite Besucher", "Der Stadtrat", "Ein müder Tischler"),
            *(
                "Der Nachtzug",
                "Eine entlaufene Ziege",
                "Die Tochter des Bäckers",
                "Niemand von hier",
            ),
            *(
                "Die Museumsführerin",
                "Ihr erster Lehrer",
                "Ein sorgsamer Gärtner",
                "Der Hafenmeister",
            ),
        ),
        (
            *("reparierte sorgfältig", "vergaß niemals", "beschrieb fröhlich", "bemalte langsam"),
            *("entfernte leise", "ruinierte beinahe", "eröffnete stolz", "erwähnte selten"),
            *("bemerkte plötzlich", "vermied klugerweise", "lieh sich oft", "fand endlich"),
            *("teilte gern", "übersah einfach", "erneuerte teilweise", "bewunderte heimlich"),
        ),
        (
            *("das hölzerne Boot", "einen Korb Äpfel", "die Kirchturmuhr", "drei Briefe"),
            *("die Gartenmauer", "ein Paar Schuhe", "das zerbrochene Fenster", "unser Sommerhaus"),
            *(
                "die längste Geschichte",
                "eine Tasse Tee",
                "den Marktplatz",
                "den Mantel des Vaters",
            ),
            *("die Winterstraße", "ein Stück Brot", "den Leuchtturm", "mehrere Fotografien"),
        ),
        (
            *("vor dem Frühstück", "mitten im März", "nach dem Sturm", "an einem verregneten Tag"),
            *(
                "ohne jede Hilfe",
                "während der Ferien",
                "in der Nähe des Flusses",
                "hinter dem Rathaus",
            ),
            *("zum zweiten Mal", "am Ende des Jahres", "mit großer Geduld", "im letzten Herbst"),
            *("vor aller Augen", "kurz vor Mitternacht", "unter den Linden", "einmal in der Woche"),
        ),
    ),
    "zh": (
        "{}{}{}{}。",
        (
            *(
                "老桥边的渔夫",
                "最年轻的邻居",
                "村里的学校",
                "我的外祖母",
                "镇上的议会",
                "疲惫的木匠",
            ),
            *(
                "夜班火车的司机",
                "面包师的女儿",
                "岛上的居民",
                "博物馆的讲解员",
                "细心的园丁",
                "港口的主任",
            ),
        ),
        (
            *(
                "在早饭以前",
                "在三月中旬",
                "在暴风雨之后",
                "在一个下雨的星期二",
                "在假期里",
                "在河边",
            ),
            *("在市政厅后面", "在年底", "在去年秋天", "在大家面前", "在午夜以前", "在菩提树下"),
        ),
        (
            *(
                "仔细地修理了",
                "高兴地描述了",
                "慢慢地画完了",
                "悄悄地拿走了",
                "差一点毁掉了",
                "骄傲地打开了",
            ),
            *(
                "突然注意到了",
                "终于找到了",
                "很乐意分享了",
                "部分地重建了",
                "偷偷地欣赏了",
                "又一次借走了",
            ),
        ),
        (
            *("那条木船", "一篮子苹果", "教堂的大钟", "三封来信", "花园的围墙", "一双旧鞋子"),
            *("打破的窗户", "最长的故事", "父亲的大衣", "冬天的道路", "海边的灯塔", "好几张照片"),
        ),
    ),
}


def prose(lang, seed, count):
    """``count`` different sentences in ``lang``: en, de or zh."""
    pattern, *words = _WORDS[lang]
    rng = random.Random(f"{lang} {seed}")
    found = {}
    while len(found) < count:
        found[pattern.format(*map(rng.choice, words))] = None
    return list(found)
