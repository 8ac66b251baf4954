"""The pieces of the row ``conformance``: calls as data, what the model lets come next, shorter lists of calls."""

from __future__ import annotations

from typing import Any

import pytest

from duckrace.channels import TrySendError, sync_channel
from duckrace.checks._shorter import possible, shorter
from duckrace.checks.programs._calls import Wrong, answer, made, words
from duckrace.checks.programs._future import futures
from duckrace.plugins._load import load
from duckrace_models import BLOCKS, Disconnected, Empty, Full, Ok, Timeout, model_for


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (("send", "tx", 1), "tx.send(1)"),
        (("send_timeout", "tx2", None, 1.0), "tx2.send_timeout(None, 1.0)"),
        (("recv",), "rx.recv()"),
        (("recv_timeout", 0.0), "rx.recv_timeout(0.0)"),
        (("clone", "tx", "tx2"), "tx2 = tx.clone()"),
        (("drop", "rx"), "rx.drop()"),
        (("lose", "tx"), "del tx"),
        (("wait", 2.0), "time.sleep(2)"),
    ],
)
def test_calls_in_words(step: tuple[Any, ...], said: str) -> None:
    assert words(step) == said


def test_answers_in_words() -> None:
    assert answer(("send", "tx", 1), BLOCKS) == "blocks"
    assert answer(("send", "tx", 1), Ok()) == "returns"
    assert answer(("try_send", "tx", 1), Full(1)) == "raises TrySendError.Full(1)"
    assert answer(("recv",), Disconnected()) == "raises RecvError"
    assert answer(("recv",), Wrong("raises KeyError: 1")) == "raises KeyError: 1"


def test_real_calls_answer_as_the_model_does() -> None:
    tx, rx = sync_channel(1)
    handles: dict[str, Any] = {"tx": tx, "rx": rx}
    assert made(("send", "tx", 1), handles) == Ok()
    assert made(("try_send", "tx", 2), handles) == Full(2)
    assert made(("send_timeout", "tx", 2, 0.0), handles) == Timeout(2)
    assert made(("clone", "tx", "tx2"), handles) == Ok("tx2")
    assert made(("recv",), handles) == Ok(1)
    assert made(("try_recv",), handles) == Empty()
    assert made(("drop", "rx"), handles) == Ok()
    assert made(("send", "tx2", 3), handles) == Disconnected(3)
    assert isinstance(made(("recv_timeout", float("nan")), handles), Wrong)


def test_an_error_of_another_call_is_wrong() -> None:
    class Odd:
        def send(self, value: object) -> None:
            raise TrySendError.Full(value)

    assert made(("send", "tx", 1), {"tx": Odd()}) == Wrong("raises TrySendError.Full: sending on a full channel")


def test_a_time_out_before_its_time_is_wrong() -> None:
    class Hasty:
        def recv_timeout(self, seconds: float) -> None:
            from duckrace.channels import RecvTimeoutError

            raise RecvTimeoutError.Timeout

    response = made(("recv_timeout", 5.0), {"rx": Hasty()})
    assert isinstance(response, Wrong)
    assert "too early" in response.words


def test_the_model_lets_either_blocked_sender_go_on() -> None:
    model = model_for(1)
    states = [model.initial()]
    steps: list[tuple[Any, ...]] = [("send", "tx", 1), ("send", "tx", 2), ("send", "tx", 3)]
    for caller, step in enumerate(steps, start=1):
        states = [way.state for way in futures(model, states, caller, step)]
    ways = futures(model, states, 4, ("recv",))
    assert sorted([number for number, _ in way.responses] for way in ways) == [[2, 4], [3, 4]]


def test_waiting_ends_timed_calls_and_no_others() -> None:
    model = model_for(None)
    (blocked,) = futures(model, [model.initial()], 1, ("recv_timeout", 1.0))
    assert blocked.responses == ()
    (late,) = futures(model, [blocked.state], 2, ("wait", 2.0))
    assert late.responses == ((1, Timeout()),)


def test_a_list_is_shortened_to_what_fails() -> None:
    subject = load(None)
    steps = (
        ("send", "tx", 1),
        ("clone", "tx", "tx2"),
        ("try_recv",),
        ("clone", "tx2", "tx3"),
        ("send", "tx3", 2),
        ("drop", "tx"),
        ("recv",),
    )
    runs = []

    def fails(capacity: int | None, steps: tuple[tuple[Any, ...], ...]) -> bool:
        runs.append(steps)
        return any(step[0] == "send" and step[-1] == 2 for step in steps)

    assert shorter(subject, 2, steps, fails) == (None, (("send", "tx", 2),))
    assert all(possible(None, run) for run in runs[1:])


@pytest.mark.parametrize(
    "steps",
    [
        (("send", "tx2", 1),),  # made by nobody
        (("lose", "tx"), ("send", "tx", 1)),
        (("drop", "tx"), ("clone", "tx", "tx2"), ("send", "tx2", 1)),
        (("recv",), ("try_recv",)),  # two at once
        (("recv",), ("drop", "rx")),
        (("try_send", "tx", 1),),  # a Sender has none
    ],
)
def test_what_makes_no_sense_is_not_run(steps: tuple[tuple[Any, ...], ...]) -> None:
    assert not possible(None, steps)
