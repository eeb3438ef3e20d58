"""Results as Markdown: ratios only, with the machine named."""

import statistics

from bench.compare.entrants import DOMINO
from bench.compare.models import MODELS
from bench.compare.peers import NAMES
from bench.compare.workloads import WORKLOADS

LIBRARIES = {DOMINO: "Domino"} | NAMES


def ratio(case: dict, peer: str) -> float:
    """How many times as long as Domino a peer takes."""
    seconds = case["seconds"]
    return statistics.median(seconds[peer]) / statistics.median(seconds[DOMINO])


def spread(case: dict, peer: str) -> tuple[float, float]:
    """The middle half of the ratios of single rounds."""
    rounds = [a / b for a, b in zip(case["seconds"][peer], case["seconds"][DOMINO], strict=True)]
    if len(rounds) < 2:
        return rounds[0], rounds[0]
    low, _, high = statistics.quantiles(rounds, n=4, method="inclusive")
    return low, high


def seconds_per_word(case: dict, peer: str) -> float:
    return statistics.median(case["seconds"][peer]) / case["valid_steps"]


def libraries_in(workload: dict) -> list[str]:
    cases = workload["cases"].values()
    return [name for name in LIBRARIES if all(name in case["seconds"] for case in cases)]


def table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fill(case: dict) -> str:
    return f"{case['valid_steps'] / case['steps']:.0%}"


def beside_domino(workload: dict) -> str:
    peers = [peer for peer in libraries_in(workload) if peer != DOMINO]
    rows = [["sentences", "words", *(NAMES[peer] for peer in peers)]]
    for name, case in workload["cases"].items():
        cells = []
        for peer in peers:
            low, high = spread(case, peer)
            cells.append(
                f"{ratio(case, peer):.2f} ({low:.2f} to {high:.2f}), {case['settings'][peer]}"
            )
        rows.append([name, fill(case), *cells])
    return (
        "Time per word as a multiple of Domino's (middle half of the rounds), and the setting:\n\n"
        + table(rows)
    )


def beside_itself(workload: dict) -> str:
    base = workload["cases"][workload["against"]]
    libraries = libraries_in(workload)
    rows = [["sentences", "words", *(LIBRARIES[library] for library in libraries)]]
    for name, case in workload["cases"].items():
        times = (
            statistics.median(case["seconds"][library])
            / statistics.median(base["seconds"][library])
            for library in libraries
        )
        rows.append([name, fill(case), *(f"{time:.2f}" for time in times)])
    return f"Time relative to the same library's at '{workload['against']}':\n\n{table(rows)}"


def beside_card(name: str, workload: dict, card: dict) -> str:
    """Only words count: what is done for the padding is no achievement."""
    model = MODELS[WORKLOADS[name].model]
    libraries = libraries_in(workload)
    rows = [["sentences", *(LIBRARIES[library] for library in libraries)]]
    for case_name, case in workload["cases"].items():
        cells = []
        for library in libraries:
            rate = 1 / seconds_per_word(case, library)
            flop, size = rate * model.flop_per_word, rate * model.bytes_per_word
            cells.append(
                f"{flop / 1e12:.2f} TFLOP/s ({flop / card['flop']:.0%}), "
                f"{size / 1e9:.0f} GB/s ({size / card['bytes']:.0%})"
            )
        rows.append([case_name, *cells])
    return (
        f"Of what {card['name']} does in a large product, {card['flop'] / 1e12:.1f} TFLOP/s, and in a "
        f"copy, {card['bytes'] / 1e9:.0f} GB/s:\n\n{table(rows)}"
    )


def rounds_of(result: dict) -> str:
    counts = {
        len(seconds)
        for workload in result["workloads"].values()
        for case in workload["cases"].values()
        for seconds in case["seconds"].values()
    }
    return " to ".join(str(count) for count in sorted({min(counts), max(counts)}))


def conditions(result: dict) -> str:
    machine = result["machine"]
    busiest = max(workload["busy_after"] for workload in result["workloads"].values())
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; "
        f"{result['threads']} threads each, {rounds_of(result)} rounds of each workload in turn; the cores were "
        f"{result['busy_before']:.0%} busy before and at most {busiest:.0%} between workloads."
    )


def markdown(result: dict) -> str:
    parts = [
        conditions(result),
        ", ".join(f"{package} {version}" for package, version in result["versions"].items()),
        *(f"Skipped: {line}." for line in result["skipped"]),
    ]
    for name, workload in result["workloads"].items():
        body = (beside_itself if workload["against"] else beside_domino)(workload)
        left_out = (f"Left out: {line}." for line in workload["left_out"])
        parts += [f"## {WORKLOADS[name].title}", body, *left_out]
        if card := result.get("card"):
            parts.append(beside_card(name, workload, card))
    return "\n\n".join(part for part in parts if part)


def page(result: dict, plots: list[str]) -> str:
    """With the plots of the workloads that have one."""
    intro = (
        "Domino beside other libraries on the same weights and sentences, as ratios of times; "
        "[bench/README.md](../bench/README.md) says how they are taken. Where a time is a multiple "
        "of Domino's, Domino is the faster one above 1. The ratio is that of the medians; the range "
        "behind it is the middle half of the ratios of single rounds, so that with few rounds the "
        "ratio may lie outside. *Words* are the share of steps that hold a word."
    )
    pictures = (f"![{WORKLOADS[name].title}](performance/{name}.svg)" for name in plots)
    return "\n\n".join(["# Performance", intro, markdown(result), *pictures]) + "\n"
