"""Dense, embeddings, Masking, Lambda, and the classes that are not called."""

from functools import partial
from typing import Any

import numpy as np
from keras import layers

from ..experiment import Experiment
from ..lambdas import as_it_came, double, zero
from ..patterns import one
from .entry import HOLES, SEQUENCES, Entry, entry, plain, trial

IDS = one("inputs", np.array([[3, 0, 1, 0, 2], [0, 5, 4, 0, 0], [1, 6, 0, 2, 2]], "int32"))
PADDED = one("inputs", SEQUENCES[0].tensors[0] * HOLES[..., None])
IDS_COUNT = "the mask it makes is `ids != 0`"
REVERSIBLE = partial(layers.ReversibleEmbedding, 7, 4, mask_zero=True)


def _lambda() -> Entry:
    def made(when: str, function: Any, mask: Any = None) -> Experiment:
        config = {"function": function.__name__, "mask": mask and mask.__name__}
        return trial(partial(layers.Lambda, function, mask=mask), when=when, config=config)

    return entry(
        made("", double),
        made("a function of the mask", zero),
        made("`mask=` a function that returns its mask", double, as_it_came),
        words="made in C++; cannot be read from a file",
    )


ENTRIES: dict[str, Entry] = plain(
    {
        "Dense": {"units": 3},
        "EinsumDense": {"equation": "abc,cd->abd", "output_shape": (None, 3)},
        "Identity": {},
    }
) | {
    "Masking": entry(
        trial(layers.Masking, PADDED),
        words="masks steps that are `mask_value` throughout, and sets them to 0",
    ),
    "Embedding": entry(
        trial(partial(layers.Embedding, 7, 4), IDS),
        trial(partial(layers.Embedding, 7, 4, mask_zero=True), IDS, when="`mask_zero=True`"),
        words=IDS_COUNT,
    ),
    "ReversibleEmbedding": entry(
        trial(partial(layers.ReversibleEmbedding, 7, 4), IDS),
        trial(REVERSIBLE, IDS, when="`mask_zero=True`"),
        trial(REVERSIBLE, when="`mask_zero=True`, `reverse=True`", options={"reverse": True}),
        words=IDS_COUNT,
    ),
    "Lambda": _lambda(),
    "InputLayer": entry(words="made by `Input`; not called"),
    "Layer": entry(words="the base of layers; in C++ `UnaryLayer` and its kin"),
    "Wrapper": entry(words="the base of wrappers; computes nothing"),
    "FlaxLayer": entry(words="holds a function of JAX"),
    "JaxLayer": entry(words="holds a function of JAX"),
    "TFSMLayer": entry(words="holds a saved model of TensorFlow"),
    "TorchModuleWrapper": entry(words="holds a module of PyTorch"),
}
