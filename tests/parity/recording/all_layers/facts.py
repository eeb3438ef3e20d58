"""What a call tells about masks, in the words of docs/layers.md."""

import numpy as np

from ..experiment import Case, Mask
from ..result import Failure, Output, Result
from ..store import Json, is_text


def facts(case: Case, unmasked: Result | Failure, masked: Result | Failure) -> Json:
    """Compares a call with masks to the same call without."""
    if isinstance(unmasked, Failure):
        raise RuntimeError(unmasked.message)
    if isinstance(masked, Failure):
        return {"error": masked.type}
    same = all(map(_same_values, unmasked.outputs, masked.outputs))
    return {
        "mask_in": "ignored" if same else "used",
        "mask_out": _mask_out(_given(case), unmasked.outputs[0], masked.outputs[0], masked.warned),
        "takes_off": masked.keeps_masks is False,
        "mask": masked.outputs[0].mask,
    }


def _mask_out(given: Mask, unmasked: Output, masked: Output, warned: bool) -> str:
    if unmasked.mask is not None:
        return "made"
    if masked.mask is None:
        return "destroyed" if warned else "ended"
    if given is None or not np.array_equal(masked.mask, given):
        return "changed"
    return "stays" if warned else "passed"


def _given(case: Case) -> Mask:
    """The mask of the first input: the one it carries, or the first that is passed by keyword."""
    return next(iter([*case.masks, *case.explicit.values()]), None)


def _same_values(a: Output, b: Output) -> bool:
    if is_text(a.values):
        return np.array_equal(a.values, b.values)
    return np.array_equal(a.values, b.values, equal_nan=a.values.dtype.kind == "f")
