"""PyTorch on the CPU."""

import os
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bench.compare.models import MODELS, Model, Rnn, weights_file
from bench.compare.peers import Batch, Pass, each, lengths_of

PACKAGES = ("torch",)


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    # Packed sequences hold no padding, and nested tensors neither; padded ones have faster kernels.
    return ("packed", "padded") if isinstance(model, Rnn) else ("sdpa", "nested", "compiled")


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import torch

    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    spec = MODELS[name]
    weights = load_file(weights_file(folder, name))
    if isinstance(spec, Rnn):
        from bench.compare.peers.pytorch_rnn import packed, padded

        compute = (packed if setting == "packed" else padded)(spec, weights)
    else:
        from bench.compare.peers.pytorch_encoder import NestedEncoder, SdpaEncoder

        module = (NestedEncoder if setting == "nested" else SdpaEncoder)(spec, weights).eval()
        compute = torch.compile(module, dynamic=True) if setting == "compiled" else module

    def run(batch: Batch) -> np.ndarray:
        words = batch["words"]
        with torch.inference_mode():
            return compute(torch.from_numpy(words), torch.from_numpy(lengths_of(words))).numpy()

    return each(run)
