"""Times Domino beside other libraries, in turn, on the same models and sentences.

    pip install -r bench/requirements.txt
    cmake --preset release && cmake --build --preset release --target domino_bench
    python -m bench.compare [--workloads lstm gru] [--peers keras pytorch] [--rounds N] [--write-docs]

Prints ratios of medians; --output keeps every time as JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.compare import machine, report
from bench.compare.contest import Contest
from bench.compare.entrants import DOMINO, ROOT, Bench, missing_packages, versions
from bench.compare.models import MODELS
from bench.compare.peers import NAMES, PEERS
from bench.compare.sentences import Ids, read_sentences
from bench.compare.workloads import WORKLOADS, Workload

MOST_BUSY = 0.05


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.compare", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    add("--device", choices=PEERS, default="cpu", help="of Domino, and of the peers beside it")
    add("--peers", nargs="*", choices=NAMES, help="beside Domino")
    add("--rounds", type=int, default=15, help="passes of each that are timed in turn")
    add("--trials", type=int, default=2, help="passes by which each peer's setting is chosen")
    add("--batches", type=int, help="compute only so many batches in a pass")
    add("--threads", type=int, default=2, help="of every library")
    add("--program", type=Path, default=ROOT / "build/release/bench/domino_bench_passes")
    add("--output", type=Path, help="write all times here, as JSON")
    add("--write-docs", action="store_true", help="write docs/performance.md and its plots")
    add("--from", dest="sources", nargs="+", type=Path, help="measure nothing, report such files")
    add("--busy", action="store_true", help="measure even if the machine has other work")
    options = parser.parse_args()
    options.peers = [
        peer for peer in PEERS[options.device] if options.peers is None or peer in options.peers
    ]
    return options


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def peers_of(workload: Workload, peers: list[str]) -> list[str]:
    return [DOMINO, *(p for p in peers if workload.only is None or p in workload.only)]


def measure_one(bench: Bench, name: str, peers: list[str], words: list[Ids], options) -> dict:
    workload = WORKLOADS[name]
    say(f"{name} ...")
    cases = workload.make_cases(words, options.batches or workload.batches)
    contest = Contest(bench, workload, cases)
    results = contest.run(peers_of(workload, peers), options.trials, options.rounds)
    for trouble in contest.troubles:
        say(f"  left out: {trouble}")
    return {
        "against": workload.against,
        "left_out": contest.troubles,
        "busy_after": round(machine.busy_share(), 3),
        "cases": {case: asdict(result) for case, result in results.items()},
    }


def measure_card(device: str) -> dict | None:
    """What the GPU can do, if there is one to measure; ends without the one that is asked for."""
    if device == "cpu":
        return None
    name = machine.gpu()
    if name is None:
        raise SystemExit(f"--device {device}: no CUDA device")
    ask = [sys.executable, "-m", "bench.compare.card"]
    answer = subprocess.run(ask, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return {"name": name} | json.loads(answer)


def measure(options: argparse.Namespace) -> dict:
    card = measure_card(options.device)
    missing = {peer: missing_packages(peer) for peer in options.peers}
    peers = [peer for peer in options.peers if not missing[peer]]
    skipped = [f"{NAMES[p]} (not installed: {', '.join(m)})" for p, m in missing.items() if m]
    for line in skipped:
        say(f"skipped: {line}")
    busy = machine.busy_share()
    if busy > MOST_BUSY and not options.busy:
        raise SystemExit(
            f"the cores are {busy:.0%} busy with other work; --busy measures all the same"
        )
    words = read_sentences()
    result = {
        "machine": machine.describe(),
        "card": card,
        "busy_before": round(busy, 3),
        "threads": options.threads,
        "versions": versions(peers),
        "skipped": skipped,
        "workloads": {},
    }
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.program, options.threads, options.device)
        models = sorted(
            {WORKLOADS[name].model for name in options.workloads}, key=list(MODELS).index
        )
        make = [sys.executable, "-m", "bench.compare.make_models", folder, *models]
        subprocess.run(make, check=True, cwd=ROOT)
        for name in options.workloads:
            result["workloads"][name] = measure_one(bench, name, peers, words, options)
            if options.output:
                options.output.write_text(json.dumps(result, indent=1) + "\n")
    return result


def joined(results: list[dict]) -> dict:
    """The workloads of all, in order, if they were measured alike."""
    first = results[0]
    for key in ("machine", "card", "threads", "versions", "skipped"):
        if any(result[key] != first[key] for result in results):
            raise SystemExit(f"--from: the files differ in {key}")
    workloads = {name: w for result in results for name, w in result["workloads"].items()}
    return first | {
        "busy_before": max(result["busy_before"] for result in results),
        "workloads": {name: workloads[name] for name in WORKLOADS if name in workloads},
    }


def write_docs(result: dict, docs: Path) -> None:
    from bench.compare import plots  # matplotlib is needed for nothing else

    drawn = plots.write(result, docs / "performance")
    (docs / "performance" / "results.json").write_text(json.dumps(result) + "\n")
    (docs / "performance.md").write_text(report.page(result, drawn))


def main() -> None:
    options = parse()
    if options.sources:
        result = joined([json.loads(source.read_text()) for source in options.sources])
    else:
        result = measure(options)
    print(report.markdown(result))
    if options.write_docs:
        write_docs(result, ROOT / "docs")


if __name__ == "__main__":
    main()
