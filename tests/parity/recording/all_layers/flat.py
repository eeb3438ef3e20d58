"""Layers that take one sequence or rows of numbers, of all families without a file of their own."""

from functools import partial

from keras import layers

from ..patterns import mask, one
from ..weights import normal
from .entry import Entry, entry, plain, trial

ROWS = one("inputs", normal("rows", 3, 4))
SCORES = one("inputs", normal("scores", 3, 5))

ACTIVATIONS = plain(
    {"Activation": {"activation": "tanh"}, "ELU": {}, "LeakyReLU": {}, "PReLU": {}, "ReLU": {}}
) | {
    "Softmax": entry(
        trial(layers.Softmax, SCORES),
        trial(layers.Softmax, when="a `(batch, steps)` mask on `(batch, steps, features)`"),
        words="masked results are 0",
    ),
}

NORMALIZATION = plain(
    {
        "BatchNormalization": {},
        "GroupNormalization": {"groups": 2},
        "LayerNormalization": {},
        "RMSNormalization": {},
        "UnitNormalization": {},
    }
) | {
    "SpectralNormalization": entry(
        trial(
            lambda name: layers.SpectralNormalization(layers.Dense(3, name="inner"), name=name),
        ),
        words="around `Dense`",
    ),
}

POOLING = plain(
    {
        "AdaptiveAveragePooling1D": {"output_size": 2},
        "AdaptiveMaxPooling1D": {"output_size": 2},
        "AveragePooling1D": {"pool_size": 2},
        "GlobalMaxPooling1D": {},
        "MaxPooling1D": {},
    }
) | {
    "GlobalAveragePooling1D": entry(
        trial(layers.GlobalAveragePooling1D), words="the mean of the kept steps"
    )
}

CONVOLUTION = plain(
    {
        "Conv1D": {"filters": 3, "kernel_size": 2},
        "Conv1DTranspose": {"filters": 3, "kernel_size": 2},
        "DepthwiseConv1D": {"kernel_size": 2},
        "SeparableConv1D": {"filters": 3, "kernel_size": 2},
    }
)

RESHAPING = plain(
    {
        "Cropping1D": {},
        "Flatten": {},
        "Permute": {"dims": (2, 1)},
        "Reshape": {"target_shape": (2, 10)},
        "UpSampling1D": {},
        "ZeroPadding1D": {},
    }
) | {"RepeatVector": entry(trial(partial(layers.RepeatVector, 3), ROWS, (mask("101")[0],)))}

REGULARIZATION = plain(
    {
        "ActivityRegularization": {},
        "AlphaDropout": {"rate": 0.5},
        "Dropout": {"rate": 0.5},
        "GaussianDropout": {"rate": 0.5},
        "GaussianNoise": {"stddev": 0.5},
        "SpatialDropout1D": {"rate": 0.5},
    }
)

ENTRIES: dict[str, Entry] = (
    ACTIVATIONS
    | NORMALIZATION
    | POOLING
    | CONVOLUTION
    | RESHAPING
    | REGULARIZATION
)
