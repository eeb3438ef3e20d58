"""Attention of every kind, with the masks that it takes."""

from typing import Any

from .builder import Builder, Unfit, is_sequence, usually_masked
from .recipe import Ref
from .steps import step


@step(5)
def multi_head_attention(b: Builder) -> None:
    query = _query(b)
    value = query if b.chance(0.35) else b.sequence(sound=True)
    kwargs: dict[str, Any] = {"value": value}
    if b.chance(0.55):
        kwargs["key"] = _of_steps(b, value)
    kwargs |= b.explicit(query, 0.5, "query_mask") | b.explicit(value, 0.35, "value_mask")
    if "key" in kwargs:
        kwargs |= b.explicit(value, 0.8, "key_mask")
    kwargs |= _attention_mask(b, query, value)
    kwargs |= b.sometimes(0.15, use_causal_mask=True, return_attention_scores=True)
    options = b.sometimes(0.15, value_dim=3, output_shape=3, dropout=0.2, use_gate=True, use_bias=False)
    b.layer("MultiHeadAttention", query, num_heads=b.choose(1, 2), key_dim=2, call=kwargs, **options)


def _attention_mask(b: Builder, query: Ref, value: Ref) -> dict[str, Any]:
    """Sometimes `attention_mask=`, as users spread a padding mask out; it may exclude every value."""
    if not b.chance(0.25):
        return {}
    try:
        columns = b.op("expand_dims", b.mask_for(value), 1)
        form = b.choose("columns", "both", "numbers")
        if form == "both":
            columns = b.op("logical_and", b.op("expand_dims", b.mask_for(query), -1), columns)
        elif form == "numbers":
            columns = b.op("cast", columns, b.choose("float32", "int32"))
    except Unfit:
        return {}
    return {"attention_mask": columns}


def _query(b: Builder) -> Ref:
    return b.pick(lambda t: is_sequence(t) and usually_masked(t), sound=True)


def _of_steps(b: Builder, x: Ref, features: int | None = None) -> Ref:
    """A sequence as long as x, of so many features; two unknown lengths need not be equal."""
    steps = b.shape(x)[1]
    if steps is None:
        return b.layer("Dense", x, units=features or b.units())[0]
    fits = lambda t: is_sequence(t) and t.shape[1] == steps and t.shape[2] == (features or t.shape[2])
    return b.pick(fits, sound=True)


@step(2.5)
def attention(b: Builder) -> None:
    inputs, kwargs = _attended(b)
    b.layer(
        "Attention", inputs, use_scale=b.chance(0.3), score_mode=b.choose("dot", "dot", "concat"), call=kwargs
    )


@step(2.5)
def additive_attention(b: Builder) -> None:
    inputs, kwargs = _attended(b)
    b.layer("AdditiveAttention", inputs, use_scale=b.chance(0.7), call=kwargs)


@step(3)
def group_query_attention(b: Builder) -> None:
    query = _query(b)
    size = b.shape(query)[2]
    value = query if b.chance(0.35) else b.pick(lambda t: is_sequence(t) and t.shape[2] == size, sound=True)
    kwargs: dict[str, Any] = {"value": value}
    if b.chance(0.55):
        kwargs["key"] = _of_steps(b, value)
    kwargs |= b.explicit(query, 0.5, "query_mask") | b.explicit(value, 0.35, "value_mask")
    kwargs |= _attention_mask(b, query, value)
    kwargs |= b.sometimes(0.15, use_causal_mask=True, return_attention_scores=True)
    heads, groups = b.choose((2, 1), (2, 2), (4, 2))
    options = {"num_query_heads": heads, "num_key_value_heads": groups}
    options |= b.sometimes(0.15, dropout=0.2, use_bias=False)
    b.layer("GroupQueryAttention", query, head_dim=2, call=kwargs, **options)


def _attended(b: Builder) -> tuple[list[Ref], dict[str, Any]]:
    """[query, value] or [query, value, key] of equal features, and what else the call is given."""
    query = _query(b)
    size = b.shape(query)[2]
    same = lambda t: is_sequence(t) and t.shape[2] == size
    value = b.pick(same, sound=True)
    inputs = [query, value]
    if b.chance(0.3):
        inputs.append(_of_steps(b, value, size))
    kwargs = b.sometimes(0.15, return_attention_scores=True)
    if b.chance(0.2):
        masks = [b.mask_for(x) if b.chance(0.7) else None for x in inputs]
        if masks[1] is not None and b.chance(0.3):  # (batch, query steps, value steps)
            masks[1] = b.op("logical_and", b.op("expand_dims", b.mask_for(query), -1), b.op("expand_dims", masks[1], 1))
        kwargs["mask"] = masks if any(masks) else None
    given = (kwargs.get("mask") or [None, None])[1]
    if len(b.shape(given)) == 2 if given is not None else usually_masked(b.values[value]):
        kwargs |= b.sometimes(0.15, use_causal_mask=True)
    return inputs, kwargs
