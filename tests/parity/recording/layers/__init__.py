"""The experiments, by family; EXPERIMENTS is file name -> function that makes them."""

from collections.abc import Callable

from ..experiment import Experiment
from . import core, merging, recurrent

EXPERIMENTS: dict[str, Callable[[], list[Experiment]]] = (
    core.EXPERIMENTS | merging.EXPERIMENTS | recurrent.EXPERIMENTS
)
