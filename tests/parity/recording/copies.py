"""The tensors and layers of a call."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf
from keras.src.backend import get_keras_mask, set_keras_mask

from .experiment import Experiment, Mask, call
from .result import Output
from .weights import randomise

LAYER_NAME = "layer"


def tensor(values: np.ndarray, mask: Mask = None) -> tf.Tensor:
    """A new tensor that carries `mask`."""
    result = tf.identity(tf.constant(values))
    if mask is not None:
        set_keras_mask(result, tf.constant(mask))
    return result


def output(value: tf.Tensor) -> Output:
    mask = get_keras_mask(value)
    return Output(np.asarray(value), None if mask is None else np.asarray(mask))


@contextmanager
def listening() -> Iterator[Callable[[], bool]]:
    """Yields a question: has the layer under test warned that it destroys a mask?"""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield lambda: any(
            str(w.message).startswith(f"Layer '{LAYER_NAME}' (of type") for w in caught
        )


class Copies:
    """Copies of a layer and of the consumers behind it; all copies of one layer have the same weights."""

    def __init__(self, experiment: Experiment, seed: str) -> None:
        self._experiment = experiment
        self._seed = seed
        self._layers: dict[str, keras.layers.Layer] = {}

    def layer(self, use: str) -> keras.layers.Layer:
        """The copy for `use`, built, with random weights."""
        if use not in self._layers:
            layer = self._experiment.make(name=LAYER_NAME)
            inputs = [tensor(t) for t in self._experiment.tensors]
            with listening():
                call(layer, self._experiment.arguments, inputs, self._experiment.options)
            randomise(layer, self._seed)
            reset(layer)
            self._layers[use] = layer
        return self._layers[use]

    def consumer(self, kind: str, features: int, use: str) -> keras.layers.Layer:
        """The copy for `use` of a small fixed layer that uses masks."""
        name = consumer_name(kind, features)
        key = f"{name} for {use}"
        if key not in self._layers:
            self._layers[key] = make_consumer(kind, features)
        return self._layers[key]


def make_consumer(kind: str, features: int) -> keras.layers.Layer:
    name = consumer_name(kind, features)
    make = {
        "mean": keras.layers.GlobalAveragePooling1D,
        "lstm": lambda name: keras.layers.LSTM(2, name=name),
    }[kind]
    consumer = make(name=name)
    consumer(tf.zeros((1, 1, features)))
    randomise(consumer, f"consumer {name}")
    return consumer


def consumer_name(kind: str, features: int) -> str:
    """Consumers with weights exist once per number of features."""
    return kind if kind == "mean" else f"{kind}_{features}"


def reset(layer: keras.layers.Layer) -> None:
    if getattr(layer, "stateful", False):
        layer.reset_state()
