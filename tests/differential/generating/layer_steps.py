"""How each layer is put into a random graph: a short function per layer, in the table by `@step`.

Recurrent layers, attention, layers for strings and what is about masks alone are in files of their own.
"""

from typing import Any

from keras.src.backend import get_keras_mask

from .builder import WORDS, Builder, Unfit, features, is_float, is_sequence, is_vector, usually_masked
from .recipe import LayerSpec, Ref
from .steps import step

ACTIVATIONS = (
    "linear relu tanh sigmoid gelu elu selu silu softplus softsign softmax hard_sigmoid relu6 mish leaky_relu "
    "hard_silu log_softmax celu hard_tanh tanh_shrink soft_shrink hard_shrink squareplus sparse_sigmoid "
    "log_sigmoid sparse_plus"
).split()


def activation(b: Builder) -> str:
    return b.choose(*ACTIVATIONS)


# Core.
@step(3)
def embedding(b: Builder) -> None:
    b.layer("Embedding", sentence(b), input_dim=WORDS, output_dim=b.units(), mask_zero=b.chance(0.85))


def sentence(b: Builder) -> Ref:
    """Ids, (batch, steps)."""
    return b.pick(lambda t: len(t.shape) == 2 and any(t is b.values[r] for r in b.ids))


@step(1.5)
def reversible_embedding(b: Builder) -> None:
    size = b.units()
    options = {"tie_weights": b.chance(0.6), "mask_zero": b.chance(0.8)}
    out = b.layer("ReversibleEmbedding", sentence(b), input_dim=WORDS, output_dim=size, **options)[0]
    if b.chance(0.6):
        x = out if b.chance(0.4) else b.pick(lambda t: is_sequence(t) and t.shape[2] == size)
        b.again(b.calls[-1].target, (x,), {"reverse": True})


@step(1.5)
def einsum_dense(b: Builder) -> None:
    x, size = b.sequence(), b.units()
    equation, shape, axes = b.choose(
        ("abc,cd->abd", (None, size), "d"),
        ("abc,cde->abde", (None, 2, size), "de"),
        ("...x,xy->...y", (size,), "y"),
        ("abc,cd->ad", (size,), None),
    )
    options = b.sometimes(0.3, activation=lambda: b.choose("tanh", "relu")) | ({"bias_axes": axes} if axes else {})
    b.layer("EinsumDense", x, equation=equation, output_shape=shape, **options)


@step(2)
def masking(b: Builder) -> None:
    x = b.sequence() if b.chance(0.85) else b.floats(2, 4)
    b.layer("Masking", x, mask_value=b.choose(0.0, 0.0, 0.0, -1.5, 0.5))


@step(3)
def dense(b: Builder) -> None:
    options = b.sometimes(0.4, activation=lambda: activation(b)) | b.sometimes(0.2, use_bias=False)
    b.layer("Dense", b.pick(features), units=b.units(), **options)


# Activations.
@step(1.5)
def activation_layer(b: Builder) -> None:
    b.layer("Activation", b.floats(), activation=activation(b))


@step()
def relu(b: Builder) -> None:
    b.layer("ReLU", b.floats(), **b.sometimes(0.5, max_value=1.0, negative_slope=0.1, threshold=0.3))


@step()
def leaky_relu(b: Builder) -> None:
    b.layer("LeakyReLU", b.floats(), negative_slope=b.choose(0.1, 0.3))


@step()
def prelu(b: Builder) -> None:
    b.layer("PReLU", b.pick(features), shared_axes=b.choose([1], [1], None))


@step()
def elu(b: Builder) -> None:
    b.layer("ELU", b.floats(), alpha=b.choose(1.0, 0.4))


