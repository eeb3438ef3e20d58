"""Layers that prepare numbers, categories, texts and sound."""

from functools import partial

import numpy as np
from keras import layers

from ..experiment import Argument
from ..patterns import mask, one
from ..weights import normal
from .entry import Entry, entry, plain, trial

NUMBERS = one("inputs", np.arange(15, dtype="int64").reshape(3, 5) % 4)
WORDS = one("inputs", np.array([["a", "x", "b", "", "a"], ["b", "", "", "a", "a"], ["c"] * 5]))
COLUMN = mask("1", "0", "1")
TEXTS = one("inputs", np.array([["a b"], [""], ["b b a"]]))
TWO_COLUMNS = (np.array([[1], [2], [3]]), np.array([[4], [5], [6]]))
CROSSED = (Argument("inputs", TWO_COLUMNS, is_list=True),)
SOUND = normal("sound", 3, 8)
SOUND_MASK = mask("11111111", "11110000", "10101010")

ENTRIES: dict[str, Entry] = (
    plain({"Normalization": {"mean": 1.0, "variance": 2.0}, "Rescaling": {"scale": 0.5}})
    | plain(
        {
            "CategoryEncoding": {"num_tokens": 4},
            "Hashing": {"num_bins": 5},
            "IntegerLookup": {"vocabulary": [1, 2]},
        },
        NUMBERS,
    )
    | plain({"Discretization": {"bin_boundaries": [0.0, 0.5]}})
    | plain({"StringLookup": {"vocabulary": ["a", "b"]}}, WORDS)
    | plain(
        {"TextVectorization": {"vocabulary": ["a", "b"], "output_sequence_length": 4}},
        TEXTS,
        (COLUMN,),
    )
    | plain({"HashedCrossing": {"num_bins": 5}}, CROSSED, (COLUMN, COLUMN))
    | plain(
        {
            "MelSpectrogram": {
                "sequence_stride": 2,
                "fft_length": 4,
                "sampling_rate": 8,
                "num_mel_bins": 2,
            },
        },
        one("inputs", SOUND),
        (SOUND_MASK,),
    )
    | plain(
        {"STFTSpectrogram": {"frame_length": 4, "frame_step": 2, "fft_length": 4, "window": None}},
        one("inputs", SOUND[..., None]),
        (SOUND_MASK,),
    )
    | {
        "Pipeline": entry(
            trial(lambda name: layers.Pipeline([layers.Rescaling(2.0, name="inner")], name=name)),
            words="around `Rescaling`",
        )
    }
)
