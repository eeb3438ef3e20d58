"""What came out of a call, and how it is written."""

import re
from dataclasses import dataclass

import numpy as np

from .experiment import Mask
from .store import Json, TensorStore, is_text

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True)
class Output:
    """A tensor and the mask it carries."""

    values: np.ndarray
    mask: Mask

    def same_as(self, other: "Output | Failure") -> bool:
        return (
            isinstance(other, Output)
            and self.values.shape == other.values.shape
            and _same_values(self.values, other.values)
            and _same_mask(self.mask, other.mask)
        )

    def to_json(self, store: TensorStore, name: str) -> dict[str, Json]:
        return {
            "values": store.put(name, self.values),
            "mask": store.put_optional(f"{name}.mask", self.mask),
        }


@dataclass(frozen=True)
class Failure:
    """An exception; in models `when` tells wiring ("build") from numbers ("call")."""

    type: str
    message: str
    when: str = "call"

    @classmethod
    def of(cls, error: Exception, when: str = "call") -> "Failure":
        return cls(type(error).__name__, ADDRESS.sub("0x", str(error)), when)

    def same_as(self, other: "Output | Failure") -> bool:
        return isinstance(other, Failure) and (self.type, self.message) == (
            other.type,
            other.message,
        )

    def to_json(self, store: TensorStore, name: str) -> dict[str, Json]:
        return {"error": {"type": self.type, "message": self.message, "when": self.when}}


@dataclass(frozen=True)
class Consumed:
    """What a consumer made of one output."""

    consumer: str
    output: int
    result: Output | Failure

    def same_as(self, other: "Consumed") -> bool:
        return self.result.same_as(other.result)

    def to_json(self, store: TensorStore, name: str) -> dict[str, Json]:
        head = {"consumer": self.consumer, "output": self.output}
        return head | self.result.to_json(store, f"{name}/{self.output}.{self.consumer}")


@dataclass(frozen=True)
class Result:
    """The outputs of a layer and of the consumers behind it."""

    outputs: tuple[Output, ...]
    is_list: bool
    consumed: tuple[Consumed, ...]
    warned: bool
    keeps_masks: bool | None = None  # None: no input was masked, or this is a model

    def same_as(self, other: "Result | Failure") -> bool:
        """True if a user sees no difference; values may differ by rounding."""
        return (
            isinstance(other, Result)
            and (self.is_list, self.warned) == (other.is_list, other.warned)
            and (
                None in (self.keeps_masks, other.keeps_masks)
                or self.keeps_masks == other.keeps_masks
            )
            and len(self.outputs) == len(other.outputs)
            and all(a.same_as(b) for a, b in zip(self.outputs, other.outputs))
            and len(self.consumed) == len(other.consumed)
            and all(a.same_as(b) for a, b in zip(self.consumed, other.consumed))
        )

    def to_json(self, store: TensorStore, name: str) -> dict[str, Json]:
        return {
            "outputs": [y.to_json(store, f"{name}/{i}") for i, y in enumerate(self.outputs)],
            "list": self.is_list,
            "consumed": [c.to_json(store, name) for c in self.consumed],
            "warned": self.warned,
            "keeps_masks": self.keeps_masks,
        }


def _same_values(a: np.ndarray, b: np.ndarray) -> bool:
    if is_text(a) or is_text(b):
        return np.array_equal(a, b)
    return np.allclose(a, b, rtol=1e-6, atol=1e-6, equal_nan=True)


def _same_mask(a: Mask, b: Mask) -> bool:
    if a is None or b is None:
        return a is b
    return a.dtype == b.dtype and np.array_equal(a, b)
