"""Mutants of the reference channel: how many executions each strategy needs until it rejects them.

    python benchmarks/mutants.py [--seeds 5] [--limit 10000] [--strategies random,pct] [--write] [MUTANT ...]

The mutants are those of `tests/mutants/`; each has a program of its own, in `benchmarks/subjects/mutants.json`: the one
with which `duckrace check` rejects it, in the row that is named there. The last column draws its programs: those of the
rows `linearizable` and `blocked`, each under twelve schedules besides its own, both questions asked of every execution.

Mean over the seeds; `dpor` does not choose by chance, and runs once. `*`: some seeds did not find it within the limit
and count as the limit. `-`: none did (only the first two are tried then); for `dpor` with the number of executions
after which there was no further interleaving.

Only executions count, no seconds. `--write` puts the table into `benchmarks/mutants.md`.
Exit status 1: a mutant that no column rejects.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from false_alarms import BothQuestions

from duckrace import search
from duckrace._exploration import Exploration
from duckrace._scenario import Reference, resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.checks._generated import Enough, Generated
from duckrace.checks._profile import Programs, profile_named
from duckrace.checks._run import Run
from duckrace.plugins._load import load
from duckrace.search import Strategy
from duckrace.stateful._values import Case, Program

HERE = Path(__file__).parent
TABLE = HERE / "subjects" / "mutants.json"
PAGE = HERE / "mutants.md"
STRATEGIES = ("random", "pct", "pos", "surw", "portfolio", "dpor")
GENERATED = "generated"
SAMPLES = 12  # schedules of a generated program besides the one that is drawn with it, as in the default profile
GIVE_UP = 2  # seeds without the mistake after which it counts as not found


class Cell:
    """What one strategy does to one mutant: the executions of each seed, None where it was not rejected."""

    def __init__(self, limit: int, only_once: bool = False) -> None:
        self.limit = limit
        self.once = only_once
        self.needed: list[int | None] = []
        self.exhausted = 0  # executions after which a search was at its end

    @property
    def found(self) -> bool:
        return any(number is not None for number in self.needed)

    @property
    def given_up(self) -> bool:
        return not self.found and len(self.needed) >= (1 if self.once else GIVE_UP)

    def __str__(self) -> str:
        if not self.needed:
            return ""
        if not self.found:
            return f"- ({self.exhausted:,})" if self.exhausted else "-"
        mean = statistics.fmean(self.limit if number is None else number for number in self.needed)
        missed = "*" * (None in self.needed)
        return f"{mean:,.0f}{missed}" if mean >= 10 or mean == int(mean) else f"{mean:.1f}{missed}"


class Fixed:
    """The program of one mutant, in one session for all strategies. A context manager."""

    def __init__(self, given: dict[str, Any]) -> None:
        subject = load(str(HERE.parent / "tests" / "mutants" / f"{given['file']}.py::{given['name']}"))
        program = resolve(given["program"])
        arguments = (subject.reference, *given["arguments"])
        self.reference: Reference = replace(program, arguments=arguments)
        self.settings = Settings(modules=subject.modules, thread_exceptions=given.get("thread_exceptions", "fail"))

    def __enter__(self) -> Fixed:
        self.session = Session(self.reference, self.settings).__enter__()
        return self

    def __exit__(self, *exc: Any) -> None:
        self.session.__exit__(*exc)

    def needs(self, strategy: str, seed: int, limit: int, cell: Cell) -> int | None:
        """Executions up to the first failure."""
        chooser: Strategy = search.make(strategy, seed)
        exploration = Exploration(self.session, self.settings, chooser, alone=True, minimize=None)
        exploration.run(limit, False, None, None)
        if exploration.groups:
            return exploration.executions
        if exploration.executions < limit:
            cell.exhausted = exploration.executions
        return None


class Drawn(Generated):
    """Generated programs up to the first that is rejected. Nothing is made smaller."""

    def __init__(self, subject: Any, seed: int, programs: int) -> None:
        counts = Programs(linearizable=programs, blocked=0, samples=SAMPLES)
        run = Run(subject=subject, profile=profile_named("default"), seed=seed, deadline=None, ends=None)
        super().__init__("linearizable", run, counts, programs, waits=True)
        self.trial = BothQuestions(subject)
        self.needed: int | None = None

    def check(self, case: Case) -> None:
        if self.trial.case(case).kind == "wrong":
            self._stop()

    def sampled(self, program: Program, strategy: Strategy, samples: int) -> Case | None:
        if self.trial.sampled(program, strategy, samples) is not None:
            self._stop()
        return None

    def _stop(self) -> None:
        self.needed = self.trial.executions
        raise Enough

    def go(self) -> int | None:
        self._hunted()
        return self.needed


def drawn(given: dict[str, Any], seed: int, limit: int) -> int | None:
    subject = load(str(HERE.parent / "tests" / "mutants" / f"{given['file']}.py::{given['name']}"))
    needed = Drawn(subject, seed, max(1, limit // (SAMPLES + 1))).go()
    return needed if needed is None or needed <= limit else None


def row(given: dict[str, Any], strategies: list[str], seeds: int, limit: int) -> dict[str, Cell]:
    """What every strategy needs for one mutant."""
    cells = {name: Cell(limit, name == "dpor") for name in strategies}

    def fill(name: str, needs: Callable[[int], int | None]) -> None:
        for seed in range(1 if name == "dpor" else seeds):
            cells[name].needed.append(needs(seed))
            if cells[name].given_up:
                break

    if not given["program"]:
        return cells
    with Fixed(given) as fixed:
        for name in strategies:
            if name != GENERATED:
                fill(name, lambda seed, name=name: fixed.needs(name, seed, limit, cells[name]))  # type: ignore[misc]
    if GENERATED in cells:
        fill(GENERATED, lambda seed: drawn(given, seed, limit))
    return cells


def described(given: dict[str, Any]) -> str:
    """The program, in a few words of code."""
    if not given["program"]:
        return "none: what never happens is seen by no execution"
    module, _, name = given["program"].rpartition("::")
    return f"{module.rpartition('.')[2]}::{name}"


def lines(options: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """The table, line by line, and whether some column rejects the mutant of the line."""
    strategies = options.strategies.split(",")
    yield f"| mutant | row | program | {' | '.join(strategies)} |", True
    yield "|---" * (3 + len(strategies)) + "|", True
    for given in json.loads(TABLE.read_text()):
        if options.mutants and given["name"] not in options.mutants:
            continue
        cells = row(given, strategies, options.seeds, options.limit)
        found = any(cell.found for cell in cells.values()) or not given["program"]
        yield (
            f"| {given['name']} | {given['row']} | {described(given)} | {' | '.join(map(str, cells.values()))} |",
            found,
        )


def heading(options: argparse.Namespace) -> str:
    """What the page says before its table."""
    command = f"python benchmarks/mutants.py --seeds {options.seeds} --limit {options.limit}"
    return f"""# Mutants: executions until rejection

