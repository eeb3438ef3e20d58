"""Domino beside Keras: runs domino_run_cases on files, and survives its death."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Verdict:
    case: str
    differences: Sequence[Mapping[str, Any]]
    accidents: Mapping[str, int] = field(default_factory=dict)
    padding: Mapping[str, int] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        return {difference["kind"] for difference in self.differences}


@dataclass(frozen=True)
class Runner:
    program: Path
    device: str = "cpu"
    seconds: int = 120  # per case

    def run(self, files: Sequence[Path]) -> list[Verdict]:
        verdicts: list[Verdict] = []
        while len(verdicts) < len(files):
            verdicts += self._run_until_it_dies(files[len(verdicts) :])
        return verdicts

    def _run_until_it_dies(self, files: Sequence[Path]) -> Iterator[Verdict]:
        """At least one verdict; the last is the death, if there is one."""
        command = [str(self.program), self.device, *map(str, files)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=self.seconds + 5 * len(files))
            output, end = done.stdout, f"ended with {done.returncode}: {done.stderr[-2000:]}"
        except subprocess.TimeoutExpired as late:
            output, end = (late.stdout or b"").decode(), "took too long"
        records = [json.loads(line) for line in output.splitlines() if line.endswith("}")]
        found = [r for r in records if "case" in r]
        for record in found:
            yield Verdict(record["case"], record["differences"], record["accidents"], record["padding"])
        if len(found) < len(files):
            yield Verdict(files[len(found)].stem, [{"kind": "crash", "text": end, "batch": "", "output": -1}])