@step(3)
def softmax(b: Builder) -> None:
    # Keras lays a (batch, steps) mask on from the right, and throws unless sizes happen to fit.
    x = b.floats() if b.chance(0.05) else b.unmasked(lambda t: is_float(t) and len(t.shape) > 1)
    rank = len(b.shape(x))
    masks = b.explicit(x, 0.35) if rank == 2 else {}
    if rank == 3 and not masks and b.chance(0.35):
        masks = {"mask": b.op("expand_dims", b.mask_for(x), -1)}
    b.layer("Softmax", x, axis=b.choose(-1, 1, -2, *([[1, 2]] if rank > 2 else [])), call=masks)


@step(16)
def softmax_of_features(b: Builder) -> None:
    """The accident: a (batch, steps) mask that fits from the right."""
    if not b.square:
        raise Unfit
    x = b.pick(lambda t: is_sequence(t) and t.shape[1] == t.shape[2])
    b.layer("Softmax", x, call={} if get_keras_mask(b.values[x]) is not None else {"mask": b.mask_for(x)})


# Regularization: each hands its input object through.
def _hands_through(class_name: str, **options: Any) -> None:
    def put(b: Builder) -> None:
        b.layer(class_name, b.sequence() if class_name == "SpatialDropout1D" else b.floats(), **options)

    put.__name__ = class_name
    step(0.7)(put)


for _name in ("Dropout", "SpatialDropout1D", "GaussianDropout", "AlphaDropout"):
    _hands_through(_name, rate=0.3)
_hands_through("GaussianNoise", stddev=0.3)
_hands_through("ActivityRegularization", l2=0.1)
_hands_through("Identity")


# Normalization and preprocessing.
@step(2)
def layer_normalization(b: Builder) -> None:
    b.layer(
        "LayerNormalization",
        b.pick(features),
        axis=b.choose(-1, -1, -1, 1, [1, 2]),
        epsilon=b.choose(1e-3, 0.1),
        **b.sometimes(0.2, center=False, scale=False),
    )


@step(2)
def batch_normalization(b: Builder) -> None:
    x = b.pick(features)
    options = b.sometimes(0.2, center=False, scale=False, epsilon=0.1)
    b.layer("BatchNormalization", x, axis=b.choose(-1, -1, 1), call=b.explicit(x), **options)


@step()
def rescaling(b: Builder) -> None:
    b.layer("Rescaling", b.floats(), scale=b.choose(0.5, 1.0, 2.0), offset=b.choose(0.0, -0.25))


@step()
def normalization(b: Builder) -> None:
    x = b.pick(features)
    size = b.shape(x)[-1]
    b.layer("Normalization", x, axis=-1, mean=[0.1] * size, variance=[0.5] * size, invert=b.chance(0.3))


@step()
def group_normalization(b: Builder) -> None:
    x = b.pick(lambda t: features(t) and len(t.shape) > 2)
    size = b.shape(x)[-1]
    groups = b.choose(*(n for n in (1, 2, size) if size % n == 0), -1)
    b.layer("GroupNormalization", x, groups=groups, **b.sometimes(0.2, center=False, scale=False, epsilon=0.1))


@step()
def rms_normalization(b: Builder) -> None:
    b.layer("RMSNormalization", b.pick(features), axis=-1, epsilon=b.choose(1e-3, 0.1))


@step()
def unit_normalization(b: Builder) -> None:
    # Far from 0: what is close to it is divided by almost nothing.
    x = b.op("operator.add", b.op("absolute", b.pick(features)), 0.1)
    x = b.layer("Dense", x, units=b.units(), activation="softplus")[0] if b.chance(0.5) else x
    b.layer("UnitNormalization", x, axis=b.choose(-1, -1, 1))


@step()
def spectral_normalization(b: Builder) -> None:
    inner = b.choose(
        LayerSpec("Dense", {"units": b.units()}),
        LayerSpec("Conv1D", {"filters": 2, "kernel_size": 2}),
        LayerSpec("Embedding", {"input_dim": WORDS, "output_dim": 3, "mask_zero": True}),
    )
    x = sentence(b) if inner.class_name == "Embedding" else b.sequence()
    b.layer("SpectralNormalization", x, layer=inner, power_iterations=b.choose(1, 2))


