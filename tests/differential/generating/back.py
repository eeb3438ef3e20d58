"""The other way: Domino saves what it loaded, and Keras has to compute what Domino does."""

import json
import subprocess
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from safetensors.numpy import load_file

from . import start_afresh
from .batches import Batch
from .recorded_case import Outcome, difference, run
from .runner import Verdict

# What Keras' files have no words for: says so, and is no difference.
DECLINED = ("a mask is made ", "an input of the model may bring a mask when it runs")


@dataclass(frozen=True)
class BackRunner:
    """In place of a Runner: a verdict is Keras' on the file that Domino wrote under `rules`."""

    program: Path
    rules: str  # "keras" or "intended"
    out: Path

    def run(self, files: Sequence[Path]) -> list[Verdict]:
        refused = self.resave(files)
        return [self._verdict(file, refused) for file in files]

    def resave(self, places: Sequence[Path]) -> dict[str, str | None]:
        """Per case why Domino refused to save it, or None; a case that ended the program is not there."""
        self.out.mkdir(parents=True, exist_ok=True)
        command = [str(self.program), self.rules, str(self.out), *map(str, places)]
        done = subprocess.run(command, capture_output=True, text=True)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        return {r["case"]: r["refused"] for r in records if "case" in r}

    def _verdict(self, file: Path, refused: dict[str, str | None]) -> Verdict:
        if file.stem not in refused:
            found = ("crash", "ended domino_resave_cases, or stood behind what did")
        elif refused[file.stem] is not None:
            declined = any(words in refused[file.stem] for words in DECLINED)
            found = None if declined else ("refused", refused[file.stem])
        else:
            found = judge(self.out / f"{file.stem}.keras")
        return Verdict(file.stem, [] if found is None else [_difference(*found)])


def find_models(places: Sequence[Path]) -> list[Path]:
    """The models in these folders, by name; a file stands for itself."""
    folders = [place for place in places if place.is_dir()]
    inside = [f for folder in folders for f in folder.rglob("*") if f.suffix in (".keras", ".h5")]
    return sorted(inside + [place for place in places if not place.is_dir()])


def _difference(kind: str, text: str) -> dict[str, object]:
    return {"kind": kind, "text": text, "batch": "", "output": -1}


def judge(file: Path) -> tuple[str, str] | None:
    """What Keras does otherwise: the kind of difference and its text."""
    start_afresh()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = keras.saving.load_model(file)
        except Exception as error:
            return "load", f"Keras does not load it: {type(error).__name__}: {error}"[:400]
        for batch, expected in read_case(file):
            outcome = run(model, batch)
            if outcome is None:
                return "call", "Keras throws"
            found = difference(outcome, expected)
            if found:
                return "mask" if found.startswith("mask") else "values", found
    return None


def read_case(file: Path) -> list[tuple[Batch, Outcome]]:
    tensors = load_file(file.with_suffix(".safetensors"))
    return [_batch(tensors, name) for name in sorted({name.split("/")[1] for name in tensors})]


def _batch(tensors: dict[str, np.ndarray], batch: str) -> tuple[Batch, Outcome]:
    def values(what: str, masks: str) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
        count = sum(name.startswith(f"{what}/{batch}/") for name in tensors)
        places = [f"{batch}/{i}" for i in range(count)]
        return [tensors[f"{what}/{p}"] for p in places], [tensors.get(f"{masks}/{p}") for p in places]

    given, attached = values("in", "inmask")
    return Batch(tuple(given), tuple(attached), {}), Outcome(*values("out", "mask"))
