"""``timeouts="free"``: a time-out comes at every moment at which it could, and at no other."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from duckrace import Kind, explore, replay
from duckrace._exploration import Exploration
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.search import SAMPLERS, Dfs, Dpor

PROGRAMS = Path(__file__).parent / "programs" / "timed.py"

EVERY = {
    "lock": {True, False},
    "condition": {"[]", "[True]", "[False]"},
    "event": {True, False},
    "put_or_not": {1, None},
    "joined": {True, False},
    "timer": {0, 1},
    "sleepers": {
        ((1, 1.0), (2, 2.0)),
        ((1, 1.0), (2, 3.0)),
        ((1, 2.0), (2, 2.0)),
        ((1, 3.0), (2, 3.0)),
        ((2, 2.0), (1, 2.0)),
        ((2, 2.0), (1, 3.0)),
        ((2, 3.0), (1, 3.0)),
    },
}
IDLE = {
    "lock": {True},
    "condition": {"[]", "[True]"},
    "event": {True},
    "put_or_not": {1},
    "joined": {False},
    "timer": {0},
    "sleepers": {((1, 1.0), (2, 2.0))},
}


@pytest.mark.parametrize("name", EVERY)
def test_each_moment_of_a_time_out(name: str) -> None:
    found = explore(f"{PROGRAMS}::{name}", strategy="dpor", timeouts="free")
    assert found.exhaustive
    assert found.executions == found.traces
    assert set(found.outcomes) == EVERY[name]


@pytest.mark.parametrize("name", ["lock", "condition", "event", "put_or_not", "joined", "timer"])
def test_a_search_without_any_idea_of_order_agrees(name: str) -> None:
    """Three preemptions are enough for all traces of these."""
    found = explore(f"{PROGRAMS}::{name}", strategy="dpor", timeouts="free")
    naive = explore(f"{PROGRAMS}::{name}", strategy="dfs", preemptions=3, timeouts="free")
    assert (naive.traces, set(naive.outcomes)) == (found.traces, set(found.outcomes))


@pytest.mark.parametrize("name", IDLE)
def test_idle_time_outs_are_none_of_them(name: str) -> None:
    result = explore(f"{PROGRAMS}::{name}", strategy="dpor")
    assert result.exhaustive
    assert set(result.outcomes) == IDLE[name]


@pytest.mark.parametrize("strategy", SAMPLERS)
def test_no_time_out_is_early_and_the_clock_never_goes_back(strategy: str) -> None:
    assert explore(f"{PROGRAMS}::never_early", strategy=strategy, timeouts="free", executions=300).passed


@pytest.mark.parametrize("seed", range(5))
def test_the_lost_item_of_chan(seed: int) -> None:
    """chan 0.3.1, unmodified: `get` times out while `put` serves it."""
    pytest.importorskip("chan")
    assert explore(f"{PROGRAMS.parent / 'timed_chan.py'}::lost_item", executions=300, seed=seed).passed
    result = explore(f"{PROGRAMS.parent / 'timed_chan.py'}::lost_item", executions=300, seed=seed, timeouts="free")
    assert result.failure is not None
    assert "list.remove(x): x not in list" in result.failure.message


def test_a_time_out_at_a_bad_moment_is_found_and_replayed() -> None:
    assert explore(f"{PROGRAMS}::answer", executions=300).passed
    assert explore(f"{PROGRAMS}::answer", strategy="dpor").exhaustive
    for strategy in (*SAMPLERS, "dpor", "dfs"):
        result = explore(f"{PROGRAMS}::answer", strategy=strategy, timeouts="free", executions=300)
        assert result.failure is not None, strategy
        assert "the answer to 'two' is 'one'" in result.failure.message
        assert any(event.operation == "time-out" for event in result.failure.events)
        for _ in range(10):
            again = replay(result.failure.schedule).failure
            assert again is not None
            assert (again.message, again.events) == (result.failure.message, result.failure.events)


@pytest.mark.parametrize("strategy", SAMPLERS)
def test_a_loop_that_polls_gets_on(strategy: str) -> None:
    """The time of one who waits for a long computation does not run out at every other step."""
    assert explore(f"{PROGRAMS}::polls", strategy=strategy, timeouts="free", executions=300, max_steps=1_000).passed


@pytest.mark.parametrize("strategy", SAMPLERS)
def test_time_outs_are_rare_but_not_too_rare(strategy: str) -> None:
    outcomes = Counter(explore(f"{PROGRAMS}::lock", strategy=strategy, timeouts="free", executions=1_000).outcomes)
    assert 10 <= outcomes[False] <= 300, outcomes


def test_who_waits_for_a_daemon_that_only_polls_hangs() -> None:
    result = explore(f"{PROGRAMS}::served_by_a_daemon", timeouts="free", executions=20)
    assert result.verdict.kind is Kind.DEADLOCK
    assert result.failure is not None
    assert "MainThread" in result.failure.message


def test_orders_without_end_are_no_pass() -> None:
    result = explore(f"{PROGRAMS}::polls", strategy="dpor", timeouts="free", executions=200, max_steps=300)
    assert result.verdict.kind is Kind.BUDGET
    assert not result.exhaustive


# -- drawn programs ---------------------------------------------------------------------------------------------------

TIMED = ("limited", "another", "await", "get", "wait", "sleep")
OTHERS = ("take", "give", "try", "set", "put", "notify", "clock")


def programs(seed: int, count: int, length: int) -> Iterator[list[list[tuple[str, int]]]]:
    chance = random.Random(seed)
    for _ in range(count):
        yield [
            [
                (chance.choice(TIMED if chance.random() < 0.4 else OTHERS), chance.randint(1, 2))
                for _ in range(chance.randint(1, length))
            ]
            for _ in range(2)
        ]


class Naive(Dfs):
    """All schedules at once, those with many preemptions, too."""

    def _forget(self) -> None:
        super()._forget()
        self.bound = sys.maxsize


class Noting(Dpor):
    """Keeps the form of every trace."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[int] = []

    def begin(self, execution: int) -> bool:
        if execution == 0:
            self.forms = []
        return super().begin(execution)

    def ended(self) -> None:
        self.forms.append(self.order.form())
        super().ended()


