"""Makes the files in data/ that the tests of io read: python tests/io/record.py

Needs what parity/requirements.txt lists. Tests need no Python; the files were made once, by Keras 3.15.1
and h5py 3.14.
"""

import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"

import h5py
import keras
import numpy as np
from keras import layers

DATA = pathlib.Path(__file__).parent / "data"


def fill(model, scale=1.0):
    """Gives each weight numbers that tell where they belong."""
    for index, weight in enumerate(model.weights):
        numbers = np.arange(np.prod(weight.shape), dtype="float32").reshape(weight.shape)
        weight.assign(scale * (numbers + 100 * index))


def sentiment():
    model = keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            layers.Embedding(5, 2, mask_zero=True),
            layers.Bidirectional(layers.LSTM(1)),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
            layers.Dense(1),
        ],
        name="sentiment",
    )
    fill(model)
    return model


def keras_files():
    sentiment().save_weights(DATA / "sentiment.weights.h5")
    dense = layers.Dense(2, name="dense")
    trained = keras.Sequential([keras.Input((2,)), dense], name="trained")
    trained.compile("adam", "mse")
    trained.fit(np.ones((2, 2)), np.ones((2, 2)), verbose=0)
    fill(trained)
    trained.save(DATA / "trained.keras")
    trained.save(DATA / "legacy.h5")
    for dtype in ("bfloat16", "float16"):
        dense = layers.Dense(2, dtype=dtype, name="dense")
        model = keras.Sequential([keras.Input((2,)), dense], name="narrow")
        fill(model, 0.5)
        model.save_weights(DATA / f"{dtype}.weights.h5")


def types():
    with h5py.File(DATA / "types.h5", "w") as file:
        for name in "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64".split():
            kind = np.finfo if name.startswith("float") else np.iinfo
            file[name] = np.array([[0, 1, 2], [3, kind(name).min, kind(name).max]], name)
        file["bool"] = np.array([True, False, True])
        file["scalar"] = np.float32(2.5)
        file["empty"] = np.zeros((0, 3), "float32")
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple((2, 2))
        dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.NATIVE_INT16, space, compact)
        dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([[1, 2], [3, 4]], "int16"))
        attributes = file.create_group("attributes").attrs
        attributes["text"] = "t\u00e9xt"
        attributes["empty text"] = ""
        attributes["fixed"] = np.bytes_("fixed")
        attributes["fixed list"] = np.array([b"a", b"bcd", b""])
        attributes["list"] = ["one", "two", "three"]
        attributes["int"] = 7
        attributes["ints"] = np.array([1, -2, 3], "int16")
        attributes["float"] = 2.5
        attributes["bool"] = True
        for index in range(12):  # more than one block of the object header holds
            attributes[f"more {index}"] = "x" * 40 + str(index)


def refused():
    with h5py.File(DATA / "refused.h5", "w") as file:
        file["sound"] = np.arange(3, dtype="float32")
        file["links/soft/link"] = h5py.SoftLink("/sound")
        file["links/external/link"] = h5py.ExternalLink("other.h5", "/sound")
        file.create_group("links/ordered", track_order=True)
        loop = file.create_group("links/loop")
        loop["again"] = loop
        file.create_dataset("external", (3,), "f4", external=[("other.bin", 0, 12)])
        layout = h5py.VirtualLayout((3,), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "sound", shape=(3,))
        file.create_virtual_dataset("virtual", layout)
        file.create_dataset("chunked", data=np.arange(100.0), chunks=(30,), compression="gzip")
        file.create_dataset("never written", (3,), "f4")
        file["big endian"] = np.array([1, 2], ">f4")
        file["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
        file["strings"] = ["a", "b"]
        file["fixed strings"] = np.array([b"a", b"b"])
        file["reference"] = file["sound"].ref
        file["nothing"] = h5py.Empty("f4")
        file["complex"] = np.complex64(1)
        file["array"] = np.zeros(2, np.dtype(("f4", (2,)))).view("f4")
        file["named type"] = np.dtype("f4")
        file.create_dataset("of named type", data=np.ones(2, "f4"), dtype=file["named type"])
        file["opaque"] = np.zeros(2, "V3")
        file["sound"].attrs["compound"] = np.zeros(1, [("a", "f4")])
        file["sound"].attrs["nothing"] = h5py.Empty("f4")
    with h5py.File(DATA / "new_format.h5", "w", libver="latest") as file:
        file["a"] = np.float32(1)


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    keras_files()
    types()
    refused()
