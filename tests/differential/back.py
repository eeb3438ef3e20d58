#!/usr/bin/env python3
"""The other way: Keras 3.15.1 judges the files that Domino saves.

    python back.py [--rules keras|intended] [FILE_OR_FOLDER...]    cases that Domino saves again; default: the corpus
    python back.py --built [--commit]                              models that C++ code builds (built_models.cpp)

Also --out FOLDER for the files and --programs FOLDER. Prints how many cases were compared, refused, by
reason, and differ; exits with 1 if Keras differs, or a case is missing since the program ended. With
--commit the judged configurations become those that built_models_test.cpp expects.
`fuzz.py --back RULES` does it with new graphs.
"""

import argparse
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True

from generating.back import BackRunner, find_models, judge

HERE = Path(__file__).parent
PROGRAMS = HERE.parents[1] / "build/dev/tests/differential"
JUDGED = HERE / "built_models.json"


def judged(files: list[Path]) -> list[str]:
    """Has Keras judge; the names of those that it computes otherwise."""
    differ = []
    for file in files:
        found = judge(file)
        if found is not None:
            differ.append(file.stem)
            print(f"{file.stem}: {found[1]}", flush=True)
    return differ


def saved_again(arguments: argparse.Namespace) -> int:
    runner = BackRunner(arguments.programs / "domino_resave_cases", arguments.rules, arguments.out)
    refused = runner.resave(arguments.places)
    differ = judged([arguments.out / f"{name}.keras" for name, why in refused.items() if why is None])
    reasons = Counter(reason(why) for why in refused.values() if why is not None)
    missing = [file.stem for file in find_models(arguments.places) if file.stem not in refused]
    print(f"{len(refused)} cases under the {arguments.rules} rules")
    print(f"compared: {len(refused) - reasons.total()}")
    print(f"refused: {reasons.total()}")
    for why, times in reasons.most_common():
        print(f"  {times} {why}")
    print(f"differ: {len(differ)} {differ}")
    if missing:
        print(f"missing, as domino_resave_cases ended: {len(missing)} {missing[:9]}")
    return 1 if differ or missing else 0


def reason(why: str) -> str:
    """The sentence without the layer that it is about."""
    return why.rpartition("': ")[2] if "': " in why else why


def built(arguments: argparse.Namespace) -> int:
    subprocess.run([arguments.programs / "domino_save_built_models", arguments.out], check=True)
    files = find_models([arguments.out])
    differ = judged(files)
    print(f"compared: {len(files)}")
    print(f"differ: {len(differ)} {differ}")
    if arguments.commit and not differ:
        texts = [f"{json.dumps(file.stem)}: {json.dumps(config(file))}" for file in files]
        JUDGED.write_text("{\n" + ",\n".join(texts) + "\n}\n")
    return 1 if differ else 0


def config(file: Path) -> object:
    with zipfile.ZipFile(file) as archive:
        return json.loads(archive.read("config.json"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", default="keras", choices=("keras", "intended"))
    parser.add_argument("--built", action="store_true", help="models that C++ code builds")
    parser.add_argument("--commit", action="store_true", help=f"with --built: writes {JUDGED.name}")
    parser.add_argument("--out", type=Path, help="for the files")
    parser.add_argument("--programs", type=Path, default=PROGRAMS)
    parser.add_argument("places", nargs="*", type=Path, default=[HERE / "corpus"])
    arguments = parser.parse_args()
    arguments.out = arguments.out or Path("/tmp/domino_built" if arguments.built else "/tmp/domino_back")
    return built(arguments) if arguments.built else saved_again(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
