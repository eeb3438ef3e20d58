"""Masks and inputs that most layers are tried with: 3 rows of 5 steps."""

from collections.abc import Mapping, Sequence

import numpy as np

from .experiment import Argument, Case, Mask
from .weights import normal

BATCH, STEPS, FEATURES = 3, 5, 4


def mask(*rows: str) -> np.ndarray:
    """mask("110", "100"): True keeps, False skips."""
    return np.array([[step == "1" for step in row] for row in rows])


MASKS: Mapping[str, np.ndarray] = {
    "right": mask("11111", "11100", "11000"),
    "left": mask("00111", "11111", "00001"),
    "holes": mask("10101", "01100", "11011"),
    "one_row_masked": mask("11110", "00000", "11111"),
    "all_masked": mask("00000", "00000", "00000"),
}


INT_MASK = 2 * MASKS["holes"].astype("int32")  # other dtypes than bool: what is not 0 keeps


def cases(names: Sequence[str] = ("none", *MASKS)) -> tuple[Case, ...]:
    """A case for each named mask on the first input; "none" is no mask."""
    return tuple(Case(name) if name == "none" else Case(name, (MASKS[name],)) for name in names)


def pairs(*rows: tuple[str, Sequence[str | None]]) -> tuple[Case, ...]:
    """Cases of several inputs, each input's mask by name."""
    return tuple(Case(name, tuple(_named(m) for m in masks)) for name, masks in rows)


def _named(name: str | None) -> Mask:
    return None if name is None else MASKS[name]


def sequences(
    argument: str = "inputs", *, features: int = FEATURES, steps: int = STEPS
) -> tuple[Argument, ...]:
    """One argument: random numbers (batch, steps, features)."""
    return (Argument(argument, (normal(f"sequences {steps} {features}", BATCH, steps, features),)),)


def several(*shapes: tuple[int, ...], argument: str = "inputs") -> tuple[Argument, ...]:
    """One argument: a list of random tensors."""
    tensors = tuple(normal(f"several {i} {shape}", *shape) for i, shape in enumerate(shapes))
    return (Argument(argument, tensors, is_list=True),)


def one(argument: str, values: np.ndarray) -> tuple[Argument, ...]:
    return (Argument(argument, (values,)),)
