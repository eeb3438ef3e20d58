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
