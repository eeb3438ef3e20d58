"""Keras 3.15.1, set up so that two runs give the same bits. Import this before anything of Keras."""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import tensorflow as tf

KERAS_VERSION = "3.15.1"

if keras.__version__ != KERAS_VERSION:
    raise SystemExit(f"needs keras {KERAS_VERSION}, found {keras.__version__}")

tf.config.experimental.enable_op_determinism()
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.get_logger().setLevel("ERROR")


def start_afresh() -> None:
    """Forgets what Keras made so far, automatic names included; call before each file."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    keras.config.disable_traceback_filtering()  # errors keep their own words
