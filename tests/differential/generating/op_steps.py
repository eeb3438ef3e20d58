"""Functions of keras.ops between layers, as users write them; numbers are kept small and finite."""

from .builder import WORDS, Builder, features, is_float, is_mask, is_sequence
from .recipe import Ref
from .steps import step

UNARY = (
    "tanh sigmoid relu relu6 selu silu softplus softsign hard_sigmoid hard_silu hard_tanh log_sigmoid "
    "tanh_shrink sparse_plus sparse_sigmoid elu celu leaky_relu gelu absolute negative sign floor square "
    "stop_gradient copy zeros_like ones_like"
).split()


def _same(b: Builder, x: Ref) -> Ref:
    return b.like(x)


def _bounded(b: Builder, x: Ref) -> Ref:
    return b.op("clip", x, -2.0, 2.0)


@step(4)
def op_arithmetic(b: Builder) -> None:
    x = b.floats()
    name = b.choose("add", "sub", "mul", "subtract", "maximum", "minimum", "add", "multiply")
    target = f"operator.{name}" if name in ("add", "sub", "mul") else name
    other = _same(b, x) if b.chance(0.6) else b.choose(0.5, -1.5, 2)
    b.op(target, *((other, x) if b.chance(0.3) else (x, other)))


@step(1.5)
def op_division(b: Builder) -> None:
    x = b.floats()
    below = b.op("operator.add", b.op("absolute", _same(b, x)), 0.5)
    b.op(b.choose("operator.truediv", "divide"), x, below)


@step()
def op_power(b: Builder) -> None:
    base = b.op("operator.add", b.op("absolute", _bounded(b, b.floats())), 0.2)
    b.op(b.choose("power", "operator.pow"), base, b.choose(0.5, 2.0, -1.0, 3.0))


@step(12)
def op_unary(b: Builder) -> None:
    b.op(b.choose(*UNARY), b.floats())


@step(2)
def op_exponential(b: Builder) -> None:
    x = b.floats()
    name = b.choose("exp", "log", "sqrt")
    if name == "exp":
        b.op("exp", _bounded(b, x))
    else:
        b.op(name, b.op("operator.add", b.op("operator.abs", x), 0.3))


@step(1.5)
def op_softmax(b: Builder) -> None:
    x = b.floats()
    b.op(b.choose("softmax", "log_softmax"), x, axis=b.choose(-1, 1, -1))


@step(3)
def op_compare(b: Builder) -> None:
    x = b.floats()
    name = b.choose("greater", "less", "greater_equal", "less_equal", "not_equal", "equal")
    compared = b.op(name, x, b.choose(0.11, -0.23, 0.0) if name.endswith("equal") else b.choose(0.07, -0.3))
    if len(b.shape(x)) > 2 and b.chance(0.8):
        b.op(b.choose("any", "all"), compared, axis=-1)


@step(4)
def op_mask_of_ids(b: Builder) -> None:
    """What users write for a padding mask."""
    ids = b.pick(lambda t: t.dtype.startswith("int") and len(t.shape) == 2)
    name = b.choose("not_equal", "not_equal", "greater", "equal", "less_equal")
    b.op(name, ids, b.choose(0, 0, 0, 3))


@step(4)
def op_logic(b: Builder) -> None:
    x = b.pick(lambda t: t.dtype == "bool")
    name = b.choose("logical_and", "logical_or", "logical_xor", "logical_not", "operator.invert")
    b.op(name, x) if name in ("logical_not", "operator.invert") else b.op(name, x, _same(b, x))


@step(1.5)
def op_moved_mask(b: Builder) -> None:
    mask = b.pick(is_mask)
    choice = b.choose("flip", "operator.getitem", "roll")
    if choice == "flip":
        b.op("flip", mask, axis=1)
    elif choice == "roll":
        parts = [b.op("operator.getitem", mask, key) for key in _halves()]
        b.op("concatenate", list(reversed(parts)), axis=1)
    else:
        b.op("operator.getitem", mask, (slice(None), slice(None, None, -1)))


def _halves() -> list[tuple[slice, slice]]:
    return [(slice(None), slice(None, 1)), (slice(None), slice(1, None))]


@step(4)
def op_integers(b: Builder) -> None:
    ids = b.any_ids()
    made = b.choose(
        lambda: b.op("operator.mod", ids, 3),
        *2 * [lambda: b.op("operator.floordiv", ids, 2)],
        lambda: b.op("minimum", b.op("operator.add", ids, 1), WORDS - 1),
        lambda: b.op("multiply", b.op("operator.mod", ids, 4), 2),
        lambda: b.op("flip", ids, axis=-1),
        lambda: b.op("where", b.op("greater", ids, 2), ids, 0),
        lambda: b.op("maximum", ids, b.any_ids(like=ids)),
        lambda: b.op("cast", b.op("cast", ids, "float32"), "int32"),
        lambda: b.op("clip", ids, 0, 5),
    )()
    b.ids.add(made)


@step(3)
def op_cast(b: Builder) -> None:
    x = b.pick(lambda t: t.shape[0] is None and len(t.shape) >= 2)
    b.op(b.choose("cast", "cast", "convert_to_tensor"), x, dtype=b.choose("float32", "float32", "int32", "bool"))


