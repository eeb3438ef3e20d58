"""The processes that are timed: each holds one model in one library, by one setting."""

import importlib.metadata
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors.numpy import load_file

from bench.compare.machine import cpu_seconds
from bench.compare.models import MODELS, keras_file
from bench.compare.peers import Outputs, load_peer

DOMINO = "domino"
ROOT = Path(__file__).parents[2]


class WorkerError(Exception):
    """A process has ended or has not become idle."""


@dataclass(frozen=True)
class Bench:
    """Where files lie, and with how many threads all compute."""

    folder: Path
    program: Path
    threads: int
    device: str = "cpu"  # of Domino; the peers are those for it


class Entrant:
    """Talks to one process; `go` is what is timed."""

    def __init__(self, bench: Bench, peer: str, model: str, setting: str) -> None:
        self.peer = peer
        self.setting = setting
        self._log = bench.folder / f"{peer}-{setting}-{model}.log"
        self._process = subprocess.Popen(
            command(bench, peer, model, setting),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log.open("w"),
            text=True,
            cwd=ROOT,
            # OpenMP of Intel has its threads spin for 200 ms after each pass.
            env=os.environ | {"OMP_NUM_THREADS": str(bench.threads), "KMP_BLOCKTIME": "1"},
        )

    def _ask(self, *words: str) -> str:
        """None of the words may hold a space."""
        assert self._process.stdin and self._process.stdout
        try:
            print(*words, file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline().strip()
        except BrokenPipeError:
            answer = ""
        if not answer:
            lines = self._log.read_text().splitlines() or ["it says nothing"]
            raise WorkerError(f"{self.peer} ({self.setting}) has ended: {lines[-1]}")
        return answer

    def read(self, case: str, file: Path) -> None:
        self._ask("case", case, str(file))

    def outputs(self, case: str, file: Path) -> Outputs:
        """Computes a pass; kernels and functions that are made for its sizes are ready then."""
        self._ask("outputs", case, str(file))
        return [value for _, value in sorted(load_file(file).items())]

    def go(self, case: str) -> float:
        """The seconds of one pass. When it returns the process is idle."""
        seconds = float(self._ask("go", case))
        self.settle()
        return seconds

    def settle(self, patience: float = 2.0) -> None:
        """Waits until the threads of the process have ceased to spin."""
        end = time.monotonic() + patience
        used = cpu_seconds(self._process.pid)
        while time.monotonic() < end:
            time.sleep(0.03)
            before, used = used, cpu_seconds(self._process.pid)
            if used == before:
                return
        raise WorkerError(f"{self.peer} ({self.setting}) is busy while it waits")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def command(bench: Bench, peer: str, model: str, setting: str) -> list[str]:
    if peer == DOMINO:
        file = keras_file(bench.folder, model)
        return [str(bench.program), str(file), str(bench.threads), setting]
    worker = [sys.executable, "-m", "bench.compare.worker", peer, model, setting]
    return [*worker, str(bench.folder), str(bench.threads)]


def missing_packages(peer: str) -> list[str]:
    """What a peer needs from PyPI and is not installed."""

    def is_missing(package: str) -> bool:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            return True
        return False

    return [] if peer == DOMINO else list(filter(is_missing, load_peer(peer).PACKAGES))


def versions(peers: Sequence[str]) -> dict[str, str]:
    packages = [package for peer in peers if peer != DOMINO for package in load_peer(peer).PACKAGES]
    return {package: importlib.metadata.version(package) for package in packages}


def settings_of(bench: Bench, peer: str, model: str, one_at_a_time: bool) -> tuple[str, ...]:
    if peer == DOMINO:
        return (bench.device,)
    return load_peer(peer).settings(MODELS[model], one_at_a_time)
