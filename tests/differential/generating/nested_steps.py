"""Models inside models."""

from .builder import Builder, Unfit, is_sequence
from .layer_steps import step
from .recipe import Input, LayerSpec, ModelSpec, Ref, SequentialSpec

ROW = (
    "embedding masking dense activation_layer softmax Dropout Identity layer_normalization batch_normalization "
    "conv1d einsum_dense rms_normalization AveragePooling1D cropping1d recurrent bidirectional rnn time_distributed "
    "global_average_pooling1d global_max_pooling1d permute"
).split()


@step(4)
def nested(b: Builder) -> None:
    """A Functional model, called on one tensor, a list or a dict; inside are steps of the same table."""
    if b.depth > 1:
        raise Unfit
    outer = [b.pick(_enters) for _ in range(b.choose(1, 2))]
    named = b.chance(0.3)
    inputs = [_input_like(b, ref, f"in_{i}" if named else None) for i, ref in enumerate(outer)]
    inner = Builder(b.rnd, inputs, b.steps, b.depth + 1, b.square)
    inner.ids = {Ref(0, i) for i, ref in enumerate(outer) if ref in b.ids}
    inner.doubtful = {Ref(0, i) for i, ref in enumerate(outer) if ref in b.doubtful}
    from .graphs import choose_outputs, grow

    grow(inner, b.choose(0, 1, 2, 3, 4))
    results = choose_outputs(inner, b.choose(1, 1, 2), forms=True)
    recipe = inner.recipe(results, "dict" if named else "list").needed()
    masks = [b.mask_for(ref) if b.chance(0.5) else None for ref in outer] if b.chance(0.5) else None
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
    outputs = b.call(SequentialSpec(row, None if deferred else _input_like(b, x)), x, **b.explicit(x, 0.1))
    if doubtful:
        b.doubtful.update(outputs)


def random_row(b: Builder, x: Ref) -> tuple[tuple[LayerSpec, ...], bool]:
    """Layers that fit one behind the other, and whether NaN may come out."""
    from .graphs import take_step

    inner = Builder(b.rnd, [_input_like(b, x)], b.steps, depth=9, square=b.square)
    inner.ids = {Ref(0)} if x in b.ids else set()
    inner.doubtful = {Ref(0)} if x in b.doubtful else set()
    last = Ref(0)
    row: list[LayerSpec] = []
    for _ in range(8):
        if len(row) == b.choose(1, 2, 3, 4):
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