@step(2)
def op_masked_by_hand(b: Builder) -> None:
    """x * cast(mask)[..., None], and the mean over what is kept."""
    x = b.sequence()
    keep = b.op("cast", b.mask_for(x), "float32")
    summed = b.op("sum", b.op("operator.mul", x, b.op("expand_dims", keep, -1)), axis=1)
    if b.chance(0.5):
        b.op("operator.truediv", summed, b.op("maximum", b.op("sum", keep, axis=-1, keepdims=True), 1.0))


@step(8)
def op_reduce(b: Builder) -> None:
    x = b.pick(lambda t: is_float(t) and len(t.shape) >= 2)
    name = b.choose("mean", "sum", "max", "min", "prod", "var", "std", "amax", "amin")
    axes = [-1, 1, tuple(range(1, len(b.shape(x))))] + ([2, (1, 2)] if len(b.shape(x)) > 2 else [])
    if name in ("var", "std", "prod"):
        x = _bounded(b, x)
    b.op(name, x, axis=b.choose(*axes), keepdims=b.chance(0.4))


@step()
def op_reduce_bools(b: Builder) -> None:
    x = b.pick(lambda t: t.dtype == "bool" and len(t.shape) > 1)
    b.op(b.choose("any", "all", "sum"), x, axis=b.choose(-1, 1), keepdims=b.chance(0.5))


@step(2)
def op_matmul(b: Builder) -> None:
    x = b.sequence()
    same = lambda t: is_sequence(t) and t.shape[2] == b.shape(x)[2]
    other = b.pick(same)
    transposed = b.op("transpose", other, (0, 2, 1))
    scores = b.op(b.choose("matmul", "operator.matmul"), x, transposed)
    b.op("matmul", b.op("softmax", scores, axis=-1), other)


@step(2)
def op_einsum(b: Builder) -> None:
    x = b.sequence()
    other = b.pick(lambda t: is_sequence(t) and t.shape[2] == b.shape(x)[2])
    same = [ref for ref in b.all(is_sequence) if b.shape(ref) == b.shape(x)]
    subscripts = b.choose("btd,bsd->bts", "btd,btd->bt", "btd,btd->bd", "...d,...d->...", "btd->bdt")
    if subscripts == "btd->bdt":
        b.op("einsum", subscripts, x)
    else:
        b.op("einsum", subscripts, x, other if subscripts.endswith("bts") else b.rnd.choice(same))


@step(4)
def op_reshape(b: Builder) -> None:
    x = b.pick(lambda t: is_float(t) and len(t.shape) >= 3 and t.shape[-1] is not None)
    size = b.shape(x)[-1]
    choices = [
        lambda: b.op("transpose", x, (0, 2, 1) if len(b.shape(x)) == 3 else (0, 2, 1, 3)),
        lambda: b.op("swapaxes", x, 1, 2),
        lambda: b.op("moveaxis", x, 1, -1),
        lambda: b.op("squeeze", b.op("expand_dims", x, 1), 1),
        lambda: b.op("expand_dims", x, b.choose(1, 2, -1)),
        *2 * [lambda: b.op("ravel", x)],
    ]
    if None not in b.shape(x)[1:]:  # rows stay rows: states of another batch broadcast in Keras, not in Domino
        choices += 3 * [lambda: b.op("reshape", x, (-1, *b.shape(x)[1:-1], 1, size))]
    b.choose(*choices)()


@step(3)
def op_get_item(b: Builder) -> None:
    x = b.pick(lambda t: is_float(t) and len(t.shape) >= 2)
    whole = slice(None)
    keys = [(whole, -1), (whole, 0), (whole, slice(None, None, -1)), (..., slice(1, None)), (whole, None), (..., 0)]
    keys += [(whole, slice(-2, None)), (whole, slice(0, -1))]
    if len(b.shape(x)) > 2:
        keys += [(whole, whole, slice(None, None, 2)), (whole, -1, slice(1, None)), (..., None, whole)]
    b.op("operator.getitem", x, b.choose(*keys))


@step(4)
def op_split(b: Builder) -> None:
    x = b.pick(features)
    size = b.shape(x)[-1]
    if size % 2 == 0 and b.chance(0.6):
        b.ops("split", x, 2, axis=-1)
    elif len(b.shape(x)) > 2 and b.shape(x)[1] is not None and b.chance(0.3):
        b.ops("unstack", x, axis=1)
    elif size > 1:
        b.ops("split", x, [1], axis=-1)


@step(2)
def op_join(b: Builder) -> None:
    x = b.floats()
    parts = [x, _same(b, x)]
    b.op("stack", parts, axis=b.choose(1, -1)) if b.chance(0.4) else b.op("concatenate", parts, axis=b.choose(1, -1))


@step(2)
def op_repeat(b: Builder) -> None:
    x = b.pick(features)
    rank = len(b.shape(x))
    name = b.choose("tile", "repeat", "flip", "take")
    if name == "tile":
        b.op("tile", x, (*[1] * (rank - 1), 2))
    elif name == "repeat":
        b.op("repeat", x, 2, axis=b.choose(1, -1))
    elif name == "flip":
        b.op("flip", x, axis=b.choose(1, -1))
    else:
        b.op("take", x, b.choose([0], [0, -1], [1, 0]), axis=-1)


@step(2)
def op_where(b: Builder) -> None:
    x = b.floats()
    condition = b.op("greater", _same(b, x), 0.05) if b.chance(0.5) else b.op("isnan", x)
    b.op("where", condition, x, _same(b, x) if b.chance(0.5) else 0.0)


@step()
def op_one_hot(b: Builder) -> None:
    ids = b.any_ids()
    b.op("one_hot", ids, WORDS)