def searched(program: Any, strategy: Any, executions: int) -> Exploration:
    reference = replace(resolve(f"{PROGRAMS}::drawn"), arguments=(program,))
    settings = Settings(timeouts="free")
    with Session(reference, settings) as session, session.held():
        exploration = Exploration(session, settings, strategy, alone=True)
        exploration.run(executions, True, None, None)
        assert not exploration.limited, exploration.groups
    return exploration


def test_a_get_races_with_nothing_that_comes_before_the_put_of_its_item() -> None:
    """Found by drawing: the one that looked in vain before that put was taken for a race, and a trace seen twice."""
    dpor = Noting()
    searched([[("clock", 1), ("get", 2), ("put", 2)], [("get", 1)]], dpor, 100)
    assert len(dpor.forms) == len(set(dpor.forms)) == 7


@pytest.mark.once
@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("count", "length", "most"),
    [(30, 3, 2_000), pytest.param(300, 4, 8_000, marks=[pytest.mark.exhaustive, pytest.mark.timeout(900)])],
)
@pytest.mark.parametrize("seed", range(4))
def test_drawn_programs(seed: int, count: int, length: int, most: int) -> None:
    """Naive search sees the same traces and outcomes, none is missing, none is seen twice."""
    compared = 0
    for program in programs(seed, count, length):
        naive = Naive()
        by_all = searched(program, naive, most)
        if not naive.complete:
            continue
        dpor = Noting()
        by_order = searched(program, dpor, 3_000)
        assert dpor.complete
        assert dpor.redundant == 0, program
        assert len(dpor.forms) == len(set(dpor.forms)), program
        assert set(dpor.forms) == naive._forms, program
        assert set(by_order.outcomes) == set(by_all.outcomes), program
        compared += 1
    assert compared >= count // 2, compared
