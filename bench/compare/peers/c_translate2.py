"""CTranslate2, which has Transformers and no recurrent layers."""

import tempfile
from pathlib import Path

import numpy as np

from bench.compare.models import MODELS, Encoder, Model, weights_file
from bench.compare.peers import Batch, Pass, each, lengths_of, mean_of_words

PACKAGES = ("ctranslate2",)


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    return ("float32",) if isinstance(model, Encoder) else ()


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    import ctranslate2
    from safetensors.numpy import load_file

    from bench.compare.peers.ctranslate2_spec import make_spec

    spec = MODELS[name]
    assert isinstance(spec, Encoder)
    with tempfile.TemporaryDirectory() as files:
        make_spec(spec, load_file(weights_file(folder, name))).save(files)
        encoder = ctranslate2.Encoder(
            files, inter_threads=1, intra_threads=threads, compute_type=setting
        )

    def encode(batch: Batch) -> np.ndarray:
        words = batch["words"]
        ids = ctranslate2.StorageView.from_array(words)
        lengths = ctranslate2.StorageView.from_array(lengths_of(words))
        hidden = np.asarray(encoder.forward_batch(ids, lengths).last_hidden_state)
        return mean_of_words(hidden, words)

    return each(encode)
