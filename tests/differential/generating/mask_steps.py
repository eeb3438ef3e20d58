"""Masks as tensors, and layers that are there already, called once more."""

from keras.src.backend import get_keras_mask

from .builder import Builder, Unfit
from .recipe import Call, LayerSpec, Ref, map_refs
from .steps import step


@step(1.5)
def compute_mask(b: Builder) -> None:
    """A mask that a layer of the graph is asked for."""
    found = [call for call in b.calls if not call.is_operation and call.target.startswith(("embedding", "masking"))]
    if not found:
        raise Unfit
    call = b.rnd.choice(found)
    b.again(f"{call.target}.compute_mask", call.args, {})


@step(1.5)
def attached_mask(b: Builder) -> None:
    """The mask that hangs on a tensor, as a tensor."""
    b.again("masks.attached", (b.pick(lambda t: get_keras_mask(t) is not None),), {})


@step(3)
def odd_mask(b: Builder) -> None:
    """Masks of other forms than Keras makes: with an axis too many, of one row, of numbers."""
    x = b.sequence()
    mask = b.mask_for(x)
    recurrent = b.chance(0.6)
    odd = b.choose(
        *([lambda: b.op("expand_dims", mask, -1)] if recurrent else []),
        lambda: b.op("operator.getitem", mask, (slice(0, 1), slice(None))),
        lambda: b.op("cast", mask, "int32"),
        lambda: b.op("operator.mul", b.op("cast", mask, "float32"), b.choose(0.3, 1.0, -2.0)),
    )()
    if recurrent:
        options = {"units": b.units(), "return_sequences": b.chance(0.7)}
        b.layer(b.choose("LSTM", "GRU", "SimpleRNN"), x, call={"mask": odd}, **options)
    elif b.chance(0.3):
        b.layer("BatchNormalization", x, call={"mask": odd})
    else:
        b.doubtful.update(b.layer("GlobalAveragePooling1D", x, call={"mask": odd}))


@step(4)
def mask_by_place(b: Builder) -> None:
    """`layer(x, m)`: the call reads m, what is handed on is the mask that x carries."""
    x = b.sequence(sound=True)
    mask = b.mask_for(x)
    recurrent = LayerSpec(b.choose("LSTM", "GRU", "SimpleRNN"), {"units": b.units(), "return_sequences": True})
    both = LayerSpec("Bidirectional", {"layer": recurrent, "merge_mode": b.choose("concat", "sum", None)})
    b.choose(
        lambda: b.call(recurrent, x, None, mask),
        lambda: b.call(both, x, None, mask),
        lambda: b.layer("BatchNormalization", x, None, mask),
        lambda: b.layer("TimeDistributed", x, None, mask, layer=LayerSpec("Dense", {"units": 2})),
        lambda: b.layer("Softmax", x, b.op("expand_dims", mask, -1), axis=b.choose(1, -1)),
        lambda: b.doubtful.update(b.layer("GlobalAveragePooling1D", x, mask)),
        lambda: b.layer("Attention", [x, x], [b.choose(None, mask), b.choose(None, mask)]),
        lambda: b.layer("MultiHeadAttention", x, x, None, mask, mask, num_heads=2, key_dim=2),
        lambda: b.layer("GroupQueryAttention", x, x, x, mask, mask, mask, head_dim=2, num_query_heads=2, num_key_value_heads=1),
    )()


# What is there already, once more.
@step(5)
def shared(b: Builder) -> None:
    """A layer of the graph, called on other tensors."""
    _call_again(b, [call for call in b.calls if not call.is_operation])


@step(8)
def shared_model(b: Builder) -> None:
    _call_again(b, [call for call in b.calls if call.target.startswith("model")])


def _call_again(b: Builder, calls: list[Call]) -> None:
    if not calls:
        raise Unfit
    call = b.rnd.choice(calls)
    if any(ref in b.texts for ref in call.refs()):
        raise Unfit

    def other(ref: Ref) -> Ref:
        x = b.values[ref]
        # Another number of steps will do; features and the sizes of states have to stay.
        same = lambda t: t.shape[2:] == x.shape[2:] if len(x.shape) > 2 else t.shape == x.shape
        return b.pick(lambda t: t.dtype == x.dtype and len(t.shape) == len(x.shape) and same(t), sound=True)

    kwargs = {k: map_refs(v, other) for k, v in call.kwargs.items() if k not in ("mask", "query_mask", "value_mask")}
    outputs = b.again(call.target, map_refs(call.args, other), kwargs)
    if Ref(call.number) in b.texts:
        b.texts.update(outputs)
    if call.target.startswith("globalaverage"):
        b.doubtful.update(outputs)
