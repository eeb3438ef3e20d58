"""Whole models: two encoder blocks, and an encoder with a decoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from . import start_afresh
from .copies import listening, output, tensor
from .functional import WithMask
from .result import Output
from .store import Json, TensorStore, write_pair
from .weights import randomise, variables

WIDTH, HEADS, WORDS = 4, 2, 10


@dataclass(frozen=True)
class ModelExperiment:
    """A model, the same layers wired so that no accident strikes, and batches of ids for both."""

    keras: keras.Model
    intended: keras.Model
    outputs: Sequence[str]
    batches: dict[str, Sequence[np.ndarray]]
    padding_matters_not: Sequence[str] = ()  # batches that differ in padding only


def record_model(folder: Path, name: str, make: Callable[[], ModelExperiment]) -> int:
    """Writes `name`.json and `name`.safetensors; returns the number of cases."""
    start_afresh()
    store = TensorStore()
    with listening():
        experiment = make()
        randomise(experiment.keras, name)
        runs = {
            rules: {batch: _run(model, ids) for batch, ids in experiment.batches.items()}
            for rules, model in (("keras", experiment.keras), ("intended", experiment.intended))
        }
    _check(experiment, runs["keras"], runs["intended"])
    fields = {
        "inputs": [x.name for x in experiment.keras.inputs],
        "outputs": list(experiment.outputs),
        "model": _model_json(experiment.keras, store),
        "cases": [
            {
                "name": batch,
                "inputs": [store.put(f"{batch}/inputs/{i}", x) for i, x in enumerate(ids)],
            }
            | {
                rules: [y.to_json(store, f"{batch}/{rules}/{i}") for i, y in enumerate(run[batch])]
                for rules, run in runs.items()
            }
            for batch, ids in experiment.batches.items()
        ],
    }
    write_pair(folder, name, store, fields)
    return len(experiment.batches)


def _run(model: keras.Model, ids: Sequence[np.ndarray]) -> list[Output]:
    inputs = [tensor(x) for x in ids]
    return [output(y) for y in model(inputs if len(inputs) > 1 else inputs[0])]


def _check(
    experiment: ModelExperiment,
    as_keras: dict[str, list[Output]],
    intended: dict[str, list[Output]],
) -> None:
    """The last output: the same under the intended rules however the batch is padded, but not under Keras'."""
    if not experiment.padding_matters_not:
        return
    for runs, expected in ((intended, True), (as_keras, False)):
        last = [runs[batch][-1].values for batch in experiment.padding_matters_not]
        if all(np.allclose(last[0], other, atol=1e-5) for other in last) != expected:
            raise AssertionError("padding matters under the intended rules, or not under Keras'")


def _model_json(model: keras.Model, store: TensorStore) -> dict[str, Json]:
    saved = keras.saving.serialize_keras_object(model)
    owners = {
        id(variable): (layer.name, path)
        for layer in model.layers
        for path, variable in variables(layer)
    }
    weights = [
        {
            "path": path,
            "layer": owners[id(variable)][0],
            "variable": owners[id(variable)][1],
            "tensor": store.put(f"weights/{path}", variable.numpy()),
        }
        for path, variable in variables(model)
    ]
    return {"class_name": saved["class_name"], "config": saved["config"], "weights": weights}


def two_encoder_blocks() -> ModelExperiment:
    ids = keras.Input((None,), dtype="int32", name="ids")
    embedding = layers.Embedding(WORDS, WIDTH, mask_zero=True, name="embedding")
    mean = layers.GlobalAveragePooling1D(name="mean")
    blocks = [EncoderBlock("block_1"), EncoderBlock("block_2")]

    def wire(call: Callable[["EncoderBlock", keras.KerasTensor], keras.KerasTensor]) -> keras.Model:
        first = call(blocks[0], embedding(ids))
        second = call(blocks[1], first)
        return keras.Model(ids, [first, second, mean(second)])

    batches = padded_sentences([[3, 1, 2, 6], [4, 2, 7], [5], [8, 9]])
    return ModelExperiment(
        wire(lambda block, h: block(h)),
        wire(lambda block, h: block.as_intended(h, ops.not_equal(ids, 0))),
        ("block_1", "block_2", "mean"),
        batches | {"one_row_empty": [np.array([[3, 1, 0], [0, 0, 0]], "int32")]},
        padding_matters_not=tuple(batches),
    )


