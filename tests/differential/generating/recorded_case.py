"""What Keras makes of a graph: saved, loaded again and called; written where the runner finds it."""

import json
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras.src.backend import get_keras_mask
from recording.copies import tensor
from recording.weights import randomise
from safetensors.numpy import save_file

from .batches import Batch
from .graphs import Plan
from .recipe import build

ABSOLUTE, RELATIVE = 1e-5, 1e-4


class Discarded(Exception):
    """Keras itself cannot build, save, load or run the graph."""


@dataclass(frozen=True)
class Outcome:
    """The outputs of one batch and their masks, flat."""

    values: list[np.ndarray]
    masks: list[np.ndarray | None]


@dataclass(frozen=True)
class Recorded:
    file: Path
    batches: list[tuple[Batch, Outcome]]
    loads_otherwise: bool  # the loaded model does not compute what the saved one did


def record(plan: Plan, batches: Sequence[Batch], path: Path, seed: str, twice: bool = True) -> Recorded:
    """Writes the model and path.safetensors; `twice`: runs the model that was saved, too."""
    file = path.with_suffix(plan.suffix)
    try:
        recorded = _record(plan, batches, file, seed, twice)
    except Discarded:
        file.unlink(missing_ok=True)
        raise
    if plan.suffix == ".keras":
        deflate(file)
    write_tensors(path.with_suffix(".safetensors"), recorded.batches)
    return recorded


def _record(plan: Plan, batches: Sequence[Batch], file: Path, seed: str, twice: bool) -> Recorded:
    keras.utils.clear_session()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = make_model(plan, batches[0])
            randomise(model, seed)
            model.save(file)
            loaded = keras.saving.load_model(file)
        except Exception as error:
            raise Discarded(f"{type(error).__name__}: {error}") from error
        runs = [(batch, run(loaded, batch)) for batch in batches]
        kept = [(batch, outcome) for batch, outcome in runs if outcome is not None]
        if not kept:
            raise Discarded("no batch runs")
        # The first batch may be too small to show that a list of axes is lost.
        compared = (kept if plan.suffix == ".h5" else kept[:1]) if twice else []
        otherwise = any(not same(run(model, batch), outcome) for batch, outcome in compared)
    if otherwise and plan.suffix == ".h5":  # of several axes its reader takes none
        raise Discarded("Keras reads its .h5 otherwise than it wrote it")
    return Recorded(file, kept, otherwise)


def make_model(plan: Plan, first: Batch) -> keras.Model:
    if plan.recipe is not None:
        return build(plan.recipe)
    model = plan.row.make()
    if plan.row.input is None:
        model(tensor(first.values[0]))
    return model


def run(model: keras.Model, batch: Batch) -> Outcome | None:
    """None if Keras throws."""
    inputs: Any = [tensor(v, m) for v, m in zip(batch.values, batch.masks, strict=True)]
    structure = getattr(model, "_inputs_struct", None)
    if isinstance(structure, dict):
        inputs = keras.tree.pack_sequence_as(structure, inputs)
    elif len(inputs) == 1:
        inputs = inputs[0]
    try:
        outputs = keras.tree.flatten(model(inputs))
    except Exception:
        return None
    masks = [get_keras_mask(y) for y in outputs]
    return Outcome([np.asarray(y) for y in outputs], [None if m is None else np.asarray(m) for m in masks])


def same(a: Outcome | None, b: Outcome) -> bool:
    return a is not None and agree(a, b)


def agree(a: Outcome, b: Outcome, share: float = 1) -> bool:
    return difference(a, b, share) is None


def difference(a: Outcome, b: Outcome, share: float = 1) -> str | None:
    """What differs first between Keras' outcome and another, by more than this share of the tolerance."""
    if len(a.values) != len(b.values):
        return f"{len(a.values)} outputs in Keras, and {len(b.values)}"
    for i, (x, y) in enumerate(zip(a.values, b.values, strict=True)):
        if x.shape != y.shape or x.dtype != y.dtype:
            return f"output {i}: {x.dtype} {x.shape} in Keras, and {y.dtype} {y.shape}"
        if not np.allclose(x, y, share * RELATIVE, share * ABSOLUTE, equal_nan=True):
            worst = np.nanargmax(np.abs(x.astype("float64") - y))
            return f"output {i}: {x.flat[worst]} in Keras, and {y.flat[worst]}"
    for i, (m, n) in enumerate(zip(a.masks, b.masks, strict=True)):
        if (m is None) != (n is None) or (m is not None and not (m.dtype == n.dtype and np.array_equal(m, n))):
            return f"mask of output {i}: {m} in Keras, and {n}"
    return None


def write_tensors(file: Path, runs: Sequence[tuple[Batch, Outcome]]) -> None:
    tensors: dict[str, np.ndarray] = {}
    for i, (batch, outcome) in enumerate(runs):
        groups = {"in": batch.values, "inmask": batch.masks, "out": outcome.values, "mask": outcome.masks}
        for what, values in groups.items():
            for k, value in enumerate(values):
                if value is not None:
                    tensors[f"{what}/{i}/{k}"] = np.ascontiguousarray(value).reshape(np.shape(value))
    save_file(tensors, file)
    file.chmod(0o644)


def deflate(file: Path) -> None:
    """Keras stores the members; deflated, a small model takes a tenth."""
    with zipfile.ZipFile(file) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED, 9)


def agrees_in_float64(file: Path, runs: Sequence[tuple[Batch, Outcome]]) -> bool:
    """Whether rounding matters little to this graph: float64 gives the same.

    Keras rounds and Domino rounds, so half of the tolerance is Keras' share.
    """
    if file.suffix != ".keras":
        return True
    copy = file.with_name(f"{file.stem}_float64.keras")
    try:
        _write_float64(file, copy)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = keras.saving.load_model(copy)
            outcomes = [run(model, _widened(batch)) for batch, _ in runs]
    except Exception:
        return True
    finally:
        copy.unlink(missing_ok=True)
    return all(
        wide is None or agree(_narrowed(wide), narrow, 0.5) for wide, (_, narrow) in zip(outcomes, runs, strict=True)
    )


def _write_float64(file: Path, copy: Path) -> None:
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "config.json":
                data = json.dumps(json.loads(data)).replace('"float32"', '"float64"').encode()
            target.writestr(name, data)


def _widened(batch: Batch) -> Batch:
    wide = tuple(v.astype("float64") if v.dtype == np.float32 else v for v in batch.values)
    return Batch(wide, batch.masks, batch.patterns)


def _narrowed(outcome: Outcome) -> Outcome:
    values = [v.astype("float32") if v.dtype == np.float64 else v for v in outcome.values]
    return Outcome(values, outcome.masks)
