"""GlobalAveragePooling1D, GlobalMaxPooling1D."""

from functools import partial

import numpy as np
from keras import layers

from ..experiment import Argument, Case, Experiment
from ..patterns import FEATURES, INT_MASK, MASKS, cases, mask, one, sequences


def channels_first() -> tuple[Argument, ...]:
    """The usual sequences as (batch, features, steps)."""
    return one("inputs", np.ascontiguousarray(sequences()[0].tensors[0].transpose(0, 2, 1)))


def global_average_pooling1d() -> list[Experiment]:
    layer = layers.GlobalAveragePooling1D
    nan = sequences()[0].tensors[0].copy()
    nan[~MASKS["holes"]] = np.nan
    forms = (
        Case("int_mask", (INT_MASK,)),
        Case("float_mask", (np.float32(0.3) * MASKS["holes"],)),
        Case("explicit", explicit={"mask": MASKS["right"]}),
        Case("explicit_beats_carried", (MASKS["left"],), {"mask": MASKS["right"]}),
        Case("explicit_none_changes_nothing", (MASKS["left"],), {"mask": None}),
        Case("one_row_for_all", (MASKS["holes"][:1],)),
        Case("one_step_for_all", explicit={"mask": mask("1", "0", "1")}),
        Case("one_entry_for_all", explicit={"mask": mask("1")}),
    )
    return [
        Experiment("plain", layer, sequences(), (*cases(), *forms)),
        Experiment(
            "keepdims", partial(layer, keepdims=True), sequences(), (*cases(), forms[-2])
        ),
        Experiment(
            "channels_first",
            partial(layer, data_format="channels_first"),
            channels_first(),
            (*cases(), forms[-2]),
        ),
        Experiment(
            "channels_first_keepdims",
            partial(layer, data_format="channels_first", keepdims=True),
            channels_first(),
            cases(("none", "right")),
        ),
        Experiment("nan_under_the_mask", layer, one("inputs", nan), cases(("holes",))),
        Experiment(
            "no_steps", layer, one("inputs", np.zeros((3, 0, FEATURES), "float32")), (Case("none"),)
        ),
    ]


def global_max_pooling1d() -> list[Experiment]:
    layer = layers.GlobalMaxPooling1D
    return [
        Experiment("plain", layer, sequences(), cases()),
        Experiment(
            "keepdims", partial(layer, keepdims=True), sequences(), cases(("none", "right"))
        ),
        Experiment(
            "channels_first",
            partial(layer, data_format="channels_first"),
            channels_first(),
            cases(("none", "right")),
        ),
    ]


EXPERIMENTS = {
    "global_average_pooling1d": global_average_pooling1d,
    "global_max_pooling1d": global_max_pooling1d,
}
