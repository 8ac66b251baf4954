"""Counterexamples of TLC on channels: the same failure, with a token that replays it; or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from duckrace import replay
from duckrace._data import Kind
from duckrace.checks import counterexamples
from duckrace.checks.counterexamples import replayed
from duckrace.formal import Answer, Checked, Moment, Run, find_tools, load_manifest, moves, sleepers
from duckrace.formal._runs import check_run
from duckrace.formal._values import Record

ROOT = Path(__file__).parents[3]
RUNS = {run.name: run for run in load_manifest()}
REPLAYED = (
    "mutant/no-wake-up-on-the-last-drop",
    "mutant/no-wake-up-on-send",
    "mutant/no-wake-up-on-receive",
    "mutant/wake-one-on-the-receivers-drop",
)
FORGOTTEN = "mutant/no-wake-up-on-send"
CALL = {"recv": Record({"operation": "recv", "handle": "rx", "value": ""})}
CALL["send"] = Record({"operation": "send", "handle": "ta", "value": "a1"})
NONE = Record({"kind": "none", "value": ""})
OK = Record({"kind": "Ok", "value": ""})


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def states(*steps: tuple[str, str, str, Record]) -> Iterator[Moment]:
    """States of the algorithm: who goes where, in which call, with which response."""
    idle = Record({"pc": "idle", "call": CALL["recv"], "response": NONE, "late": False})
    now = {"a": idle, "r": idle}
    for who, pc, operation, response in (("a", "idle", "recv", NONE), *steps):
        now[who] = Record({"pc": pc, "call": CALL[operation], "response": response, "late": False})
        core = Record({"gate": Record({"a": False, "r": False})})
        yield Moment(action="", state=Record({"thread": Record(dict(now)), "core": core}))


def lost() -> Answer:
    """A receive that waits, and a send that does not wake it."""
    receive = [(pc, NONE) for pc in ("called", "locked", "unlock", "look", "sleep")]
    send = [("called", NONE), ("locked", NONE), ("unlock", OK), ("look", OK), ("leave", OK)]
    steps = [("r", pc, "recv", response) for pc, response in receive]
    steps += [("a", pc, "send", response) for pc, response in send]
    return Answer(status="violated", violated="NobodyIsForgotten", trace=tuple(states(*steps)))


def checked(run: Run = RUNS[FORGOTTEN]) -> Checked:
    return Checked(run=run, answer=lost(), violated=run.expect)


def test_moves() -> None:
    told = [(move.kind, move.caller, move.operation, move.response) for move in moves(lost())]
    assert told == [
        ("calls", "r", "recv", ""),
        ("looks", "r", "recv", ""),
        ("calls", "a", "send", ""),
        ("looks", "a", "send", "Ok"),
    ]
    assert sleepers(lost()) == ("r",)


def test_the_same_on_a_channel_with_the_mistake() -> None:
    found = replayed(checked(), RUNS[FORGOTTEN].channel)
    assert found.failure is not None, found.why
    assert (found.way, found.executions) == ("driven", 1)
    assert (found.failure.kind, found.failure.message) == (Kind.FAILED, "r's rx.recv() blocks, and must come to Ok(a1)")
    assert_replays(found)


def test_another_failure_is_not_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that closes too early fails in this program, but nobody sleeps in it."""
    monkeypatch.setattr(counterexamples, "EXECUTIONS", 20)
    found = replayed(checked(), "examples/mistakes.py::look_for_senders_first")
    assert found.failure is None
    assert "none of" in found.why


def test_right_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counterexamples, "EXECUTIONS", 20)
    found = replayed(checked(), "reference")
    assert (found.failure, found.executions) == (None, 22)
    says = "It could not be reproduced on reference: none of 22 executions of its calls failed in this way."
    assert found.why == says


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("examples/nothing.py::x", "The channel examples/nothing.py::x cannot be had: There is no file"),
        ("examples/mistakes.py::nothing", "The channel examples/mistakes.py::nothing cannot be had: "),
    ],
)
def test_channel_that_is_not_there(channel: str, says: str) -> None:
    assert replayed(checked(), channel).why.startswith(says)


def test_channel_that_claims_less() -> None:
    run = RUNS["mutant/do-not-wait-for-the-handover"]
    assert (
        replayed(checked(run), "examples/broken.py::sound").why
        == "The channel does not claim rendezvous, which it takes."
    )


def test_counterexample_of_the_spec_has_no_calls() -> None:
    outside = Answer(status="violated", trace=(Moment(action="", state=Record({"buffer": ()})),) * 2)
    assert replayed(Checked(run=RUNS["fault/lose"], answer=outside), "reference").why.startswith(
        "This counterexample is"
    )


def test_every_channel_of_the_manifest_is_there() -> None:
    """And has a name that is its mistake's."""
    channels = [run for run in RUNS.values() if run.channel]
    assert len({run.mistake for run in channels}) == len({run.channel for run in channels}) >= 4
    for run in channels:
        file, _, name = run.channel.partition("::")
        assert f"\n{name} = Mistaken(" in (ROOT / file).read_text(encoding="utf-8")
        assert name == run.name.partition("/")[2].replace("-", "_")


@pytest.mark.tlc
@pytest.mark.parametrize("name", REPLAYED)
def test_counterexample_of_tlc(name: str) -> None:
    found = replayed(check_run(find_tools(), RUNS[name]), RUNS[name].channel)
    assert found.failure is not None, found.why
    assert_replays(found)


def assert_replays(found: counterexamples.Replayed) -> None:
    """The token comes to the same verdict, and says the same."""
    assert found.failure is not None
    again = replay(found.failure.schedule).failure
    assert again is not None
    assert again.kind == found.failure.kind
    assert found.failure.message in again.message
