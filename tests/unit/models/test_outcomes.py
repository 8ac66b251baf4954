"""Everything that a program of calls may come to: small programs whose outcomes can be told by hand."""

from __future__ import annotations

from itertools import permutations

import pytest

from duckrace_models import (
    BLOCKS,
    RECEIVER,
    Call,
    ConcurrentReceive,
    Disconnected,
    Dropped,
    Empty,
    Full,
    Ok,
    Outcome,
    Timeout,
    model_for,
    outcomes,
)


def program(*threads: str) -> list[list[Call]]:
    """``"send t 1, drop t"``, ``"recv"``: the calls of each caller."""
    found: list[list[Call]] = []
    for caller, text in enumerate(threads):
        calls = []
        for step in text.split(", "):
            operation, handle, value, *_ = [*step.split(), None, None]
            calls.append(Call(caller=caller, operation=operation, handle=handle or RECEIVER, value=value))  # type: ignore[arg-type]
        found.append(calls)
    return found


def told(capacity: int | None, *threads: str, senders: tuple[str, ...] = ("t",)) -> frozenset[Outcome]:
    return outcomes(model_for(capacity), program(*threads), senders)


@pytest.mark.parametrize("capacity", [None, 1])
def test_a_message_and_a_try(capacity: int | None) -> None:
    assert told(capacity, "send t 1", "try_recv") == {((Ok(),), (Ok("1"),)), ((Ok(),), (Empty(),))}


def test_empty_lies_between_a_message_and_the_end() -> None:
    """(32) What the channel says from one moment to the next: a message, Empty, Disconnected, but never backwards."""
    sent, tries = (Ok(), Ok()), (Empty(), Ok("1"), Disconnected())
    assert told(None, "send t 1, drop t", "try_recv, try_recv") == {
        (sent, answers)
        for answers in (
            (tries[0], tries[0]),
            (tries[0], tries[1]),
            (tries[1], tries[0]),
            (tries[1], tries[2]),
        )
    }


def test_the_orders_of_two_senders() -> None:
    """(10, 11) All six interleavings of two and two, and no other order."""
    found = told(None, "send a 1, send a 2", "send b 3, send b 4", "recv, recv, recv, recv", senders=("a", "b"))
    orders = {tuple(value.value for value in outcome[2]) for outcome in found}  # type: ignore[union-attr]
    right = {o for o in permutations("1234") if o.index("1") < o.index("2") and o.index("3") < o.index("4")}
    assert orders == right
    assert len(found) == 6


def test_whoever_cannot_go_on_blocks() -> None:
    assert told(None, "recv", "try_recv") == {
        ((BLOCKS,), (Empty(),)),
        ((BLOCKS,), (ConcurrentReceive(),)),
        ((ConcurrentReceive(),), (Empty(),)),
    }
    assert told(1, "send t 1, send t 2") == {((Ok(), BLOCKS),)}
    assert told(0, "send a 1", "send b 2", senders=("a", "b")) == {((BLOCKS,), (BLOCKS,))}


def test_a_rendezvous_decides_two_calls() -> None:
    """(20, 24, 25)"""
    assert told(0, "send t 1", "recv") == {((Ok(),), (Ok("1"),))}
    assert told(0, "try_send t 1", "recv") == {((Ok(),), (Ok("1"),)), ((Full("1"),), (BLOCKS,))}
    assert told(0, "try_send t 1", "try_recv") == {((Full("1"),), (Empty(),))}


def test_handles_go() -> None:
    """(31, 48, 85, 86)"""
    assert told(None, "clone t u, drop t", "recv") == {((Ok("u"), Ok()), (BLOCKS,))}
    assert told(None, "drop t, send t 1", "recv") == {((Ok(), Dropped("1")), (Disconnected(),))}
    assert told(1, "send t 1, send t 2", "drop t") == {
        ((Ok(), Dropped("2")), (Ok(),)),
        ((Dropped("1"), Dropped("2")), (Ok(),)),
    }


def test_timed_calls_may_time_out_and_need_not() -> None:
    assert told(None, "send t 1", "recv_timeout") == {((Ok(),), (Ok("1"),)), ((Ok(),), (Timeout(),))}


def test_a_caller_is_in_one_place() -> None:
    calls = program("send t 1", "recv")
    with pytest.raises(ValueError, match="one caller of its own"):
        outcomes(model_for(None), [calls[0], calls[0]], ("t",))
    with pytest.raises(ValueError, match="one caller of its own"):
        outcomes(model_for(None), [[*calls[0], *calls[1]]], ("t",))


def test_what_no_program_can_do_is_refused() -> None:
    with pytest.raises(ValueError, match="has no try_send"):
        told(None, "send t 1, try_send t 2")


def test_nobody_calls_anything() -> None:
    assert outcomes(model_for(None), [[], []], ("t",)) == {((), ())}
