"""Keras itself, with TensorFlow."""

import os
from pathlib import Path
from typing import Any

from bench.compare.models import MODELS, Model, keras_file
from bench.compare.peers import Batch, Pass, each

PACKAGES = ("keras", "tensorflow-cpu")


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    return ("predict_on_batch", "function", "xla")


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import keras
    import numpy as np
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = keras.saving.load_model(keras_file(folder, name))

    names = MODELS[name].inputs

    def arguments(batch: Batch) -> Any:
        given = [batch[of_input] for of_input in names]
        return given if len(given) > 1 else given[0]

    if setting == "predict_on_batch":
        model.compile(jit_compile=False)
        return each(lambda batch: np.asarray(model.predict_on_batch(arguments(batch))))

    # XLA compiles for each size anew; without it one function serves all sizes.
    tensors = [tf.TensorSpec((None, None), tf.int32) for _ in names]
    signature = None if setting == "xla" else [tensors if len(names) > 1 else tensors[0]]
    function = tf.function(model, input_signature=signature, jit_compile=setting == "xla")
    return each(
        lambda batch: function(tf.nest.map_structure(tf.constant, arguments(batch))).numpy()
    )