{datetime.date.today()}, CPython {platform.python_version()}, {os.cpu_count()} cores. `{command} --write`

Every mutant of `tests/mutants/` is the reference channel with one mistake. The number is that of the execution which
shows it, the mean over {options.seeds} seeds with at most {options.limit:,} executions each; no time was measured.
`dpor` runs once, as it does not choose by chance. `*`: some seeds did not find it, and count as {options.limit:,}. `-`:
not in {options.limit:,} executions of any seed (two are tried then); a number in parentheses: `dpor` had run every
interleaving of the program by then.

All columns but the last run one fixed program for each mutant (`benchmarks/subjects/mutants.json`): the one with which
`duckrace check` rejects it, in the row that is named. The last column, `generated`, draws its programs: those of the
rows `linearizable` and `blocked`, each under {SAMPLES} schedules besides the one that is drawn with it. A program that
is drawn has one channel, no clock but its time-outs, and no destructors: mistakes that need these are left to the other
rows.

"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", metavar="MUTANT")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=10_000, help="executions per seed")
    parser.add_argument("--strategies", default=",".join((*STRATEGIES, GENERATED)))
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    options = parser.parse_args()
    text, missed = heading(options), list[str]()
    print(text, end="")
    for line, found in lines(options):
        print(line, flush=True)
        text += f"{line}\n"
        if not found:
            missed.append(line.split("|")[1].strip())
    if options.write:
        PAGE.write_text(text)
    for name in missed:
        print(f"{name} is rejected by no column")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
