"""Recurrent layers in PyTorch: each function gives one that computes (words, lengths)."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from bench.compare.models import Rnn
from bench.compare.peers.weights import Direction, Weights, directions_of

Compute = Callable[[Tensor, Tensor], Tensor]

GATES = {"lstm": "ifco", "gru": "rzh"}


def make_rnn(spec: Rnn, directions: Sequence[Direction]) -> nn.LSTM | nn.GRU:
    kind = nn.LSTM if spec.cell == "lstm" else nn.GRU
    rnn = kind(spec.features, spec.units, batch_first=True, bidirectional=len(directions) == 2)
    for direction, suffix in zip(directions, ("", "_reverse"), strict=False):
        values = {
            "weight_ih": direction.kernel.T,
            "weight_hh": direction.recurrent_kernel.T,
            "bias_ih": direction.bias,
            "bias_hh": direction.recurrent_bias,
        }
        for name, value in values.items():
            getattr(rnn, f"{name}_l0{suffix}").data = torch.from_numpy(value).contiguous()
    return rnn.eval()


def packed(spec: Rnn, weights: Weights, device: str = "cpu") -> Compute:
    """Sorts the sentences by length and computes their words alone; the lengths stay on the host."""
    table = torch.from_numpy(weights["embedding"]).to(device)
    rnn = make_rnn(spec, directions_of(spec, weights, GATES)).to(device)

    def compute(words: Tensor, lengths: Tensor) -> Tensor:
        ids = pack_padded_sequence(words, lengths.long(), batch_first=True, enforce_sorted=False)
        embedded = nn.functional.embedding(ids.data, table)
        _, state = rnn(PackedSequence(embedded, *ids[1:]))
        last = state[0] if spec.cell == "lstm" else state
        return torch.cat(list(last), -1)

    return compute


def padded(spec: Rnn, weights: Weights) -> Compute:
    """Computes the padding too, and takes the output of the last word."""
    table = torch.from_numpy(weights["embedding"])
    rnns = [make_rnn(spec, [one]) for one in directions_of(spec, weights, GATES)]

    def last_output(rnn: nn.Module, words: Tensor, lengths: Tensor) -> Tensor:
        outputs, _ = rnn(nn.functional.embedding(words, table))
        return outputs[torch.arange(words.shape[0]), lengths.long() - 1]

    def reverse(words: Tensor, lengths: Tensor) -> Tensor:
        places = lengths.long()[:, None] - 1 - torch.arange(words.shape[1])
        return words.gather(1, places.clamp(min=0))

    def compute(words: Tensor, lengths: Tensor) -> Tensor:
        states = [last_output(rnns[0], words, lengths)]
        if spec.bidirectional:
            states.append(last_output(rnns[1], reverse(words, lengths), lengths))
        return torch.cat(states, -1)

    return compute
