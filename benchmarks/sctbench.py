"""SCTBench: how many executions each sampler needs until the bug, against the published numbers.

    python benchmarks/sctbench.py [--seeds 20] [--limit 10000] [--strategies surw,pos] [PROGRAM ...]

Mean and standard deviation over the seeds. `*`: some seeds did not find it within the limit, and count as the limit;
`-`: none did (only the first five are tried then). `!`: the kind of failure is not the one that the program has.

Published columns: SURW, PCT with 3 change points, POS and random walk of the authors' artifact of SURW (Zhao et al.,
ASPLOS 2025, github.com/zhaohuanqdcn/SURW, stats/period/out.tex), means over 20 trials. Their step is an access of a C
binary and ours one of a Python program, so ranks and growth compare, not single numbers.

Exit status 1: `surw` needs more than twice the published number on reorder_N or twostage_N, or `portfolio` misses
a bug.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import statistics
import sys
import time
from pathlib import Path

import duckrace
from duckrace import Kind

PROGRAMS = Path(__file__).parent / "subjects" / "sctbench.py"
STRATEGIES = ("surw", "pos", "pct", "random", "portfolio")
PUBLISHED = ("surw", "pct", "pos", "random")
# program: its failure; published means, None = never within 10,000
TABLE: dict[str, tuple[Kind, tuple[int | None, ...]]] = {
    "account": (Kind.FAILED, (6, 4, 4, 18)),
    "lazy01": (Kind.FAILED, (2, 5, 5, 21)),
    "deadlock01": (Kind.DEADLOCK, (2, 13, 4, 3)),
    "twostage": (Kind.FAILED, (8, 13, 15, 464)),
    "twostage_20": (Kind.FAILED, (6, 159, 156, None)),
    "reorder_3": (Kind.FAILED, (7, 185, 86, None)),
    "reorder_4": (Kind.FAILED, (7, 554, 533, None)),
    "reorder_5": (Kind.FAILED, (10, 647, 2169, None)),
    "reorder_10": (Kind.FAILED, (17, 3225, None, None)),
    "reorder_20": (Kind.FAILED, (6, 3005, None, None)),
    "wronglock": (Kind.FAILED, (7, 51, 10, 36)),
    "wronglock_3": (Kind.FAILED, (9, 58, 11, 36)),
    "boundedBuffer": (Kind.FAILED, (9, 20, 5, 7)),
    "qsort_mt": (Kind.FAILED, (3048, 4714, 3004, 3442)),
    "din_phil3_sat": (Kind.FAILED, ()),
    "din_phil4_sat": (Kind.FAILED, ()),
    "din_phil5_sat": (Kind.FAILED, ()),
    "din_phil6_sat": (Kind.FAILED, ()),
    "din_phil7_sat": (Kind.FAILED, ()),
    "sync01": (Kind.DEADLOCK, ()),
    "sync02": (Kind.DEADLOCK, ()),
    "phase01": (Kind.DEADLOCK, ()),
    "arithmetic_prog": (Kind.FAILED, ()),
}
LARGE: dict[str, tuple[Kind, tuple[int | None, ...]]] = {  # when they are named only
    "twostage_100": (Kind.FAILED, (454, 7466, 6674, None)),
    "reorder_100": (Kind.FAILED, (194, None, None, None)),
}
GIVE_UP = 5  # seeds without the bug after which it counts as never found


class Cell:
    """What one sampler does to one program."""

    def __init__(self, program: str, granularity: str, strategy: str, seeds: int, limit: int) -> None:
        kind = {**TABLE, **LARGE}[program][0]
        self.needed: list[int] = []
        self.missed = 0
        self.right = True
        for seed in range(seeds):
            result = duckrace.explore(
                f"{PROGRAMS}::{program}",
                strategy=strategy,
                seed=seed,
                executions=limit,
                granularity=granularity,
                minimize=False,
            )
            if result.failure is None:
                self.missed += 1
            else:
                self.right &= result.verdict.kind is kind
            self.needed.append(result.executions)
            if self.missed == len(self.needed) == GIVE_UP:
                break

    @property
    def mean(self) -> float:
        return statistics.fmean(self.needed)

    def __str__(self) -> str:
        if self.missed == len(self.needed):
            return "-"
        deviation = statistics.stdev(self.needed) if len(self.needed) > 1 else 0.0
        return f"{self.mean:,.0f} ± {deviation:,.0f}{'*' * bool(self.missed)}{'' if self.right else '!'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--limit", type=int, default=10_000, help="executions per seed")
    parser.add_argument("--strategies", default=",".join(STRATEGIES))
    options = parser.parse_args()
    strategies = options.strategies.split(",")
    spec = importlib.util.spec_from_file_location("sctbench_programs", PROGRAMS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    print(f"Python {platform.python_version()}; {options.seeds} seeds, at most {options.limit:,} executions each\n")
    print(
        "| program | granularity | " + " | ".join(strategies) + " | published " + " | published ".join(PUBLISHED) + " |"
    )
    print("|---" * (2 + len(strategies) + len(PUBLISHED)) + "|")
    started, broken = time.perf_counter(), list[str]()
    for program in options.programs or TABLE:
        _, published = {**TABLE, **LARGE}[program]
        granularity = module.granularity(program)
        cells = {name: Cell(program, granularity, name, options.seeds, options.limit) for name in strategies}
        known = [f"{number:,}" if number is not None else "-" for number in published] or [""] * len(PUBLISHED)
        print(
            f"| {program} | {granularity} | {' | '.join(map(str, cells.values()))} | {' | '.join(known)} |", flush=True
        )
        surw, portfolio = cells.get("surw"), cells.get("portfolio")
        if surw is not None and program.startswith(("reorder", "twostage")) and surw.mean > 2 * (published[0] or 0):
            broken.append(f"surw needs {surw.mean:,.1f} executions for {program}, published are {published[0]}")
        if portfolio is not None and portfolio.missed:
            broken.append(f"portfolio misses {program} in {portfolio.missed} of {len(portfolio.needed)} seeds")
        broken += [f"{name} finds something else in {program}" for name, cell in cells.items() if not cell.right]
    print(f"\n{time.perf_counter() - started:,.0f} s")
    for sentence in broken:
        print(sentence)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
