"""Dense, Embedding, Masking."""

from functools import partial

import numpy as np
from keras import layers

from ..experiment import Case, Experiment
from ..patterns import BATCH, INT_MASK, MASKS, STEPS, cases, mask, one, sequences
from ..weights import normal

BOTH = ("mean", "lstm")
IDS = {
    "right": np.array([[3, 1, 2, 6, 5], [4, 2, 2, 0, 0], [1, 6, 0, 0, 0]], "int32"),
    "left": np.array([[0, 0, 3, 1, 2], [6, 5, 4, 2, 2], [0, 0, 0, 0, 1]], "int32"),
    "holes": np.array([[3, 0, 1, 0, 2], [0, 5, 4, 0, 0], [1, 6, 0, 2, 2]], "int32"),
    "one_row_empty": np.array([[3, 1, 2, 6, 0], [0, 0, 0, 0, 0], [1, 1, 4, 2, 2]], "int32"),
    "all_empty": np.zeros((BATCH, STEPS), "int32"),
}


def dense() -> list[Experiment]:
    x = sequences()
    plain = [
        Experiment(
            "plain", partial(layers.Dense, 3), x, (*cases(), Case("int_mask", (INT_MASK,))), BOTH
        ),
        Experiment(
            "no_bias", partial(layers.Dense, 3, use_bias=False), x, cases(("none", "holes"))
        ),
        Experiment(
            "rank_2", partial(layers.Dense, 2), one("inputs", normal("dense rank 2", 3, 4)), _rows()
        ),
        Experiment(
            "rank_4",
            partial(layers.Dense, 2),
            one("inputs", normal("dense rank 4", 3, 5, 2, 4)),
            cases(("none", "right")),
        ),
    ]
    names = ("relu", "tanh", "sigmoid", "gelu", "elu", "silu", "softplus", "softmax", "linear")
    activated = [
        Experiment(name, partial(layers.Dense, 3, activation=name), x, cases(("none", "right")))
        for name in names
    ]
    return plain + activated


def embedding() -> list[Experiment]:
    found = []
    for mask_zero in (True, False):
        make = partial(layers.Embedding, 7, 4, mask_zero=mask_zero)
        for name, ids in IDS.items():
            label = f"{name}/mask_zero_{str(mask_zero).lower()}"
            found.append(Experiment(label, make, one("inputs", ids), (Case("ids"),), BOTH))
    make = partial(layers.Embedding, 7, 4, mask_zero=True)
    carried = Case("ids_carry_a_mask", (MASKS["left"],))
    found += [
        Experiment("carried", make, one("inputs", IDS["right"]), (carried,)),
        Experiment(
            "carried/mask_zero_false",
            partial(layers.Embedding, 7, 4),
            one("inputs", IDS["right"]),
            (carried,),
        ),
        Experiment("rank_1", make, one("inputs", np.array([2, 0, 6], "int32")), (Case("ids"),)),
        Experiment(
            "rank_3",
            make,
            one("inputs", np.stack([IDS["right"], IDS["holes"]], -1)),
            (Case("ids"),),
        ),
        Experiment(
            "floats",
            make,
            one("inputs", np.array([[0.4, 0.0, 1.9], [6.0, 0.9, 0.0]], "float32")),
            (Case("ids"),),
        ),
    ]
    return found


def masking() -> list[Experiment]:
    found = []
    for name, keep in MASKS.items():
        for value in (0.0, -1.5):
            x = np.where(keep[..., None], normal("masking", BATCH, STEPS, 4), np.float32(value))
            x[0, 0, 1] = value  # a single feature does not mask a step
            make = partial(layers.Masking, mask_value=value)
            found.append(
                Experiment(f"{name}/value_{value}", make, one("inputs", x), (Case("plain"),), BOTH)
            )
    x = np.where(MASKS["right"][..., None], normal("masking", BATCH, STEPS, 4), np.float32(0))
    nan = x.copy()
    nan[1, 4, 2] = np.nan
    negative_zero = np.where(x == 0, np.float32(-0.0), x)
    rank_4 = np.where(
        MASKS["holes"][..., None, None], normal("masking rank 4", BATCH, STEPS, 2, 3), np.float32(0)
    )
    rank_4[0, 0, 1] = 0
    found += [
        Experiment(
            "carried",
            layers.Masking,
            one("inputs", x),
            (Case("inputs_carry_a_mask", (MASKS["left"],)),),
        ),
        Experiment(
            "value_0.1",
            partial(layers.Masking, mask_value=0.1),
            one("inputs", np.where(x == 0, np.float32(0.1), x)),
            (Case("plain"),),
        ),
        Experiment("nan", layers.Masking, one("inputs", nan), (Case("plain"),), ()),
        Experiment("negative_zero", layers.Masking, one("inputs", negative_zero), (Case("plain"),)),
        Experiment("rank_2", layers.Masking, one("inputs", x[:, 3]), (Case("plain"),)),
        Experiment("rank_4", layers.Masking, one("inputs", rank_4), (Case("plain"),)),
    ]
    return found


def _rows() -> tuple[Case, ...]:
    return (Case("none"), Case("row_mask", (mask("101")[0],)))


EXPERIMENTS = {"dense": dense, "embedding": embedding, "masking": masking}
