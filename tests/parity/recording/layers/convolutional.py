"""Conv1D, Conv1DTranspose, DepthwiseConv1D, SeparableConv1D."""

from collections.abc import Callable
from functools import partial
from typing import Any

from keras import layers

from ..experiment import Case, Experiment
from ..patterns import MASKS, cases, sequences
from .pooling import channels_first


def conv1d() -> list[Experiment]:
    variants: dict[str, dict[str, Any]] = {
        "same": {"padding": "same"},
        "causal": {"padding": "causal"},
        "even_kernel_same": {"kernel_size": 2, "padding": "same"},
        "kernel_1": {"kernel_size": 1},
        "strides": {"strides": 2},
        "strides_same": {"strides": 2, "padding": "same"},
        "strides_causal": {"strides": 2, "padding": "causal"},
        "dilation": {"kernel_size": 2, "dilation_rate": 3},
        "dilation_same": {"dilation_rate": 2, "padding": "same"},
        "dilation_causal": {"dilation_rate": 2, "padding": "causal"},
        "groups": {"groups": 2},
        "no_bias": {"use_bias": False},
        "relu": {"activation": "relu"},
    }
    made = partial(layers.Conv1D, 2, kernel_size=3)
    return [
        Experiment("valid", made, sequences(), cases(("none", *MASKS)), ("mean", "lstm")),
        *(
            Experiment(name, partial(made, **config), sequences(), cases(("none", "right")))
            for name, config in variants.items()
        ),
        Experiment("no_steps", partial(made, padding="same"), sequences(steps=0), (Case("none"),)),
    ]


def _variants(
    made: Callable[..., layers.Layer], variants: dict[str, dict[str, Any]]
) -> list[Experiment]:
    few = cases(("none", "right"))
    return [
        Experiment("valid", made, sequences(), cases(("none", *MASKS)), ("mean", "lstm")),
        *(Experiment(n, partial(made, **v), sequences(), few) for n, v in variants.items()),
        Experiment("one_step", partial(made, padding="same"), sequences(steps=1), (Case("none"),)),
        Experiment("no_steps", partial(made, padding="same"), sequences(steps=0), (Case("none"),)),
    ]


def conv1d_transpose() -> list[Experiment]:
    variants: dict[str, dict[str, Any]] = {
        f"{padding}_{name}": {"padding": padding, **config}
        for padding in ("valid", "same")
        for name, config in {
            "kernel_1": {"kernel_size": 1},
            "kernel_2": {"kernel_size": 2},
            "kernel_4": {"kernel_size": 4},
            "strides_2": {"strides": 2},
            "strides_3": {"strides": 3},
            "strides_3_kernel_2": {"strides": 3, "kernel_size": 2},
            "strides_2_kernel_5": {"strides": 2, "kernel_size": 5},
            "strides_2_output_padding_0": {"strides": 2, "output_padding": 0},
            "strides_2_output_padding_1": {"strides": 2, "output_padding": 1},
            "strides_3_output_padding_2": {"strides": 3, "output_padding": 2, "kernel_size": 4},
            "strides_3_output_padding_2_kernel_1": {
                "strides": 3,
                "output_padding": 2,
                "kernel_size": 1,
            },
        }.items()
    }
    # TensorFlow on the CPU has neither dilations nor channels_first for it.
    others = {
        "same": {"padding": "same"},
        "no_bias": {"use_bias": False},
        "relu": {"activation": "relu", "strides": 2},
        "softmax": {"activation": "softmax"},
    }
    return _variants(partial(layers.Conv1DTranspose, 2, kernel_size=3), others | variants)


DEPTHWISE: dict[str, dict[str, Any]] = {
    "same": {"padding": "same"},
    "even_kernel_same": {"kernel_size": 2, "padding": "same"},
    "strides": {"strides": 2},
    "strides_same": {"strides": 2, "padding": "same"},
    "dilation": {"kernel_size": 2, "dilation_rate": 3},
    "dilation_same": {"dilation_rate": 2, "padding": "same"},
    "strides_and_dilation": {"strides": 2, "dilation_rate": 2},
    "strides_and_dilation_same": {"strides": 2, "dilation_rate": 2, "padding": "same"},
    "multiplier": {"depth_multiplier": 3},
    "multiplier_same": {"depth_multiplier": 2, "padding": "same", "strides": 2},
    "no_bias": {"use_bias": False},
    "relu": {"activation": "relu"},
    "softmax": {"activation": "softmax"},
}


def _by_features(made: Callable[..., layers.Layer]) -> list[Experiment]:
    first = partial(made, data_format="channels_first")
    return [
        *_variants(made, DEPTHWISE),
        Experiment("channels_first", first, channels_first(), cases(("none", "right"))),
    ]


def depthwise_conv1d() -> list[Experiment]:
    return _by_features(partial(layers.DepthwiseConv1D, kernel_size=3))


def separable_conv1d() -> list[Experiment]:
    return _by_features(partial(layers.SeparableConv1D, 2, kernel_size=3))


EXPERIMENTS = {
    "conv1d": conv1d,
    "conv1d_transpose": conv1d_transpose,
    "depthwise_conv1d": depthwise_conv1d,
    "separable_conv1d": separable_conv1d,
}
