"""Files of whole models, as Keras saves them, and what the models compute."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from . import start_afresh
from .copies import listening, output, tensor
from .models import padded_sentences, seq2seq, two_encoder_blocks
from .store import Json, TensorStore, write_pair
from .weights import normal, randomise

Batches = dict[str, Sequence[np.ndarray]]


@dataclass(frozen=True)
class SavedModel:
    model: keras.Model
    batches: Batches
    suffix: str = ".keras"


@keras.saving.register_keras_serializable("Parity")
class Doubled(layers.Layer):
    """A custom layer with a weight: x * factor, the mask passed."""

    def __init__(self, **options: Json) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def build(self, shape: tuple[int | None, ...]) -> None:
        self.factor = self.add_weight(shape=(shape[-1],), name="factor")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return x * self.factor

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return shape


def record_files(folder: Path, name: str) -> int:
    """Writes `name`/*.keras and *.h5, and `name`.json and .safetensors; returns the number of models."""
    store = TensorStore()
    models = []
    (folder / name).mkdir(parents=True, exist_ok=True)
    for make in MODELS:
        start_afresh()
        with listening():
            models.append(_record(make.__name__, make(), folder / name, store))
    for make in REFUSED:
        start_afresh()
        with listening():
            make().save(folder / name / f"{make.__name__}.keras")
    write_pair(folder, name, store, {"models": models})
    return len(models) + len(REFUSED)


def _record(name: str, saved: SavedModel, folder: Path, store: TensorStore) -> Json:
    randomise(saved.model, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        saved.model.save(folder / f"{name}{saved.suffix}")
    return {
        "file": f"{name}{saved.suffix}",
        "inputs": [x._keras_history.operation.name for x in saved.model.inputs],
        "outputs": _output_names(saved.model),
        "cases": [
            {
                "name": batch,
                "inputs": [store.put(f"{name}/{batch}/in/{i}", x) for i, x in enumerate(arrays)],
                "outputs": list(_outputs(saved.model, f"{name}/{batch}/out", arrays, store)),
            }
            for batch, arrays in saved.batches.items()
        ],
    }


def _output_names(model: keras.Model) -> list[str]:
    functional = model._functional if isinstance(model, keras.Sequential) else model
    return list(functional.output_names)


def _outputs(
    model: keras.Model, name: str, arrays: Sequence[np.ndarray], store: TensorStore
) -> Iterator[Json]:
    inputs = [tensor(x) for x in arrays]
    if len(inputs) == 1:
        results = model(inputs[0])
    else:
        results = model(keras.tree.pack_sequence_as(model._inputs_struct, inputs))
    for i, y in enumerate(keras.tree.flatten(results)):
        yield output(y).to_json(store, f"{name}/{i}")


SENTENCES = padded_sentences([[3, 1, 2, 6], [4, 2, 7], [5], [8, 9]]) | {
    "one_row_empty": [np.array([[3, 1, 0], [0, 0, 0]], "int32")]
}


def _ids(name: str = "ids") -> keras.KerasTensor:
    return keras.Input((None,), dtype="int32", name=name)


def _embedded(ids: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Embedding(10, 4, mask_zero=True, name="embedding")(ids)


def functional() -> SavedModel:
    ids = _ids()
    h = layers.LSTM(3, return_sequences=True)(_embedded(ids))
    h = layers.Bidirectional(layers.GRU(2, return_sequences=True))(layers.Dropout(0.5)(h))
    return SavedModel(keras.Model(ids, [h, layers.GlobalAveragePooling1D()(h)]), SENTENCES)


def sequential() -> SavedModel:
    row = [layers.Embedding(10, 4, mask_zero=True), layers.SimpleRNN(3, return_sequences=True)]
    model = keras.Sequential([*row, layers.BatchNormalization(), layers.GRU(2), layers.Dense(1)])
    model(np.zeros((1, 3), "int32"))
    return SavedModel(model, SENTENCES)


def encoder_blocks() -> SavedModel:
    return SavedModel(two_encoder_blocks().keras, SENTENCES)


def encoder_decoder() -> SavedModel:
    experiment = seq2seq()
    return SavedModel(experiment.keras, dict(experiment.batches))


def cells_and_groups() -> SavedModel:
    """Stacks of cells, whose states Keras nests, and the attention that has another name inside."""

    def stack(**options: bool) -> layers.RNN:
        return layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)], **options)

    ids = _ids()
    x = _embedded(ids)
    h, first, second = stack(return_sequences=True, return_state=True)(x)
    again = stack(go_backwards=True)(x, initial_state=[first, second])
    both = layers.RNN(layers.SimpleRNNCell(2), return_sequences=True)
    turned = layers.Bidirectional(both, merge_mode="sum")(h)
    seen = layers.GroupQueryAttention(2, 4, 2)(h, x)
    weighted = layers.AdditiveAttention()([seen, x])
    outputs = [again, turned, seen, layers.Dot(2)([weighted, h])]
    return SavedModel(keras.Model(ids, outputs), SENTENCES)


def user_operations() -> SavedModel:
    ids = _ids()
    h = layers.LSTM(3, return_sequences=True)(_embedded(ids))
    mixed = h[:, -1] * 2 + ops.mean(h, 1)
    keep = ops.cast(ops.not_equal(ids, 0), "float32")
    counted = ops.sum(h * keep[..., None], axis=1) / ops.maximum(ops.sum(keep, -1, keepdims=True), 1)
    first, second = ops.split(ops.tanh(mixed), [1], axis=-1)
    # The layer and the operation of one name.
    added = layers.Add()([counted, mixed]) + ops.softmax(layers.Softmax()(mixed))
    return SavedModel(keras.Model(ids, [added, ops.concatenate([second, first], 1)]), SENTENCES)


def nested_and_shared() -> SavedModel:
    a, b, words = _ids("a"), _ids("b"), _ids("words")
    embedding = layers.Embedding(10, 4, mask_zero=True, name="embedding")
    encoder = keras.Model(words, layers.LSTM(3, return_sequences=True)(embedding(words)), name="encoder")
    head = keras.Sequential([keras.Input((None, 3)), layers.Dense(2), layers.LSTM(2)], name="head")
    left, right = encoder(a), encoder(b)
    # Keras cannot load a layer that is shared with a nested model, or with a wrapper.
    shared = layers.Embedding(10, 4, mask_zero=True, name="shared")
    dense = layers.Dense(4, name="dense")
    joined = layers.Concatenate(1)([dense(shared(a)), dense(shared(b))])
    alone = layers.GRU(2, name="alone")(joined)
    outputs = {"z": layers.Subtract()([head(left), head(right)]), "alone": alone, "left": left}
    inputs = [SENTENCES["right_6"][0], SENTENCES["left_4"][0]]
    return SavedModel(keras.Model({"b": b, "a": a}, outputs), {"right_left": inputs})


def masked_floats() -> SavedModel:
    x = keras.Input((5, 3), name="x")
    m = keras.Input((5,), dtype="bool", name="m")
    h = layers.Masking(0.0)(x)
    h = layers.Concatenate(axis=1)([h, layers.Dense(3)(x)])
    explicit = layers.LSTM(2, return_sequences=True)(layers.Dense(2)(x), mask=m)
    pooled = layers.GlobalAveragePooling1D()(h)
    values = normal("masked_floats", 3, 5, 3)
    values[0, 3:] = values[1, :2] = values[2] = 0
    mask = np.array([[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], bool)
    return SavedModel(keras.Model([x, m], [h, pooled, explicit]), {"mixed": [values, mask]})


def lost_at_convolution() -> SavedModel:
    ids = _ids()
    h = layers.Conv1D(3, 2, padding="same", name="conv1d")(_embedded(ids))
    return SavedModel(keras.Model(ids, layers.LSTM(2, name="lstm")(h)), SENTENCES)


def attention_by_name() -> SavedModel:
    ids = _ids()
    h = _embedded(ids)
    keep = ops.not_equal(ids, 0)
    attended, scores = layers.Attention(use_scale=True)(
        [h, h], mask=[None, keep], return_attention_scores=True, use_causal_mask=True
    )
    multi = layers.MultiHeadAttention(2, 2)(h, value=h, attention_mask=keep[:, None, :])
    return SavedModel(keras.Model(ids, [attended, scores, multi]), SENTENCES)


def custom_layer() -> SavedModel:
    ids = _ids()
    h = layers.TimeDistributed(Doubled())(Doubled(name="doubled")(_embedded(ids)))
    return SavedModel(keras.Model(ids, layers.LSTM(2)(h)), SENTENCES)


def reduced_precision() -> SavedModel:
    ids = _ids()
    h = layers.Embedding(10, 4, mask_zero=True, dtype="mixed_bfloat16")(ids)
    h = layers.LSTM(3, dtype="mixed_bfloat16")(h)
    return SavedModel(keras.Model(ids, layers.Dense(2, dtype="float32")(h)), SENTENCES)


def _counted_words(text: keras.KerasTensor) -> keras.KerasTensor:
    terms = {"vocabulary": ["good", "bad"], "idf_weights": [0.5, 2.0]}
    return layers.StringLookup(output_mode="tf_idf", **terms)(text)


REVIEWS = np.array([["good good film"], ["bad"], [""]], object)


def learned_texts() -> SavedModel:
    """Lookups whose vocabulary is in the assets, and whose idf_weights are in the file of weights."""
    text = keras.Input((1,), dtype="string", name="text")
    ids = keras.Input((3,), dtype="int64", name="ids")
    words = layers.TextVectorization(output_mode="tf_idf")
    words.adapt(np.array(["good film", "bad film", "a good one"]))
    numbers = layers.IntegerLookup(output_mode="tf_idf")
    numbers.adapt(np.array([[4, 4, 7], [7, 9, 9], [7, 4, 7]]))
    joined = layers.Concatenate()([numbers(ids), _counted_words(text)])
    model = keras.Model([text, ids], [layers.Dense(2)(words(text)), layers.Dense(2)(joined)])
    return SavedModel(model, {"three": [REVIEWS, np.array([[4, 7, 9], [7, 7, 1], [0, 9, 4]])]})


def legacy_lookup() -> SavedModel:
    text = keras.Input((1,), dtype="string", name="text")
    model = keras.Model(text, layers.Dense(2)(_counted_words(text)))
    return SavedModel(model, {"three": [REVIEWS]}, ".h5")


def legacy_sequential() -> SavedModel:
    made = sequential()
    return SavedModel(made.model, made.batches, ".h5")


def legacy_functional() -> SavedModel:
    ids = _ids()
    h = layers.BatchNormalization()(layers.LSTM(3, return_sequences=True)(_embedded(ids)))
    inner = keras.Sequential([keras.Input((None, 3)), layers.Dense(2), layers.BatchNormalization()])
    model = keras.Model(ids, layers.GRU(2)(inner(h)) + 1.0)
    return SavedModel(model, SENTENCES, ".h5")


def with_lambda() -> keras.Model:
    x = keras.Input((3,))
    return keras.Model(x, layers.Lambda(lambda t: t + 1, name="add_one")(x))


def with_unknown_class() -> keras.Model:
    @keras.saving.register_keras_serializable("Nobody")
    class Unheard(layers.Layer):
        def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
            return x

    x = keras.Input((3,))
    return keras.Model(x, Unheard(name="unheard")(x))


MODELS: list[Callable[[], SavedModel]] = [
    functional,
    sequential,
    encoder_blocks,
    encoder_decoder,
    cells_and_groups,
    user_operations,
    nested_and_shared,
    masked_floats,
    lost_at_convolution,
    attention_by_name,
    custom_layer,
    reduced_precision,
    learned_texts,
    legacy_sequential,
    legacy_functional,
    legacy_lookup,
]
REFUSED: list[Callable[[], keras.Model]] = [with_lambda, with_unknown_class]
