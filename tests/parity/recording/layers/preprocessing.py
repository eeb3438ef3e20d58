"""Rescaling, Normalization, and the layers that make categories of numbers and of strings."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import cases, mask, one, sequences
from ..weights import normal

BOTH = ("mean", "lstm")
FEW = cases(("none", "holes"))
ROWS = (Case("none"), Case("row_mask", (mask("101")[0],)))
NUMBERS = sequences()
INTEGERS = one("inputs", np.arange(60, dtype="int32").reshape(3, 5, 4) % 11)
VECTORS = one("inputs", normal("preprocessing vectors", 3, 4))
RANK_4 = one("inputs", normal("preprocessing rank 4", 3, 5, 2, 4))


def _each(
    layer: Callable[..., layers.Layer],
    arguments: tuple[Argument, ...],
    tried: tuple[Case, ...],
    **configs: dict[str, Any],
) -> list[Experiment]:
    """One experiment for each configuration."""
    return [
        Experiment(name, partial(layer, **config), arguments, tried)
        for name, config in configs.items()
    ]


def rescaling() -> list[Experiment]:
    layer = layers.Rescaling
    return [
        Experiment("plain", partial(layer, 1 / 255), NUMBERS, cases(), BOTH),
        *_each(layer, NUMBERS, FEW, offset={"scale": 2, "offset": -1.5}),
        *_each(layer, NUMBERS, FEW, list={"scale": [1.0, 2.0, 3.0, 0.5], "offset": [1, 0, 0, -1]}),
        *_each(layer, NUMBERS, FEW, array={"scale": np.float32([[2], [1], [0], [-1], [3]])}),
        *_each(layer, INTEGERS, FEW, integers={"scale": 0.5, "offset": 1}),
        *_each(layer, VECTORS, ROWS, vectors={"scale": 0.1}),
        *_each(layer, one("inputs", normal("scalars", 3)), ROWS, wider={"scale": [[1], [2]]}),
    ]


def normalization() -> list[Experiment]:
    layer = layers.Normalization
    grid = {"mean": [[1, 2, 3, 4], [0, 1, 0, -1]], "variance": [[1, 2, 3, 4], [4, 0.25, 0, 1]]}
    return [
        Experiment("adapted", layer, NUMBERS, cases(), BOTH),
        *_each(
            layer,
            NUMBERS,
            FEW,
            all={"axis": None},
            steps={"axis": 1},
            steps_and_features={"axis": [-1, 1]},
            back={"invert": True},
            number={"mean": 3, "variance": 2.0},
            one_number={"axis": None, "mean": 3.5, "variance": 0.5},
            vector={"mean": [1, 2, 3, 4], "variance": [1, 0.5, 0, 4]},
            vector_back={"mean": [1, 2, 3, 4], "variance": [1, 0.5, 0, 4], "invert": True},
            vector_of_one={"mean": [1.5], "variance": [2]},
            fewer_axes={"axis": (1, 2), "mean": [1, 2, 3, 4], "variance": [1, 2, 3, 4]},
        ),
        *_each(layer, RANK_4, cases(("none", "right")), grid={"axis": (3, 2), **grid}),
        *_each(layer, RANK_4, cases(("none", "right")), rank_4={"axis": (2, -1)}),
        *_each(layer, INTEGERS, FEW, integers={}),
        *_each(layer, VECTORS, ROWS, vectors={}),
    ]


PAIRS = one("inputs", np.array([[0, 1, 3], [2, 2, 0], [4, 1, 9]]))
SINGLES = one("inputs", np.array([[2], [0], [7]], dtype="int32"))
ROW = one("inputs", np.array([2, 0, 7]))
GRID = one("inputs", np.array([[[0, 1], [3, 3]], [[2, 0], [1, 4]]]))
PLAIN = (Case("none"),)
STEPS = (Case("none"), Case("steps", (mask("111", "110", "100"),)))


def _on_all(
    layer: Callable[..., layers.Layer],
    inputs: dict[str, tuple[Argument, ...]],
    **configs: dict[str, Any],
) -> list[Experiment]:
    """One experiment for each configuration on each of the inputs."""
    return [
        Experiment(f"{name}_{on}", partial(layer, **config), arguments, PLAIN, ())
        for name, config in configs.items()
        for on, arguments in inputs.items()
    ]


def category_encoding() -> list[Experiment]:
    layer = layers.CategoryEncoding
    modes = {mode: {"num_tokens": 5, "output_mode": mode} for mode in ("one_hot", "multi_hot", "count")}
    inputs = {
        "pairs": PAIRS,
        "singles": SINGLES,
        "row": ROW,
        "grid": GRID,
        "floats": one("inputs", np.float32([[0.9, 1, 2.5], [3, 3, 1]])),
        "no_steps": one("inputs", np.zeros((2, 0), "int64")),
    }
    weights = np.float32([[0.5, 1, 2], [1, -2, 3], [0, 1, 1]])
    weighted = (*PAIRS, Argument("count_weights", (weights,)))
    grid = (*GRID, Argument("count_weights", (normal("grid weights", 2, 2, 2),)))
    count = partial(layer, **modes["count"])
    return [
        *_on_all(layer, inputs, **modes),
        Experiment("masked", partial(layer, 5), PAIRS, STEPS, ()),
        Experiment("weighted", count, weighted, PLAIN, ()),
        Experiment("weighted_grid", count, grid, PLAIN, ()),
    ]


def discretization() -> list[Experiment]:
    layer = layers.Discretization
    numbers = np.float32([[-1.5, 0, 0.5], [1, np.nan, 9], [0.25, -0.0, np.inf]])
    inputs = {
        "numbers": one("inputs", numbers),
        "singles": one("inputs", numbers[:, :1]),
        "row": one("inputs", numbers[0]),
        "grid": one("inputs", numbers[:, :, None]),
        "integers": one("inputs", np.array([[1, 0, -1]])),
    }
    modes = ("int", "one_hot", "multi_hot", "count")
    configs = {m: {"bin_boundaries": [0.0, 0.5, 1.0], "output_mode": m} for m in modes}
    return [
        *_on_all(layer, inputs, **configs, no_boundaries={"bin_boundaries": []}),
        Experiment("masked", partial(layer, [0.5]), one("inputs", numbers), STEPS, ()),
    ]


TERMS = ["a", "b", "cd", "ä"]
WORDS = np.array([["a", "x", "cd", ""], ["b", "b", "yy", "a"], ["", "ä", "[UNK]", "a"]])
WORD_INPUTS = {
    "words": one("inputs", WORDS),
    "row": one("inputs", WORDS[0]),
    "singles": one("inputs", WORDS[:, :1]),
    "grid": one("inputs", WORDS[:, :, None]),
}


def _modes(vocabulary: list, **config: Any) -> dict[str, dict[str, Any]]:
    """Every output_mode of a lookup."""
    found = {
        mode: {"vocabulary": vocabulary, "output_mode": mode, **config}
        for mode in ("int", "one_hot", "multi_hot", "count")
    }
    found["tf_idf"] = {
        "vocabulary": vocabulary,
        "output_mode": "tf_idf",
        "idf_weights": [0.5, 0.25, 2, 1.5][: len(vocabulary)],
        **config,
    }
    return found


def string_lookup() -> list[Experiment]:
    layer = layers.StringLookup
    masking = {f"mask_{k}": v for k, v in _modes(TERMS, mask_token="").items()}
    padded = {
        f"padded_{k}": v
        for k, v in _modes(TERMS, max_tokens=8, pad_to_max_tokens=True).items()
        if k != "int"
    }
    indices = one("inputs", np.array([[0, 1, 2, 3], [4, 5, 6, -1]]))
    few = {"words": WORD_INPUTS["words"]}
    return [
        *_on_all(layer, WORD_INPUTS, **_modes(TERMS)),
        *_on_all(layer, few, **masking, **padded),
        *_on_all(
            layer,
            few,
            all_known={"vocabulary": ["", "x", "yy", "[UNK]", *TERMS], "num_oov_indices": 0},
            buckets={"vocabulary": TERMS, "num_oov_indices": 3},
            buckets_and_mask={"vocabulary": TERMS, "num_oov_indices": 3, "mask_token": "x"},
            salted={"vocabulary": TERMS, "num_oov_indices": 5, "salt": [5, 6]},
            buckets_counted={"vocabulary": TERMS, "num_oov_indices": 3, "output_mode": "count"},
            special={"vocabulary": ["", "[UNK]", *TERMS], "mask_token": ""},
            special_elsewhere={"vocabulary": ["a", "[UNK]", "b"]},
            idf_of_special={
                "vocabulary": ["[UNK]", *TERMS],
                "idf_weights": [9, 1, 2, 3, 4],
                "output_mode": "tf_idf",
            },
        ),
        *_on_all(
            layer,
            {"indices": indices},
            invert={"vocabulary": TERMS, "invert": True},
            invert_mask={"vocabulary": TERMS, "invert": True, "mask_token": "-"},
            invert_buckets={"vocabulary": TERMS, "invert": True, "num_oov_indices": 2},
            invert_all={"vocabulary": TERMS, "invert": True, "num_oov_indices": 0},
            invert_token={"vocabulary": TERMS, "invert": True, "oov_token": "?"},
        ),
    ]


def integer_lookup() -> list[Experiment]:
    layer = layers.IntegerLookup
    numbers = np.array([[10, 7, -1, 0], [20, 20, 5, 10]])
    inputs = {
        "numbers": one("inputs", numbers),
        "int32": one("inputs", numbers.astype("int32")),
        "row": one("inputs", numbers[0]),
    }
    terms = [10, 20, 30]
    few = {"numbers": inputs["numbers"]}
    masking = {f"mask_{k}": v for k, v in _modes(terms, mask_token=0).items()}
    indices = one("inputs", np.array([[0, 1, 2, 3], [4, 5, 6, -1]]))
    return [
        *_on_all(layer, inputs, **_modes(terms)),
        *_on_all(
            layer,
            few,
            **masking,
            all_known={"vocabulary": [10, 7, -1, 0, 20, 5], "num_oov_indices": 0},
            buckets={"vocabulary": terms, "num_oov_indices": 3},
            buckets_and_mask={"vocabulary": terms, "num_oov_indices": 3, "mask_token": 0},
            farmhash={"vocabulary": terms, "num_oov_indices": 5, "oov_method": "farmhash"},
            salted={
                "vocabulary": terms,
                "num_oov_indices": 5,
                "oov_method": "farmhash",
                "salt": 7,
            },
            special={"vocabulary": [0, -1, *terms], "mask_token": 0},
        ),
        *_on_all(
            layer,
            {"indices": indices},
            invert={"vocabulary": terms, "invert": True},
            invert_mask={"vocabulary": terms, "invert": True, "mask_token": 99},
        ),
        Experiment("masked", partial(layer, vocabulary=[2, 0]), PAIRS, STEPS, ()),
    ]


TEXTS = np.array(["Hello, World!", "a a x  hello", "", "  !! ", "Grün\tÄpfel; it's\u00a0a"])
TEXT_TERMS = ["hello", "world", "a", "hello world", "h", "grün", "ü"]


def text_vectorization() -> list[Experiment]:
    layer = layers.TextVectorization
    inputs = {"texts": one("inputs", TEXTS[:, None]), "row": one("inputs", TEXTS)}
    few = {"texts": inputs["texts"]}
    rows = one("inputs", np.array([["hello", "world", "", "A"], ["a", "", "", "hello"]]))
    terms = {"vocabulary": TEXT_TERMS}
    idf = {"output_mode": "tf_idf", "idf_weights": [1, 2, 3, 4, 5, 6, 7.5], **terms}
    unsplit = {"split": None, **terms}
    return [
        *_on_all(
            layer,
            inputs,
            plain=terms,
            short={"output_sequence_length": 2, **terms},
            long={"output_sequence_length": 6, **terms},
            multi_hot={"output_mode": "multi_hot", **terms},
            count={"output_mode": "count", **terms},
            tf_idf=idf,
            characters={"split": "character", **terms},
        ),
        *_on_all(
            layer,
            few,
            as_it_is={"standardize": None, **terms},
            lower={"standardize": "lower", **terms},
            strip={"standardize": "strip_punctuation", **terms},
            ngrams={"ngrams": 2, **terms},
            pairs={"ngrams": (2,), **terms},
            ngrams_backwards={"ngrams": (3, 2, 1), "output_sequence_length": 9, **terms},
            ngrams_counted={"ngrams": 2, "output_mode": "count", **terms},
            padded={"output_mode": "multi_hot", "max_tokens": 12, "pad_to_max_tokens": True, **terms},
            padded_idf={"max_tokens": 12, "pad_to_max_tokens": True, **idf},
        ),
        *_on_all(
            layer,
            {"rows": rows},
            unsplit=unsplit,
            unsplit_long={"output_sequence_length": 6, **unsplit},
            unsplit_ngrams={"ngrams": 2, **unsplit},
            unsplit_wide={"ngrams": (5,), **unsplit},
            unsplit_one_hot={"output_mode": "one_hot", **unsplit},
            unsplit_multi_hot={"output_mode": "multi_hot", **unsplit},
        ),
    ]


LONG = "a text that is longer than the sixty-four bytes up to which FarmHash has ways of its own"
NAMES = np.array([["a", "b", "", LONG], ["ä", "a", "bc", LONG[:40]]])
WHOLE = np.array([[1, -5, 10**12], [0, 7, -(10**12)]])


def hashing() -> list[Experiment]:
    layer = layers.Hashing
    inputs = {
        "names": one("inputs", NAMES),
        "row": one("inputs", NAMES[0]),
        "singles": one("inputs", NAMES[:, :1]),
    }
    few = {"names": inputs["names"], "numbers": one("inputs", WHOLE)}
    modes = {m: {"num_bins": 7, "output_mode": m} for m in ("int", "one_hot", "multi_hot", "count")}
    return [
        *_on_all(layer, inputs, **modes),
        *_on_all(
            layer,
            few,
            many={"num_bins": 2**40},
            salted={"num_bins": 2**40, "salt": 133},
            salted_by_two={"num_bins": 97, "salt": [1, 2]},
        ),
        *_on_all(
            layer,
            {"names": few["names"]},
            masked={"num_bins": 7, "mask_value": "a"},
            masked_alone={"num_bins": 1, "mask_value": "a"},
            masked_count={"num_bins": 7, "mask_value": "", "output_mode": "count"},
        ),
        *_on_all(layer, {"numbers": few["numbers"]}, masked={"num_bins": 7, "mask_value": 7}),
    ]


def hashed_crossing() -> list[Experiment]:
    layer = layers.HashedCrossing
    names, numbers = np.array(["x", "y", "z"]), np.array([1, -2, 10**12])
    inputs = {
        "name_and_number": (names, numbers),
        "numbers": (numbers, numbers),
        "columns": (names[:, None], numbers[:, None]),
    }
    arguments = {k: (Argument("inputs", v, is_list=True),) for k, v in inputs.items()}
    configs = {m: {"num_bins": 7, "output_mode": m} for m in ("int", "one_hot")}
    return _on_all(layer, arguments, **configs, many={"num_bins": 2**40})


EXPERIMENTS = {
    "category_encoding": category_encoding,
    "discretization": discretization,
    "hashed_crossing": hashed_crossing,
    "hashing": hashing,
    "integer_lookup": integer_lookup,
    "string_lookup": string_lookup,
    "text_vectorization": text_vectorization,
    "rescaling": rescaling,
    "normalization": normalization,
}
