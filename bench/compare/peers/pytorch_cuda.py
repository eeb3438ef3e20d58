"""PyTorch on a GPU: cuDNN on packed sequences, and scaled dot products with a mask of the keys."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from bench.compare.models import MODELS, Model, Rnn, weights_file
from bench.compare.peers import Batch, Pass, each, lengths_of

PACKAGES = ("torch",)
DEVICE = "cuda:0"


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    return ("packed",) if isinstance(model, Rnn) else ("sdpa", "compiled")


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    import torch

    # float32, as everywhere here.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.set_num_threads(threads)
    spec = MODELS[name]
    weights = load_file(weights_file(folder, name))
    if isinstance(spec, Rnn):
        from bench.compare.peers.pytorch_rnn import packed

        compute, lengths_on = packed(spec, weights, DEVICE), "cpu"
    else:
        from bench.compare.peers.pytorch_encoder import SdpaEncoder

        module = SdpaEncoder(spec, weights).eval().to(DEVICE)
        compute = torch.compile(module, dynamic=True) if setting == "compiled" else module
        lengths_on = DEVICE

    def run(batch: Batch) -> np.ndarray:
        words = batch["words"]
        lengths = torch.from_numpy(lengths_of(words)).to(lengths_on)
        with torch.inference_mode():
            return compute(torch.from_numpy(words).to(DEVICE), lengths).cpu().numpy()

    return each(run)
