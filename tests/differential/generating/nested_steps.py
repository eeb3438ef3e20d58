"""Models inside models."""

from collections.abc import Sequence

from keras.src.backend import get_keras_mask

from .builder import Builder, Unfit, is_sequence
from .recipe import Input, LayerSpec, ModelSpec, Ref, SequentialSpec
from .steps import step

ROW = (
    "embedding masking dense activation_layer softmax Dropout Identity layer_normalization batch_normalization "
    "conv1d einsum_dense rms_normalization AveragePooling1D cropping1d recurrent bidirectional rnn time_distributed "
    "global_average_pooling1d global_max_pooling1d permute"
).split()


@step(4)
def nested(b: Builder) -> None:
    """A Functional model, called on one tensor, a list or a dict; inside are steps of the same table."""
    outer = [b.pick(_enters) for _ in range(b.choose(1, 2))]
    if b.chance(0.1):
        outer = 2 * outer[:1]
    masks = [b.mask_for(ref) if b.chance(0.5) else None for ref in outer] if b.chance(0.5) else None
    _call_model(b, outer, masks)


@step(2)
def nested_with_some_masks(b: Builder) -> None:
    """The accident: a None among the masks, where the tensor carries one."""
    masked = [ref for ref in b.all(is_sequence) if get_keras_mask(b.values[ref]) is not None]
    if not masked:
        raise Unfit
    first = b.sequence()
    _call_model(b, [first, b.rnd.choice(masked)], [b.mask_for(first), None])


def _call_model(b: Builder, outer: list[Ref], masks: list[Ref | None] | None) -> None:
    from .graphs import choose_outputs, grow

    if b.depth > 1:
        raise Unfit
    named = b.chance(0.3)
    inputs = [_input_like(b, ref, f"in_{i}" if named else None) for i, ref in enumerate(outer)]
    inner = Builder(b.rnd, inputs, b.steps, b.depth + 1, b.square)
    inner.ids = {Ref(0, i) for i, ref in enumerate(outer) if ref in b.ids}
    inner.doubtful = {Ref(0, i) for i, ref in enumerate(outer) if ref in b.doubtful}
    grow(inner, b.choose(0, 1, 2, 3, 4))
    results = choose_outputs(inner, b.choose(1, 1, 2), forms=True)
    recipe = inner.recipe(results, "dict" if named else "list").needed()
    kwargs = {} if masks is None else {"mask": _arranged(masks, named)}
    outputs = b.call(ModelSpec(recipe), _arranged(outer, named), **kwargs)
    if inner.doubtful:
        b.doubtful.update(outputs)


def _arranged(items: list, named: bool) -> object:
    """As the model was given its inputs: one alone, a list or a dict."""
    if named:
        return {f"in_{i}": item for i, item in enumerate(items)}
    return items[0] if len(items) == 1 else items


def _enters(t: object) -> bool:
    return is_sequence(t) or (t.dtype == "int32" and len(t.shape) == 2)


def _input_like(b: Builder, ref: Ref, name: str | None = None) -> Input:
    return Input(b.shape(ref)[1:], b.values[ref].dtype, name)


@step(3)
def sequential(b: Builder) -> None:
    """A Sequential, built or deferred."""
    x = b.pick(_enters)
    row, doubtful = random_row(b, x)
    # A deferred one calls its input float32.
    deferred = b.chance(0.4) and b.values[x].dtype == "float32"
    outputs = b.call(SequentialSpec(row, None if deferred else _input_like(b, x)), x, **b.explicit(x, 0.35))
    if doubtful:
        b.doubtful.update(outputs)


def random_row(b: Builder, x: Ref, lengths: Sequence[int] = (1, 2, 3, 4)) -> tuple[tuple[LayerSpec, ...], bool]:
    """Layers that fit one behind the other, and whether NaN may come out."""
    from .graphs import take_step

    inner = Builder(b.rnd, [_input_like(b, x)], b.steps, depth=9, square=b.square)
    inner.ids = {Ref(0)} if x in b.ids else set()
    inner.doubtful = {Ref(0)} if x in b.doubtful else set()
    last = Ref(0)
    row: list[LayerSpec] = []
    length = b.choose(*lengths)
    for _ in range(4 * length):
        if len(row) == length:
            break
        inner.values = {last: inner.values[last]}
        try:
            with inner.attempt():
                take_step(inner, ROW)
                call = inner.calls[-1]
                if call.outputs != 1 or call.args != (last,) or call.kwargs or call.is_operation:
                    raise Unfit
        except Exception:
            continue
        row.append(inner.specs[call.target])
        last = Ref(call.number)
    if not row:
        raise Unfit
    return tuple(row), bool(inner.doubtful)
