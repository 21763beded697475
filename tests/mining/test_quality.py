"""Quality filters of sentences: what each refuses and, above all, what it leaves alone; bounds;
and that a sentence is judged by itself, whatever stands beside it.
"""

import collections.abc
import csv
import dataclasses
import inspect
import json
import json.decoder
import textwrap
import time
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mining.codepoints import Column
from mining.config import ExtractConfig
from mining.quality import FILTERS, reject_reasons
from mining.repetition import distinct_share
from mining.sentences import normalise

SHORT = ExtractConfig(min_chars=10, max_chars=20, min_chars_zh=4)
CONFIG = ExtractConfig()


def reasons(texts, langs, config=CONFIG):
    return list(reject_reasons(pa.array(texts, pa.string()), np.array(langs, object), config))


def column_of(texts):
    return Column(pa.array(texts, pa.string()), np.full(len(texts), "en", object))


def reason(text, lang="en", config=CONFIG):
    return reasons([text], [lang], config)[0]


@pytest.mark.parametrize(
    ("lang", "length", "expected"),
    [
        ("en", 9, "too_short"),
        ("en", 10, ""),
        ("en", 20, ""),
        ("en", 21, "too_long"),
        ("de", 9, "too_short"),
        ("zh", 3, "too_short"),
        ("zh", 4, ""),
        ("zh", 9, ""),
        ("zh", 21, "too_long"),
        ("ja", 9, "too_short"),
    ],
)
@pytest.mark.parametrize("first", ["a", "а", "一", "𠀀"])  # Latin, Cyrillic, Han, Han of four bytes
def test_length_is_counted_in_characters_and_bounds_are_inside(lang, length, expected, first):
    text = "".join(chr(ord(first) + at) for at in range(length))
    assert reason(text, lang, SHORT) == expected


def test_each_sentence_has_its_own_reason():
    texts = ["short", "just long enough", "x" * 21, "四个字吗", "三个字", "just long enough"]
    langs = ["en", "en", "de", "zh", "zh", "de"]
    assert reasons(texts, langs, SHORT) == ["too_short", "", "too_long", "", "too_short", ""]


def test_first_filter_that_refuses_gives_the_reason():
    config = ExtractConfig(min_chars=10, max_chars=5)
    assert reason("seven c", "en", config) == FILTERS[0].__name__


def test_no_sentences_have_no_reasons():
    assert reasons([], []) == []


