"""MultiHeadAttention, GroupQueryAttention, Attention, AdditiveAttention."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import BATCH, INT_MASK, MASKS, STEPS, mask
from ..weights import normal

SOURCE_STEPS = 4
QUERY = normal("attention query", BATCH, STEPS, 4)
VALUE = normal("attention value", BATCH, SOURCE_STEPS, 3)
KEY = normal("attention key", BATCH, SOURCE_STEPS, 2)
SOURCE_MASKS = {
    "right": mask("1111", "1100", "1000"),
    "left": mask("0011", "1111", "0001"),
    "holes": mask("1010", "0110", "1101"),
    "one_row_masked": mask("1110", "0000", "1111"),
    "all_masked": mask("0000", "0000", "0000"),
}
BOTH = ("mean", "lstm")


def over(
    name: str,
    query: str | None = None,
    value: str | None = None,
    key: str | None = None,
    **rest: Any,
) -> Case:
    """A case with masks by name: the query has 5 steps, value and key have 4."""
    masks = (MASKS.get(query), SOURCE_MASKS.get(value), SOURCE_MASKS.get(key))
    return Case(name, masks if key else masks[:2], **rest)


TWO = (
    over("none"),
    over("value_right", None, "right"),
    over("value_left", None, "left"),
    over("value_holes", None, "holes"),
    over("value_one_row_masked", None, "one_row_masked"),
    over("value_all_masked", None, "all_masked"),
    over("query_right", "right"),
    over("query_holes", "holes"),
    over("query_one_row_masked", "one_row_masked"),
    over("both_right", "right", "right"),
    over("left_holes", "left", "holes"),
    over("both_one_row_masked", "one_row_masked", "one_row_masked"),
    over("both_all_masked", "all_masked", "all_masked"),
)
INTS = Case("int_masks", (INT_MASK, 2 * SOURCE_MASKS["right"].astype("int32")))
FEW = (TWO[0], TWO[1], TWO[4], TWO[9], TWO[11])
THREE = (
    over("none"),
    over("key_holes", None, None, "holes"),
    over("value_right_key_left", None, "right", "left"),
    over("query_holes_value_left_key_holes", "holes", "left", "holes"),
    over("all_one_row_masked", "one_row_masked", "one_row_masked", "one_row_masked"),
)


def multi_head_attention() -> list[Experiment]:
    made = partial(layers.MultiHeadAttention, 2, 3)
    inputs = _query_value(QUERY, VALUE)
    itself = _query_value(QUERY, QUERY)
    with_key = (*inputs, Argument("key", (KEY,)))
    variants: dict[str, dict[str, Any]] = {
        "value_dim": {"value_dim": 4},
        "output_shape": {"output_shape": 5},
        "no_bias": {"use_bias": False},
        "dropout": {"dropout": 0.3},
        "sliding_window": {"sliding_window": 2},
        "gate": {"use_gate": True},
    }
    on_itself = tuple(Case(f"both_{n}", (m, m)) for n, m in MASKS.items())
    return [
        Experiment("plain", made, inputs, (*TWO, INTS), BOTH),
        *(
            Experiment(name, partial(made, **config), inputs, FEW)
            for name, config in variants.items()
        ),
        Experiment("self_attention", made, itself, (Case("none"), *on_itself), BOTH),
        Experiment("key", made, with_key, THREE),
        Experiment(
            "key_value_dim_output_shape",
            partial(made, value_dim=2, output_shape=3),
            with_key,
            THREE[:3],
        ),
        Experiment("causal", made, inputs, TWO, options={"use_causal_mask": True}),
        Experiment(
            "causal_on_itself",
            made,
            itself,
            (Case("none"), *on_itself),
            options={"use_causal_mask": True},
        ),
        Experiment("scores", made, inputs, TWO, options={"return_attention_scores": True}),
        Experiment(
            "causal_scores",
            made,
            inputs,
            FEW,
            options={"return_attention_scores": True, "use_causal_mask": True},
        ),
        *_attention_masks(made),
        Experiment("explicit_masks", made, inputs, _explicit_masks()),
        Experiment("explicit_masks_with_key", made, with_key, _explicit_key_masks()),
        *_pictures(),
    ]


def _pictures() -> list[Experiment]:
    """Inputs of rank 4: (batch, 2 rows, steps, features), or the steps in front of the rows."""
    rows = normal("query rows", BATCH, 2, STEPS, 4), normal("value rows", BATCH, 2, SOURCE_STEPS, 3)
    columns = [x.transpose(0, 2, 1, 3) for x in rows]
    full = normal("picture mask", BATCH, 2, 2, STEPS, SOURCE_STEPS) > -0.3
    of_rows = [normal(f"mask of {i}", *x.shape[:-1]) > -0.3 for i, x in enumerate(rows)]
    of_rows[0][1, 0] = False
    of_rows[1][2, 1] = False
    scores = {"return_attention_scores": True}
    by_row = (
        Case("none"),
        Case("query", (of_rows[0],)),
        Case("value", (None, of_rows[1])),
        Case("both", tuple(of_rows)),
    )

    def along(axes: Any, **config: Any) -> Callable[..., layers.Layer]:
        return partial(layers.MultiHeadAttention, 2, 3, attention_axes=axes, **config)

    def masked(form: np.ndarray) -> tuple[Argument, ...]:
        return (*_query_value(*rows), Argument("attention_mask", (form,)))

    forms = {
        "t_s": full[0, 0, 0],
        "b_t_s": full[:, 0, 0],
        "b_r_t_s": full[:, :, 0],
        "b_r_n_t_s": full,
    }
    none = (Case("none"),)
    return [
        Experiment("all_axes", along(None), _query_value(*rows), none),
        Experiment("rows", along(2), _query_value(*rows), by_row),
        Experiment(
            "rows_of_several",
            along((-2,), use_gate=True, value_dim=2, output_shape=(2, 3)),
            _query_value(*rows),
            by_row,
        ),
        Experiment("columns", along((1,)), _query_value(*columns), FEW),
        Experiment(
            "columns_causal",
            along(1),
            _query_value(*columns),
            FEW,
            options={"use_causal_mask": True},
        ),
        Experiment("columns_window", along(1, sliding_window=2), _query_value(*columns), FEW),
        Experiment("columns_scores", along(1), _query_value(*columns), FEW, options=scores),
        Experiment("rows_scores", along(2), _query_value(*rows), by_row, options=scores),
        Experiment("both_axes", along((1, 2)), _query_value(*rows), none, options=scores),
        Experiment("axes_turned_round", along((2, 1)), _query_value(*rows), none, options=scores),
        *(
            Experiment(
                f"rows_mask_{name}",
                along(2),
                masked(form),
                none,
                options=scores,
                fixed_batch=True,
            )
            for name, form in forms.items()
        ),
        Experiment(
            "all_axes_mask",
            along(None),
            masked(normal("whole mask", BATCH, 2, STEPS, 2, SOURCE_STEPS) > 0),
            none,
            options=scores,
            fixed_batch=True,
        ),
    ]


def grouped_query_attention() -> list[Experiment]:
    made = partial(layers.GroupQueryAttention, 3, 4, 2)
    value = normal("grouped value", BATCH, SOURCE_STEPS, 4)
    key = normal("grouped key", BATCH, SOURCE_STEPS, 4)
    inputs = _query_value(QUERY, value)
    with_key = (*inputs, Argument("key", (key,)))
    scores = {"return_attention_scores": True}
    causal = {"use_causal_mask": True}
    full = normal("grouped mask", BATCH, STEPS, SOURCE_STEPS) > -0.2
    variants: dict[str, dict[str, Any]] = {
        "no_bias": {"use_bias": False},
        "dropout": {"dropout": 0.3},
        "sliding_window": {"sliding_window": 2},
        "gate": {"use_gate": True},
    }
    on_itself = tuple(Case(f"both_{n}", (m, m)) for n, m in MASKS.items())
    masked = (*inputs, Argument("attention_mask", (full,)))
    return [
        Experiment("plain", made, inputs, (*TWO, INTS), BOTH),
        *(
            Experiment(name, partial(made, **config), inputs, FEW)
            for name, config in variants.items()
        ),
        Experiment("one_group", partial(layers.GroupQueryAttention, 3, 4, 1), inputs, FEW),
        Experiment("all_groups", partial(layers.GroupQueryAttention, 3, 4, 4), inputs, FEW),
        Experiment(
            "self_attention", made, _query_value(QUERY, QUERY), (Case("none"), *on_itself), BOTH
        ),
        Experiment("key", made, with_key, THREE),
        Experiment("causal", made, inputs, TWO, options=causal),
        Experiment("scores", made, inputs, TWO, options=scores),
        Experiment("causal_scores", made, inputs, FEW, options=scores | causal),
        Experiment("attention_mask", made, masked, FEW, fixed_batch=True),
        Experiment("attention_mask_scores", made, masked, FEW, options=scores | causal),
        Experiment("explicit_masks", made, inputs, _explicit_masks()),
        Experiment("explicit_masks_with_key", made, with_key, _explicit_key_masks()),
    ]


def _query_value(query: np.ndarray, value: np.ndarray) -> tuple[Argument, ...]:
    return (Argument("query", (query,)), Argument("value", (value,)))


def _attention_masks(made: Callable[..., layers.Layer]) -> list[Experiment]:
    full = normal("attention mask", BATCH, 2, STEPS, SOURCE_STEPS) > -0.2
    full[1, 0, 2] = False  # a query that may attend to nothing
    forms = {
        "t_s": full[0, 0],
        "b_t_s": full[:, 0],
        "b_1_s": full[:, 0, :1],
        "b_t_1": full[:, 0, :, :1],
        "int": full[:, 0].astype("int32"),
    }
    found = [
        Experiment(
            f"attention_mask_{name}", made, _with_attention_mask(form), FEW, fixed_batch=True
        )
        for name, form in forms.items()
    ]
    both = {"use_causal_mask": True, "return_attention_scores": True}
    return found + [
        Experiment("attention_mask_b_n_t_s", made, _with_attention_mask(full), (TWO[0],)),
        Experiment(
            "attention_mask_scores", made, _with_attention_mask(full[:, 0]), FEW, options=both
        ),
    ]


def _with_attention_mask(form: np.ndarray) -> tuple[Argument, ...]:
    return (*_query_value(QUERY, VALUE), Argument("attention_mask", (form,)))


def _explicit_masks() -> tuple[Case, ...]:
    query, value = MASKS["holes"], SOURCE_MASKS["right"]
    return (
        Case("query", explicit={"query_mask": query}),
        Case("value", explicit={"value_mask": value}),
        Case("query_and_value", explicit={"query_mask": query, "value_mask": value}),
        Case("query_beside_carried_value", (None, SOURCE_MASKS["left"]), {"query_mask": query}),
        Case("query_beats_carried", (MASKS["right"],), {"query_mask": query}),
        Case("value_beats_carried", (None, SOURCE_MASKS["left"]), {"value_mask": value}),
        Case("query_one_row_masked", explicit={"query_mask": MASKS["one_row_masked"]}),
        Case("key_without_key", explicit={"key_mask": SOURCE_MASKS["holes"]}),
        Case(
            "key_without_key_beside_carried_value",
            (None, SOURCE_MASKS["left"]),
            {"key_mask": SOURCE_MASKS["right"]},
        ),
    )


def _explicit_key_masks() -> tuple[Case, ...]:
    return (
        Case("key", explicit={"key_mask": SOURCE_MASKS["holes"]}),
        Case(
            "key_beats_carried",
            (None, None, SOURCE_MASKS["left"]),
            {"key_mask": SOURCE_MASKS["holes"]},
        ),
    )


def attention() -> list[Experiment]:
    value = normal("dot attention value", BATCH, SOURCE_STEPS, 4)
    key = normal("dot attention key", BATCH, SOURCE_STEPS, 4)
    two, three, itself = _listed(QUERY, value), _listed(QUERY, value, key), _listed(QUERY, QUERY)
    per_query = normal("dot attention mask", BATCH, STEPS, SOURCE_STEPS) > -0.3
    explicit = (
        Case("both", explicit={"mask": [MASKS["holes"], SOURCE_MASKS["right"]]}),
        Case("value_only", explicit={"mask": [None, SOURCE_MASKS["right"]]}),
        Case(
            "beats_carried",
            (MASKS["right"], SOURCE_MASKS["left"]),
            {"mask": [None, SOURCE_MASKS["right"]]},
        ),
        Case("value_by_query", explicit={"mask": [None, per_query]}),
    )
    far_apart = np.array([[[0.0], [100.0], [-50.0]]], "float32")
    return [
        Experiment("dot", layers.Attention, two, (*TWO, INTS), BOTH),
        Experiment("dot_scale", partial(layers.Attention, use_scale=True), two, FEW),
        Experiment("concat", partial(layers.Attention, score_mode="concat"), two, TWO),
        Experiment(
            "concat_scale", partial(layers.Attention, score_mode="concat", use_scale=True), two, FEW
        ),
        Experiment("dropout", partial(layers.Attention, dropout=0.3), two, FEW),
        Experiment("key", layers.Attention, three, THREE),
        Experiment("causal", layers.Attention, two, TWO, options={"use_causal_mask": True}),
        Experiment(
            "causal_on_itself",
            layers.Attention,
            itself,
            _on_itself(),
            options={"use_causal_mask": True},
        ),
        Experiment("scores", layers.Attention, two, TWO, options={"return_attention_scores": True}),
        Experiment(
            "concat_causal_scores",
            partial(layers.Attention, score_mode="concat", use_scale=True, dropout=0.2),
            three,
            THREE,
            options={"return_attention_scores": True, "use_causal_mask": True},
        ),
        *_of_rows(layers.Attention),
        Experiment("explicit_masks", layers.Attention, two, explicit),
        Experiment(
            "large_scores_fully_masked",
            layers.Attention,
            _listed(np.ones((1, 1, 1), "float32"), far_apart),
            (Case("none"), Case("all_masked", (None, mask("000")))),
        ),
    ]


def _of_rows(made: Callable[..., layers.Layer]) -> list[Experiment]:
    """Inputs of rank 4. Keras fits their value's mask to the scores only beside a causal one."""
    rows = normal("query rows", BATCH, 2, STEPS, 4), normal("rows", BATCH, 2, SOURCE_STEPS, 4)
    masks = [normal(f"mask of {i}", *x.shape[:-1]) > -0.3 for i, x in enumerate(rows)]
    query = Case("query", (masks[0],))
    causal = {"use_causal_mask": True}
    return [
        Experiment("rows", made, _listed(*rows), (Case("none"), query)),
        Experiment(
            "rows_causal",
            made,
            _listed(*rows),
            (Case("none"), query, Case("both", tuple(masks))),
            options=causal,
        ),
    ]


