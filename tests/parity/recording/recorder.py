"""Turns experiments into the two files of a layer."""

from collections.abc import Callable
from pathlib import Path

import keras

from . import start_afresh
from .copies import Copies, make_consumer
from .eager import run_as_intended, run_as_keras
from .experiment import Case, Experiment
from .functional import Models
from .result import Failure, Result
from .store import Json, TensorStore, write_pair
from .weights import variables


def record_layer(folder: Path, name: str, make: Callable[[], list[Experiment]]) -> int:
    """Writes `name`.json and `name`.safetensors; returns the number of cases."""
    start_afresh()
    experiments = make()
    store = TensorStore()
    copies = [Copies(experiment, f"{name}/{experiment.name}") for experiment in experiments]
    layers = {e.name: _layer(e, c, store) for e, c in zip(experiments, copies)}
    cases = [case for e, c in zip(experiments, copies) for case in _cases(e, c, store)]
    names = sorted({c["consumer"] for case in cases for c in _consumed(case)})
    consumers = {n: layer_json(make_consumer(*_kind(n)), n, store) for n in names}
    write_pair(folder, name, store, {"consumers": consumers, "layers": layers, "cases": cases})
    return len(cases)


def layer_json(layer: keras.layers.Layer, name: str, store: TensorStore) -> dict[str, Json]:
    """Class, configuration and weights of a layer."""
    saved = keras.saving.serialize_keras_object(layer)
    return {
        "class_name": saved["class_name"],
        "config": saved["config"],
        "weights": [
            {"path": path, "tensor": store.put(f"{name}/weights/{path}", variable.numpy())}
            for path, variable in variables(layer)
        ],
    }


def _layer(experiment: Experiment, copies: Copies, store: TensorStore) -> dict[str, Json]:
    layer = layer_json(copies.layer("keras"), experiment.name, store)
    layer["config"] |= experiment.config
    return layer


def _cases(experiment: Experiment, copies: Copies, store: TensorStore) -> list[Json]:
    models = Models(experiment, copies)
    return [_case(experiment, case, copies, models, store) for case in experiment.cases]


def _case(
    experiment: Experiment, case: Case, copies: Copies, models: Models, store: TensorStore
) -> Json:
    name = f"{experiment.name}/{case.name}"
    result = run_as_keras(experiment, case, copies)
    others = {
        "intended": run_as_intended(experiment, case, copies),
        "model": models.run(case, made_inside=False),
    }
    if any(mask is not None for mask in case.masks):
        others["model_made"] = models.run(case, made_inside=True)
    return {
        "name": name,
        "layer": experiment.name,
        "continues": case.continues,
        "inputs": inputs_json(experiment, case, store),
        "masks": explicit_json(case, store),
        "options": {**experiment.options, **case.options},
        "keras": result.to_json(store, f"{name}/keras"),
    } | {
        rule: _unless_same(result, other, store, f"{name}/{rule}") for rule, other in others.items()
    }


def _unless_same(
    result: Result | Failure, other: Result | Failure | None, store: TensorStore, name: str
) -> Json:
    return "same" if other is None or other.same_as(result) else other.to_json(store, name)


def inputs_json(experiment: Experiment, case: Case, store: TensorStore) -> list[Json]:
    """The input tensors of a call, and the masks they carry."""
    masks = iter(experiment.masks(case))
    return [
        {
            "argument": argument.name,
            "list": argument.is_list,
            "tensors": [
                {
                    "values": store.put(f"{experiment.name}/{argument.name}/{i}", values),
                    "mask": store.put_optional(
                        f"{experiment.name}/{case.name}/{argument.name}/{i}.mask", next(masks)
                    ),
                }
                for i, values in enumerate(argument.tensors)
            ],
        }
        for argument in experiment.arguments
    ]


def explicit_json(case: Case, store: TensorStore) -> list[Json]:
    """The masks that a call passes by keyword."""
    rows = []
    for argument, given in case.explicit.items():
        is_list = isinstance(given, (list, tuple))
        masks = given if is_list else [given]
        names = [
            store.put_optional(f"{case.name}/{argument}/{i}", mask) for i, mask in enumerate(masks)
        ]
        rows.append({"argument": argument, "list": is_list, "tensors": names})
    return rows


def _consumed(case: Json) -> list[Json]:
    results = [case[rule] for rule in ("keras", "intended", "model", "model_made") if rule in case]
    return [c for result in results if result != "same" for c in result.get("consumed", [])]


def _kind(name: str) -> tuple[str, int]:
    kind, _, features = name.partition("_")
    return kind, int(features or 1)
