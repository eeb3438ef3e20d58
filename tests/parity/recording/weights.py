"""Weights of a layer: their paths, as in Keras' weight files, and random values for them."""

import zlib
from collections.abc import Iterator

import keras
import numpy as np
from keras.src.saving import saving_lib
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils import naming


def generator(name: str) -> np.random.Generator:
    """A generator seeded by `name`: what is recorded does not depend on what is recorded before it."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def normal(name: str, *shape: int, scale: float = 1.0) -> np.ndarray:
    return (scale * generator(name).standard_normal(shape)).astype("float32")


def variables(layer: keras.layers.Layer) -> list[tuple[str, keras.Variable]]:
    """(path, variable) in the order of Keras' weight files; the variable's name stands for its number."""
    return [
        ("/".join((*path, variable.name)), variable)
        for path, owner in _layers(layer, (), set())
        for variable in owner._trainable_variables + owner._non_trainable_variables
        if variable.dtype.startswith("float")  # seeds are no weights
    ]


def randomise(layer: keras.layers.Layer, seed: str) -> None:
    """Gives every weight a random value, biases and moving statistics included."""
    for path, variable in variables(layer):
        value = normal(f"{seed}/{path}", *variable.shape, scale=0.6)
        if path.endswith("variance"):
            value = np.abs(value) + np.float32(0.3)
        variable.assign(value)
    if isinstance(layer, keras.layers.Normalization):
        layer.finalize_state()  # it computes with copies of its weights


def _layers(
    item: object, path: tuple[str, ...], seen: set[int]
) -> Iterator[tuple[tuple[str, ...], keras.layers.Layer]]:
    if id(item) in seen:
        return
    seen.add(id(item))
    if isinstance(item, keras.layers.Layer):
        yield path, item
    for name, child in saving_lib._walk_saveable(item):
        if isinstance(child, KerasSaveable):
            yield from _layers(child, (*path, name), seen)
        elif isinstance(child, (list, tuple, dict)):
            yield from _container(child, (*path, name), seen)


def _container(children: list | tuple | dict, path: tuple[str, ...], seen: set[int]) -> Iterator:
    used: dict[str, int] = {}
    for child in children.values() if isinstance(children, dict) else children:
        if not isinstance(child, KerasSaveable):
            continue
        name = naming.to_snake_case(child.__class__.__name__)
        count = used[name] = used.get(name, -1) + 1
        yield from _layers(child, (*path, f"{name}_{count}" if count else name), seen)
