"""ONNX Runtime, on a graph of its own operators."""

from pathlib import Path

from bench.compare.models import MODELS, Model, weights_file
from bench.compare.peers import Batch, Pass, each, lengths_of

PACKAGES = ("onnxruntime", "onnx")


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    return ("spinning", "sleeping")


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    import onnxruntime
    from safetensors.numpy import load_file

    from bench.compare.peers import onnx_graphs

    graph = onnx_graphs.make_model(MODELS[name], load_file(weights_file(folder, name)))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry(
        "session.intra_op.allow_spinning", "1" if setting == "spinning" else "0"
    )
    # While others are timed nobody may spin.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = {node.name for node in session.get_inputs()}

    def inputs(batch: Batch) -> dict:
        given = {"words": batch["words"], "lengths": lengths_of(batch["words"])}
        return {key: value for key, value in given.items() if key in names}

    return each(lambda batch: session.run(None, inputs(batch))[0])
