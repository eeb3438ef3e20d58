"""The encoder as CTranslate2 stores it."""

import numpy as np
from ctranslate2.specs.common_spec import Activation, LayerNormSpec, LinearSpec
from ctranslate2.specs.transformer_spec import (
    TransformerEncoderLayerSpec,
    TransformerEncoderModelSpec,
    TransformerEncoderSpec,
)

from bench.compare.models import WORDS, Encoder
from bench.compare.peers.weights import Array, Weights, joined_projections, output_projection


def set_norm(norm: LayerNormSpec, weights: Weights, name: str) -> None:
    norm.gamma, norm.beta = weights[f"{name}/gamma"], weights[f"{name}/beta"]


def set_linear(linear: LinearSpec, kernel: Array, bias: Array) -> None:
    linear.weight, linear.bias = np.ascontiguousarray(kernel.T), bias


def set_block(
    layer: TransformerEncoderLayerSpec, spec: Encoder, weights: Weights, block: int
) -> None:
    attention = layer.self_attention
    set_linear(attention.linear[0], *joined_projections(spec, weights, block))
    set_linear(attention.linear[1], *output_projection(spec, weights, block))
    set_norm(attention.layer_norm, weights, f"{block}_attention_norm")
    for linear, name in ((layer.ffn.linear_0, "inner"), (layer.ffn.linear_1, "outer")):
        set_linear(linear, weights[f"{block}_{name}/kernel"], weights[f"{block}_{name}/bias"])
    set_norm(layer.ffn.layer_norm, weights, f"{block}_norm")


def make_spec(spec: Encoder, weights: Weights) -> TransformerEncoderModelSpec:
    encoder = TransformerEncoderSpec(
        spec.blocks,
        spec.heads,
        pre_norm=False,
        activation=Activation.GELU,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = weights["embedding/embeddings"]
    encoder.position_encodings.encodings = weights["positions_embedding/embeddings"]
    set_norm(encoder.layernorm_embedding, weights, "norm")
    for block, layer in enumerate(encoder.layer):
        set_block(layer, spec, weights, block)
    model = TransformerEncoderModelSpec(encoder)
    model.register_vocabulary([str(word) for word in range(WORDS)])
    model.config.unk_token = "1"
    model.config.layer_norm_epsilon = spec.epsilon
    model.validate()
    model.optimize()
    return model
