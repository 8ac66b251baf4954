"""Programs whose timers fire freely: their parts end when nobody gets on, and who only looks again does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from duckrace.kernel import machine
from duckrace.plugins._load import load
from duckrace.search import Portfolio, make
from duckrace.stateful._channel_trial import ChannelTrial
from duckrace.stateful._hunt import STRATEGIES
from duckrace.stateful._schedule import Place, Sampled, Switch
from duckrace.stateful._values import Case, Program

pytestmark = pytest.mark.unmeasured

POLLING = Path(__file__).parent / "programs" / "polling.py"
LATE = Program(
    threads=((("send", "tx1", 1),), (("recv_timeout", "rx", 0.1),)),
    after=(("try_recv", "rx"),),
    capacity=1,
    senders=("tx1",),
    timeouts="free",
)


def answers(trial: ChannelTrial, program: Program, samples: int) -> Counter[str]:
    """What came of the calls on the receiver, over some schedules."""
    found: Counter[str] = Counter()
    strategy = Portfolio([make(name, 1, patient=True) for name in STRATEGIES])
    for number in range(samples):
        strategy.begin(number)
        place = Place()
        sampled = Sampled(strategy, place)
        assert trial.execute(program, sampled.choose, place).kind == "right"
        decisions, events = list(machine.decisions), list(machine.value.journal.events)  # type: ignore[attr-defined]
        strategy.end(len(decisions))
        assert sampled.written
        trial.case(Case(program=program, switches=sampled.switches))
        assert machine.decisions == decisions
        assert machine.value.journal.events == events  # type: ignore[attr-defined]
        found[" ".join(repr(event[2]) for event in events if event[:2] == ("return", "thread 2"))] += 1
    return found


def test_a_time_out_comes_early_or_late_and_can_be_written_down() -> None:
    with ChannelTrial(load(None), waits=False) as trial:
        found = answers(trial, LATE, 60)
        assert set(found) == {"Ok(value=1)", "Timeout(value=None)"}
        trial.case(Case(program=LATE, switches={}))  # by itself no timer fires while somebody can go on
        assert [event[0] for event in machine.value.journal.events[:2]] == ["call", "return"]  # type: ignore[attr-defined]


def test_by_itself_time_passes_when_nobody_can_go_on() -> None:
    """A schedule without switches is the same with both kinds of timers."""

    def events(timeouts: str) -> list[object]:
        program = Program(threads=LATE.threads[::-1], after=LATE.after, senders=("tx1",), timeouts=timeouts)
        trial.case(Case(program=program, switches={}))
        return list(machine.value.journal.events)  # type: ignore[attr-defined]

    with ChannelTrial(load(None), waits=False) as trial:
        assert events("free") == events("idle")


def test_a_switch_to_one_who_waits_is_the_end_of_its_time() -> None:
    program = Program(threads=LATE.threads[::-1], senders=("tx1",), timeouts="free")
    with ChannelTrial(load(None), waits=False) as trial:
        found = set()
        for choice in range(12):
            trial.case(Case(program=program, switches={(2, 0): (Switch(choice, 0),)}))
            (answer,) = [
                event[2]
                for event in machine.value.journal.events  # type: ignore[attr-defined]
                if event[:2] == ("return", "thread 1")
            ]
            found.add(type(answer).__name__)
        assert found == {"Ok", "Timeout"}


@pytest.mark.parametrize("timeouts", ["idle", "free"])
def test_who_looks_again_and_again_is_not_waited_for(timeouts: str) -> None:
    """The receiver waits in vain, and polls; what it can get it gets."""
    program = Program(
        threads=((("recv", "rx"), ("recv", "rx")), (("send", "tx1", 1),), (("send", "tx2", 2), ("drop", "tx2"))),
        after=(("drop", "tx1"),),
        senders=("tx1", "tx2"),
        timeouts=timeouts,
    )
    longer = Program(
        threads=((("recv", "rx"), ("recv", "rx"), ("recv", "rx")), *program.threads[1:]),
        senders=("tx1", "tx2"),
        timeouts=timeouts,
    )
    with ChannelTrial(load(f"{POLLING}::polling"), waits=True) as trial:
        strategy = Portfolio([make(name, 1, patient=timeouts == "free") for name in STRATEGIES])
        for one in (program, longer):
            assert trial.sampled(one, strategy, 60) is None
        assert not trial.undecided
        assert trial.waiting >= 60  # the third receive of each execution


@pytest.mark.parametrize("timeouts", ["idle", "free"])
def test_who_waits_for_a_slow_call_is_waited_for(timeouts: str) -> None:
    program = Program(threads=((("recv", "rx"),), (("send", "tx1", 1),)), senders=("tx1",), timeouts=timeouts)
    with ChannelTrial(load(f"{POLLING}::sleepy"), waits=True) as trial:
        seen = trial.case(Case(program=program, switches={}))
        assert seen.kind == "right", seen.why
        assert not machine.value.journal.inside  # type: ignore[attr-defined]


def test_who_looks_again_in_vain_for_ever_is_blocked() -> None:
    program = Program(threads=((("recv", "rx"),), (("drop", "tx1"),)), senders=("tx1",), timeouts="free")
    with ChannelTrial(load(f"{POLLING}::never_closes"), waits=True) as trial:
        seen = trial.case(Case(program=program, switches={}))
        assert seen.kind == "wrong"
        assert "the last sender is gone: its drop should have woken it" in seen.why
