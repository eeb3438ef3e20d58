"""Results as SVG plots, one for each workload that is a row of sizes."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "domino"  # the same numbers give the same file

from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402

from bench.compare.entrants import DOMINO  # noqa: E402
from bench.compare.report import LIBRARIES, libraries_in, seconds_per_word  # noqa: E402
from bench.compare.workloads import WORKLOADS  # noqa: E402


def median_seconds(case: dict, library: str) -> float:
    return seconds_per_word(case, library) * case["valid_steps"]


def plot_fill(axes: Axes, workload: dict) -> None:
    cases = workload["cases"]
    shares = [case["valid_steps"] / case["steps"] for case in cases.values()]
    axes.plot([0, 1], [0, 1], color="lightgrey", label="only words take time")
    for library in libraries_in(workload):
        full = median_seconds(cases[workload["against"]], library)
        times = [median_seconds(case, library) / full for case in cases.values()]
        axes.plot(shares, times, marker=".", label=LIBRARIES[library])
    axes.set(
        xlabel="share of words", ylabel="time, without padding = 1", xlim=(0, 1), ylim=(0, None)
    )


def plot_batch(axes: Axes, workload: dict) -> None:
    cases = workload["cases"]
    base = seconds_per_word(cases["64"], DOMINO)
    sizes = [int(name) for name in cases]
    for library in libraries_in(workload):
        speeds = [base / seconds_per_word(case, library) for case in cases.values()]
        axes.plot(sizes, speeds, marker=".", label=LIBRARIES[library])
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, labels=list(cases))
    axes.set(
        xlabel="sentences in a batch", ylabel="words per second, Domino at 64 = 1", ylim=(0, None)
    )


PLOTS = {"fill_lstm": plot_fill, "fill_encoder": plot_fill, "batch_lstm": plot_batch}


def write(result: dict, folder: Path) -> list[str]:
    """Which workloads have a plot."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in result["workloads"] if name in PLOTS]
    for name in names:
        figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
        PLOTS[name](axes, result["workloads"][name])
        axes.set_title(WORKLOADS[name].title)
        axes.legend()
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)
    return names
