"""What a sentence must be to be kept: each filter has a name, which is the reason in rejects/.

A filter looks at each sentence by itself. What they measure stands in modules of its own.
"""

import numpy as np

from mining.boilerplate import boilerplate_share
from mining.codelike import code_share
from mining.codepoints import Column
from mining.mojibake import has_mojibake
from mining.repetition import distinct_share


def too_short(column, config):
    """Fewer characters than the language's least length."""
    least = np.where(column.langs == "zh", config.min_chars_zh, config.min_chars)
    return column.lengths < least


def too_long(column, config):
    """More characters than the greatest length."""
    return column.lengths > config.max_chars


def mojibake(column, config):
    """Decoded with the wrong charset, or with characters in it that no text has."""
    return has_mojibake(column)


def repetition(column, config):
    """The same characters again and again."""
    return distinct_share(column, config.min_distinct_share) < config.min_distinct_share


def mostly_digits(column, config):
    """A greater share of digits among letters and digits than the greatest."""
    return column.digits > config.max_digit_share * (column.letters + column.digits)


def few_letters(column, config):
    """A smaller share of letters among letters and marks than the least; digits are neither."""
    return column.letters < config.min_letter_share * (column.ink - column.digits)


def code_or_markup(column, config):
    """More program code, markup, commands and addresses than prose."""
    return code_share(column, config.max_code_share) > config.max_code_share


def boilerplate(column, config):
    """Mostly what sites say around their content, in English, German or Chinese."""
    return boilerplate_share(column) > config.max_boilerplate_share


#: in this order; only what the first ones let pass is looked at more closely
LENGTH_FILTERS = (too_short, too_long)
FILTERS = (
    *LENGTH_FILTERS,
    *(mojibake, repetition, mostly_digits, few_letters, code_or_markup, boilerplate),
)


def reject_reasons(texts, langs, config):
    """The name of the first filter that refuses each sentence, or ''.

    texts: Arrow string array [n]; langs: NumPy array of str [n]. Returns NumPy array of str [n].
    """
    reasons = np.full(len(texts), "", dtype=object)
    column = Column(texts, langs)
    rows = _refuse(LENGTH_FILTERS, column, np.arange(len(texts)), config, reasons)
    if len(rows):
        if len(rows) < len(column):
            column = column.take(rows)
        _refuse(FILTERS[len(LENGTH_FILTERS) :], column, rows, config, reasons)
    return reasons


def _refuse(filters, column, rows, config, reasons):
    """Sets the reasons of those ``rows``, which ``column`` holds, and returns the rows left."""
    left = np.ones(len(column), bool)
    for refuses in filters:
        hit = refuses(column, config) & left
        reasons[rows[hit]] = refuses.__name__
        left &= ~hit
    return rows[left]