class EncoderBlock:
    """h = LayerNormalization(h + attention(h)), then h = LayerNormalization(h + Dense(Dense(h)))."""

    def __init__(self, name: str) -> None:
        self._attention = layers.MultiHeadAttention(HEADS, 2, name=f"{name}_attention")
        self._add_attention = layers.Add(name=f"{name}_add_attention")
        self._normalize_attention = layers.LayerNormalization(name=f"{name}_normalize_attention")
        self._widen = layers.Dense(6, activation="relu", name=f"{name}_widen")
        self._narrow = layers.Dense(WIDTH, name=f"{name}_narrow")
        self._add = layers.Add(name=f"{name}_add")
        self._normalize = layers.LayerNormalization(name=f"{name}_normalize")

    def __call__(self, h: keras.KerasTensor) -> keras.KerasTensor:
        return self._behind_attention(h, self._attention(h, h))

    def as_intended(self, h: keras.KerasTensor, keep: keras.KerasTensor) -> keras.KerasTensor:
        """Attention reads a copy that carries no mask; the masks of query and value are given by hand."""
        copy = h + 0
        allowed = ops.logical_and(ops.expand_dims(keep, -1), ops.expand_dims(keep, -2))
        return self._behind_attention(
            h, WithMask()([self._attention(copy, copy, attention_mask=allowed), keep])
        )

    def _behind_attention(
        self, h: keras.KerasTensor, attended: keras.KerasTensor
    ) -> keras.KerasTensor:
        h = self._normalize_attention(self._add_attention([h, attended]))
        return self._normalize(self._add([h, self._narrow(self._widen(h))]))


def padded_sentences(sentences: Sequence[Sequence[int]]) -> dict[str, Sequence[np.ndarray]]:
    """The same sentences, padded to several lengths, before, behind and between the words."""
    pad = keras.utils.pad_sequences
    found = {}
    for length in (4, 6, 9, 13):
        found[f"right_{length}"] = [pad(sentences, length, padding="post")]
        found[f"left_{length}"] = [pad(sentences, length, padding="pre")]
    spread = [[word for each in sentence for word in (each, 0)] for sentence in sentences]
    return found | {"holes_10": [pad(spread, 10, padding="post")]}


def seq2seq() -> ModelExperiment:
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    read = layers.Embedding(WORDS, WIDTH, mask_zero=True, name="source_embedding")(source)
    _, h, c = layers.LSTM(3, return_state=True, name="encoder")(read)
    write = layers.Embedding(WORDS, WIDTH, mask_zero=True, name="target_embedding")(target)
    decoder = layers.LSTM(3, return_sequences=True, name="decoder")
    words = layers.Dense(WORDS, activation="softmax", name="words")
    mean = layers.GlobalAveragePooling1D(name="mean")

    def wire(decoded: keras.KerasTensor) -> keras.Model:
        return keras.Model([source, target], [h, c, decoded, words(decoded), mean(decoded)])

    batches = {f"{s}_{t}": [SOURCES[s], TARGETS[t]] for s in SOURCES for t in TARGETS}
    return ModelExperiment(
        wire(decoder(write, initial_state=[h, c])),
        wire(decoder(write, initial_state=[h, c], mask=ops.not_equal(target, 0))),
        ("encoder_h", "encoder_c", "decoder", "words", "mean"),
        batches,
        padding_matters_not=("right_left", "left_left", "right_right", "left_right"),
    )


