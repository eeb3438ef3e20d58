"""The encoder in PyTorch, around its scaled dot product and as a TransformerEncoder on nested tensors."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from bench.compare.models import Encoder
from bench.compare.peers.weights import Array, Weights, joined_projections, output_projection


def parameter(value: Array) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(value).contiguous(), requires_grad=False)


def set_linear(linear: nn.Linear, kernel: Array, bias: Array) -> None:
    linear.weight, linear.bias = parameter(kernel.T), parameter(bias)


def set_norm(norm: nn.LayerNorm, weights: Weights, name: str) -> None:
    norm.weight, norm.bias = parameter(weights[f"{name}/gamma"]), parameter(weights[f"{name}/beta"])


def set_block(
    layer: nn.TransformerEncoderLayer, spec: Encoder, weights: Weights, block: int
) -> None:
    kernel, bias = joined_projections(spec, weights, block)
    attention = layer.self_attn
    attention.in_proj_weight, attention.in_proj_bias = parameter(kernel.T), parameter(bias)
    set_linear(attention.out_proj, *output_projection(spec, weights, block))
    for linear, name in ((layer.linear1, "inner"), (layer.linear2, "outer")):
        set_linear(linear, weights[f"{block}_{name}/kernel"], weights[f"{block}_{name}/bias"])
    set_norm(layer.norm1, weights, f"{block}_attention_norm")
    set_norm(layer.norm2, weights, f"{block}_norm")


class NestedEncoder(nn.Module):
    """`nn.TransformerEncoder`, whose fast path drops the padding."""

    def __init__(self, spec: Encoder, weights: Weights) -> None:
        super().__init__()
        self.heads = spec.heads
        self.words = parameter(weights["embedding/embeddings"])
        self.positions = parameter(weights["positions_embedding/embeddings"])
        self.norm = nn.LayerNorm(spec.width, spec.epsilon)
        set_norm(self.norm, weights, "norm")
        layer = nn.TransformerEncoderLayer(
            spec.width, spec.heads, spec.inner, 0.0, "gelu", spec.epsilon, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, spec.blocks, enable_nested_tensor=True)
        for block, own in enumerate(self.encoder.layers):
            set_block(own, spec, weights, block)

    def encode(self, x: Tensor, kept: Tensor) -> Tensor:
        return self.encoder(x, src_key_padding_mask=~kept)

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        x = F.embedding(words, self.words) + self.positions[: words.shape[1]]
        kept = words != 0
        x = self.encode(self.norm(x), kept)
        return (x * kept[:, :, None]).sum(1) / lengths[:, None]


class SdpaEncoder(NestedEncoder):
    """The same layers around `F.scaled_dot_product_attention`, with a mask of the keys."""

    def encode(self, x: Tensor, kept: Tensor) -> Tensor:
        mask = kept[:, None, None, :]
        for layer in self.encoder.layers:
            x = layer.norm1(x + self.attend(layer.self_attn, x, mask))
            x = layer.norm2(x + layer.linear2(F.gelu(layer.linear1(x))))
        return x

    def attend(self, attention: nn.MultiheadAttention, x: Tensor, mask: Tensor) -> Tensor:
        batch, steps, width = x.shape
        projected = F.linear(x, attention.in_proj_weight, attention.in_proj_bias)
        heads = projected.view(batch, steps, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
        return attention.out_proj(y.transpose(1, 2).reshape(batch, steps, width))
