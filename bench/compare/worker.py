"""A process that holds one model in one library.

    python -m bench.compare.worker PEER MODEL SETTING FOLDER THREADS

It answers the commands of ../passes.cpp: `case NAME FILE`, `outputs NAME FILE` and `go NAME`.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from bench.compare.peers import Batch, Pass, load_peer

# What a library prints belongs to no answer.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def read_batches(file: str) -> list[Batch]:
    batches: dict[str, Batch] = {}
    for name, value in sorted(load_file(file).items()):
        number, _, of_input = name.partition(".")
        batches.setdefault(number, {})[of_input] = value
    return list(batches.values())


class Worker:
    def __init__(self, run: Pass) -> None:
        self.run = run
        self.cases: dict[str, list[Batch]] = {}

    def answer(self, command: str, name: str, file: str = "") -> str:
        if command == "case":
            self.cases[name] = read_batches(file)
        elif command == "outputs":
            outputs = self.run(self.cases[name])
            save_file({f"{i:04}": np.ascontiguousarray(y) for i, y in enumerate(outputs)}, file)
        elif command == "go":
            start = time.perf_counter()
            self.run(self.cases[name])
            return str(time.perf_counter() - start)
        return "ok"


def main() -> None:
    peer, model, setting, folder, threads = sys.argv[1:]
    worker = Worker(load_peer(peer).open_model(Path(folder), model, setting, int(threads)))
    for line in sys.stdin:
        print(worker.answer(*line.split()), file=answers)


if __name__ == "__main__":
    main()
