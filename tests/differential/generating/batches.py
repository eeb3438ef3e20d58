"""Random batches for a graph: every kind of padding, and masks that hang on the inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .builder import WORDS
from .recipe import Input

PATTERNS = ("none", "right", "left", "holes", "one_row_masked", "all_masked")


@dataclass(frozen=True)
class Batch:
    values: tuple[np.ndarray, ...]
    masks: tuple[np.ndarray | None, ...]  # attached to the inputs
    patterns: Mapping[str, int]  # how often each was drawn


def pattern(name: str, rng: np.random.Generator, rows: int, steps: int) -> np.ndarray:
    """bool (rows, steps): True keeps."""
    places = np.arange(steps)
    if name == "right":
        return places < rng.integers(1, steps + 1, (rows, 1))
    if name == "left":
        return places >= rng.integers(0, steps, (rows, 1))
    if name == "all_masked":
        return np.zeros((rows, steps), bool)
    mask = rng.random((rows, steps)) < (1.1 if name == "none" else 0.6)
    if name == "one_row_masked":
        mask[rng.integers(rows)] = False
    return mask


def random_batches(
    inputs: Sequence[Input], steps: int | None, square: int | None, seed: int, count: int = 3
) -> list[Batch]:
    rng = np.random.default_rng(seed)
    batches = []
    for _ in range(count):
        rows = square or int(rng.choice((1, 7, 8)))  # as many as there are features only in a square
        length = steps or int(rng.choice((1, 4, 5, 6)))
        batches.append(_batch(inputs, rows, length, rng))
    return batches


def _batch(inputs: Sequence[Input], rows: int, length: int, rng: np.random.Generator) -> Batch:
    drawn = dict.fromkeys(PATTERNS, 0)

    def draw() -> np.ndarray:
        name = str(rng.choice(PATTERNS))
        drawn[name] += 1
        return pattern(name, rng, rows, length)

    values, masks = [], []
    for x in inputs:
        shape = (rows, *(length if size is None else size for size in x.shape))
        mask = None
        if x.dtype == "bool":
            value = draw()
        elif x.dtype.startswith("int"):
            value = np.where(draw(), rng.integers(1, WORDS, shape), 0).astype(x.dtype)
        else:
            value = rng.standard_normal(shape).astype("float32")
            if len(shape) == 3 and rng.random() < 0.4:
                value = np.where(draw()[..., None], value, np.float32(rng.choice((0.0, -1.5))))
            if len(shape) == 3 and rng.random() < 0.35:
                mask = draw()
        values.append(value)
        masks.append(mask)
    return Batch(tuple(values), tuple(masks), drawn)
