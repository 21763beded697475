"""Which language the blocks and sentences of pages are in: what is too short to tell is told by
what it stands in. Nothing here depends on which languages somebody asks for."""

import re

import numpy as np

from mining import langid

# Characters of a page by which its language is settled.
_SAMPLE_CHARS = 200
# Characters of a block that a look is given.
_LOOK_CHARS = 200
# The share of a page's text in one language from which its short blocks need no look.
_SETTLED_SHARE = 0.9
# In Chinese surroundings one character is enough, however many Latin letters stand beside it.
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def languages_of_blocks(texts, pages, page_count, config):
    """(langs, probs, main): each block's language and its probability, and each page's main
    language, the one with the most characters; lists, "" for none.

    texts: the blocks; pages: the number of the page that each is on.
    """
    guesses = [None] * len(texts)
    telling = [
        row
        for row, text in enumerate(texts)
        if len(text) > config.short_chars or not text.isascii()
    ]
    _fill(guesses, telling, texts)
    looks, shares = _most_characters(texts, pages, guesses, page_count)
    expected, probs_of_pages = _agreed(looks, texts, pages, guesses, config)
    settled = [
        lang if share >= _SETTLED_SHARE else ""
        for lang, share in zip(expected, shares, strict=True)
    ]
    _fill(
        guesses,
        [row for row, page in enumerate(pages) if guesses[row] is None and not settled[page]],
        texts,
    )
    langs = [
        settled[page] if guess is None else expected[page] if guess == expected[page] else ""
        for page, guess in zip(pages, guesses, strict=True)
    ]
    for row, page in enumerate(pages):
        if not langs[row] and expected[page] == "zh" and _HAN.search(texts[row]):
            langs[row] = "zh"
    probs = [probs_of_pages[page] for page in pages]
    unclear = [row for row, lang in enumerate(langs) if not lang]
    found = langid.identify(
        [texts[row] for row in unclear],
        config.min_lang_prob,
        [guesses[row] for row in unclear],
    )
    for row, lang, prob in zip(unclear, *found, strict=True):
        langs[row], probs[row] = lang, prob
    main, _ = _most_characters(texts, pages, langs, page_count)
    for row in unclear:
        if _by_chance(langs[row], probs[row], texts[row], main[pages[row]], config):
            langs[row] = main[pages[row]]
    return langs, probs, main


def languages_of_sentences(texts, block_langs, block_probs, contexts, config):
    """(langs, probs): each sentence's language, "" for none, and its probability; NumPy arrays.

    texts: the sentences, object [n]; block_langs, block_probs: of the block of each; contexts: of
    its block or, where that has no language, of its page. One that looks like its block's language
    is in it, one that can't be told in that of its context.
    """
    langs, probs = block_langs.copy(), block_probs.copy()
    guesses = np.array(langid.guess(texts), dtype=object)
    for row in np.flatnonzero((langs == "zh") & (guesses != "zh")):
        if _HAN.search(texts[row]):
            guesses[row] = "zh"
    unclear = np.flatnonzero((langs == "") | (guesses != langs))
    found = langid.identify(texts[unclear], config.min_lang_prob, guesses[unclear])
    langs[unclear], probs[unclear] = found
    # Han characters alone in a Japanese block are Japanese.
    return np.where((langs == "") | ((langs == "zh") & (contexts == "ja")), contexts, langs), probs


def without_script(texts, langs):
    """``langs``, object [n], but none for what only its context makes Chinese: it has no character
    of the script."""
    rows = np.flatnonzero(langs == "zh")
    plain = np.array([text.isascii() for text in texts[rows]], dtype=bool)
    langs = langs.copy()
    langs[rows[plain]] = ""
    return langs


def _fill(guesses, rows, texts):
    looked_at = [texts[row][:_LOOK_CHARS] for row in rows]
    for row, guess in zip(rows, langid.guess(looked_at), strict=True):
        guesses[row] = guess


def _agreed(looks, texts, pages, guesses, config):
    """(langs, probs): the language that each page looks to be in, if fastText says so too of a
    sample of what looks like it; else ""."""
    samples, sizes = [[] for _ in looks], [0] * len(looks)
    for text, page, guess in zip(texts, pages, guesses, strict=True):
        if guess and guess == looks[page] and sizes[page] < _SAMPLE_CHARS:
            samples[page].append(text[:_SAMPLE_CHARS])
            sizes[page] += len(text)
    samples = [" ".join(parts)[:_SAMPLE_CHARS] for parts in samples]
    langs, probs = langid.identify(samples, config.min_lang_prob, looks)
    return [lang if lang == look else "" for lang, look in zip(langs, looks, strict=True)], probs


def _by_chance(lang, prob, text, main, config):
    """Whether a text looks like another language than its page's, and it is less likely to be:
    a short one of which fastText is not sure, or Han characters alone on a Japanese page."""
    if lang in ("", main) or not main:
        return False
    if lang == "zh":
        return main == "ja"
    return len(text) <= config.short_chars and prob < config.min_pure_prob


def _most_characters(texts, pages, langs, page_count):
    """(langs, shares): the language with the most characters on each page, "" where none has any,
    and its share of the characters of texts that have a language or were looked at for one."""
    sizes = [{} for _ in range(page_count)]
    for text, page, lang in zip(texts, pages, langs, strict=True):
        if lang is not None:
            by = sizes[page]
            by[lang] = by.get(lang, 0) + len(text)
    # Equal sizes are decided by name: the same whatever the order of blocks.
    main = [
        min((lang for lang in by if lang), key=lambda lang: (-by[lang], lang), default="")
        for by in sizes
    ]
    return main, [
        by.get(lang, 0) / max(sum(by.values()), 1) for lang, by in zip(main, sizes, strict=True)
    ]
