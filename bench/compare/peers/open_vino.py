"""OpenVINO, on graphs made with its own operators."""

from pathlib import Path

import numpy as np

from bench.compare.models import MODELS, Model, Rnn, weights_file
from bench.compare.peers import Batch, Outputs, Pass, each, lengths_of

PACKAGES = ("openvino",)


def settings(model: Model, one_at_a_time: bool) -> tuple[str, ...]:
    """For what OpenVINO is told to tune itself."""
    return ("latency",) if one_at_a_time else ("latency", "throughput")


def open_model(folder: Path, name: str, setting: str, threads: int) -> Pass:
    import openvino
    from safetensors.numpy import load_file

    from bench.compare.peers import openvino_graphs

    spec = MODELS[name]
    weights = load_file(weights_file(folder, name))
    options = {
        "PERFORMANCE_HINT": setting.upper(),
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = openvino.compile_model(openvino_graphs.make_model(spec, weights), "CPU", options)

    def inputs(batch: Batch) -> list[np.ndarray]:
        words = batch["words"]
        return [words, lengths_of(words)] if isinstance(spec, Rnn) else [words]

    if setting == "latency":
        request = compiled.create_infer_request()
        return each(lambda batch: request.infer(inputs(batch))[0])

    queue = openvino.AsyncInferQueue(compiled)

    def run(batches: list[Batch]) -> Outputs:
        outputs: dict[int, np.ndarray] = {}
        queue.set_callback(
            lambda request, number: outputs.update(
                {number: request.get_output_tensor(0).data.copy()}
            )
        )
        for number, batch in enumerate(batches):
            queue.start_async(inputs(batch), number)
        queue.wait_all()
        return [outputs[number] for number in range(len(batches))]

    return run
