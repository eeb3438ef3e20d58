"""Activation with every function of keras.activations, and the activation layers."""

from functools import partial

import numpy as np
from keras import layers
from keras.src.activations import ALL_OBJECTS_DICT

from ..experiment import Case, Experiment
from ..patterns import BATCH, FEATURES, MASKS, STEPS, cases, mask, one, sequences
from ..weights import normal

CORNERS = np.array([0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 3.0, -3.0, 6.0, -6.0, 20.0, -20.0], "float32")


def wide(name: str) -> np.ndarray:
    """Random scores with the corners of the usual activations among them."""
    values = normal(name, BATCH, STEPS, FEATURES, scale=2.0)
    values.reshape(-1)[: len(CORNERS)] = CORNERS
    return values


def activation() -> list[Experiment]:
    return [
        Experiment(
            name,
            partial(layers.Activation, name),
            one("inputs", wide("activation")),
            cases(),
            config={"activation": name},  # aliases keep their own name
        )
        for name in sorted(
            ALL_OBJECTS_DICT.keys() - {"threshold"}
        )  # it has parameters without default
    ]


def _layer(make, variants: dict[str, dict]) -> list[Experiment]:
    x = one("inputs", wide("activation layer"))
    plain = Experiment("plain", make, x, cases(), ("mean", "lstm"))
    row_mask = (Case("none"), Case("row_mask", (mask("101")[0],)))
    return [
        plain,
        Experiment("rank_2", make, one("inputs", wide("activation layer")[:, 0]), row_mask),
        *(
            Experiment(name, partial(make, **config), x, cases(("none", "holes")))
            for name, config in variants.items()
        ),
    ]


def relu() -> list[Experiment]:
    return _layer(
        layers.ReLU,
        {
            "max_value": {"max_value": 1.5},
            "negative_slope": {"negative_slope": 0.25},
            "threshold": {"threshold": 0.75},
            "all": {"max_value": 2.0, "negative_slope": 0.1, "threshold": 0.5},
        },
    )


def leaky_relu() -> list[Experiment]:
    return _layer(layers.LeakyReLU, {"slope": {"negative_slope": 0.05}})


def prelu() -> list[Experiment]:
    return _layer(layers.PReLU, {"shared_steps": {"shared_axes": [1]}})


def elu() -> list[Experiment]:
    return _layer(layers.ELU, {"alpha": {"alpha": 0.4}})


def softmax() -> list[Experiment]:
    scores = one("inputs", normal("softmax scores", BATCH, STEPS))
    row, column = MASKS["right"], MASKS["holes"]
    forms = (
        Case("int_mask", (row.astype("int32"),)),
        Case("float_mask_counts_above_half", (np.where(row, np.float32(0.6), np.float32(0.4)),)),
        Case("explicit", explicit={"mask": row}),
        Case("explicit_beats_carried", (row,), {"mask": column}),
        Case("explicit_none_changes_nothing", (row,), {"mask": None}),
        Case("one_row_for_all", (column[:1],)),
        Case("steps_for_all", explicit={"mask": column[0]}),
    )
    elements = normal("softmax mask", BATCH, STEPS, FEATURES) > -0.3
    elements[1, 2] = False
    per_element = (Case("element_mask", (elements,)), Case("explicit", explicit={"mask": elements}))
    by_step = (Case("step_mask", explicit={"mask": row[..., None]}),)
    found = [
        Experiment("scores", layers.Softmax, scores, (*cases(), *forms)),
        Experiment("first_axis", partial(layers.Softmax, axis=0), scores, cases(("none", "holes"))),
        Experiment("features", layers.Softmax, sequences(), cases()),
        Experiment("steps", partial(layers.Softmax, axis=1), sequences(), cases()),
        Experiment("both", partial(layers.Softmax, axis=[1, 2]), sequences(), cases()),
        Experiment("elements", layers.Softmax, sequences(), (*per_element, *by_step), ()),
        Experiment(
            "elements_over_steps",
            partial(layers.Softmax, axis=1),
            sequences(),
            (*per_element, *by_step),
            (),
        ),
        Experiment(
            "elements_over_both", partial(layers.Softmax, axis=[1, 2]), sequences(), per_element, ()
        ),
    ]
    by_feature = tuple(
        Case(f"features_{name}", explicit={"mask": given})
        for name, given in (
            ("rank_1", mask("1011")[0]),
            ("rank_2", mask("1011")),
            ("by_step", elements[0]),
            ("rank_3", mask("1011")[None]),
        )
    )
    found.append(Experiment("mask_of_features", layers.Softmax, sequences(), by_feature, ()))
    square = one("inputs", normal("softmax fits by accident", 1, 3, 3))
    fits = (Case("mask_taken_for_features", (mask("101"),)),)
    return [*found, Experiment("one_row_as_many_steps_as_features", layers.Softmax, square, fits)]


EXPERIMENTS = {
    "activation": activation,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "elu": elu,
    "softmax": softmax,
}
