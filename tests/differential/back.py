#!/usr/bin/env python3
"""The other way for cases that are there: Domino saves them again, and Keras 3.15.1 judges.

    python back.py [--rules keras|intended] [--out FOLDER] [--program PROGRAM] [FILE_OR_FOLDER...]

Default: the corpus. Exits with 1 if Keras differs. `fuzz.py --back RULES` does it with new graphs.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True

from generating.back import BackRunner, judge

HERE = Path(__file__).parent
PROGRAM = HERE.parents[1] / "build/dev/tests/differential/domino_resave_cases"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", default="keras", choices=("keras", "intended"))
    parser.add_argument("--out", type=Path, default=Path("/tmp/domino_back"), help="for the files")
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("places", nargs="*", type=Path, default=[HERE / "corpus"])
    arguments = parser.parse_args()
    refused = BackRunner(arguments.program, arguments.rules, arguments.out).resave(arguments.places)
    differ: list[str] = []
    for name in (name for name, why in refused.items() if why is None):
        found = judge(arguments.out / f"{name}.keras")
        if found is not None:
            differ.append(name)
            print(f"{name}: {found[1]}", flush=True)
    for why, times in Counter(why[:200] for why in refused.values() if why is not None).most_common():
        print(f"refused {times}: {why}")
    print(f"{len(refused)} cases, {len(differ)} differ: {differ}")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
