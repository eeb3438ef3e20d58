"""The same calls through Functional models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from .copies import LAYER_NAME, Copies, consumer_name, listening, output, reset, tensor
from .experiment import Case, Experiment, Mask, call
from .result import Consumed, Failure, Result
from .store import is_text


class WithMask(keras.layers.Layer):
    """Called on [x, m]: hands on x, masked by m."""

    def call(self, inputs: list) -> Any:
        return inputs[0] + 0

    def compute_mask(self, inputs: list, mask: Any = None) -> Any:
        return inputs[1]

    def compute_output_shape(self, input_shape: list) -> tuple:
        return input_shape[0]


@dataclass(frozen=True)
class Wired:
    """A model: its outputs are those of the layer, then those of the consumers."""

    model: keras.Model
    count: int
    is_list: bool
    consumptions: list[tuple[str, int]]


class Models:
    """The models of one experiment; calls that differ only in numbers share one."""

    def __init__(self, experiment: Experiment, copies: Copies) -> None:
        self._experiment = experiment
        self._copies = copies
        self._models: dict[str, Wired | Failure] = {}

    def run(self, case: Case, made_inside: bool) -> Result | Failure:
        """Calls a model whose inputs carry the masks, or (`made_inside`) in which WithMask makes them."""
        masks = self._experiment.masks(case)
        explicit = [np.asarray(m) for m in keras.tree.flatten(dict(case.explicit)) if m is not None]
        made = [m for m in masks if m is not None] if made_inside else []
        values = [*self._experiment.tensors, *made, *explicit]
        wired = self._wired(case, [m is not None and made_inside for m in masks], values)
        if isinstance(wired, Failure):
            return wired
        carried = [None if made_inside else m for m in masks] + [None] * (len(made) + len(explicit))
        return self._call(wired, case, values, carried)

    def _call(
        self, wired: Wired, case: Case, values: Sequence[np.ndarray], masks: Sequence[Mask]
    ) -> Result | Failure:
        if not case.continues:
            reset(wired.model.get_layer(LAYER_NAME))
        inputs = [tensor(value, mask) for value, mask in zip(values, masks)]
        try:
            with listening() as warned:
                flat = keras.tree.flatten(wired.model(inputs if len(inputs) > 1 else inputs[0]))
        except Exception as error:
            return Failure.of(error)
        results = list(map(output, flat))
        consumed = [
            Consumed(consumer_name(kind, flat[index].shape[-1]), index, result)
            for (kind, index), result in zip(wired.consumptions, results[wired.count :])
        ]
        return Result(tuple(results[: wired.count]), wired.is_list, tuple(consumed), warned())

    def _wired(self, case: Case, made: list[bool], values: list[np.ndarray]) -> Wired | Failure:
        shapes = [(v.shape, v.dtype.str) for v in values]
        key = repr((made, shapes, sorted(case.explicit), sorted(case.options.items())))
        if key not in self._models:
            try:
                with listening():
                    self._models[key] = self._wire(case, made, values, use=key)
            except Exception as error:
                self._models[key] = Failure.of(error, "build")
        return self._models[key]

    def _wire(self, case: Case, made: list[bool], values: list[np.ndarray], use: str) -> Wired:
        inputs = [self._input(value, f"input_{i}") for i, value in enumerate(values)]
        count = len(self._experiment.tensors)
        masks = iter(inputs[count:])
        tensors = [WithMask()([x, next(masks)]) if mask else x for x, mask in zip(inputs, made)]
        keywords = {**self._experiment.options, **case.options, **_symbolic(case.explicit, masks)}
        outputs = call(self._copies.layer(use), self._experiment.arguments, tensors, keywords)
        flat = keras.tree.flatten(outputs)
        consumptions = self._experiment.consumptions(y.shape for y in flat)
        consumed = [
            self._copies.consumer(kind, flat[i].shape[-1], use)(flat[i]) for kind, i in consumptions
        ]
        model = keras.Model(inputs if len(inputs) > 1 else inputs[0], flat + consumed)
        return Wired(model, len(flat), isinstance(outputs, (list, tuple)), consumptions)

    def _input(self, values: np.ndarray, name: str) -> keras.KerasTensor:
        batch = self._experiment.tensors[0].shape[0]
        free = values.shape[:1] == (batch,) and not self._experiment.fixed_batch
        shape = (None, *values.shape[1:]) if free else values.shape
        dtype = "string" if is_text(values) else values.dtype.name
        return keras.Input(batch_shape=shape, dtype=dtype, name=name)


def _symbolic(explicit: Mapping[str, Any], masks: Any) -> dict[str, Any]:
    """The explicit masks, with the next symbolic tensor in place of each that is not None."""
    return {
        name: [None if m is None else next(masks) for m in given]
        if isinstance(given, (list, tuple))
        else (None if given is None else next(masks))
        for name, given in explicit.items()
    }
