"""Dense, EinsumDense, Embedding, ReversibleEmbedding, Identity, Lambda, Masking."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Case, Experiment
from ..lambdas import above, as_it_came, double, zero
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


def einsum_dense() -> list[Experiment]:
    def made(equation: str, output_shape: int | tuple, **config: Any) -> Callable:
        return partial(layers.EinsumDense, equation, output_shape=output_shape, **config)

    rank_4 = one("inputs", normal("dense rank 4", 3, 5, 2, 4))
    few = cases(("none", "right"))
    plain = made("abc,cd->abd", (None, 3), bias_axes="d")
    variants = {
        "no_bias": made("abc,cd->abd", (None, 3)),
        "known_steps": made("abc,cd->abd", (5, 3), bias_axes="d"),
        "ellipsis": made("...x,xy->...y", 3, bias_axes="y"),
        "two_after_the_ellipsis": made("...xy,yz->...xz", (5, 3), bias_axes="z"),
        "heads": made("abc,cde->abde", (None, 2, 3), bias_axes="de"),
        "bias_of_one_axis": made("abc,cde->abde", (None, 2, 3), bias_axes="d"),
        "bias_of_steps": made("abc,cd->abd", (5, 3), bias_axes="b"),
        "bias_of_all": made("abc,cd->abd", (5, 3), bias_axes="bd"),
        "over_steps": made("abc,bd->adc", (3, 4), bias_axes="d"),
        "by_feature": made("abc,c->abc", (None, 4), bias_axes="c"),
        "summed": made("abc,bc->a", ()),
        "ellipsis_behind": made("ab...,bc->ac...", 3, bias_axes="c"),
        "relu": made("abc,cd->abd", (None, 3), activation="relu"),
        "softmax": made("abc,cd->abd", (None, 3), activation="softmax"),
    }
    others = {
        "rank_4_ellipsis": made("...x,xy->...y", 3, bias_axes="y"),
        "merged_heads": made("abcd,cde->abe", (None, 3), bias_axes="e"),
        "rank_4_behind": made("ab...,bc->ac...", 3, bias_axes="c"),
    }
    return [
        Experiment("plain", plain, sequences(), cases(), BOTH),
        *(Experiment(n, make, sequences(), few) for n, make in variants.items()),
        *(Experiment(n, make, rank_4, few) for n, make in others.items()),
        Experiment(
            "rank_2",
            made("ab,bc->ac", 3, bias_axes="c"),
            one("inputs", normal("dense rank 2", 3, 4)),
            _rows(),
        ),
    ]


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


def reversible_embedding() -> list[Experiment]:
    made = partial(layers.ReversibleEmbedding, 7, 4)
    ids = one("inputs", IDS["right"])
    carried = Case("carried", (MASKS["left"],))
    kinds = {"tied": {}, "untied": {"tie_weights": False}}
    found = []
    for name, kind in kinds.items():
        make, masks = partial(made, **kind), partial(made, mask_zero=True, **kind)
        back = {"reverse": True}
        found += [
            Experiment(f"{name}/forward", make, ids, (Case("plain"), carried), BOTH),
            Experiment(f"{name}/mask_zero", masks, ids, (Case("plain"), carried), BOTH),
            Experiment(f"{name}/back", make, sequences(), cases(), BOTH, options=back),
            Experiment(
                f"{name}/back_mask_zero", masks, sequences(), cases(), BOTH, options=back
            ),
            Experiment(
                f"{name}/back_capped",
                partial(make, logit_soft_cap=0.5),
                sequences(),
                cases(("none", "right")),
                options=back,
            ),
        ]
    rank_2 = one("inputs", normal("embedding back", 3, 4))
    return [
        *found,
        Experiment("back_rank_2", made, rank_2, (Case("none"),), options={"reverse": True}),
        Experiment(
            "forward_capped", partial(made, logit_soft_cap=0.5), ids, (Case("plain"),)
        ),
    ]


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


def identity() -> list[Experiment]:
    return [
        Experiment("plain", layers.Identity, sequences(), cases(), BOTH),
        Experiment(
            "ids", layers.Identity, one("inputs", IDS["right"]), cases(("none", "holes")), ()
        ),
    ]


def lambda_() -> list[Experiment]:
    def made(function: Callable, mask: Callable | None = None) -> Experiment:
        name = function.__name__ + (f"_{mask.__name__}" if mask else "")
        config = {"function": function.__name__, "mask": mask and mask.__name__}
        make = partial(layers.Lambda, function, mask=mask)
        return Experiment(name, make, sequences(), cases(), BOTH, config=config)

    return [made(f, mask) for f in (double, zero) for mask in (None, as_it_came, above)]


def _rows() -> tuple[Case, ...]:
    return (Case("none"), Case("row_mask", (mask("101")[0],)))


EXPERIMENTS = {
    "dense": dense,
    "einsum_dense": einsum_dense,
    "embedding": embedding,
    "reversible_embedding": reversible_embedding,
    "identity": identity,
    "lambda": lambda_,
    "masking": masking,
}