@step(1.5)
def discretization(b: Builder) -> None:
    b.layer("Discretization", b.floats(), bin_boundaries=[-0.53, 0.17, 0.91])


@step(1.5)
def hashing(b: Builder) -> None:
    b.ids.update(b.layer("Hashing", sentence(b), num_bins=WORDS - 1))


@step(1.5)
def integer_lookup(b: Builder) -> None:
    b.ids.update(b.layer("IntegerLookup", sentence(b), vocabulary=[1, 2, 3, 5, 8], **b.sometimes(0.5, mask_token=0)))


@step(1.5)
def category_encoding(b: Builder) -> None:
    b.layer("CategoryEncoding", sentence(b), num_tokens=WORDS, output_mode=b.choose("multi_hot", "count"))


# Merging.
def _merging(class_name: str) -> None:
    def merge(b: Builder) -> None:
        x = b.floats()
        count = 2 if class_name == "Subtract" or b.chance(0.7) else 3
        rows = [x, *(_broadcasts(b, x) for _ in range(count - 1))]
        b.rnd.shuffle(rows)
        b.layer(class_name, rows)

    merge.__name__ = class_name
    step(1.2)(merge)


def _broadcasts(b: Builder, x: Ref) -> Ref:
    """A tensor that can be merged with `x`: of the same sizes, but for sizes of 1.

    Where one has nothing but rows, and as many as the other has features, TensorFlow takes them for a bias.
    """
    if b.square:
        return b.like(x)
    shape = b.shape(x)
    fits = lambda s: len(s) == len(shape) and all(a == c or 1 in (a, c) for a, c in zip(s, shape, strict=True))
    return b.pick(lambda t: is_float(t) and fits(t.shape))


for _name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
    _merging(_name)


@step(3)
def concatenate(b: Builder) -> None:
    x = b.floats()
    shape = b.shape(x)
    axis = b.choose(-1, -1, 1, -2)
    along = axis % len(shape)
    if along == 0:
        raise Unfit  # of batches that belong together there is only one
    same = lambda s: len(s) == len(shape) and all(i == along or s[i] == shape[i] for i in range(len(s)))
    rest = [b.pick(lambda t: is_float(t) and same(t.shape)) for _ in range(b.choose(1, 1, 2))]
    b.layer("Concatenate", [x, *rest], axis=axis)


@step()
def dot(b: Builder) -> None:
    x = b.floats(2, 3)
    shape = b.shape(x)
    if len(shape) == 2:
        b.layer("Dot", [x, b.like(x)], axes=1, normalize=b.chance(0.3))
        return
    axis = b.choose(1, 2)
    other = b.pick(lambda t: is_sequence(t) and t.shape[axis] == shape[axis])
    b.layer("Dot", [x, other], axes=axis, normalize=b.chance(0.2))


# Reshaping.
@step()
def flatten(b: Builder) -> None:
    b.layer("Flatten", b.pick(lambda t: is_float(t) and len(t.shape) >= 2))


@step()
def permute(b: Builder) -> None:
    b.layer("Permute", b.sequence(), dims=b.choose((2, 1), (1, 2)))


@step()
def repeat_vector(b: Builder) -> None:
    b.layer("RepeatVector", b.pick(is_vector), n=b.steps or 3)


