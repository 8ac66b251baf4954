"""Drawn programs: optimal DPOR and source-DPOR see what a search sees that knows nothing of order.

(It knows that starts, ends and joins of threads may come as soon as they can: or two threads that do nothing would have
a hundred schedules. ``tests/unit/search/test_dpor.py`` compares with a search that does not even know that.)

No trace is missing, none is seen twice by the optimal one, the outcomes are the same, and each execution, repeated by
its decisions, is the same again.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from duckrace._exploration import Exploration
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.kernel import SimThread, machine
from duckrace.search import Dfs, Dpor, Replay, Source
from duckrace.search._causes import LIVES
from duckrace.search._order import Order

PROGRAM = Path(__file__).parent / "programs" / "drawn.py"
SEEDS = 8
EACH = 275  # programs per seed
SCHEDULES = 700  # of a program; those that have more are not compared

Operations: TypeAlias = list[tuple[str, Any]]
MEMORY = ("read", "read", "write", "add", "append")
LOCKS = ("take", "give", "try", "wait", "notify")
TABLE = ("key", "default", "drop", "look", "keys", "append", "last")
QUEUE = ("put", "put", "get", "get_nowait", "empty")
TRIES = ("try", "try", "give", "read", "write", "locked")
OTHERS = ("start", "join")


def program(chance: random.Random) -> list[Operations]:
    """Two threads, or more that do less; most use memory and locks, some start threads."""
    some = [MEMORY, LOCKS, TABLE, QUEUE, TRIES]
    kinds = chance.choice([*some, MEMORY + LOCKS, QUEUE + LOCKS, TABLE + MEMORY, MEMORY + OTHERS, sum(some, OTHERS)])
    threads, longest = chance.choice([(2, 5), (2, 4), (3, 2), (3, 3), (4, 2)])

    def operations(length: int, kinds: tuple[str, ...]) -> Operations:
        return [
            (kind := chance.choice(kinds), operations(1, MEMORY + LOCKS) if kind == "start" else chance.randrange(2))
            for _ in range(chance.randint(1, length))
        ]

    return [operations(longest, kinds) for _ in range(threads)]


def programs(seed: int) -> Iterator[list[Operations]]:
    chance = random.Random(seed)
    while True:
        yield program(chance)


@dataclass
class Seen:
    """What a search has seen, execution by execution."""

    forms: list[int] = field(default_factory=list)
    outcomes: set[object] = field(default_factory=set)
    decisions: list[tuple[int, ...]] = field(default_factory=list)


def noting(kind: type[Any], seen: Seen, *arguments: Any, **options: Any) -> Any:
    class Noting(kind):  # type: ignore[misc]
        def _forget(self) -> None:
            super()._forget()
            seen.forms.clear()
            seen.decisions.clear()

        def ended(self) -> None:
            if not getattr(self, "_slept", False):  # all asleep: seen before, and not followed to its end
                seen.forms.append(self.order.form())
                seen.decisions.append(tuple(machine.decisions))
            super().ended()

    return Noting(*arguments, **options)


class Naive(Dfs):
    """Every schedule, but for the lives of threads."""

    def choose(self, ready: list[SimThread], running: SimThread) -> SimThread:
        lives = [thread for thread in ready if thread.op in LIVES]
        return super().choose(lives[:1] or ready, running)


def searched(session: Session, settings: Settings, strategy: Any, seen: Seen, most: int) -> bool:
    """Did the search come to its end?"""
    exploration = Exploration(session, settings, strategy, minimize=None)
    exploration.run(most, True, None, None)
    assert not exploration.limited, exploration.groups
    seen.outcomes = set(exploration.outcomes)
    return bool(strategy.complete)


def again(session: Session, decisions: tuple[int, ...], order: Order) -> int:
    """The form of an execution that is repeated, in the numbering of `order`."""
    follow = Replay(decisions)
    follow.begin(0)
    order.cut(0)
    form: list[int] = []
    session.execute(follow.choose, recorder=order, ended=lambda: form.append(order.form()))
    assert tuple(machine.decisions) == decisions
    return form[0]


def compared(drawn: list[Operations]) -> int:
    """How many traces the program has; 0 if it has too many schedules."""
    reference = replace(resolve(f"{PROGRAM}::drawn"), arguments=(drawn,))
    settings = Settings(thread_exceptions="ignore", granularity="access")
    optimal, source, naive = Seen(), Seen(), Seen()
    with Session(reference, settings) as session, session.held():
        dpor = noting(Dpor, optimal)
        assert searched(session, settings, dpor, optimal, SCHEDULES) or len(optimal.forms) == SCHEDULES
        oracle = noting(Naive, naive, merge=False)
        if not searched(session, settings, oracle, naive, SCHEDULES):
            return 0
        assert dpor.complete
        assert searched(session, settings, noting(Source, source), source, 10 * SCHEDULES)
        traces = set(naive.forms)
        assert dpor.redundant == 0
        assert len(optimal.forms) == len(set(optimal.forms)) == len(traces)
        assert len(source.forms) == len(set(source.forms)) == len(traces)
        assert optimal.outcomes == source.outcomes == naive.outcomes
        assert {again(session, decisions, oracle.order) for decisions in optimal.decisions} == traces
    return len(traces)


@pytest.mark.once
@pytest.mark.unmeasured
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_drawn_programs(seed: int) -> None:
    traces = Counter(compared(drawn) for drawn in islice(programs(seed), EACH))
    assert traces.pop(0) <= EACH // 10
    assert traces.total() >= 2_000 // SEEDS
    assert len(traces) > 10
