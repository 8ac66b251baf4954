"""The rows that draw parallel programs: small failures, told as files that run, kept, replayed; and no quiet pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import duckrace
from duckrace import Kind, explore, replay
from duckrace._data import Row
from duckrace._token import decode
from duckrace.checks._generated import program_of
from duckrace.histories import Judgement
from duckrace.kernel import machine
from duckrace.plugins._load import load
from duckrace.search import make
from duckrace.stateful._channel_trial import ChannelTrial
from duckrace.stateful._schedule import Place, Sampled, Switch, Written
from duckrace.stateful._trial import Trial
from duckrace.stateful._values import Case, Program

pytestmark = pytest.mark.unmeasured

# What only concurrency shows, and a few that are wrong anyway.
SMALL = [
    ("reordered_in_a_crowd", "linearizable"),
    ("empty_in_a_crowd", "linearizable"),
    ("duplicate", "linearizable"),
    ("closed_hides_messages", "linearizable"),
    ("does_not_look_again", "linearizable"),
    ("sleeps_on_in_a_crowd", "blocked"),
    ("lost_notify", "blocked"),
    ("notify_one", "blocked"),
]
LONG = {"sleeps_on_in_a_crowd": pytest.mark.exhaustive}  # that it is found is tested on every run: test_mutants.py
BROKEN = [("lost_message", "linearizable"), ("stolen_slot", "linearizable"), ("lost_wakeup", "blocked")]


def program(row: Row) -> Program:
    """The program of a failure."""
    assert row.failure is not None
    token = decode(row.failure.schedule)
    return program_of(token.arguments[2:], token.timeouts)


@pytest.mark.once
@pytest.mark.parametrize(
    ("folder", "name", "where"),
    [
        *(pytest.param("tests/mutants/channels.py", *one, marks=LONG.get(one[0], ())) for one in SMALL),
        *(("examples/broken.py", *one) for one in BROKEN),
    ],
)
def test_what_is_left_of_a_failure_is_small(
    folder: str, name: str, where: str, found: Callable[..., Row], tmp_path: Path
) -> None:
    root = Path(__file__).parents[3]
    one = found(where, f"{root / folder}::{name}", profile="default")
    assert str(one.verdict) == f"FAILED({'lost wake-up' if where == 'blocked' else 'not linearizable'})"
    failure = one.failure
    assert failure is not None
    assert program(one).operations <= 4
    assert failure.preemptions <= 3
    assert [each for each in one.statements if each.outcome == "failed"]
    again = replay(failure.schedule)
    assert again.failure is not None
    assert failure.message in again.failure.message

    file = tmp_path / "found.py"
    file.write_text(one.program, encoding="utf-8")
    result = explore(f"{file}::scenario")
    assert result.failure is not None
    assert "NotLinearizable" in result.failure.message
    assert f"duckrace replay {failure.schedule}" in one.program


@pytest.mark.once
def test_a_run_says_what_it_covered_and_every_run_is_the_same(row: Callable[..., Row]) -> None:
    one, two = row("linearizable"), row("linearizable")
    assert one.covered == two.covered
    assert re.fullmatch(r"\d+ programs, \d+ executions, [\d,]+ operations judged", one.covered)
    assert row("linearizable", seed=1).covered != one.covered
    assert re.fullmatch(r"\d+ programs, \d+ executions, \d+ waiting calls justified", row("blocked").covered)


@pytest.mark.once
@pytest.mark.parametrize("name", ["model", "queue", "simplequeue"])
def test_other_channels_are_accepted(name: str, row: Callable[..., Row]) -> None:
    for where in ("linearizable", "blocked"):
        assert row(where, name).verdict.passed


def test_what_is_not_decided_is_no_pass(row: Callable[..., Row], monkeypatch: pytest.MonkeyPatch) -> None:
    original = ChannelTrial.judged

    def judged(self: ChannelTrial, value: object) -> object:
        seen = original(self, value)
        self._known = dict.fromkeys(self._known, Judgement(kind="unknown", why="out of steps"))
        return seen

    monkeypatch.setattr(ChannelTrial, "judged", judged)
    found = row("linearizable")
    assert found.verdict.kind is Kind.BUDGET
    assert re.search(r"[\d,]+ histories are not decided: out of steps", found.verdict.detail)
    assert re.search(r", [\d,]+ histories not decided$", found.covered)


def test_a_failure_is_kept_and_replayed_first(tmp_path: Path, mutant: Callable[[str], str]) -> None:
    def check(name: str) -> Row:
        report = duckrace.check(mutant(name), profile="default", rows=["linearizable"], corpus=tmp_path)
        return report.rows[0]

    first = check("one_too_many")
    assert first.executions > 0
    again = check("one_too_many")
    assert again.verdict == first.verdict
    assert again.executions == 0  # nothing was drawn
    assert again.failure is not None
    assert first.failure is not None
    assert again.failure.message == first.failure.message
    assert program(again) == program(first)


# -- schedules that are part of a program ---------------------------------------------------------------------------

THREE = Program(
    threads=(
        (("send", "tx1", 1), ("send", "tx1", 2), ("leave", "tx1")),
        (("send", "tx2", 3), ("clone", "tx2", "c"), ("del", "tx2"), ("with", "c")),
        (("recv", "rx"), ("next", "rx"), ("recv_timeout", "rx", 0.1)),
    ),
    after=(("try_recv", "rx"), ("drop", "rx")),
    capacity=1,
    senders=("tx1", "tx2"),
)


@pytest.mark.parametrize("name", ["random", "pos", "pct"])
def test_what_a_sampler_chooses_can_be_written_down(name: str) -> None:
    with ChannelTrial(load(None), waits=True) as trial:
        strategy = make(name, 3)
        told = set()
        for number in range(60):
            strategy.begin(number)
            place = Place()
            sampled = Sampled(strategy, place)
            assert trial.execute(THREE, sampled.choose, place).kind == "right"
            decisions, events = list(machine.decisions), list(machine.value.journal.events)  # type: ignore[attr-defined]
            strategy.end(len(decisions))
            assert sampled.written
            trial.case(Case(program=THREE, switches=sampled.switches))
            assert machine.decisions == decisions
            assert machine.value.journal.events == events  # type: ignore[attr-defined]
            told.add(tuple(decisions))
        assert len(told) > 30


def test_a_switch_leaves_a_thread_in_the_middle_of_its_step() -> None:
    with ChannelTrial(load(None), waits=False) as trial:

        def events(switches: dict[tuple[int, int], tuple[Switch, ...]]) -> list[tuple[str, str]]:
            trial.case(Case(program=THREE, switches=switches))
            return [event[:2] for event in machine.value.journal.events]  # type: ignore[attr-defined]

        assert events({})[:2] == [("call", "thread 1"), ("return", "thread 1")]
        assert events({(1, 0): (Switch(0, 1),)})[:2] == [("call", "thread 1"), ("call", "thread 3")]


def test_an_iteration_on_a_receiver_that_was_dropped_meanwhile_has_an_answer() -> None:
    """A generator says so only when it is asked for a message: that is a call, and an answer."""
    program = Program(
        before=(("send", "tx1", 1),),
        threads=((("send", "tx1", 11), ("next", "rx"), ("drop", "tx1")),),
        after=(("drop", "rx"),),
        capacity=1,
        senders=("tx1",),
    )
    sound = Path(__file__).parents[3] / "examples" / "broken.py"
    with ChannelTrial(load(f"{sound}::sound"), waits=True) as trial:
        assert trial.case(Case(program=program, switches={})).kind == "right"
        answers = [repr(event[2]) for event in machine.value.journal.events if event[:2] == ("return", "thread 1")]  # type: ignore[attr-defined]
        assert answers == ["Disconnected(value=11)", "Dropped(value=None)", "Ok(value=None)"]


def test_a_journal_that_is_wrong_is_rejected_in_the_world() -> None:
    """The judge that a replayed program has is the one that the rows have."""
    subject = load(None)
    with ChannelTrial(subject, waits=True) as trial:
        assert isinstance(trial, Trial)
        place = Place()
        trial.execute(THREE, Written({}, place).choose, place)
        on = machine.value
        on.journal.events[1] = ("return", "thread 1", type(on.journal.events[1][2])(99))  # type: ignore[attr-defined]
        first = next(n for n, e in enumerate(on.journal.events) if e[0] == "return" and getattr(e[2], "value", 0) == 1)  # type: ignore[attr-defined]
        kind, process, answer = on.journal.events[first]  # type: ignore[attr-defined]
        on.journal.events[first] = (kind, process, type(answer)(2))  # type: ignore[attr-defined]
        assert trial.judged(on).kind == "right"  # without anybody's waiting it is wrong: that is for the other row
        trial.waits = False
        trial._known.clear()
        assert trial.judged(on).kind == "wrong"