REFUSED = {
    "mojibake": [
        ("de", "Die BÃ¼cher liegen auf dem Tisch und warten."),
        ("de", "Die B\ufffdcher liegen auf dem Tisch und warten."),
        ("de", "Ã–sterreich grenzt an acht andere Staaten."),
        ("en", "I donâ€™t know what you are talking about."),
        ("en", "It costs 30 â‚¬ and not a cent more."),
        ("en", "The priceÂ is given in the table on the left."),
        ("en", "Don\x92t forget to bring your own cup."),
        ("en", "Our address is \ue0a0 12 Station Road, Ferrymoor."),
        ("fr", "Il va Ã la gare tous les matins."),
        ("fr", "Nous avons trouvÃ© une autre solution."),
        ("ru", "РњС‹ РЅРµ Р·РЅР°Р»Рё, С‡С‚Рѕ РѕРЅ РїСЂРёРµС…Р°Р»."),
        ("ru", "Ìû íå çíàëè, ÷òî îí ïðèåõàë."),
        ("zh", "ÄãºÃ£¬ÊÀ½ç¡£"),
        ("zh", "浣犲ソ锛屼笘鐣�"),
        ("zh", "浣犲ソ锛屼笘鐣"),
        ("zh", "他说锟斤拷然后就走了。"),
        ("zh", "变量没有初始化：烫烫烫烫烫烫"),
        ("ja", "縺薙ｓ縺ｫ縺｡縺ｯ縲∽ｸ也阜縲"),
    ],
    "repetition": [
        ("en", "buy buy buy buy"),
        ("en", "Read more Read more Read more Read more"),
        ("en", "Noooooooooooooooooooo!"),
        ("en", "=-=-=-=-=-=-=-=-=-"),
        ("de", "Inhalt .................................. 12"),
        ("zh", "哈哈哈哈哈哈哈哈哈"),
        ("zh", "加入购物车加入购物车加入购物车加入购物车"),
        ("th", "555555555555555555"),
    ],
    "mostly_digits": [
        ("en", "Tel. +44 1632 960 983"),
        ("de", "12.03.2024, 14:30 Uhr"),
        ("zh", "电话：010-12345678"),
        ("ar", "هاتف ٠١٢٣٤٥٦٧٨٩"),
    ],
    "few_letters": [
        ("en", "*** >>> Sale! <<< *** ---"),
        ("en", "★☆✪✯✰ Top ★★☆✪✯"),
        ("zh", "【】（）「」《》、。，！？：；……　中文"),
        ("ru", "— — ( ! ) «…» : ; / да"),
    ],
    "code_or_markup": [
        ("en", "for (int i = 0; i < n; i++) { total += values[i]; }"),
        ("en", "def read(self, size=-1): return self.buffer.read(size)"),
        ("en", "import numpy as np"),
        ("en", "from collections import OrderedDict, defaultdict"),
        ("en", "#include <stdio.h> int main(void) { return 0; }"),
        ("en", "const button = document.querySelector('#submit');"),
        ("en", "SELECT name, price FROM products WHERE price < 20 ORDER BY name"),
        ("en", "$ sudo apt-get install build-essential"),
        ("en", "pip install --upgrade requests"),
        ("en", "tar -xzf archive.tar.gz -C /usr/local"),
        ("en", "user@host:~/project$ make all"),
        ("en", "C:\\Users\\Public\\Documents\\report.docx"),
        ("en", "/usr/share/doc/packages/README.txt"),
        ("en", "https://www.example.org/articles/2024/05/why-ice-floats.html"),
        ("en", "Traceback (most recent call last): in load"),
        ("en", 'File "main.py", line 3, in <module>'),
        ("en", "at org.example.Server.handle(Server.java:127)"),
        ("en", "java.lang.NullPointerException: name must not be null"),
        ("en", 'See <a href="/shop/item?id=3" class="link">the offer</a> <br/> <b>now</b>'),
        ("en", '{"name": "Anna Schmidt", "occupation": "carpenter", "children": []}'),
        ("en", "body { margin: 0; font-family: sans-serif; color: #333; }"),
        ("en", ".menu li a:hover { text-decoration: none; }"),
        ("de", '<div class="inhalt"><p>Hallo</p></div>'),
        ("zh", "if (用户 == null) { return; } else { list.add(用户); }"),
    ],
    "boilerplate": [
        ("en", "We use cookies to give you the best experience on our website."),
        ("en", "This site uses cookies."),
        ("en", "By continuing to use this site you agree to our use of cookies."),
        ("en", "Accept all cookies"),
        ("en", "Copyright © 2024 Ferrymoor Courier Ltd. All rights reserved."),
        ("en", "Anchor Square Books, all rights reserved."),
        ("en", "JavaScript must be enabled to view this page."),
        ("en", "Please enable JavaScript in your browser."),
        ("en", "Your browser does not support the video tag."),
        ("en", "Share on Facebook"),
        ("en", "Follow us on Twitter and Instagram!"),
        ("en", "» Click here to read more"),
        ("en", "You must be logged in to post a comment."),
        ("en", "Log in or register to reply"),
        ("en", "Forgot your password?"),
        ("en", "Your email address will not be published."),
        ("en", "Skip to main content"),
        ("en", "Home | About us | Contact us | Privacy policy"),
        ("de", "Diese Website verwendet Cookies, um Ihnen den Besuch zu erleichtern."),
        ("de", "Alle Rechte vorbehalten."),
        ("de", "© 2019–2024 Museum am Fluss, alle Rechte vorbehalten"),
        ("de", "Bitte aktivieren Sie JavaScript in Ihrem Browser."),
        ("de", "Sie müssen angemeldet sein, um einen Kommentar zu schreiben."),
        ("de", "Jetzt anmelden oder registrieren"),
        ("de", "Weiterlesen »"),
        ("de", "Mehr erfahren"),
        ("de", "Artikel auf Facebook teilen"),
        ("de", "Impressum | Datenschutz | AGB | Kontakt"),
        ("de", "ZURÜCK ZUR STARTSEITE"),
        ("zh", "版权所有"),
        ("zh", "塔恩码头修理咖啡馆版权所有"),
        ("zh", "点击这里查看更多"),
        ("zh", "本网站使用Cookie来改善您的体验。"),
        ("zh", "未经许可，不得转载本站内容。"),
        ("zh", "转载请注明出处"),
        ("zh", "您需要登录后才可以回帖 登录 | 立即注册"),
        ("zh", "上一篇：港口的鱼市重新开张"),
        ("zh", "分享到：微信 微博 QQ空间"),
        ("zh", "请启用JavaScript以继续。"),
        ("zh", "扫描二维码关注我们"),
    ],
}


