"""The 112 languages of the Tatoeba test, and the groups of them that papers give averages of."""

from typing import NamedTuple


class Language(NamedTuple):
    """``code``: ISO 639-3, in the names of the test's files; ``lang``: the code that the rest of
    the project has for it, of two letters where there is one; ``name``: in English."""

    code: str
    lang: str
    name: str


# Of a macrolanguage the test has its usual standard: cmn is zh, pes is fa, nob is no.
_LANGUAGES = """
afr af Afrikaans
amh am Amharic
ang ang Old English
ara ar Arabic
arq arq Algerian Arabic
arz arz Egyptian Arabic
ast ast Asturian
awa awa Awadhi
aze az Azerbaijani
bel be Belarusian
ben bn Bengali
ber ber Berber
bos bs Bosnian
bre br Breton
bul bg Bulgarian
cat ca Catalan
cbk cbk Chavacano
ceb ceb Cebuano
ces cs Czech
cha ch Chamorro
cmn zh Chinese
cor kw Cornish
csb csb Kashubian
cym cy Welsh
dan da Danish
deu de German
dsb dsb Lower Sorbian
dtp dtp Central Dusun
ell el Greek
epo eo Esperanto
est et Estonian
eus eu Basque
fao fo Faroese
fin fi Finnish
fra fr French
fry fy Western Frisian
gla gd Scottish Gaelic
gle ga Irish
glg gl Galician
gsw gsw Swiss German
heb he Hebrew
hin hi Hindi
hrv hr Croatian
hsb hsb Upper Sorbian
hun hu Hungarian
hye hy Armenian
ido io Ido
ile ie Interlingue
ina ia Interlingua
ind id Indonesian
isl is Icelandic
ita it Italian
jav jv Javanese
jpn ja Japanese
kab kab Kabyle
kat ka Georgian
kaz kk Kazakh
khm km Khmer
kor ko Korean
kur ku Kurdish
kzj kzj Coastal Kadazan
lat la Latin
lfn lfn Lingua Franca Nova
lit lt Lithuanian
lvs lv Latvian
mal ml Malayalam
mar mr Marathi
max max North Moluccan Malay
mhr mhr Eastern Mari
mkd mk Macedonian
mon mn Mongolian
nds nds Low German
nld nl Dutch
nno nn Norwegian Nynorsk
nob no Norwegian Bokmål
nov nov Novial
oci oc Occitan
orv orv Old East Slavic
pam pam Kapampangan
pes fa Persian
pms pms Piedmontese
pol pl Polish
por pt Portuguese
ron ro Romanian
rus ru Russian
slk sk Slovak
slv sl Slovenian
spa es Spanish
sqi sq Albanian
srp sr Serbian
swe sv Swedish
swg swg Swabian
swh sw Swahili
tam ta Tamil
tat tt Tatar
tel te Telugu
tgl tl Tagalog
tha th Thai
tuk tk Turkmen
tur tr Turkish
tzl tzl Talossan
uig ug Uyghur
ukr uk Ukrainian
urd ur Urdu
uzb uz Uzbek
vie vi Vietnamese
war war Waray
wuu wuu Wu Chinese
xho xh Xhosa
yid yi Yiddish
yue yue Cantonese
zsm ms Malay
"""

#: code to Language, sorted
LANGUAGES = {
    line[:3]: Language(*line.split(maxsplit=2)) for line in _LANGUAGES.strip().splitlines()
}

_MUSE = frozenset("ara cmn deu fra ita jpn kor nld pol por rus spa tha tur".split())
_XTREME = frozenset(
    "afr ara ben bul cmn deu ell est eus fin fra heb hin hun ind ita jav jpn kat kaz kor mal mar "
    "nld pes por rus spa swh tam tel tgl tha tur urd vie".split()
)
_NOT_LASER = frozenset(
    "ang arq arz ast awa ceb cha csb cym dsb fao fry gla gsw hsb jav max mon nno nov orv pam pms "
    "swg tuk tzl war xho yid".split()
)

#: What averages are over, label to codes, as Feng et al. 2022 (LaBSE) group the languages: those of
#: multilingual USE (Yang et al. 2020); of XTREME (Hu et al. 2020); those that LASER had training
#: data for (Artetxe & Schwenk 2019b); all. docs/method.md, "Retrieval on Tatoeba", has the sources
GROUPS = {
    "multilingual USE": _MUSE,
    "XTREME": _XTREME,
    "LASER": frozenset(LANGUAGES) - _NOT_LASER,
    "all": frozenset(LANGUAGES),
}
