"""All layer classes that keras.layers exports: what each does with masks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
from keras import layers
from keras.src.api_export import get_name_from_symbol

from .. import start_afresh
from ..copies import Copies
from ..eager import run_as_intended, run_as_keras
from ..experiment import Case, Experiment
from ..recorder import explicit_json, inputs_json, layer_json
from ..result import Failure, Result
from ..store import Json, TensorStore, write_pair
from . import core, flat, pictures, preprocessing, recurrent, several
from .entry import Entry
from .facts import facts

Run = Callable[[Experiment, Case, Copies], Result | Failure | None]

# In the order of the page, by module below keras.src.layers.
FAMILIES = {
    "core": "Core",
    "activations": "Activations",
    "rnn": "Recurrent",
    "attention": "Attention",
    "merging": "Merging",
    "normalization": "Normalization",
    "pooling": "Pooling",
    "convolutional": "Convolution",
    "reshaping": "Reshaping",
    "regularization": "Regularization",
    "preprocessing": "Preprocessing",
    "preprocessing.image_preprocessing": "Images",
}
ENTRIES: dict[str, Entry] = (
    core.ENTRIES
    | flat.ENTRIES
    | recurrent.ENTRIES
    | several.ENTRIES
    | preprocessing.ENTRIES
    | pictures.ENTRIES
)


def record_all_layers(folder: Path, name: str) -> int:
    """Writes `name`.json and `name`.safetensors; returns the number of classes."""
    start_afresh()
    found = _exported()
    if missing := {names[0] for names in found.values()} ^ set(ENTRIES):
        raise SystemExit(f"not in both keras.layers and all_layers: {', '.join(sorted(missing))}")
    store = TensorStore()
    described: dict[str, Json] = {}
    rows = [_class(kind, names, store, described) for kind, names in found.items()]
    write_pair(folder, name, store, {"layers": described, "classes": rows})
    return len(rows)


def _exported() -> dict[type, list[str]]:
    """Class -> its names in keras.layers, the one in files first; in the order of the page."""
    found: dict[type, list[str]] = {}
    for name in dir(layers):
        kind = getattr(layers, name)
        if isinstance(kind, type) and issubclass(kind, layers.Layer):
            found.setdefault(kind, []).append(name)
    for kind, names in found.items():
        names.sort(key=lambda name: (name != _name_in_files(kind), name))
    order = list(FAMILIES.values())
    return dict(sorted(found.items(), key=lambda row: (order.index(_family(row[0])), row[1])))


def _name_in_files(kind: type) -> str:
    return get_name_from_symbol(kind).split(".")[-1]


def _family(kind: type) -> str:
    """Classes that live elsewhere in Keras are of its core."""
    module = kind.__module__.removeprefix("keras.src.layers.").rpartition(".")[0]
    return FAMILIES.get(module, "Core")


def _class(kind: type, names: list[str], store: TensorStore, described: dict[str, Json]) -> Json:
    entry = ENTRIES[names[0]]
    return {
        "class_name": names[0],
        "aliases": names[1:],
        "family": _family(kind),
        "words": entry.words,
        "trials": [_trial(names[0], trial, store, described) for trial in entry.trials],
    }


def _trial(
    class_name: str, trial: Experiment, store: TensorStore, described: dict[str, Json]
) -> Json:
    key = f"{class_name} {trial.name}".strip()
    layer = layer_json(_copies(trial).layer("keras"), key, TensorStore())
    described[key] = layer | {"config": layer["config"] | trial.config, "weights": []}
    case = trial.cases[0]
    keras_facts = _measured(trial, run_as_keras, store, f"{key}/keras")
    intended = _measured(trial, run_as_intended, store, f"{key}/intended")
    return {
        "layer": key,
        "when": trial.name,
        "inputs": inputs_json(replace(trial, name=key), case, store),
        "masks": explicit_json(case, store),
        "options": dict(trial.options),
        "keras": keras_facts,
        "intended": "same" if intended in (None, keras_facts) else intended,
    }


def _measured(trial: Experiment, run: Run, store: TensorStore, name: str) -> Json:
    """FACTS under Keras' or the intended rules; None if these are the same."""
    masked = run(trial, trial.cases[0], _copies(trial))
    if masked is None:
        return None
    unmasked = run_as_keras(trial, Case("unmasked"), _copies(trial))
    found = facts(trial.cases[0], unmasked, masked)
    return found | {"mask": store.put_optional(f"{name}.mask", found.get("mask"))}


def _copies(trial: Experiment) -> Copies:
    """A new layer, with the weights and the random numbers of every other one."""
    keras.utils.set_random_seed(1)
    return Copies(trial, trial.name)