@step(1.5)
def reshape(b: Builder) -> None:
    x = b.pick(lambda t: is_float(t) and len(t.shape) >= 2 and None not in t.shape[1:])
    total = 1
    for size in b.shape(x)[1:]:
        total *= size
    targets = [(total,), (-1,), (1, total), b.shape(x)[1:]]
    if b.steps and total % b.steps == 0:
        targets += [(b.steps, total // b.steps)] * 3
    if b.steps and total % (2 * b.steps) == 0:
        targets += [(b.steps, 2, total // (2 * b.steps))] * 3
    b.layer("Reshape", x, target_shape=b.choose(*targets))


@step()
def cropping1d(b: Builder) -> None:
    b.layer("Cropping1D", b.sequence(), cropping=b.choose(1, (0, 2), (1, 0), (0, 0)))


@step()
def zero_padding1d(b: Builder) -> None:
    b.layer("ZeroPadding1D", b.sequence(), padding=b.choose(1, (0, 2), (1, 0)))


@step()
def up_sampling1d(b: Builder) -> None:
    b.layer("UpSampling1D", b.sequence(), size=b.choose(1, 2, 3))


# Pooling and convolution.
def _padding(b: Builder) -> dict[str, str]:
    """A window longer than the sequence gives no steps in Keras, and is refused in Domino."""
    return {"padding": b.choose("valid", "same") if b.steps else "same"}


def _pooling(class_name: str) -> None:
    def pool(b: Builder) -> None:
        options = b.sometimes(0.5, strides=lambda: b.choose(1, 2)) | _padding(b)
        b.layer(class_name, b.sequence(), pool_size=b.choose(1, 2, 3), **options)

    pool.__name__ = class_name
    step()(pool)


def _adaptive(class_name: str) -> None:
    def pool(b: Builder) -> None:
        b.layer(class_name, b.sequence(), output_size=b.choose(1, 2, 3))

    pool.__name__ = class_name
    step()(pool)


for _name in ("AveragePooling1D", "MaxPooling1D"):
    _pooling(_name)
for _name in ("AdaptiveAveragePooling1D", "AdaptiveMaxPooling1D"):
    _adaptive(_name)


@step(3)
def global_average_pooling1d(b: Builder) -> None:
    x = b.pick(lambda t: is_sequence(t) and usually_masked(t))
    masks = b.explicit(x, 0.25)
    # A row that is masked throughout has no mean.
    b.doubtful.update(b.layer("GlobalAveragePooling1D", x, keepdims=b.chance(0.2), call=masks))


@step()
def global_average_pooling1d_of_one_mask(b: Builder) -> None:
    x = b.sequence()
    one = b.op("any", b.mask_for(x), axis=1, keepdims=True)
    b.doubtful.update(b.layer("GlobalAveragePooling1D", x, call={"mask": one}))


@step()
def global_max_pooling1d(b: Builder) -> None:
    b.layer("GlobalMaxPooling1D", b.sequence(), keepdims=b.chance(0.2))


@step(1.5)
def conv1d(b: Builder) -> None:
    strides = b.choose(1, 1, 2)
    b.layer(
        "Conv1D",
        b.sequence(),
        filters=b.choose(2, 4),
        kernel_size=b.choose(1, 2, 3),
        strides=strides,
        dilation_rate=1 if strides > 1 else b.choose(1, 2),
        padding="causal" if b.chance(0.3) else _padding(b)["padding"],
        **b.sometimes(0.3, use_bias=False, activation=lambda: activation(b)),
    )


@step()
def conv1d_transpose(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, padding="same", use_bias=False, activation=lambda: activation(b))
    b.layer("Conv1DTranspose", b.sequence(), filters=b.units(), kernel_size=b.choose(1, 2, 3), **options)


@step()
def depthwise_conv1d(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, use_bias=False, depth_multiplier=2) | _padding(b)
    b.layer("DepthwiseConv1D", b.sequence(), kernel_size=b.choose(1, 2, 3), **options)


@step()
def separable_conv1d(b: Builder) -> None:
    options = b.sometimes(0.3, strides=2, use_bias=False, depth_multiplier=2)
    options |= _padding(b) if b.chance(0.7) else {"padding": "causal"}
    b.layer("SeparableConv1D", b.sequence(), filters=b.units(), kernel_size=b.choose(1, 2, 3), **options)
