"""The experiments, by family; EXPERIMENTS is file name -> function that makes them."""

from collections.abc import Callable

from ..experiment import Experiment
from . import (
    activations,
    attention,
    convolutional,
    core,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)

EXPERIMENTS: dict[str, Callable[[], list[Experiment]]] = (
    core.EXPERIMENTS
    | activations.EXPERIMENTS
    | merging.EXPERIMENTS
    | recurrent.EXPERIMENTS
    | wrappers.EXPERIMENTS
    | attention.EXPERIMENTS
    | normalization.EXPERIMENTS
    | pooling.EXPERIMENTS
    | preprocessing.EXPERIMENTS
    | reshaping.EXPERIMENTS
    | regularization.EXPERIMENTS
    | convolutional.EXPERIMENTS
)
