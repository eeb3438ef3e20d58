"""Runs a workload: checks that all give the same, chooses each peer's best setting, times in turn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from bench.compare.entrants import DOMINO, Bench, Entrant, WorkerError, settings_of
from bench.compare.models import MODELS
from bench.compare.peers import Outputs
from bench.compare.sentences import Case
from bench.compare.workloads import Workload

TOLERANCE = 1e-4
REFERENCE = "keras"

Expected = dict[str, Outputs]  # by case


@dataclass
class CaseResult:
    valid_steps: int
    steps: int
    seconds: dict[str, list[float]] = field(default_factory=dict)  # by peer, a pass each
    settings: dict[str, str] = field(default_factory=dict)


def write_case(case: Case, model: str, file: Path) -> None:
    tensors = {}
    for number, words in enumerate(case.batches):
        positions = np.broadcast_to(np.arange(words.shape[1], dtype=np.int32), words.shape)
        for name, value in (("words", words), ("positions", positions)):
            if name in MODELS[model].inputs:
                tensors[f"{number:04}.{name}"] = np.ascontiguousarray(value)
    save_file(tensors, file)


def difference(a: Outputs, b: Outputs) -> float:
    """The largest; NaN where one has a NaN."""
    return max(float(np.abs(x - y).max()) for x, y in zip(a, b, strict=True))


class Contest:
    """One workload with its processes."""

    def __init__(self, bench: Bench, workload: Workload, cases: list[Case]) -> None:
        self.bench = bench
        self.workload = workload
        self.cases = cases
        self.troubles: list[str] = []
        self.entrants: list[Entrant] = []
        for case in cases:
            write_case(case, workload.model, self.file(case))

    def file(self, case: Case) -> Path:
        return self.bench.folder / f"case-{self.cases.index(case)}.safetensors"

    def run(self, peers: Sequence[str], trials: int, rounds: int) -> dict[str, CaseResult]:
        with self.started(peers):
            self.check()
            best = {case.name: self.choose(case, trials) for case in self.cases}
            return self.time(best, rounds)

    @contextmanager
    def started(self, peers: Sequence[str]) -> Iterator[None]:
        try:
            for peer in peers:
                for setting in self.settings_of(peer):
                    self.entrants.append(Entrant(self.bench, peer, self.workload.model, setting))
            yield
        finally:
            for entrant in self.entrants:
                entrant.close()

    def settings_of(self, peer: str) -> tuple[str, ...]:
        return settings_of(self.bench, peer, self.workload.model, self.workload.one_at_a_time)

    def expected(self) -> Expected:
        """What Keras gives, in the setting that needs no time to compile for a size."""
        keras = Entrant(self.bench, REFERENCE, self.workload.model, "function")
        try:
            return {case.name: self.outputs(keras, case) for case in self.cases}
        finally:
            keras.close()

    def outputs(self, entrant: Entrant, case: Case) -> Outputs:
        entrant.read(case.name, self.file(case))
        return entrant.outputs(case.name, self.bench.folder / "outputs.safetensors")

    def check(self) -> None:
        """Leaves out, and tells of, who does not run or gives other outputs than Keras; never Domino."""
        expected = self.expected()
        agreeing = []
        for entrant in self.entrants:
            try:
                self.check_one(entrant, expected)
                agreeing.append(entrant)
            except WorkerError as error:
                if entrant.peer == DOMINO:
                    raise
                self.troubles.append(str(error))
                entrant.close()
        self.entrants = agreeing

    def check_one(self, entrant: Entrant, expected: Expected) -> None:
        for case in self.cases:
            largest = difference(self.outputs(entrant, case), expected[case.name])
            if not largest <= TOLERANCE:
                raise WorkerError(
                    f"{entrant.peer} ({entrant.setting}) differs from Keras by {largest:.2g}"
                    f" in '{case.name}'"
                )
        entrant.settle()

    def choose(self, case: Case, trials: int) -> list[Entrant]:
        """Each peer by the setting that is fastest in a few passes."""
        fastest: dict[str, tuple[float, Entrant]] = {}
        for entrant in self.entrants:
            seconds = min(entrant.go(case.name) for _ in range(trials))
            if entrant.peer not in fastest or seconds < fastest[entrant.peer][0]:
                fastest[entrant.peer] = (seconds, entrant)
        return [entrant for _, entrant in fastest.values()]

    def time(self, entrants: dict[str, list[Entrant]], rounds: int) -> dict[str, CaseResult]:
        """All cases and peers in turn, so that what else the machine does falls on all alike."""
        results = {case.name: CaseResult(case.valid_steps, case.steps) for case in self.cases}
        for name, result in results.items():
            result.settings = {entrant.peer: entrant.setting for entrant in entrants[name]}
            result.seconds = {entrant.peer: [] for entrant in entrants[name]}
        for _ in range(rounds):
            for name, result in results.items():
                for entrant in entrants[name]:
                    result.seconds[entrant.peer].append(entrant.go(name))
        return results
