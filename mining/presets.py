"""Published methods of mining as settings of ours, and what switches each filter off.

A preset stands for its method alone, so all other filters are off in it; it takes no part in what
a page or a sentence is. Sources of the figures: docs/method.md, "Presets".
"""

import dataclasses

from mining.config import STAGES
from mining.errors import InputError

#: below and above every score there is; finite, as JSON wants numbers to be
LOWEST = -1e9
HIGHEST = 1e9

#: for each reason that filters.reject_reasons gives, the knobs of CorpusConfig that switch it off
OFF = {
    "margin": {"min_margin": LOWEST},
    "cosine": {"min_cosine": LOWEST},
    "page_support": {"min_page_support": 0, "min_margin_alone": LOWEST, "page_bonus": 0.0},
    "order": {"min_order_agreement": LOWEST, "skip_cost": 0.0},
    "number_agreement": {"min_number_agreement": LOWEST},
    "negation_agreement": {"min_negation_agreement": LOWEST},
    "name_agreement": {"min_name_agreement": LOWEST},
    "ascii_agreement": {"min_ascii_agreement": LOWEST},
    "length_ratio": {"max_length_ratio": HIGHEST},
    "copy_similarity": {"max_copy_similarity": HIGHEST},
    "language_agreement": {"min_language_agreement": LOWEST},
    "fan": {"max_fan": HIGHEST},
    "original_pages": {"min_original_pages": 0},
}


def off(reasons):
    """The knobs of CorpusConfig, a dict, that switch off the filters with these reasons."""
    return {knob: value for reason in reasons for knob, value in OFF[reason].items()}


_ALL_OFF = off(OFF)

#: by name and stage, the knobs that differ from the defaults
PRESETS = {
    # k as in the default, so that the same neighbours serve; the nearest is one of them.
    "labse": {
        "mine": {"k": 4},
        "corpus": {
            **_ALL_OFF,
            "margin": "absolute",
            "retrieval": "backward",
            "min_cosine": 0.6,
        },
    },
    "laser": {
        "mine": {"k": 4},
        "corpus": {**_ALL_OFF, "margin": "ratio", "retrieval": "max", "min_margin": 1.09},
    },
    "ccmatrix": {
        "mine": {"k": 16},
        "corpus": {**_ALL_OFF, "margin": "ratio", "retrieval": "max", "min_margin": 1.06},
    },
}


def config_of(stage, preset=None):
    """The config of a stage as a preset sets it; the defaults where it says nothing or is None.

    Raises InputError for a preset that there is not.
    """
    if preset is not None and preset not in PRESETS:
        raise InputError(f"unknown preset {preset!r}; give {', '.join(PRESETS)}")
    knobs = PRESETS[preset].get(stage, {}) if preset else {}
    return dataclasses.replace(STAGES[stage](), **knobs)
