"""How much `duckrace check` explores: every count of it, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from duckrace._settings import one_of

from ._small_programs import Size

ALWAYS: Final = ("contract", "conformance", "delivery", "closure", "hangs", "linearizable", "blocked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Parallel programs that Hypothesis draws."""

    linearizable: int  # programs of this row
    blocked: int
    samples: int  # schedules of each, besides the one that is drawn with it
    traces: int = 0  # programs whose executions are recorded
    traced: int = 0  # schedules of each of these
    threads: int = 3
    operations: int = 3  # of a thread, at most
    around: int = 2  # before the threads and after them, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Counts per row. Executions are per program; a program that must hang is told, and replayed, each time."""

    contract: int  # executions
    examples: int  # conformance: sequential programs drawn
    calls: int  # conformance: calls in one of them, at most
    delivery: int  # executions
    closure: int
    hangs: int
    must_hang: int
    outcomes: Size  # of the programs
    transitions: int  # of the largest state graph that is covered
    generated: Programs
    rows: tuple[str, ...] = ALWAYS  # those that are checked unless others are named


PROFILES: Final = {
    "quick": Profile(
        contract=4,
        examples=150,
        calls=12,
        delivery=60,
        closure=20,
        hangs=60,
        must_hang=3,
        outcomes=Size(threads=2, calls=3),
        transitions=200,
        generated=Programs(linearizable=50, blocked=50, samples=8, traces=40, traced=6),
    ),
    "default": Profile(
        contract=80,
        examples=700,
        calls=16,
        delivery=600,
        closure=120,
        hangs=500,
        must_hang=15,
        outcomes=Size(calls=3),
        transitions=2_200,
        generated=Programs(linearizable=1_200, blocked=1_000, samples=16, traces=150, traced=8),
    ),
    "thorough": Profile(
        contract=400,
        examples=2_000,
        calls=20,
        delivery=2_400,
        closure=500,
        hangs=2_000,
        must_hang=60,
        outcomes=Size(calls=4),  # all six: `duckrace verify`, many times as long
        transitions=40_000,
        generated=Programs(
            linearizable=2_000, blocked=1_500, samples=24, traces=500, traced=16, threads=4, operations=4
        ),
        rows=(*ALWAYS, "outcomes", "transitions", "traces"),
    ),
}


def profile_named(name: str) -> Profile:
    """Raises UsageError for a name that is not in PROFILES."""
    one_of("profile", name, PROFILES)
    return PROFILES[name]
