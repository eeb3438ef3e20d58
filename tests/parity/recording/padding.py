"""keras.utils.pad_sequences: arguments, results and errors."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from . import KERAS_VERSION
from .store import Json, write_json

THREE = [[1, 2, 3], [4], [5, 6, 7, 8, 9]]
NESTED = [[[1, 1], [2, 2]], [[3, 3]]]
NAN = float("nan")


@dataclass(frozen=True)
class Padding:
    name: str
    sequences: Any
    arguments: dict[str, Any] = field(default_factory=dict)


def paddings() -> list[Padding]:
    return [
        *(
            Padding(f"{p}/{t}", THREE, {"maxlen": 3, "padding": p, "truncating": t})
            for p in ("pre", "post")
            for t in ("pre", "post")
        ),
        Padding("defaults", THREE),
        Padding(
            "guide",
            [[711, 632, 71], [73, 8, 3215, 55, 927], [83, 91, 1, 645, 1253, 927]],
            {"padding": "post"},
        ),
        Padding("value", THREE, {"maxlen": 4, "value": -1}),
        Padding("maxlen longer than any", [[1], [2, 3]], {"maxlen": 4, "padding": "post"}),
        Padding("one empty sequence", [[], [1]]),
        Padding("all sequences empty", [[], []]),
        Padding("all empty, maxlen", [[], []], {"maxlen": 2, "value": 7}),
        Padding("no sequences, maxlen", [], {"maxlen": 3}),
        Padding("no sequences", []),
        Padding("items of two", NESTED),
        Padding("items of two, behind an empty sequence", [[], [[3, 3]]]),
        Padding("items of two, post, value", NESTED, {"padding": "post", "value": -1}),
        Padding("items of two, truncated", NESTED, {"maxlen": 1}),
        Padding("items of other size", [[[1, 1]], [[3, 3, 3]]]),
        Padding("items of other rank", [[[1, 1]], [3]]),
        Padding("maxlen 0, pre", [[1, 2]], {"maxlen": 0}),
        Padding("maxlen 0, post", [[1, 2]], {"maxlen": 0, "truncating": "post"}),
        Padding(
            "maxlen 0, padding and truncating post",
            [[1, 2]],
            {"maxlen": 0, "padding": "post", "truncating": "post"},
        ),
        Padding("maxlen 0, empty", [[]], {"maxlen": 0}),
        Padding("maxlen -1", [[1]], {"maxlen": -1}),
        Padding("maxlen 1.0", [[1, 2]], {"maxlen": 1.0}),
        Padding("maxlen of NumPy", [[1, 2]], {"maxlen": np.int64(1)}),
        Padding("float value", [[1]], {"maxlen": 2, "value": 2.7}),
        Padding("float items", [[1.9, -1.9]], {"maxlen": 3}),
        Padding("floats", [[0.5, 1.5], [2.5]], {"dtype": "float32", "value": -10.0}),
        Padding("bool", [[1]], {"maxlen": 2, "dtype": "bool"}),
        Padding("int64", [[2**40]], {"maxlen": 2, "dtype": "int64"}),
        Padding("item out of range", [[2**40]]),
        Padding("item of an array out of range", [np.array([2**40])]),
        Padding("value out of range", [[1]], {"maxlen": 2, "dtype": "uint8", "value": 300}),
        Padding("NaN as value", [[1]], {"maxlen": 2, "value": NAN}),
        Padding("NaN as item", [[NAN]]),
        Padding("NaN in float32", [[NAN], [1.0, 2.0]], {"dtype": "float32", "value": NAN}),
        Padding("strings", [["a"], ["b", "c"]], {"dtype": object, "value": "pad"}),
        Padding("strings, str", [["a"], ["bbb", "c"]], {"dtype": str, "value": "pad"}),
        Padding("strings, U2", [["a"], ["bbb", "c"]], {"dtype": "U2", "value": "pad"}),
        Padding("string value", [["a"]], {"value": "pad"}),
        Padding("string value, dtype by name", [["a"]], {"dtype": "object", "value": "pad"}),
        Padding("string items", [["a"]]),
        Padding("arrays", [np.arange(3), np.arange(2)]),
        Padding("array of rank 2", np.arange(6).reshape(2, 3), {"maxlen": 2}),
        Padding("tuples", ((1, 2), (3,))),
        Padding("strings as sequences", ["12", "3"]),
        Padding("set as sequence", [{1, 2}]),
        Padding("no length", iter([[1]])),
        Padding("scalars", [1, 2]),
        Padding("padding x", [[1]], {"padding": "x"}),
        Padding("truncating x", [[1]], {"truncating": "x"}),
        Padding("both x", [[1]], {"padding": "x", "truncating": "x"}),
        Padding("both x, empty sequences", [[]], {"maxlen": 2, "padding": "x", "truncating": "x"}),
    ]


def record_padding(folder: Path, name: str) -> int:
    """Writes `name`.json; returns the number of cases."""
    cases = [_case(padding) for padding in paddings()]
    write_json(folder / f"{name}.json", {"keras_version": KERAS_VERSION, "cases": cases})
    return len(cases)


def _case(padding: Padding) -> Json:
    asked = {
        "name": padding.name,
        "sequences": encode(padding.sequences),
        "arguments": {name: encode(value) for name, value in padding.arguments.items()},
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = keras.utils.pad_sequences(padding.sequences, **padding.arguments)
    except Exception as error:
        return asked | {"error": {"type": type(error).__name__, "message": str(error)}}
    return asked | {
        "result": encode(result.tolist()),
        "shape": list(result.shape),
        "dtype": str(result.dtype),
    }


def encode(value: Any) -> Json:
    """JSON for a Python value; what JSON does not know becomes an object of one key."""
    match value:
        case np.ndarray():
            return {"array": encode(value.tolist()), "dtype": str(value.dtype)}
        case np.integer():
            return {"numpy": int(value), "dtype": str(value.dtype)}
        case type():
            return {"type": value.__name__}
        case float() if np.isnan(value):
            return {"float": "nan"}
        case list():
            return [encode(item) for item in value]
        case tuple():
            return {"tuple": [encode(item) for item in value]}
        case set():
            return {"set": sorted(value)}
        case Iterator():
            return {"iterator": []}
        case _:
            return value
