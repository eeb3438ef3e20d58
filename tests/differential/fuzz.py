#!/usr/bin/env python3
"""Makes random models with Keras 3.15.1, has Domino run the saved files, and compares outputs and masks.

    python fuzz.py [--seed N] [--count N] [--out FOLDER] [--runner PROGRAM] [--device NAME]
                   [--shrink FOLDER] [--corpus FOLDER] [--steps NAME,NAME...] [--back RULES] [--jobs N]

README.md says more. Graph N is the same one until a step is added, so `--seed N --count 1` repeats it.
Exits with 1 if Domino differs.
"""

import argparse
import multiprocessing
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
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


@dataclass
class Findings:
    counters: Counters = field(default_factory=Counters)
    taken_back: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)
    ill_conditioned: list[int] = field(default_factory=list)
    load_otherwise: list[int] = field(default_factory=list)
    differences: list[int] = field(default_factory=list)
    compared: int = 0

    def merge(self, other: "Findings") -> None:
        self.counters.merge(other.counters)
        self.taken_back += other.taken_back
        self.discarded += other.discarded
        self.ill_conditioned += other.ill_conditioned
        self.load_otherwise += other.load_otherwise
        self.differences += other.differences
        self.compared += other.compared

    def report(self) -> None:
        print(self.counters.report())
        print("taken back because Keras refused:", dict(sorted(self.taken_back.items())))
        print(f"discarded, as Keras cannot: {sum(self.discarded.values())}")
        for reason, times in self.discarded.most_common(8):
            print(f"  {times} {reason}")
        print(f"{self.compared} graphs compared")
        print(f"ill-conditioned (float32 and float64 differ): {len(self.ill_conditioned)} {self.ill_conditioned}")
        print(f"Keras itself loads otherwise: {len(self.load_otherwise)} {self.load_otherwise}")
        print(f"Domino differs: {len(self.differences)} {self.differences}")
        for line in self.counters.rare(registered_layers()):
            print("rare:", line)


