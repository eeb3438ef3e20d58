"""The table of steps: a step makes a call or a few on what a graph has so far."""

from collections.abc import Callable
from typing import Any

from .builder import Builder

Step = Callable[[Builder], Any]
STEPS: dict[str, tuple[Step, float]] = {}  # by name; with the weight of its chance


def step(weight: float = 1.0) -> Callable[[Step], Step]:
    """Enters a function into the table; the higher its weight, the more often it is taken."""

    def enter(function: Step) -> Step:
        STEPS[function.__name__] = (function, weight)
        return function

    return enter
