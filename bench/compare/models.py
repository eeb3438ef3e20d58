"""The models that are compared, and where their files lie."""

from dataclasses import dataclass
from pathlib import Path

WORDS = 10_000  # tokens of the vocabulary of samples/reviews


@dataclass(frozen=True)
class Rnn:
    """An embedding that masks padding, and the last state of a recurrent layer."""

    cell: str  # "lstm" or "gru"
    units: int
    features: int = 128
    bidirectional: bool = False

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("words",)

    @property
    def flop_per_word(self) -> int:
        """Of the products."""
        gates = {"lstm": 4, "gru": 3}[self.cell] * (2 if self.bidirectional else 1)
        return 2 * gates * self.units * (self.features + self.units)

    @property
    def bytes_per_word(self) -> int:
        """What layers read and write at least; weights stay in the cache."""
        directions = 2 if self.bidirectional else 1
        gates = {"lstm": 4, "gru": 3}[self.cell] * directions
        embedding = 2 * self.features
        return 4 * (embedding + directions * (self.features + self.units) + 2 * gates * self.units)


@dataclass(frozen=True)
class Encoder:
    """Blocks of attention and feed-forward with the norm behind each, and the mean of the words."""

    blocks: int = 6
    width: int = 384
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    epsilon: float = 1e-12

    @property
    def inputs(self) -> tuple[str, ...]:
        return ("words", "positions")

    @property
    def flop_per_word(self) -> int:
        """Of the products with weights."""
        return self.blocks * 2 * (4 * self.width * self.width + 2 * self.width * self.inner)

    @property
    def bytes_per_word(self) -> int:
        """What layers read and write at least; weights stay in the cache."""
        attention = 4 + 4 + 2  # projections, scores with their values, the projection behind
        feed_forward = 2 * (self.width + self.inner)
        norms = 2 * 3
        return 4 * self.blocks * ((attention + norms) * self.width + feed_forward)


Model = Rnn | Encoder

MODELS: dict[str, Model] = {
    "lstm": Rnn("lstm", 256),
    "bilstm": Rnn("lstm", 128, bidirectional=True),
    "gru": Rnn("gru", 256),
    "encoder": Encoder(),
}


def keras_file(folder: Path, name: str) -> Path:
    """What Keras and Domino open."""
    return folder / f"{name}.keras"


def weights_file(folder: Path, name: str) -> Path:
    """The same weights by name, for all others."""
    return folder / f"{name}.safetensors"
