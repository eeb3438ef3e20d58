"""Trains the reviews model in Keras and writes what the C++ sample reads.

    python3 -m venv /tmp/keras && /tmp/keras/bin/pip install keras==3.15.1 tensorflow-cpu safetensors
    /tmp/keras/bin/python samples/reviews/train.py

Input, next to this script: reviews.tsv (columns id, score, text).
Output, next to this script: vocabulary.txt, reviews.safetensors,
reviews.keras, reviews_text.keras and predictions.safetensors; README.md says what each of them holds.
"""

import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # the same arithmetic everywhere: CPU
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
from safetensors.numpy import save_file

HERE = Path(__file__).resolve().parent
SEED = 1
MAX_TOKENS = 10_000  # counting padding (0) and the unknown word (1)
EMBEDDING_SIZE = 32
LSTM_UNITS = 32
EPOCHS = 3
BATCH_SIZE = 64


def read_reviews(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Returns the ids, the labels (1 where the score is above 0) and the sentences.

    The file is plain tab-separated text: quotation marks are part of a sentence.
    """
    with path.open(encoding="utf-8", newline="\n") as file:
        assert next(file) == "id\tscore\ttext\n"
        rows = [line.removesuffix("\n").split("\t") for line in file]
    ids = np.array([int(row[0]) for row in rows], dtype=np.int32)
    labels = np.array([float(row[1]) > 0 for row in rows], dtype=np.float32)
    return ids, labels, [row[2] for row in rows]


def build_model(vocabulary_size: int) -> keras.Model:
    """Embedding, bidirectional LSTM, sigmoid. Token 0 is padding and is masked."""
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(
        vocabulary_size, EMBEDDING_SIZE, mask_zero=True, name="embedding"
    )(tokens)
    x = keras.layers.Bidirectional(keras.layers.LSTM(LSTM_UNITS), name="bidirectional")(x)
    x = keras.layers.Dense(1, activation="sigmoid", name="dense")(x)
    return keras.Model(tokens, x, name="reviews")


def named_weights(model: keras.Model) -> dict[str, np.ndarray]:
    """The weights under their path in Keras' weights file.

    Keras numbers a layer's variables there; here they have their names instead
    (`layers/dense/kernel` for `layers/dense/vars/0`).
    """
    bidirectional = model.get_layer("bidirectional")
    owners = {
        "layers/embedding": model.get_layer("embedding"),
        "layers/bidirectional/forward_layer/cell": bidirectional.forward_layer.cell,
        "layers/bidirectional/backward_layer/cell": bidirectional.backward_layer.cell,
        "layers/dense": model.get_layer("dense"),
    }
    weights = {
        f"{path}/{variable.name}": keras.ops.convert_to_numpy(variable)
        for path, owner in owners.items()
        for variable in owner.weights
    }
    assert len(weights) == len(model.weights)
    return weights


def write_vocabulary(path: Path, vocabulary: list[str]) -> None:
    """One token a line, in the order of their indices."""
    assert vocabulary[:2] == ["", "[UNK]"]
    assert not any("\n" in token for token in vocabulary)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{token}\n" for token in vocabulary)


def main() -> None:
    keras.utils.set_random_seed(SEED)

    ids, labels, texts = read_reviews(HERE / "reviews.tsv")
    held_back = ids % 5 == 0

    vectorize = keras.layers.TextVectorization(
        max_tokens=MAX_TOKENS,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        output_mode="int",
    )
    vectorize.adapt([text for text, held in zip(texts, held_back) if not held])
    vocabulary = vectorize.get_vocabulary()
    # Each row is a sentence, with 0 to the right of it up to the longest one.
    tokens = keras.ops.convert_to_numpy(vectorize(texts)).astype(np.int32)

    model = build_model(len(vocabulary))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.summary()
    model.fit(
        tokens[~held_back],
        labels[~held_back],
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
        validation_data=(tokens[held_back], labels[held_back]),
        verbose=2,
    )

    probabilities = model.predict(tokens[held_back], batch_size=BATCH_SIZE, verbose=0)
    right = int(np.sum((probabilities[:, 0] > 0.5) == (labels[held_back] == 1)))
    total = int(held_back.sum())
    print(f"held back: {right} of {total} right ({right / total:.2%})")

    write_vocabulary(HERE / "vocabulary.txt", vocabulary)
    save_file(named_weights(model), HERE / "reviews.safetensors")
    save_file(
        {
            "ids": ids[held_back],
            "tokens": np.ascontiguousarray(tokens[held_back]),
            "probabilities": probabilities,
        },
        HERE / "predictions.safetensors",
    )
    model.save(HERE / "reviews.keras")
    text = keras.Input((1,), dtype="string", name="text")
    keras.Model(text, model(vectorize(text)), name="reviews_text").save(HERE / "reviews_text.keras")


if __name__ == "__main__":
    main()
