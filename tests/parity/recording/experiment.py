"""What is tried on a layer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

Mask = np.ndarray | None


@dataclass(frozen=True)
class Argument:
    """A tensor argument of a layer's call: one tensor, or a list of them."""

    name: str
    tensors: tuple[np.ndarray, ...]
    is_list: bool = False


@dataclass(frozen=True)
class Case:
    """One call: the masks its input tensors carry, explicit mask arguments and plain options."""

    name: str
    masks: tuple[Mask, ...] = ()  # in the order of the input tensors; missing ones are None
    explicit: Mapping[str, Mask | Sequence[Mask]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    continues: bool = False  # a stateful layer goes on from the case before


@dataclass(frozen=True)
class Experiment:
    """A layer configuration, its inputs, the calls to make, and who reads the outputs."""

    name: str
    make: Callable[..., keras.layers.Layer]  # called with name=
    arguments: tuple[Argument, ...]
    cases: tuple[Case, ...]
    consumers: tuple[str, ...] = ("mean",)  # "mean", "lstm"
    options: Mapping[str, Any] = field(default_factory=dict)  # of every call
    config: Mapping[str, Any] = field(default_factory=dict)  # written over Keras' own entries
    fixed_batch: bool = False

    @property
    def tensors(self) -> list[np.ndarray]:
        return [tensor for argument in self.arguments for tensor in argument.tensors]

    def masks(self, case: Case) -> list[Mask]:
        """The masks of all input tensors."""
        return list(case.masks) + [None] * (len(self.tensors) - len(case.masks))

    def keywords(self, case: Case) -> dict[str, Any]:
        """The keywords of the call that are no input tensors."""
        return {**self.options, **case.options, **case.explicit}

    def consumptions(self, shapes: Iterable[Sequence[int | None]]) -> list[tuple[str, int]]:
        """(consumer, output) pairs: every output of rank 3 is read by every consumer."""
        return [
            (kind, i)
            for i, shape in enumerate(shapes)
            if len(shape) == 3
            for kind in self.consumers
        ]


def call(
    layer: keras.layers.Layer,
    arguments: Sequence[Argument],
    tensors: Iterable[Any],
    keywords: Mapping[str, Any],
) -> Any:
    """Calls the layer: its first argument by position, all others by keyword."""
    rest = iter(tensors)
    values = {
        a.name: [next(rest) for _ in a.tensors] if a.is_list else next(rest) for a in arguments
    }
    first = values.pop(arguments[0].name)
    return layer(first, **values, **keywords)