@pytest.mark.parametrize(
    ("expected", "lang", "text"),
    [(expected, *row) for expected, rows in REFUSED.items() for row in rows],
)
def test_what_is_no_sentence_is_refused_for_its_reason(expected, lang, text):
    assert reason(text, lang) == expected


KEPT = [
    # Damage is not what merely looks foreign.
    ("de", "„Die SPÖ“, sagte er, „will mehr Straßen und größere Plätze.“"),
    ("de", "Er wohnt in der Königstraße“ – das stand auf dem Zettel."),
    ("fr", "«Où est l’été?» — «Il est déjà passé», dit-elle, «hélas…»"),
    ("pt", "A MAÇÃ E O PÃO SÃO DA IRMÃ."),
    ("cs", "Ať žije žlutý kůň, řekl šťastný děd."),
    ("is", "Þú ert góður nemandi og ég líka."),
    ("vi", "Tôi không biết anh ấy đã đi đâu."),
    ("ru", "Рим строился не сразу, а Самара — тем более."),
    ("uk", "Рік тому тут ще стояв старий міст."),
    ("zh", "她烫了头发，然后去逛街。"),
    ("zh", "涓涓细流汇成大河。"),
    ("ja", "犬が好きですが、猫はもっと好きです。"),
    # Some repetition is style.
    ("en", "A rose is a rose is a rose."),
    ("en", "No, no, no, that is not what I meant!"),
    ("de", "Je mehr man weiß, desto mehr weiß man, dass man nichts weiß."),
    ("zh", "哈哈哈，你说得太好笑了。"),
    # Letters are what the script says they are.
    ("de", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"),
    ("zh", "他说：“好。”"),
    ("th", "ผมไม่รู้ว่าเขาไปที่ไหนเมื่อวานนี้"),
    ("hi", "मुझे नहीं पता कि वह कल कहाँ गया था।"),
    ("ar", "أنا لا أعرف إلى أين ذهب أمس."),
    ("ta", "அவர் நேற்று எங்கே சென்றார் என்று எனக்குத் தெரியாது."),
    ("he", "אני לא יודע לאן הוא הלך אתמול."),
    ("ko", "나는 1972년 10월 10일에 태어났다."),
    ("en", "The shop is open from 10 a.m. to 5 p.m."),
    ("de", "Geöffnet von 10.00 bis 17.00 Uhr"),
    ("zh", "2024年5月17日，星期五"),
    # Prose about programs is prose.
    ("en", "Run make install as root and then edit the file /etc/fstab by hand."),
    ("en", "The --verbose option prints the name of every file that is copied."),
    ("en", "The functions fopen() and fclose() conform to the C99 standard."),
    ("en", "Place the stylesheet between the <head> and </head> tags of your page."),
    ("en", "See https://example.org/docs for a longer explanation of the format."),
    ("en", "If the value is greater than 10, the function returns false; otherwise, it goes on."),
    ("en", "Write to info@example.org if you have any questions about the trip."),
    ("en", "Select which columns of the table should be shown from now on."),
    ("en", "Import settings from another computer"),
    ("en", "C++ and C# are both descendants of C, and so is Objective-C."),
    ("en", "Could not open file %s: %s"),
    ("de", "Die Option --hilfe gibt eine Übersicht aller Befehle aus."),
    ("de", "Ändern Sie den Eintrag in der Datei /etc/hosts und starten Sie den Rechner neu."),
    ("zh", "使用 ls -l 命令可以查看文件的权限和大小。"),
    ("zh", "请编辑 /etc/hosts 文件，然后重新启动计算机。"),
    # Prose about what boilerplate is about.
    ("en", "Grandma bakes cookies with oats and raisins every Sunday."),
    ("en", "The court ruled that the copyright of the song had expired in 2014."),
    ("en", "He shared the photo on Facebook before he told his parents about it."),
    ("en", "Please register the letter at the post office before noon."),
    ("en", "You must be tired after such a long journey through the snow."),
    ("en", "This page explains how to work with JavaScript."),
    ("en", "To go home he had to cross the river at the old mill."),
    ("en", "Read the instructions more than once before you begin to cut."),
    ("de", "Die Bäckerei verwendet für ihre Kekse nur Butter aus dem Dorf."),
    ("de", "Um die Seite zu drucken, braucht man einen Drucker mit viel Papier."),
    ("de", "Mehr Licht, soll er gesagt haben, bevor er starb."),
    ("de", "Bitte melden Sie sich beim Hausmeister, wenn die Heizung kalt bleibt."),
    ("de", "Alle Preise, die sie je gewonnen hatte, standen auf dem Kamin."),
    ("zh", "游客可以在码头旁边的小店里买到明信片。"),
    ("zh", "这首歌的版权在法庭上争论了很多年。"),
    ("zh", "他登录之后发现所有的文件都不见了，于是打电话给同事。"),
    ("zh", "注册商标需要几个月的时间。"),
]


@pytest.mark.parametrize(("lang", "text"), KEPT)
def test_prose_is_kept_whatever_it_is_about(lang, text):
    assert reason(text, lang) == ""


PROSE = {
    "de": "Gestern fuhren wir früh über die Brücke, weil es im Tal schöne Äpfel gab.",
    "fr": "L’été dernier, nous étions à la plage où il a plu presque tous les jours.",
    "es": "Mañana iremos al pequeño café de la esquina, ¿quieres venir también?",
    "pl": "Wczoraj wieczorem poszliśmy do kina, żeby obejrzeć nowy film o górach.",
    "tr": "Dün akşam küçük kardeşim bütün gün çalıştığı için çok yorgundu.",
    "ru": "Вчера вечером мы долго гуляли по набережной и смотрели на корабли.",
    "el": "Χθες το βράδυ περπατήσαμε πολλή ώρα δίπλα στη θάλασσα.",
    "he": "אתמול בערב הלכנו לאורך החוף והסתכלנו על האוניות.",
    "ar": "مشينا أمس مساء على الشاطئ ونظرنا إلى السفن البعيدة.",
    "hi": "कल शाम हम नदी के किनारे बहुत देर तक टहलते रहे।",
    "th": "เมื่อวานนี้เราเดินเล่นริมแม่น้ำเป็นเวลานาน",
    "zh": "昨天晚上我们沿着河边走了很久，看着远处的船。",
    "ja": "昨日の夜、私たちは川沿いを長い間歩きました。",
    "ko": "어제 저녁에 우리는 강가를 오랫동안 걸었습니다.",
}
MISREAD = [
    *((lang, "utf-8", "latin-1") for lang in PROSE),
    *((lang, "utf-8", "cp1252") for lang in PROSE),
    *((lang, "utf-8", "ascii") for lang in PROSE),
    *(("zh", "utf-8", charset) for charset in ("gbk", "gb18030", "big5")),
    ("ja", "utf-8", "shift_jis"),
    ("ru", "utf-8", "cp1251"),
    *((lang, "cp1252", "utf-8") for lang in ("de", "fr", "es")),
    *(("zh", charset, "latin-1") for charset in ("gbk", "big5")),
    *(("zh", charset, "utf-8") for charset in ("gbk", "big5hkscs")),
    ("ru", "cp1251", "latin-1"),
    ("ru", "koi8-r", "cp1252"),
    ("el", "iso8859-7", "cp1252"),
]


@pytest.mark.parametrize(("lang", "written", "read"), MISREAD)
def test_text_read_in_the_wrong_charset_is_damaged_and_the_right_one_is_not(lang, written, read):
    raw = PROSE[lang].encode(written, "ignore")
    # Browsers show the bytes that cp1252 leaves out as control characters.
    wrong = raw.decode("latin-1" if read == "cp1252" else read, "replace")
    if read == "cp1252":
        wrong = "".join(
            char.encode("latin-1").decode("cp1252", "ignore") or char if char < "\u0100" else char
            for char in wrong
        )
    assert reason(normalise(wrong), lang) == "mojibake"
    assert reason(PROSE[lang], lang) == ""


def test_most_of_real_source_code_is_refused():
    source = "".join(map(inspect.getsource, (csv, json.decoder, textwrap, collections.abc)))
    lines = [line for line in source.splitlines() if line.strip() and "#" not in line]
    code, inside = [], False
    for line in lines:  # documentation is prose
        inside ^= line.count('"""') % 2
        if not inside and '"""' not in line:
            code.append(line)
    stretches = [normalise(" ".join(code[at : at + 5])) for at in range(0, len(code), 5)]
    refused = [bool(why) for why in reasons(stretches, ["en"] * len(stretches))]
    assert len(stretches) > 100
    assert np.mean(refused) > 0.75


def test_documentation_of_source_code_is_kept():
    documented = (textwrap.wrap, textwrap.fill, textwrap.dedent, textwrap.indent)
    sentences = [normalise(inspect.getdoc(function)) for function in documented]
    assert reasons(sentences, ["en"] * len(sentences)) == [""] * len(sentences)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("value", [3, True, "red", [1, 2], {"width": 20, "height": 30}])
def test_json_is_refused(value, indent):
    document = {"items": [{"kind": kind, "value": value} for kind in ("box", "lid")]}
    assert reason(normalise(json.dumps(document, indent=indent))) in (
        "code_or_markup",
        "few_letters",
    )


@pytest.mark.parametrize(
    ("knob", "value", "text"),
    [
        ("min_distinct_share", 0.1, "buy buy buy buy"),
        ("max_digit_share", 0.9, "Tel. +44 1632 960 983"),
        ("min_letter_share", 0.1, "★☆✪✯✰ Top ★★☆✪✯"),
        ("max_code_share", 1.0, "pip install --upgrade requests"),
        ("max_boilerplate_share", 1.0, "Alle Rechte vorbehalten."),
    ],
)
def test_a_knob_turns_its_filter_off(knob, value, text):
    config = dataclasses.replace(CONFIG, **{knob: value})
    assert reason(text) != ""
    assert reason(text, config=config) == ""


def test_a_phrase_of_boilerplate_in_longer_prose_is_kept():
    phrase = "Click here to read more. "
    prose = "The harbour was built when the fishermen still rowed out at night. "
    assert reason(phrase + prose) == ""
    assert reason(phrase * 2 + "Thanks.") == "boilerplate"


# The planes beyond are taken for Han as a whole: new characters come in there.
ASSIGNED_SOMEWHERE = st.characters(exclude_categories=["Cs"], max_codepoint=0x1FFFF)
REPETITIVE = st.builds(
    lambda parts, times, rest: "".join(parts) * times + rest,
    st.lists(st.text(st.sampled_from("ab 好x."), min_size=1, max_size=9), max_size=4),
    st.integers(0, 30),
    st.text(max_size=40),
)


@given(st.lists(REPETITIVE, min_size=1, max_size=8))
def test_distinct_share_is_that_of_a_plain_count_where_it_is_low(texts):
    def plain(text):
        grams = [text[at : at + 4] for at in range(len(text) - 3)]
        windows = [grams[at : at + 128] for at in range(0, len(grams), 128)]
        return sum(len(set(window)) for window in windows) / len(grams) if grams else 1.0

    found = distinct_share(column_of(texts), 0.5)
    for text, share in zip(texts, found, strict=True):
        if share < 0.5:
            assert share == pytest.approx(plain(text))
        else:
            # An estimate decides who is counted; it may let pass what is near the bound.
            assert plain(text) > 0.4


@given(st.lists(st.text(ASSIGNED_SOMEWHERE), min_size=1, max_size=6))
def test_characters_are_counted_by_what_unicode_says_they_are(texts):
    column = column_of(texts)
    for text, letters, digits in zip(texts, column.letters, column.digits, strict=True):
        kinds = [unicodedata.category(char)[0] for char in text]
        assert kinds.count("L") <= letters <= 2 * (kinds.count("L") + kinds.count("M"))
        assert digits == kinds.count("N")


ANY = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from([text for rows in REFUSED.values() for _, text in rows]),
    st.sampled_from([text for _, text in KEPT]),
)


@given(st.lists(ANY, max_size=5), st.sampled_from([CONFIG, ExtractConfig(min_chars=0)]))
def test_a_sentence_is_judged_by_itself(texts, config):
    alone = [reason(text, config=config) for text in texts]
    assert reasons(texts, ["en"] * len(texts), config) == alone
    sliced = pa.array(["before", *texts, "behind"], pa.string()).slice(1, len(texts))
    langs = np.full(len(texts), "en", object)
    assert list(reject_reasons(sliced, langs, config)) == alone


@pytest.mark.parametrize("part", ["a-", "{", '"', "<a ", '<a x="', "a: b; ", "Ã", "é”", "`", "浣"])
def test_long_text_takes_no_quadratic_time(part):
    text = (part * 5000)[:5000]
    start = time.process_time()
    reasons([text] * 10, ["en"] * 10)
    assert time.process_time() - start < 2
