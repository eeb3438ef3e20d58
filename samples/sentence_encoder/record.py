"""Records tiny/: a model of the same kind that is small enough to keep, and what it gives.

    python3 -m venv /tmp/minilm-venv && /tmp/minilm-venv/bin/pip install numpy scipy safetensors tokenizers
    /tmp/minilm-venv/bin/python samples/sentence_encoder/record.py [--model FOLDER]

The vocabulary is a part of that of all-MiniLM-L6-v2, which is downloaded unless --model has it. The
weights are random. Two runs on one machine write the same bytes. README.md says what each file holds.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

import bert
from hard_texts import HARD_TEXTS

TINY = Path(__file__).resolve().parent / "tiny"
REVIEWS = 150
LONGEST = 64
SENTENCES = [
    "The actors are fantastic.",
    "A film that is far too long",
    "Crème brûlée in Moscow: Привет, мир!",
    "It is a triumph of the imagination.",
    "No surprises.",
    "The plot moves so slowly that one could leave for an hour and miss nothing at all.",
    "我爱北京",
]
LINES = ["The acting was wonderful.\nAnd so was the plot", "\ttwo\r\nlines\n"]


def some_reviews() -> list[str]:
    reviews = bert.read_reviews()
    return reviews[:: len(reviews) // REVIEWS][:REVIEWS]


def cut_vocabulary(tokenizer: Tokenizer) -> list[str]:
    """In the order of the whole: special tokens, ASCII, what the hard texts and half of the reviews need."""
    kept = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    texts = HARD_TEXTS + some_reviews()[::2]
    kept.update(token for encoding in tokenizer.encode_batch(texts) for token in encoding.tokens)
    kept.update(prefix + chr(character) for prefix in ("", "##") for character in range(128))
    whole = tokenizer.get_vocab()
    return sorted(kept & whole.keys(), key=whole.get)


def tiny_tokenizer(tokenizer: Tokenizer) -> Tokenizer:
    """The package's tokenizer with the cut vocabulary; it does not cut sentences."""
    tokenizer.no_truncation()
    settings = json.loads(tokenizer.to_str())
    ids = {token: id for id, token in enumerate(cut_vocabulary(tokenizer))}
    settings["model"]["vocab"] = ids
    for token in settings["added_tokens"]:
        token["id"] = ids[token["content"]]
    for token in settings["post_processor"]["special_tokens"].values():
        token["ids"] = [ids[token["id"]]]
    return Tokenizer.from_str(json.dumps(settings))


def random_weights(config: dict) -> bert.Weights:
    random = np.random.default_rng(1)
    width, inner = config["hidden_size"], config["intermediate_size"]
    weights = {}

    def add(name: str, *shape: int, mean: float = 0.0, scale: float = 0.3) -> None:
        weights[name] = random.normal(mean, scale, shape).astype(np.float32)

    def add_norm(name: str) -> None:
        add(f"{name}.weight", width, mean=1.0, scale=0.2)
        add(f"{name}.bias", width, scale=0.1)

    def add_linear(name: str, outputs: int, inputs: int) -> None:
        add(f"{name}.weight", outputs, inputs)
        add(f"{name}.bias", outputs)

    add("embeddings.word_embeddings.weight", config["vocab_size"], width, scale=1.0)
    add("embeddings.position_embeddings.weight", config["max_position_embeddings"], width, scale=1.0)
    add("embeddings.token_type_embeddings.weight", config["type_vocab_size"], width, scale=1.0)
    add_norm("embeddings.LayerNorm")
    for block in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{block}"
        for part in ("query", "key", "value"):
            add_linear(f"{name}.attention.self.{part}", width, width)
        add_linear(f"{name}.attention.output.dense", width, width)
        add_norm(f"{name}.attention.output.LayerNorm")
        add_linear(f"{name}.intermediate.dense", inner, width)
        add_linear(f"{name}.output.dense", width, inner)
        add_norm(f"{name}.output.LayerNorm")
    return weights


def write_json(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def record(model: Path) -> None:
    tokenizer = tiny_tokenizer(bert.read_tokenizer(model))
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": LONGEST,
        "type_vocab_size": 2,
        "hidden_size": 8,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "layer_norm_eps": 1e-12,
    }
    weights = random_weights(config)
    wide = {name: values.astype(np.float64) for name, values in weights.items()}
    texts = HARD_TEXTS + LINES + some_reviews()
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    tokenizer.enable_truncation(LONGEST)
    cut = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    embeddings = np.array([bert.embed(row, wide, config) for row in cut], dtype=np.float32)

    TINY.mkdir(exist_ok=True)
    vocabulary = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    (TINY / "vocab.txt").write_text("".join(f"{t}\n" for t in vocabulary), encoding="utf-8", newline="\n")
    write_json(TINY / "config.json", config)
    (TINY / "sentences.txt").write_text("".join(f"{line}\n" for line in SENTENCES), encoding="utf-8")
    write_json(TINY / "sentence_bert_config.json", {"max_seq_length": LONGEST})
    save_file(weights, TINY / "model.safetensors")
    save_file({"embeddings": embeddings}, TINY / "expected.safetensors")
    rows = [json.dumps({"text": text, "ids": row}) for text, row in zip(texts, ids)]
    (TINY / "expected.json").write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        record(arguments.model or bert.download_model(Path(folder)))


if __name__ == "__main__":
    main()
