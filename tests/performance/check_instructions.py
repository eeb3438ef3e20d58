#!/usr/bin/env python3
"""Counts the instructions of a batch under valgrind and compares them with the recorded ones.

    python3 check_instructions.py PROGRAM [--record]

One thread; valgrind shows programs a processor with AVX2 and without AVX-512. What a batch costs is the
difference between predicting it three times and once, so that building the model and the first batch, which
packs weights, do not count. Fails if a count has grown by more than 5 %; --record writes the counts anew.
Exits with 77 if there is no valgrind.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

RECORDED = Path(__file__).with_name("instructions.json")
GROWTH = 1.05


def instructions(program: str, work: str, times: int) -> int:
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    ran = subprocess.run([*command, program, work, str(times)], check=True, stderr=subprocess.PIPE, text=True)
    counted = re.search(r"I\s+refs:\s+([\d,]+)", ran.stderr)
    if counted is None:
        sys.exit(f"valgrind counted nothing:\n{ran.stderr}")
    return int(counted.group(1).replace(",", ""))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return 77
    counts = {}
    for work in ("lstm", "encoder"):
        once, thrice = (instructions(options.program, work, times) for times in (1, 3))
        counts[work] = (thrice - once) // 2
    if options.record:
        RECORDED.write_text(json.dumps(counts, indent=2) + "\n")
        return 0
    failed = False
    for work, recorded in json.loads(RECORDED.read_text()).items():
        grown = counts[work] / recorded
        print(f"{work}: {counts[work]} instructions, {grown:.3f} of the recorded {recorded}")
        failed = failed or grown > GROWTH
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