def additive_attention() -> list[Experiment]:
    value = normal("additive value", BATCH, SOURCE_STEPS, 4)
    key = normal("additive key", BATCH, SOURCE_STEPS, 4)
    two, three = _listed(QUERY, value), _listed(QUERY, value, key)
    made = layers.AdditiveAttention
    both = {"return_attention_scores": True, "use_causal_mask": True}
    explicit = (
        Case("both", explicit={"mask": [MASKS["holes"], SOURCE_MASKS["right"]]}),
        Case(
            "beats_carried",
            (MASKS["right"], SOURCE_MASKS["left"]),
            {"mask": [None, SOURCE_MASKS["right"]]},
        ),
    )
    narrow = _listed(QUERY, normal("narrow value", BATCH, SOURCE_STEPS, 1))
    return [
        Experiment("plain", made, two, (*TWO, INTS), BOTH),
        Experiment("no_scale", partial(made, use_scale=False), two, FEW),
        Experiment("dropout", partial(made, dropout=0.3), two, FEW),
        Experiment("key", made, three, THREE),
        Experiment("causal", made, two, TWO, options={"use_causal_mask": True}),
        Experiment("scores", made, two, TWO, options={"return_attention_scores": True}),
        Experiment("causal_scores", made, three, THREE, options=both),
        Experiment("explicit_masks", made, two, explicit),
        Experiment("one_feature", made, narrow, FEW),
        *_of_rows(made),
    ]


def _on_itself() -> tuple[Case, ...]:
    return (Case("none"), *(Case(f"both_{name}", (m, m)) for name, m in MASKS.items()))


def _listed(*tensors: np.ndarray) -> Sequence[Argument]:
    return (Argument("inputs", tensors, is_list=True),)


EXPERIMENTS = {
    "multi_head_attention": multi_head_attention,
    "grouped_query_attention": grouped_query_attention,
    "attention": attention,
    "additive_attention": additive_attention,
}
