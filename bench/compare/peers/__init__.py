"""One file for each library that Domino is compared with.

Each has `PACKAGES`, what it needs from PyPI, `settings(model, one_at_a_time)`, the ways to run it of
which the fastest counts, and `open_model(folder, name, setting, threads)`, which gives a function that
computes batches and returns their outputs as arrays.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bench.compare.models import Model

Batch = dict[str, NDArray[np.int32]]  # by input
Outputs = list[NDArray[np.float32]]
Pass = Callable[[list[Batch]], Outputs]

# And their names in tables.
NAMES = {
    "keras": "Keras with TensorFlow",
    "pytorch": "PyTorch",
    "onnx_runtime": "ONNX Runtime",
    "open_vino": "OpenVINO",
    "c_translate2": "CTranslate2",
    "pytorch_cuda": "PyTorch on CUDA",
}
PEERS = {
    "cpu": ("keras", "pytorch", "onnx_runtime", "open_vino", "c_translate2"),
    "cuda:0": ("pytorch_cuda",),
}


class Peer(Protocol):
    PACKAGES: tuple[str, ...]

    def settings(self, model: Model, one_at_a_time: bool) -> tuple[str, ...]: ...
    def open_model(self, folder: Path, name: str, setting: str, threads: int) -> Pass: ...


def load_peer(name: str) -> Peer:
    """Modules import their library only in `open_model`, so that one can be asked that is not installed."""
    return cast(Peer, importlib.import_module(f"bench.compare.peers.{name}"))


def each(compute: Callable[[Batch], NDArray[np.float32]]) -> Pass:
    """One batch after the other."""
    return lambda batches: [compute(batch) for batch in batches]


def lengths_of(words: NDArray[np.int32]) -> NDArray[np.int32]:
    """Of sentences that are padded behind."""
    return np.count_nonzero(words, axis=1).astype(np.int32)


def mean_of_words(hidden: NDArray[np.float32], words: NDArray[np.int32]) -> NDArray[np.float32]:
    kept = (words != 0).astype(np.float32)
    return np.einsum("bsf,bs->bf", hidden, kept) / kept.sum(1, keepdims=True)
