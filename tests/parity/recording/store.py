"""Tensors by name, and JSON with one record per line."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from . import KERAS_VERSION

Json = Any


def is_text(array: np.ndarray) -> bool:
    """Whether the tensor holds strings, which NumPy has in several types."""
    return array.dtype.kind in "OSU"


class TensorStore:
    """Named tensors; equal tensors are kept once, under the first name. Strings go to the JSON."""

    def __init__(self) -> None:
        self._tensors: dict[str, np.ndarray] = {}
        self._names: dict[tuple, str] = {}
        self.strings: dict[str, Json] = {}

    def put(self, name: str, value: Any) -> str:
        """Keeps `value` and returns the name it is found under."""
        array = np.ascontiguousarray(value).reshape(np.shape(value))
        if is_text(array):
            return self._put_text(name, array)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key in self._names:
            return self._names[key]
        if name in self._tensors:
            raise ValueError(f"two different tensors are called {name!r}")
        self._tensors[name] = array
        self._names[key] = name
        return name

    def _put_text(self, name: str, array: np.ndarray) -> str:
        values = [v.decode() if isinstance(v, bytes) else str(v) for v in array.flat]
        text = {"shape": list(array.shape), "values": values}
        for known, other in self.strings.items():
            if other == text:
                return known
        if name in self.strings or name in self._tensors:
            raise ValueError(f"two different tensors are called {name!r}")
        self.strings[name] = text
        return name

    def put_optional(self, name: str, value: Any) -> str | None:
        return None if value is None else self.put(name, value)

    def save(self, path: Path) -> None:
        save_file(self._tensors, path)
        path.chmod(0o644)


def write_json(path: Path, fields: dict[str, Json]) -> None:
    """Writes an object; the entries of its non-empty lists and objects get a line each."""
    parts = [f"{json.dumps(key)}: {_block(value)}" for key, value in fields.items()]
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def write_pair(folder: Path, name: str, store: TensorStore, fields: dict[str, Json]) -> None:
    """Writes `name`.json and, beside it, the tensors it speaks of."""
    tensors = f"{name}.safetensors"
    store.save(folder / tensors)
    head = {"keras_version": KERAS_VERSION, "tensors": tensors}
    if store.strings:
        head["strings"] = store.strings
    write_json(folder / f"{name}.json", head | fields)


def _line(value: Json) -> str:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _block(value: Json) -> str:
    if isinstance(value, dict) and value:
        entries = [f"  {json.dumps(key)}: {_line(entry)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(entries) + "\n}"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_line(entry)}" for entry in value) + "\n]"
    return _line(value)
