#!/usr/bin/env python3
"""Times how a large .keras file is opened, by Keras and by Domino in turn, each in a process of its own.

    pip install keras==3.15.1 tensorflow-cpu
    cmake --build --preset release --target domino_bench
    python bench/load_model.py [--rounds N] [--program build/release/bench/domino_bench_load] [--megabytes N]

Prints the medians, their ratio, and by how much Domino's memory grew, as JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

KERAS = """
import os, sys, time
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import keras
"""
MAKE = """
ids = keras.Input((None,), dtype="int32")
x = keras.layers.Embedding(int(sys.argv[2]) * 256, 512, mask_zero=True)(ids)
for _ in range(4):
    x = keras.layers.LSTM(512, return_sequences=True)(x)
keras.Model(ids, keras.layers.GlobalAveragePooling1D()(x)).save(sys.argv[1])
"""
LOAD = """
start = time.perf_counter()
keras.saving.load_model(sys.argv[1])
print(time.perf_counter() - start)
"""


def run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def keras(script: str, *arguments: str) -> str:
    return run(sys.executable, "-c", KERAS + script, *arguments)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--program", default="build/release/bench/domino_bench_load")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "model.keras")
        # Four LSTM layers take about 34 MB.
        keras(MAKE, file, str(max(1, 2 * (options.megabytes - 34))))
        times: dict[str, list[float]] = {"keras": [], "domino": []}
        grown = []
        for _ in range(options.rounds):
            times["keras"].append(float(keras(LOAD, file).split()[-1]))
            measured = json.loads(run(options.program, file))
            times["domino"].append(measured["load_s"])
            grown.append(measured["grown_bytes"])
        medians = {who: statistics.median(seconds) for who, seconds in times.items()}
        size = os.path.getsize(file)
        result = {
            "file_bytes": size,
            "median_s": medians,
            "keras_over_domino": medians["keras"] / medians["domino"],
            "grown_over_file": max(grown) / size,
        }
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
