"""What is measured: models, and the sentences that they compute."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.compare import sentences
from bench.compare.sentences import Case, Ids

BATCH = 64


@dataclass(frozen=True)
class Workload:
    """A model and its cases, each of which is timed with each peer."""

    title: str
    model: str
    make_cases: Callable[
        [list[Ids], int | None], list[Case]
    ]  # of all sentences, of so many batches
    batches: int | None = None  # unless told otherwise; None: all
    against: str | None = None  # times are shown relative to this case of the same library
    only: tuple[str, ...] | None = None  # the peers beside Domino; None: all that have the model
    one_at_a_time: bool = False  # an answer has to be there before the next batch starts


def reviews(words: list[Ids], batches: int | None) -> list[Case]:
    natural = sentences.in_batches(words, BATCH)[:batches]
    full = [sentences.filled(batch) for batch in natural]
    return [Case("natural", natural), Case("full", full)]


def mask_shapes(words: list[Ids], batches: int | None) -> list[Case]:
    right = sentences.in_batches(words, BATCH)[:batches]
    return [
        Case("right", right),
        Case("left", [sentences.left_padded(batch) for batch in right]),
        Case("holes", [sentences.with_holes(batch) for batch in right]),
    ]


def fills(words: list[Ids], batches: int | None) -> list[Case]:
    percents = range(10, 101, 10)
    return [
        Case(f"{percent}%", sentences.of_fill(words, percent / 100, batches or 1))
        for percent in percents
    ]


def batch_sizes(words: list[Ids], batches: int | None) -> list[Case]:
    some = words[: BATCH * batches] if batches else words
    return [Case(str(size), sentences.in_batches(some, size)) for size in (1, 4, 16, 64, 256)]


def single(words: list[Ids], batches: int | None) -> list[Case]:
    steps = 20
    long_enough = [sentence[:steps] for sentence in words if sentence.size >= steps]
    return [Case("single", [sentence[None, :] for sentence in long_enough[:batches]])]


WORKLOADS: dict[str, Workload] = {
    "lstm": Workload("LSTM(256)", "lstm", reviews),
    "bilstm": Workload("Bidirectional(LSTM(128))", "bilstm", reviews),
    "gru": Workload("GRU(256)", "gru", reviews),
    "encoder": Workload("Encoder of 6 blocks, width 384", "encoder", reviews, batches=20),
    "masks": Workload(
        "LSTM(256), by where the padding lies", "lstm", mask_shapes, against="right", only=()
    ),
    "fill_lstm": Workload(
        "LSTM(256), by the share of words", "lstm", fills, batches=10, against="100%"
    ),
    "fill_encoder": Workload(
        "Encoder, by the share of words", "encoder", fills, batches=2, against="100%"
    ),
    "batch_lstm": Workload("LSTM(256), by the size of batches", "lstm", batch_sizes, batches=40),
    "latency": Workload(
        "LSTM(256), one sentence at a time", "lstm", single, batches=500, one_at_a_time=True
    ),
}
