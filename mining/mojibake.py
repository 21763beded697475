"""Texts that were decoded with the wrong charset: cafÃ©, donâ€™t, ÄãºÃ, 浣犲ソ, 锟斤拷.

It tells damage, and repairs nothing: what was lost on the way can't be known.
"""

import functools
import re

import numpy as np

from mining.codepoints import DAMAGE, DENSE, LEAD, TRAIL, misread_trails

# Marks that may well follow a word in capitals or a German ß: they prove less.
_QUOTES = "“”‘’„‚…–—«»‹›"
_ANY = re.escape(misread_trails())
_SURE = "".join(re.escape(char) for char in misread_trails() if char not in _QUOTES)
# UTF-8 as cp1252. One of these is enough: the accented letters of Western languages…
_WESTERN = (
    rf"[ÃÄÅ](?:[{_SURE}]|[{_QUOTES}][^\W\d_])|[a-zß-öø-ÿ][ÄÅ][{_QUOTES}]",
    r"Â[\xa1-\xbf]",
    # …whose second byte is a space, and the no-break space…
    r"[a-zß-öø-ÿ\d.,:;!?%)]Â(?: |$)",
    r"[a-zß-öø-ÿ][ÃÂ]|[ '’]Ã \w",
    # …quotes, dashes, arrows, the euro, emoji, full-width marks, the byte-order mark.
    rf"â(?:€|\x80|[{_SURE}][{_ANY}]|[{_ANY}][{_SURE}])|ðŸ|ã€[{_ANY}]|ï(?:»¿|¿½|¼[{_ANY}])",
)
# Two are needed of what may stand once in a text by chance.
_TWICE = (
    *(rf"(?:[{leads}][{_ANY}]){{2}}" for leads in ("ÐÑ", "ÎÏ", "×", "ØÙÚÛ")),
    rf"[à-ï][{_ANY}]{{2}}.*[à-ï][{_ANY}]{{2}}",
    # UTF-8 as cp1251
    rf"(?:[РС][{_ANY}]){{3}}",
)
# What the substitute character, or memory that nobody wrote to, becomes in GBK, Big5 and EUC-KR;
# and kana as Shift-JIS.
_KNOWN = ("锟斤拷", "烫烫烫", "屯屯屯", "嚙踝", "嚙踐", "占쏙옙")
_KANA = re.compile("(?:[縺繧繝].?.?){3}")
_ASCII = re.compile("[\x00-\x7f]+")
_BELOW_HAN = re.compile("[\x00-\u1fff]+")
# Every third character is a lead where UTF-8 was read as GBK.
_MAX_CHARS_PER_LEAD = 16
# Of a text's letters: the most that legit text has (docs/method.md, "Quality filters").
_MAX_HIGH_PAIRS = 0.4


@functools.cache
def _traces():
    return re.compile("|".join((*_WESTERN, *_TWICE, *_KNOWN)))


def has_mojibake(column):
    """Whether each text has damage that only a wrong charset does: bool [n].

    column: mining.codepoints.Column. One broken character is enough, among whatever else.
    """
    kinds, codes = column.kinds, column.codes
    found = column.any((kinds & DAMAGE) != 0) | _is_high_latin(column)
    lead = (kinds & LEAD) != 0
    dense = lead & ((kinds & DENSE) != 0)
    lead[:-1] &= (kinds[1:] & TRAIL) != 0
    # A second byte that is a space is a blank by now.
    suspects = column.any(lead | (codes | 1 == ord("Ã"))) & ~found
    _look_closer(column, suspects, lambda text: bool(_traces().search(text)), found)
    if dense.any():
        suspects = column.count(dense) * _MAX_CHARS_PER_LEAD > column.lengths
        _look_closer(column, suspects & ~found, _is_from_asia, found)
    return found


def _look_closer(column, suspects, is_misread, found):
    """Sets ``found`` where a text of the suspects is misread."""
    rows = np.flatnonzero(suspects)
    if len(rows):
        found[rows] = [is_misread(text) for text in column.texts.take(rows).to_pylist()]


def _is_high_latin(column):
    """Words of characters from U+00A1 to U+00FF alone: GBK or Cyrillic read as Latin-1."""
    # In unsigned numbers whatever lies below U+00A1 is huge.
    high = column.codes - np.uint32(0xA1) < 0x5F
    high[1:] &= high[:-1]
    high[0] = False
    if not high.any():
        return np.zeros(len(column), bool)
    return column.count(high) > _MAX_HIGH_PAIRS * column.letters


def _is_from_asia(text):
    """Whether most of what is not ASCII is UTF-8 of Han characters once it is written as GBK, or
    there is kana that was read as Shift-JIS."""
    raw = _ASCII.sub("", text).encode("gb18030")
    found = _BELOW_HAN.sub("", raw.decode("utf-8", "ignore"))
    return 3 * len(found) > 0.5 * len(raw) or bool(_KANA.search(text))
