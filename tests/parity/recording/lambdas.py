"""Functions of a Lambda. They are written again in tests/layers/recorded_lambda.cpp, by name."""

from typing import Any

from keras import ops


def double(x: Any) -> Any:
    return x * 2


def zero(x: Any, mask: Any = None) -> Any:
    return x if mask is None else ops.where(ops.expand_dims(mask, -1), x, 0.0)


def as_it_came(x: Any, mask: Any = None) -> Any:
    return mask


def above(x: Any, mask: Any = None) -> Any:
    return ops.any(x > 0.5, axis=-1)
