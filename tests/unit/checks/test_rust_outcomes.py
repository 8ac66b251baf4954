"""What the real channel was seen to do is among the outcomes that are enumerated: of the model, and of the reference.

``benchmarks/rust_outcomes/outcomes.json`` was written by a Rust program that ran each of ``programs.txt`` many times on
std::sync::mpsc and real threads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from duckrace.checks._explorer import Explorer
from duckrace.checks._small_programs import Threads
from duckrace.checks._verification import STRATEGY, Outcome, allowed_outcomes, program_on
from duckrace.plugins._load import load

FOLDER = Path(__file__).parents[3] / "benchmarks" / "rust_outcomes"
SHORT = 3  # calls: of such programs the outcomes are enumerated in every run

Program: TypeAlias = tuple[int | None, Threads]
Table: TypeAlias = dict[Program, frozenset[Outcome]]


def table() -> Table:
    """The outcomes that were seen, by program."""
    found = {}
    for entry in json.loads((FOLDER / "outcomes.json").read_text(encoding="utf-8")):
        threads = tuple(tuple(map(tuple, steps)) for steps in entry["threads"])
        outcomes = frozenset(tuple(map(tuple, outcome)) for outcome, _ in entry["outcomes"])
        assert sum(times for _, times in entry["outcomes"]) == entry["runs"]
        found[entry["capacity"], threads] = outcomes
    return found


SEEN = table()
ONE_MESSAGE: Program = (None, ((("send", "tx1", 11), ("send", "tx1", 12)), (("try_recv",), ("try_recv",))))
MEETING: Program = (0, ((("send", "tx1", 11),), (("try_recv",), ("try_recv",))))


def calls_of(program: Program) -> int:
    return sum(map(len, program[1]))


def enumerated(channel: object, programs: list[Program]) -> Table:
    """What a channel can do in these programs, by `dpor`."""
    subject = load(channel)
    found = {}
    with Explorer(subject, 0) as explorer:
        for capacity, threads in programs:
            reference = program_on(subject.reference, capacity, threads)
            result = explorer.explore(reference, strategy=STRATEGY, executions=sys.maxsize)
            assert result.exhaustive, result
            found[capacity, threads] = frozenset(result.outcomes)
    return found  # type: ignore[return-value]


def unexplained(seen: Table, possible: Table) -> list[tuple[Program, Outcome]]:
    """Outcomes that were seen, and that are not possible."""
    return [(program, outcome) for program in possible for outcome in sorted(seen[program] - possible[program])]


def parsed(line: str) -> Program:
    """A line of ``programs.txt``."""
    capacity, *threads = line.split("|")
    steps = tuple(
        tuple(tuple(int(word) if word.isdigit() else word for word in step.split()) for step in thread.split(","))
        for thread in threads
    )
    return None if capacity.strip() == "-" else int(capacity), steps


def test_the_table_has_every_program() -> None:
    lines = (FOLDER / "programs.txt").read_text(encoding="utf-8").splitlines()
    assert [parsed(line) for line in lines if line and not line.startswith("#")] == list(SEEN)
    assert len(SEEN) >= 50
    assert {capacity for capacity, _ in SEEN} == {None, 1, 0}


def test_the_model_explains_what_was_seen() -> None:
    allowed = {program: frozenset(allowed_outcomes(*program)) for program in SEEN}
    assert unexplained(SEEN, allowed) == []
    several = [program for program in SEEN if len(SEEN[program]) > 1]
    assert len(several) > len(SEEN) / 2, "real threads that never race show nothing"


@pytest.mark.unmeasured
@pytest.mark.parametrize("channel", [None, "model"])
@pytest.mark.parametrize("longer", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
def test_an_implementation_can_do_what_was_seen(channel: str | None, longer: bool) -> None:
    programs = [program for program in SEEN if (calls_of(program) > SHORT) is longer]
    assert len(programs) > 15
    assert unexplained(SEEN, enumerated(channel, programs)) == []


@pytest.mark.parametrize(
    ("name", "program", "outcome"),
    [
        ("looks_twice", ONE_MESSAGE, (("Ok", "Ok"), ("Empty", "Ok(11)"))),  # it never says Empty while a message comes
        ("returns_early", MEETING, (("blocks",), ("Empty", "Empty"))),  # its send never waits
    ],
)
def test_a_channel_that_cannot_is_found(
    name: str, program: Program, outcome: Outcome, mutant: Callable[[str], str]
) -> None:
    assert (program, outcome) in unexplained(SEEN, enumerated(mutant(name), [program]))


def test_an_outcome_that_is_not_allowed_is_found() -> None:
    wrong = (("Ok", "Ok"), ("Ok(12)", "Ok(11)"))
    allowed = {ONE_MESSAGE: frozenset(allowed_outcomes(*ONE_MESSAGE))}
    assert unexplained({ONE_MESSAGE: SEEN[ONE_MESSAGE] | {wrong}}, allowed) == [(ONE_MESSAGE, wrong)]
