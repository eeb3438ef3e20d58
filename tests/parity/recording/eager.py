"""Eager calls, under Keras' own rules and under the intended ones."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras
import tensorflow as tf
from keras.src.backend import get_keras_mask

from .copies import Copies, consumer_name, listening, output, reset, tensor
from .experiment import Case, Experiment, call
from .intended import intended_call
from .result import Consumed, Failure, Result


def run_as_keras(experiment: Experiment, case: Case, copies: Copies) -> Result | Failure:
    """Calls the layer with the masks hung on its inputs."""
    inputs = _inputs(experiment, case)
    result = _run(experiment, case, copies, "keras", inputs, experiment.keywords(case))
    had = [mask is not None for mask in experiment.masks(case)]
    if isinstance(result, Failure) or not any(had):
        return result
    return replace(result, keeps_masks=had == [get_keras_mask(x) is not None for x in inputs])


def run_as_intended(experiment: Experiment, case: Case, copies: Copies) -> Result | Failure | None:
    """Calls the layer so that no accident strikes; None if none would."""
    layer, inputs = copies.layer("intended"), _inputs(experiment, case)
    intended = intended_call(layer, experiment.arguments, inputs, experiment.keywords(case))
    if intended is None:
        return None
    result = _run(
        experiment, case, copies, "intended", intended.inputs, intended.keywords, intended.mend
    )
    if isinstance(result, Failure) or not any(mask is not None for mask in experiment.masks(case)):
        return result
    return replace(result, keeps_masks=True)


def _inputs(experiment: Experiment, case: Case) -> list[tf.Tensor]:
    return [
        tensor(values, mask) for values, mask in zip(experiment.tensors, experiment.masks(case))
    ]


def _run(
    experiment: Experiment,
    case: Case,
    copies: Copies,
    use: str,
    inputs: Sequence[tf.Tensor],
    keywords: Mapping[str, Any],
    mend: Callable[[list[tf.Tensor]], None] = lambda outputs: None,
) -> Result | Failure:
    layer = copies.layer(use)
    if not case.continues:
        reset(layer)
    try:
        with listening() as warned:
            outputs = call(layer, experiment.arguments, inputs, keywords)
    except Exception as error:
        return Failure.of(error)
    flat = keras.tree.flatten(outputs)
    mend(flat)
    consumed = tuple(_consume(experiment, flat, copies, use))
    return Result(tuple(map(output, flat)), isinstance(outputs, (list, tuple)), consumed, warned())


def _consume(
    experiment: Experiment, outputs: list[tf.Tensor], copies: Copies, use: str
) -> Iterator[Consumed]:
    for kind, index in experiment.consumptions(y.shape for y in outputs):
        features = outputs[index].shape[-1]
        consumer = copies.consumer(kind, features, use)
        try:
            with listening():
                result = output(consumer(outputs[index]))
        except Exception as error:
            result = Failure.of(error)
        yield Consumed(consumer_name(kind, features), index, result)
