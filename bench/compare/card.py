"""What a GPU can do, measured by PyTorch, as JSON: python -m bench.compare.card"""

import json
from collections.abc import Callable

import torch

SIZE = 8192
NUMBERS = 1 << 28
REPEATS = 10


def seconds_of(work: Callable[[], object]) -> float:
    """The fastest of a few."""
    times = []
    for _ in range(REPEATS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / 1e3)
    return min(times)


def main() -> None:
    torch.backends.cuda.matmul.allow_tf32 = False
    a, b = (torch.rand(SIZE, SIZE, device="cuda:0") for _ in range(2))
    numbers = torch.rand(NUMBERS, device="cuda:0")
    flop = 2 * SIZE**3 / seconds_of(lambda: a @ b)
    moved = 2 * numbers.nbytes / seconds_of(numbers.clone)
    print(json.dumps({"flop": flop, "bytes": moved}))


if __name__ == "__main__":
    main()
