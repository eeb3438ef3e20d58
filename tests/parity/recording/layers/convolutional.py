"""Conv1D."""

from functools import partial
from typing import Any

from keras import layers

from ..experiment import Case, Experiment
from ..patterns import MASKS, cases, sequences


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


EXPERIMENTS = {"conv1d": conv1d}
