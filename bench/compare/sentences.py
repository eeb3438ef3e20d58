"""Batches of sentences: those of samples/reviews, and made ones of wanted lengths."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]

REVIEWS = Path(__file__).parents[2] / "samples" / "reviews"
PUNCTUATION = re.compile(rb"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]")
UNKNOWN = 1


@dataclass(frozen=True)
class Case:
    """What one pass computes."""

    name: str
    batches: list[Ids]  # (sentences, steps) each; 0 is padding

    @property
    def valid_steps(self) -> int:
        return sum(int(np.count_nonzero(batch)) for batch in self.batches)

    @property
    def steps(self) -> int:
        return sum(batch.size for batch in self.batches)


def read_sentences(folder: Path = REVIEWS) -> list[Ids]:
    """The ids of the words of each sentence in file order, as samples/reviews/README.md describes."""
    vocabulary = (folder / "vocabulary.txt").read_bytes().split(b"\n")[:-1]
    ids = {word: number for number, word in enumerate(vocabulary)}
    sentences = []
    for line in (folder / "reviews.tsv").read_bytes().split(b"\n")[1:-1]:
        text = PUNCTUATION.sub(b"", line.split(b"\t")[2].lower())
        sentences.append(np.array([ids.get(word, UNKNOWN) for word in text.split()], np.int32))
    return [sentence for sentence in sentences if sentence.size > 0]


def pad(sentences: list[Ids], steps: int | None = None) -> Ids:
    """Padded behind, to the longest."""
    batch = np.zeros((len(sentences), steps or max(map(len, sentences))), np.int32)
    for row, sentence in zip(batch, sentences, strict=True):
        row[: len(sentence)] = sentence
    return batch


def in_batches(sentences: list[Ids], size: int) -> list[Ids]:
    return [pad(sentences[first : first + size]) for first in range(0, len(sentences), size)]


def filled(batch: Ids) -> Ids:
    """The same sizes without padding: each sentence is said again until its row is full."""
    return np.stack([np.resize(row[row != 0], row.size) for row in batch])


def left_padded(batch: Ids) -> Ids:
    return np.stack([np.roll(row, row.size - np.count_nonzero(row)) for row in batch])


def with_holes(batch: Ids) -> Ids:
    """The same words in the same order, with the padding strewn between them."""
    random = np.random.default_rng(1)
    strewn = np.zeros_like(batch)
    for row, words in zip(strewn, batch, strict=True):
        places = np.sort(random.choice(row.size, np.count_nonzero(words), replace=False))
        row[places] = words[words != 0]
    return strewn


def of_fill(sentences: list[Ids], fill: float, batches: int) -> list[Ids]:
    """Batches of 64 with 128 steps; lengths lie within 20 % of `fill` of the steps."""
    size, steps = 64, 128
    random = np.random.default_rng(1)
    words = np.concatenate(sentences)

    def sentence() -> Ids:
        spread = random.uniform(0.8, 1.2) if fill < 1 else 1.0
        length = min(max(round(fill * steps * spread), 1), steps)
        first = random.integers(words.size - length)
        return words[first : first + length]

    return [pad([sentence() for _ in range(size)], steps) for _ in range(batches)]
