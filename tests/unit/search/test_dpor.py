"""Every order once: published and counted numbers, and drawn programs against a search without any idea of order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from duckrace import Kind, UsageError, explore, replay
from duckrace._exploration import Exploration
from duckrace._scenario import resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.search import Dfs, Dpor

PROGRAMS = Path(__file__).parent / "programs" / "synchronised.py"
SUBJECTS = Path(__file__).parents[3] / "benchmarks" / "subjects"


# traces, failing ones. exploration.md B.1 (ainc, binc, cinc with a lock), E; the others are counted by hand.
COUNTS = {
    PROGRAMS: {
        "locked_2_1": (2, 0),
        "locked_3_1": (6, 0),
        "locked_4_1": (24, 0),
        "locked_5_1": (120, 0),
        "locked_2_2": (4, 0),
        "locked_3_2": (36, 0),
        "locked_2_3": (8, 0),
        "locked_3_3": (216, 0),
        "reentrant": (2, 0),
        "two_pairs": (4, 0),
        "try_against_lock": (3, 0),
        "two_tries": (4, 0),
        "event": (2, 0),
        "lost_notify": (2, 1),
        "simple_queue": (2, 0),
        "put_and_get": (1, 0),
        "exception_or_not": (2, 1),
        "time_out": (1, 0),
        "alive": (2, 0),
    },
}


@pytest.mark.parametrize(
    ("file", "name", "traces", "failing"),
    [(file, name, *count) for file, names in COUNTS.items() for name, count in names.items()],
)
def test_each_trace_once(file: Path, name: str, traces: int, failing: int) -> None:
    result = explore(f"{file}::{name}", strategy="dpor", keep_going=True)
    assert (result.executions, result.traces, result.failed) == (traces, traces, failing)
    assert result.exhaustive
    assert str(result.verdict) == "PASSED(exhaustive)" or failing


def test_all_outcomes_are_seen() -> None:
    assert set(explore(f"{PROGRAMS}::try_against_lock", strategy="dpor").outcomes) == {(), ("took it",)}
    assert set(explore(f"{PROGRAMS}::event", strategy="dpor").outcomes) == {True, False}
    assert set(explore(f"{PROGRAMS}::alive", strategy="dpor").outcomes) == {True, False}
    assert set(explore(f"{PROGRAMS}::simple_queue", strategy="dpor").outcomes) == {"ab", "ba"}


def test_what_an_early_end_cuts_off_is_explored() -> None:
    assert set(explore(f"{PROGRAMS}::daemon", strategy="dpor").outcomes) == {0, 1}
    result = explore(f"{PROGRAMS}::both_raise", strategy="dpor", keep_going=True)
    assert {failure.message.split(":")[0] for failure in result.failures} == {"ValueError", "KeyError"}


def test_an_unfinished_search_is_no_pass() -> None:
    result = explore(f"{SUBJECTS / 'chan.py'}::chan21", strategy="dpor", executions=100)
    assert result.verdict.kind is Kind.BUDGET
    assert not result.exhaustive
    assert result.traces == 100


def test_a_failure_ends_the_search_and_replays() -> None:
    result = explore(f"{SUBJECTS / 'chan.py'}::drain11", strategy="dpor")
    assert result.failure is not None
    assert result.executions < 6
    assert not result.exhaustive
    assert replay(result.failure.schedule).failures[0].message == result.failure.message


def test_cut_off_executions_prove_nothing() -> None:
    result = explore(f"{PROGRAMS}::locked_2_1", strategy="dpor", max_steps=6, keep_going=True)
    assert result.verdict.kind is Kind.BUDGET
    assert not result.exhaustive


# -- few preemptions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bound", "traces", "detail"), [(0, 2, "≤ 0 preemptions"), (1, 4, "≤ 1 preemption"), (2, 6, "≤ 2")]
)
def test_traces_with_few_preemptions(bound: int, traces: int, detail: str) -> None:
    result = explore(f"{SUBJECTS / 'chan.py'}::chan11", strategy="dfs", preemptions=bound)
    assert detail in str(result.verdict)
    assert result.traces == traces
    assert not result.exhaustive


def test_without_a_bound_it_is_exhaustive() -> None:
    result = explore(f"{PROGRAMS}::locked_2_1", strategy="dfs")
    assert (result.exhaustive, result.traces, str(result.verdict)) == (True, 2, "PASSED(exhaustive)")


def test_fewest_preemptions_first() -> None:
    result = explore(f"{SUBJECTS / 'chan.py'}::lost21", strategy="dfs")
    assert result.verdict.kind is Kind.DEADLOCK
    unbounded = explore(f"{SUBJECTS / 'chan.py'}::lost21", strategy="dfs", preemptions=0)
    assert unbounded.passed


def test_only_dfs_is_bounded() -> None:
    with pytest.raises(UsageError, match="preemptions bounds the strategy 'dfs', and this is 'dpor'"):
        explore(f"{PROGRAMS}::locked_2_1", strategy="dpor", preemptions=1)


# -- drawn programs ---------------------------------------------------------------------------------------------------

OPERATIONS = ("take", "give", "try", "locked", "set", "clear", "is_set", "put", "get", "await", "notify", "wait")


def programs(seed: int, count: int, threads: int, length: int) -> Iterator[list[list[tuple[str, int]]]]:
    chance = random.Random(seed)
    for _ in range(count):
        yield [
            [(chance.choice(OPERATIONS), chance.randrange(2)) for _ in range(chance.randint(1, length))]
            for _ in range(threads)
        ]


class Noting(Dpor):
    """Keeps the form of every trace."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[int] = []

    def ended(self) -> None:
        self.forms.append(self.order.form())
        super().ended()


def searched(program: Any, strategy: Any, executions: int) -> Exploration:
    reference = replace(resolve(f"{PROGRAMS}::drawn"), arguments=(program,))
    settings = Settings(thread_exceptions="ignore")
    with Session(reference, settings) as session, session.held():
        exploration = Exploration(session, settings, strategy, alone=True)
        exploration.run(executions, True, None, None)
        assert not exploration.limited, exploration.groups
    return exploration


@pytest.mark.once
@pytest.mark.unmeasured
@pytest.mark.parametrize(
    ("count", "length", "most"),
    [(12, 2, 1_500), pytest.param(200, 3, 3_000, marks=[pytest.mark.exhaustive, pytest.mark.timeout(900)])],
)
@pytest.mark.parametrize("seed", range(4))
def test_drawn_programs(seed: int, count: int, length: int, most: int) -> None:
    """Naive search sees the same traces and outcomes, none is missing, none is seen twice."""
    compared = 0
    for program in programs(seed, count, 2, length):
        naive = Dfs(merge=False)
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
    assert compared >= count // 6
