#!/usr/bin/env python3
"""Makes random models with Keras 3.15.1, has Domino run the saved files, and compares outputs and masks.

    python fuzz.py [--seed N] [--count N] [--out FOLDER] [--runner PROGRAM] [--device NAME]
                   [--shrink FOLDER] [--corpus FOLDER] [--steps NAME,NAME...] [--back RULES]

README.md says more. Graph N is the same one until a step is added, so `--seed N --count 1` repeats it.
Exits with 1 if Domino differs.
"""

import argparse
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True

import generating  # noqa: E402  (sets Keras up)
from generating.back import BackRunner
from generating.batches import random_batches
from generating.builder import Unfit
from generating.counters import Counters, registered_layers
from generating.graphs import FAILURES, random_graph
from generating.recorded_case import Discarded, Recorded, agrees_in_float64, record
from generating.runner import Runner, Verdict
from generating.shrink import Graph, describe, shrink

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "build/dev/tests/differential/domino_run_cases"
CHUNK = 25  # graphs per process of the runner
CORPUS_BYTES = 16_000  # a case of the corpus is no larger


@dataclass
class Case:
    seed: int
    graph: Graph
    recorded: Recorded
    file: Path


class Fuzzer:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.runner: Runner | BackRunner = Runner(arguments.runner, arguments.device)
        if arguments.back:
            program = arguments.runner.with_name("domino_resave_cases")
            self.runner = BackRunner(program, arguments.back, arguments.out / "saved_by_domino")
        self.out: Path = arguments.out
        self.shrunk: Path | None = arguments.shrink
        self.corpus: Path | None = arguments.corpus
        self.steps: list[str] | None = arguments.steps.split(",") if arguments.steps else None
        self.counters = Counters()
        self.discarded: Counter[str] = Counter()
        self.ill_conditioned: list[int] = []
        self.load_otherwise: list[int] = []
        self.differences: list[int] = []
        self.compared = 0

    def run(self, seeds: Sequence[int]) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        for first in range(0, len(seeds), CHUNK):
            cases = [c for c in map(self._make, seeds[first : first + CHUNK]) if c is not None]
            for case, verdict in zip(cases, self.runner.run([c.file for c in cases]), strict=True):
                self._judge(case, verdict)
            print(f"{first + CHUNK}: {self.compared} compared, {len(self.differences)} differ", flush=True)

    def _make(self, seed: int) -> Case | None:
        generating.start_afresh()
        file = self.out / f"graph_{seed}.keras"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                plan = random_graph(seed, self.steps)
            batches = random_batches(plan.inputs, plan.steps, plan.square, seed)
            recorded = record(plan, batches, file, f"graph {seed}")
        except (Discarded, Unfit) as error:
            self.discarded[str(error)[:160]] += 1
            return None
        return Case(seed, Graph(plan, batches), recorded, file)

    def _judge(self, case: Case, verdict: Verdict) -> None:
        self.compared += 1
        if case.recorded.loads_otherwise:
            self.load_otherwise.append(case.seed)
        kinds = verdict.kinds
        if kinds == {"values"} and not agrees_in_float64(case.file, case.recorded.batches):
            self.ill_conditioned.append(case.seed)
            kinds = set()
        if kinds:
            self._report(case, verdict)
            return
        batches = [batch for batch, _ in case.recorded.batches]
        self.counters.graph(case.graph.plan, batches, verdict.accidents)
        if self.corpus is not None:
            self._keep(case)
        remove(case.file)

    def _report(self, case: Case, verdict: Verdict) -> None:
        self.differences.append(case.seed)
        print(f"graph {case.seed} differs:")
        for difference in verdict.differences[:6]:
            print(f"  {difference['kind']} {difference['batch']}/{difference['output']}: {difference['text'][:600]}")
        if self.shrunk is not None:
            self._shrink(case, verdict)

    def _shrink(self, case: Case, verdict: Verdict) -> None:
        self.shrunk.mkdir(parents=True, exist_ok=True)
        trial = self.out / "trial.keras"

        def differs(graph: Graph) -> bool:
            """In one of the same ways, and not by rounding."""
            try:
                recorded = record(graph.plan, graph.batches, trial, f"graph {case.seed}", twice=False)
            except Exception:
                return False
            same = self.runner.run([trial])[0].kinds & verdict.kinds
            return bool(same) and (same != {"values"} or agrees_in_float64(trial, recorded.batches))

        if not differs(case.graph):
            print("  but not when made again")
            return
        graph = shrink(case.graph, differs)
        final = self.shrunk / f"graph_{case.seed}.keras"
        record(graph.plan, graph.batches, final, f"graph {case.seed}")
        print(f"  shrunk to {final}:")
        print("    " + describe(graph.plan).replace("\n", "\n    "))
        for difference in self.runner.run([final])[0].differences[:4]:
            print(f"    {difference['kind']}: {difference['text'][:600]}")
        remove(trial)

    def _keep(self, case: Case) -> None:
        """Into the corpus, unless it is large or depends on rounding."""
        size = sum(f.stat().st_size for f in (case.file, tensors_of(case.file)))
        if size <= CORPUS_BYTES and agrees_in_float64(case.file, case.recorded.batches):
            self.corpus.mkdir(parents=True, exist_ok=True)
            for file in (case.file, tensors_of(case.file)):
                (self.corpus / file.name).write_bytes(file.read_bytes())

    def report(self) -> None:
        print(self.counters.report())
        print("taken back because Keras refused:", dict(sorted(FAILURES.items())))
        print(f"discarded, as Keras cannot: {sum(self.discarded.values())}")
        for reason, times in self.discarded.most_common(8):
            print(f"  {times} {reason}")
        print(f"{self.compared} graphs compared")
        print(f"ill-conditioned (float32 and float64 differ): {len(self.ill_conditioned)} {self.ill_conditioned}")
        print(f"Keras itself loads otherwise: {len(self.load_otherwise)} {self.load_otherwise}")
        print(f"Domino differs: {len(self.differences)} {self.differences}")
        for line in self.counters.rare(registered_layers()):
            print("rare:", line)


def tensors_of(file: Path) -> Path:
    return file.with_suffix(".safetensors")


def remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    tensors_of(file).unlink(missing_ok=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of the first graph")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("/tmp/domino_fuzz"), help="for files; differing ones stay")
    parser.add_argument("--runner", type=Path, default=PROGRAM)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shrink", type=Path, help="where to write shrunk cases")
    parser.add_argument("--corpus", type=Path, help="where to keep small cases that agree")
    parser.add_argument("--steps", help="make graphs of these steps alone, as in generating/layer_steps.py")
    parser.add_argument("--back", choices=("keras", "intended"), help="Domino saves under these rules, Keras judges")
    arguments = parser.parse_args()
    fuzzer = Fuzzer(arguments)
    start = time.time()
    for number in (signal.SIGINT, signal.SIGTERM):  # stopped early, it still reports
        signal.signal(number, signal.default_int_handler)
    try:
        fuzzer.run(range(arguments.seed, arguments.seed + arguments.count))
    except KeyboardInterrupt:
        print("stopped")
    fuzzer.report()
    print(f"{time.time() - start:.0f} s")
    return 1 if fuzzer.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