class Fuzzer:
    """Makes, runs and judges graphs; one per process."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.runner: Runner | BackRunner = Runner(arguments.runner, arguments.device)
        if arguments.back:
            program = arguments.runner.with_name("domino_resave_cases")
            self.runner = BackRunner(program, arguments.back, arguments.out / "saved_by_domino")
        self.out: Path = arguments.out
        self.shrunk: Path | None = arguments.shrink
        self.corpus: Path | None = arguments.corpus
        self.steps: list[str] | None = arguments.steps.split(",") if arguments.steps else None
        self.found = Findings()

    def run(self, seeds: Sequence[int]) -> Findings:
        self.out.mkdir(parents=True, exist_ok=True)
        FAILURES.clear()
        cases = [c for c in map(self._make, seeds) if c is not None]
        for case, verdict in zip(cases, self.runner.run([c.recorded.file for c in cases]), strict=True):
            self._judge(case, verdict)
        self.found.taken_back.update(FAILURES)
        return self.found

    def _make(self, seed: int) -> Case | None:
        generating.start_afresh()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                plan = random_graph(seed, self.steps)
            batches = random_batches(plan.inputs, plan.steps, plan.square, seed)
            recorded = record(plan, batches, self.out / f"graph_{seed}", f"graph {seed}")
        except (Discarded, Unfit) as error:
            self.found.discarded[str(error)[:160]] += 1
            return None
        return Case(seed, Graph(plan, batches), recorded)

    def _judge(self, case: Case, verdict: Verdict) -> None:
        self.found.compared += 1
        file, runs = case.recorded.file, case.recorded.batches
        if case.recorded.loads_otherwise:
            self.found.load_otherwise.append(case.seed)
        kinds = verdict.kinds
        if kinds == {"values"} and not agrees_in_float64(file, runs):
            self.found.ill_conditioned.append(case.seed)
            kinds = set()
        if kinds:
            self._report(case, verdict)
            return
        self.found.counters.graph(case.graph.plan, [batch for batch, _ in runs], verdict)
        if self.corpus is not None:
            self._keep(case)
        remove(file)

    def _report(self, case: Case, verdict: Verdict) -> None:
        self.found.differences.append(case.seed)
        print(f"graph {case.seed} differs:")
        for difference in verdict.differences[:6]:
            print(f"  {difference['kind']} {difference['batch']}/{difference['output']}: {difference['text'][:600]}")
        if self.shrunk is not None:
            self._shrink(case, verdict)

    def _shrink(self, case: Case, verdict: Verdict) -> None:
        self.shrunk.mkdir(parents=True, exist_ok=True)
        trial = self.out / f"trial_{case.seed}"

        def differs(graph: Graph) -> bool:
            """In one of the same ways, and not by rounding."""
            try:
                recorded = record(graph.plan, graph.batches, trial, f"graph {case.seed}", twice=False)
            except Exception:
                return False
            same = self.runner.run([recorded.file])[0].kinds & verdict.kinds
            return bool(same) and (same != {"values"} or agrees_in_float64(recorded.file, recorded.batches))

        if not differs(case.graph):
            print("  but not when made again")
            return
        graph = shrink(case.graph, differs)
        # Not twice: an .h5 that Keras reads otherwise than it wrote it shall be seen, too.
        path = self.shrunk / f"graph_{case.seed}"
        final = record(graph.plan, graph.batches, path, f"graph {case.seed}", twice=False).file
        print(f"  shrunk to {final}:")
        print("    " + describe(graph.plan).replace("\n", "\n    "))
        for difference in self.runner.run([final])[0].differences[:4]:
            print(f"    {difference['kind']}: {difference['text'][:600]}")
        remove(trial.with_suffix(graph.plan.suffix))

    def _keep(self, case: Case) -> None:
        """Into the corpus, unless it is large or depends on rounding."""
        files = (case.recorded.file, tensors_of(case.recorded.file))
        small = sum(f.stat().st_size for f in files) <= CORPUS_BYTES
        if small and agrees_in_float64(case.recorded.file, case.recorded.batches):
            self.corpus.mkdir(parents=True, exist_ok=True)
            for file in files:
                (self.corpus / file.name).write_bytes(file.read_bytes())


def tensors_of(file: Path) -> Path:
    return file.with_suffix(".safetensors")


def remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    tensors_of(file).unlink(missing_ok=True)


def run_chunk(arguments: argparse.Namespace, seeds: Sequence[int]) -> Findings:
    return Fuzzer(arguments).run(seeds)


def run_all(arguments: argparse.Namespace, found: Findings) -> None:
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    chunks = [seeds[first : first + CHUNK] for first in range(0, len(seeds), CHUNK)]
    # Keras is not to be forked.
    with ProcessPoolExecutor(arguments.jobs, multiprocessing.get_context("spawn")) as pool:
        for part in pool.map(partial(run_chunk, arguments), chunks):
            found.merge(part)
            print(f"{found.compared} compared, {len(found.differences)} differ", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0, help="of the first graph")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("/tmp/domino_fuzz"), help="for files; differing ones stay")
    parser.add_argument("--runner", type=Path, default=PROGRAM)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--shrink", type=Path, help="where to write shrunk cases")
    parser.add_argument("--corpus", type=Path, help="where to keep small cases that agree")
    parser.add_argument("--steps", help="make graphs of these steps alone, as in generating/layer_steps.py")
    parser.add_argument("--back", choices=("keras", "intended"), help="Domino saves under these rules, Keras judges")
    arguments = parser.parse_args()
    found = Findings()
    start = time.time()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stopped early, it still reports
    try:
        run_all(arguments, found)
    except KeyboardInterrupt:
        print("stopped")
    found.report()
    print(f"{time.time() - start:.0f} s")
    return 1 if found.differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
