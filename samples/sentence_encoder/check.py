"""Compares the program with the real all-MiniLM-L6-v2: token ids with PyPI `tokenizers`, vectors with bert.py.

    python3 -m venv /tmp/minilm-venv && /tmp/minilm-venv/bin/pip install numpy scipy safetensors tokenizers
    cmake --build --preset release --target sample_sentence_encoder
    /tmp/minilm-venv/bin/python samples/sentence_encoder/check.py [--program PROGRAM] [--model FOLDER] [--sentences N]

Without --model it downloads the package. Fails if a token id differs, or a cosine is below 0.99999.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

import bert
from hard_texts import HARD_TEXTS

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent.parent / "build" / "release" / "samples" / "sentence_encoder"
SMALLEST_COSINE = 0.99999


def write_lines(file: Path, lines: list[str]) -> Path:
    assert not any("\n" in line for line in lines)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return file


def every_character() -> list[str]:
    """Each character of Unicode in a word, 64 to a line."""
    surrogates = range(0xD800, 0xE000)
    characters = [chr(c) for c in range(sys.maxunicode + 1) if c not in surrogates and chr(c) != "\n"]
    words = [f"a{character}b" for character in characters]
    return [" ".join(words[i : i + 64]) for i in range(0, len(words), 64)]


def count_different_ids(program: Path, model: Path, texts: list[str], work: Path) -> tuple[int, int]:
    """How many ids of all texts differ, and how many there are."""
    command = [program, model, write_lines(work / "texts.txt", texts), "--tokens"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    ours = [[int(id) for id in line.split()] for line in printed]
    theirs = [encoding.ids for encoding in bert.read_tokenizer(model).encode_batch(texts)]
    assert len(ours) == len(theirs)
    different = 0
    for a, b in zip(ours, theirs):
        different += sum(x != y for x, y in zip(a, b)) + abs(len(a) - len(b))
    return different, sum(map(len, theirs))


def cosines(program: Path, model: Path, texts: list[str], work: Path) -> np.ndarray:
    """The cosine of each sentence's vector to that of bert.py."""
    out = work / "embeddings.safetensors"
    command = [program, model, write_lines(work / "texts.txt", texts), "--embeddings", out]
    subprocess.run(command, check=True)
    ours = load_file(out)["embeddings"].astype(np.float64)
    ours /= np.linalg.norm(ours, axis=1, keepdims=True)
    weights = {
        name: values.astype(np.float64) for name, values in load_file(model / "model.safetensors").items()
    }
    config = bert.read_json(model / "config.json")
    tokenizer = bert.read_tokenizer(model)
    theirs = np.array([bert.embed(tokenizer.encode(text).ids, weights, config) for text in texts])
    return (ours * theirs).sum(1)


def check(program: Path, model: Path, count: int, work: Path) -> bool:
    reviews = bert.read_reviews()
    right = True
    for name, texts in {"reviews": reviews, "hard texts": HARD_TEXTS}.items():
        different, total = count_different_ids(program, model, texts, work)
        print(f"{name}: {len(texts)} texts, {total} token ids, {different} differ")
        right = right and different == 0
    different, total = count_different_ids(program, model, every_character(), work)
    print(f"every character of Unicode in a word: {total} token ids, {different} differ (see README.md)")
    sentences = reviews[:: len(reviews) // count][:count]
    smallest = cosines(program, model, sentences, work).min()
    print(f"{len(sentences)} reviews: smallest cosine to the reference {smallest:.9f}")
    return right and smallest >= SMALLEST_COSINE


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sentences", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        model = arguments.model or bert.download_model(work)
        return 0 if check(arguments.program, model, arguments.sentences, work) else 1


if __name__ == "__main__":
    sys.exit(main())