SOURCES = {
    side: keras.utils.pad_sequences([[3, 1, 2, 6], [4, 2], [7]], 5, padding=padding)
    for side, padding in (("right", "post"), ("left", "pre"))
}
TARGETS = {
    "right": keras.utils.pad_sequences([[1, 8], [1, 5, 2, 2, 9], [1, 4, 3]], 6, padding="post"),
    "left": keras.utils.pad_sequences([[1, 8], [1, 5, 2, 2, 9], [1, 4, 3]], 6, padding="pre"),
    "holes": np.array([[1, 0, 8, 0, 0, 0], [0, 1, 5, 2, 2, 9], [1, 4, 0, 3, 0, 0]], "int32"),
    "one_row_empty": np.array(
        [[1, 8, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [1, 4, 3, 0, 0, 0]], "int32"
    ),
}


def models_per_step() -> ModelExperiment:
    """Words to sentences, sentences to a document: models inside TimeDistributed."""
    ids = keras.Input((None, None), dtype="int32", name="ids")
    words = keras.Input((None,), dtype="int32", name="words")
    embedded = layers.Embedding(WORDS, WIDTH, mask_zero=True, name="embedding")(words)
    encoder = keras.Model(words, layers.LSTM(3, name="lstm")(embedded), name="encoder")
    each = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, name="wide"), layers.LayerNormalization(name="norm")],
        name="each",
    )
    # A sentence without words is encoded as zeros, which Masking masks.
    sentences = layers.TimeDistributed(encoder, name="sentences")(ids)
    masked = layers.Masking(name="masking")(sentences)
    deeper = layers.TimeDistributed(each, name="deeper")(masked)
    document = layers.LSTM(2, name="document")(deeper)
    model = keras.Model(ids, [sentences, masked, deeper, document])
    documents = {
        "right": [["3120", "4200", "0000"], ["5000", "8900", "1230"]],
        "left": [["0000", "0031", "0204"], ["0007", "0089", "0123"]],
        "holes": [["3010", "0000", "0204"], ["0000", "8009", "0000"]],
        "longer": [["31200", "42000"], ["50000", "00000"], ["00000", "00000"]],
    }
    batches = {
        name: [np.array([[list(map(int, s)) for s in d] for d in documents], "int32")]
        for name, documents in documents.items()
    }
    return ModelExperiment(
        model, model, ("sentences", "masking", "deeper", "document"), batches
    )


def behind_attention() -> ModelExperiment:
    """Recurrent layers behind the residual of an attention, and on what the attention has read."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    embedding = layers.Embedding(WORDS, WIDTH, mask_zero=True, name="embedding")
    attention = layers.MultiHeadAttention(HEADS, 2, name="attention")
    add, normalize = layers.Add(name="residual"), layers.LayerNormalization(name="normalize")
    readers = [
        (
            layers.LSTM(2, name=f"lstm_{place}"),
            layers.GRU(2, name=f"gru_{place}"),
            layers.Bidirectional(
                layers.LSTM(2, return_sequences=True, name=f"inner_{place}"), name=f"both_{place}"
            ),
        )
        for place in ("behind", "beside")
    ]

    def wire(
        attend: Callable[[keras.KerasTensor], tuple[keras.KerasTensor, keras.KerasTensor]],
    ) -> keras.Model:
        embedded, attended = attend(embedding(ids))
        normal = normalize(add([embedded, attended]))
        return keras.Model(
            ids,
            [
                normal,
                *(reader(normal) for reader in readers[0]),
                *(reader(embedded) for reader in readers[1]),
            ],
        )

    def as_intended(e: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        keep, copy = ops.not_equal(ids, 0), e + 0
        allowed = ops.logical_and(ops.expand_dims(keep, -1), ops.expand_dims(keep, -2))
        return e, WithMask()([attention(copy, copy, attention_mask=allowed), keep])

    names = [f"{kind}_{place}" for place in ("behind", "beside") for kind in ("lstm", "gru", "both")]
    return ModelExperiment(
        wire(lambda e: (e, attention(e, e))),
        wire(as_intended),
        ("normalize", *names),
        padded_sentences([[3, 1, 2, 6], [4, 2, 7], [5], [8, 9]])
        | {"one_row_empty": [np.array([[3, 1, 0], [0, 0, 0]], "int32")]},
    )


MODELS = {
    "two_encoder_blocks": two_encoder_blocks,
    "seq2seq": seq2seq,
    "models_per_step": models_per_step,
    "behind_attention": behind_attention,
}
