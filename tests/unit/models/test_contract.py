"""What the models decide, one numbered statement of the channel contract per test."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from duckrace_models import (
    BLOCKS,
    RECEIVER,
    Blocks,
    Bounded,
    Call,
    ConcurrentReceive,
    Disconnected,
    Dropped,
    Empty,
    Full,
    Handle,
    Machine,
    Ok,
    Operation,
    Rendezvous,
    Response,
    Settled,
    State,
    Timeout,
    Transition,
    Unbounded,
    Value,
    model_for,
)

BUFFERED = [Unbounded(), Bounded(capacity=1), Bounded(capacity=2)]
BOUNDED = [Bounded(capacity=1), Bounded(capacity=2)]
SYNC = [*BOUNDED, Rendezvous()]
ALL = [*BUFFERED, Rendezvous()]


def every(models: Sequence[Machine]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", models, ids=repr)


class Channel:
    """A model with its present state, to write tests as programs."""

    def __init__(self, model: Machine, *senders: Handle) -> None:
        self.model, self.state = model, model.initial(senders or ("tx",))

    @staticmethod
    def call(operation: Operation, value: Value = None, *, on: Handle | None = None, by: str = "main") -> Call:
        receives = operation in ("recv", "try_recv", "recv_timeout")
        handle = on if on is not None else RECEIVER if receives else "tx"
        return Call(caller=by, operation=operation, handle=handle, value=value)

    def do(
        self, operation: Operation, value: Value = None, *, on: Handle | None = None, by: str = "main"
    ) -> Response | Blocks:
        answer, self.state = self.model.apply(self.state, self.call(operation, value, on=on, by=by))
        return answer

    def start(self, operation: Operation, value: Value = None, *, on: Handle | None = None, by: str = "main") -> None:
        self.state = self.model.start(self.state, self.call(operation, value, on=on, by=by))

    def steps(self, by: str) -> list[Transition]:
        return [step for step in self.model.enabled(self.state) if step.caller == by]

    def step(self, by: str) -> Transition:
        (step,) = self.steps(by)
        self.state = step.state
        return step

    def settle(self) -> dict[str, Response]:
        (settled,) = self.model.settle(self.state)
        self.state = settled.state
        return {str(caller): response for caller, response in settled.responses}

    def endings(self) -> set[Settled]:
        return set(self.model.settle(self.state))


# Construction


def test_001_002_003_model_for_picks_the_channel() -> None:
    assert model_for(None) == Unbounded()
    assert model_for(0) == Rendezvous()
    assert model_for(3) == Bounded(capacity=3)
    assert [m.capacity for m in ALL] == [None, 1, 2, 0]


@pytest.mark.parametrize(
    ("capacity", "error"),
    [(-1, ValueError), (sys.maxsize + 1, OverflowError), (1.0, TypeError), (0.0, TypeError), ("1", TypeError)],
)
def test_004_094_impossible_bounds_are_refused(capacity: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        model_for(capacity)


def test_004_zero_is_not_a_buffer() -> None:
    with pytest.raises(ValueError, match="Rendezvous"):
        Bounded(capacity=0)


@every(ALL)
def test_005_the_receiver_has_no_clone(model: Machine) -> None:
    with pytest.raises(ValueError, match="has no clone"):
        Channel(model).start("clone", "rx2", on=RECEIVER)


@every(ALL)
def test_005_a_clone_is_a_sender(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("clone", "tx2") == Ok("tx2")
    assert channel.state.senders == {"tx", "tx2"}
    channel.do("recv", by="R")
    assert channel.do("send", 1, on="tx2") == Ok()
    assert channel.settle()["R"] == Ok(1)


# Order


@every(BUFFERED)
def test_010_first_in_first_out(model: Machine) -> None:
    channel = Channel(model)
    channel.do("send", 1)
    if model != Bounded(capacity=1):
        channel.do("send", 2)
        assert channel.do("recv") == Ok(1)
        assert channel.do("recv") == Ok(2)


@every(ALL)
def test_011_concurrent_sends_take_effect_in_either_order(model: Machine) -> None:
    channel = Channel(model)
    channel.start("send", "a", by="A")
    channel.start("send", "b", by="B")
    channel.start("recv", by="R")
    assert {dict(e.responses)["R"] for e in channel.endings()} == {Ok("a"), Ok("b")}


@every(BUFFERED)
def test_011_a_send_that_returned_first_is_received_first(model: Machine) -> None:
    channel = Channel(model)
    channel.do("send", "a", by="A")
    channel.start("send", "b", by="B")
    channel.start("recv", by="R")
    assert {dict(e.responses)["R"] for e in channel.endings()} == {Ok("a")}


@every(BOUNDED)
def test_013_a_newcomer_may_overtake_a_blocked_sender(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("send", "old", by="S") is BLOCKS
    assert channel.do("recv") == Ok(0)
    assert channel.do("try_send", "new") == Ok()
    assert channel.model.blocked(channel.state) == ("S",)


@every(BOUNDED)
def test_013_any_blocked_sender_may_get_the_room(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    channel.do("send", "a", by="A")
    channel.do("send", "b", by="B")
    assert model.blocked(channel.state) == ("A", "B")
    channel.do("recv")
    assert {e.responses for e in channel.endings()} == {(("A", Ok()),), (("B", Ok()),)}


def test_014_rendezvous_pairs_in_arrival_order() -> None:
    channel = Channel(Rendezvous())
    for name in ("C", "A", "B"):
        assert channel.do("send", name, by=name) is BLOCKS
    assert [channel.do("recv") for _ in "CAB"] == [Ok("C"), Ok("A"), Ok("B")]


def test_014_the_order_is_that_of_arrival_not_of_the_calls() -> None:
    channel = Channel(Rendezvous())
    channel.start("send", "a", by="A")
    assert channel.do("send", "b", by="B") is BLOCKS
    channel.step("A")
    assert channel.do("recv") == Ok("b")


# Senders


@every(ALL)
def test_016_019_send_on_unbounded_never_waits_and_bounded_waits_exactly_when_full(model: Machine) -> None:
    channel = Channel(model)
    answers = [channel.do("send", n, by=f"S{n}") for n in range(4)]
    room = 4 if model.capacity is None else model.capacity
    assert answers == [Ok()] * room + [BLOCKS] * (4 - room)


@every(ALL)
def test_017_send_without_receiver_hands_the_value_back(model: Machine) -> None:
    channel = Channel(model)
    channel.do("drop", on=RECEIVER)
    assert channel.do("send", 7) == Disconnected(7)


@every(BOUNDED)
def test_018_blocked_send_wakes_when_room_appears(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("send", "late", by="S") is BLOCKS
    channel.do("recv")
    assert channel.settle() == {"S": Ok()}
    assert channel.state.buffer[-1] == "late"


@every(SYNC)
def test_018_021_049_blocked_send_wakes_when_the_receiver_goes(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("send", "late", by="S") is BLOCKS
    assert channel.do("drop", on=RECEIVER) == Ok()
    assert channel.settle() == {"S": Disconnected("late")}


def test_020_rendezvous_send_is_ok_only_when_the_receiver_has_the_value() -> None:
    channel = Channel(Rendezvous())
    assert channel.do("send", 1, by="S") is BLOCKS
    channel.start("recv", by="R")
    channel.step("R")
    meet = channel.step("R")
    assert meet.action == "pair"
    assert dict(meet.decided) == {"S": Ok(), "R": Ok(1)}


def test_022_095_unbounded_sender_has_no_try_send_and_no_send_timeout() -> None:
    for operation in ("try_send", "send_timeout"):
        with pytest.raises(ValueError, match=f"Unbounded has no {operation}"):
            Channel(Unbounded()).start(operation, 1)


@every(SYNC)
def test_022_try_send_on_full(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("try_send", 7) == Full(7)


@every(SYNC)
def test_023_full_and_without_receiver_is_disconnected(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    channel.do("drop", on=RECEIVER)
    assert channel.do("try_send", 7) == Disconnected(7)


@pytest.mark.parametrize("receive", ["recv", "recv_timeout"])
def test_024_rendezvous_try_send_meets_a_blocked_receive(receive: Operation) -> None:
    channel = Channel(Rendezvous())
    channel.start(receive, by="R")
    assert channel.do("try_send", 1) == Full(1), "only called"
    channel.step("R")
    assert channel.do("try_send", 1) == Full(1), "inside, and does not wait yet"
    channel.step("R")
    assert channel.do("try_send", 1) == Ok()
    assert channel.settle() == {"R": Ok(1)}


def test_025_two_try_calls_never_meet() -> None:
    channel = Channel(Rendezvous())
    channel.start("try_send", 1, by="S")
    channel.start("try_recv", by="R")
    assert {e.responses for e in channel.endings()} == {(("R", Empty()), ("S", Full(1)))}


@every(SYNC)
def test_026_send_timeout(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("send_timeout", 7) == Timeout(7)
    channel.do("drop", on=RECEIVER)
    assert channel.do("send_timeout", 7) == Disconnected(7)


def test_026_a_timed_out_rendezvous_is_withdrawn() -> None:
    channel = Channel(Rendezvous())
    channel.start("send_timeout", "withdrawn", by="S")
    channel.step("S")
    assert channel.do("send", "next", by="T") is BLOCKS
    assert channel.step("S").action == "time_out"
    assert channel.do("recv") == Ok("next")
    assert channel.settle() == {"S": Timeout("withdrawn"), "T": Ok()}


# The receiver


@every(BUFFERED)
def test_029_recv_takes_a_message_at_once_else_blocks(model: Machine) -> None:
    channel = Channel(model)
    channel.do("send", 1)
    assert channel.do("recv", by="R") == Ok(1)
    assert channel.do("recv", by="R") is BLOCKS
    channel.do("send", 2)
    assert channel.settle() == {"R": Ok(2)}


@every(BUFFERED)
@pytest.mark.parametrize("receive", ["recv", "try_recv", "recv_timeout"])
def test_030_051_disconnection_never_hides_messages(model: Machine, receive: Operation) -> None:
    channel = Channel(model)
    channel.do("send", 1)
    channel.do("drop", on="tx")
    assert channel.do(receive) == Ok(1)
    assert channel.do(receive) == Disconnected()
    assert channel.do(receive) == Disconnected(), "idempotent (32)"


@every(ALL)
def test_031_047_blocked_recv_wakes_when_the_last_sender_goes(model: Machine) -> None:
    channel = Channel(model, "a", "b")
    assert channel.do("recv", by="R") is BLOCKS
    channel.do("drop", on="a")
    assert model.blocked(channel.state) == ("R",), "48: not the last one"
    channel.do("drop", on="b")
    assert channel.settle() == {"R": Disconnected()}


@every(ALL)
def test_032_try_recv(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("try_recv") == Empty()
    channel.do("drop", on="tx")
    assert channel.do("try_recv") == Disconnected()


@pytest.mark.parametrize("send", ["send", "send_timeout"])
@pytest.mark.parametrize("receive", ["recv", "try_recv", "recv_timeout"])
def test_033_035_rendezvous_receive_takes_from_a_waiting_sender(send: Operation, receive: Operation) -> None:
    channel = Channel(Rendezvous())
    channel.start(send, 1, by="S")
    channel.step("S")
    assert channel.do(receive) == Ok(1)
    assert channel.settle() == {"S": Ok()}


@every(BUFFERED)
def test_035_recv_timeout_never_times_out_on_a_message(model: Machine) -> None:
    channel = Channel(model)
    channel.start("recv_timeout", by="R")
    channel.step("R")
    assert [s.action for s in channel.steps("R")] == ["time_out"]
    channel.do("send", 1)
    assert [s.decided for s in channel.steps("R")] == [(("R", Ok(1)),)]


@every(ALL)
def test_036_041_recv_timeout_on_empty(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("recv_timeout") == Timeout()
    channel.start("recv_timeout", by="R")
    channel.step("R")
    channel.do("drop", on="tx")
    assert channel.settle() == {"R": Disconnected()}, "not at the deadline: settle times nothing out"


@every(ALL)
def test_038_ok_may_come_after_the_deadline(model: Machine) -> None:
    channel = Channel(model)
    channel.start("recv_timeout", by="R")
    channel.settle()
    assert "time_out" in [s.action for s in channel.steps("R")]
    channel.start("send", 1)
    assert channel.settle() == {"R": Ok(1), "main": Ok()}


# Drops


@every(ALL)
def test_048_dropping_one_of_two_senders_is_unobservable(model: Machine) -> None:
    channel = Channel(model)
    channel.do("clone", "tx2")
    channel.do("drop", on="tx")
    assert channel.do("try_recv") == Empty()
    channel.do("recv", by="R")
    assert channel.do("send", 1, on="tx2") == Ok()
    assert channel.settle()["R"] == Ok(1)


def test_050_receiver_drop_destroys_the_buffer_in_order() -> None:
    channel = Channel(Unbounded())
    for n in range(3):
        channel.do("send", n)
    channel.start("drop", on=RECEIVER)
    assert channel.step("main").discarded == (0, 1, 2)
    assert channel.state.buffer == ()
    assert channel.state.senders == {"tx"}


@every(ALL)
def test_085_drop_is_idempotent(model: Machine) -> None:
    channel = Channel(model, "a", "b")
    for handle in ("a", RECEIVER):
        assert channel.do("drop", on=handle) == Ok()
        before = channel.state
        assert channel.do("drop", on=handle) == Ok()
        assert channel.state == before


@every(ALL)
def test_085_use_of_a_dropped_handle(model: Machine) -> None:
    channel = Channel(model)
    channel.do("drop", on="tx")
    channel.do("drop", on=RECEIVER)
    for operation in sorted(model.operations - {"drop"}):
        value = "new" if operation == "clone" else 7 if "send" in operation else None
        answer = channel.do(operation, value)
        assert answer == Dropped(7 if "send" in operation else None), operation


@every(SYNC)
def test_086_dropping_the_handle_wakes_the_send_with_its_value(model: Machine) -> None:
    channel = Channel(model, "tx", "other")
    fill(channel)
    assert channel.do("send", "unsent", by="S") is BLOCKS
    assert channel.do("drop", on="tx") == Ok()
    while channel.do("try_recv") == Ok(0):
        pass
    assert channel.settle() == {"S": Dropped("unsent")}
    assert channel.do("try_recv") == Empty(), "never sent after all, though there was room"


@every(ALL)
def test_086_dropping_the_receiver_wakes_its_recv(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("recv", by="R") is BLOCKS
    channel.do("drop", on=RECEIVER)
    assert channel.settle() == {"R": Dropped()}


@every(ALL)
def test_086_a_decided_call_keeps_its_response(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("recv", by="R") is BLOCKS
    channel.do("send", 1)
    if model.capacity != 0:
        channel.step("R")
    channel.do("drop", on=RECEIVER)
    assert channel.settle() == {"R": Ok(1)}


@every(ALL)
@pytest.mark.parametrize("receive", ["recv", "try_recv", "recv_timeout"])
def test_087_concurrent_receive(model: Machine, receive: Operation) -> None:
    channel = Channel(model)
    assert channel.do("recv", by="R") is BLOCKS
    before = channel.state
    assert channel.do(receive, by="newcomer") == ConcurrentReceive()
    assert channel.state == before, "nothing lost"


@every(BUFFERED)
def test_087_until_it_has_returned_a_receive_may_be_inside(model: Machine) -> None:
    channel = Channel(model)
    channel.do("send", 1)
    channel.start("recv", by="R")
    channel.step("R")
    channel.step("R")
    channel.start("try_recv", by="newcomer")
    assert {s.action for s in channel.steps("newcomer")} == {"enter", "effect"}
    with pytest.raises(ValueError, match="settle"):
        channel.do("try_recv", by="third")
    assert {dict(e.responses)["newcomer"] for e in channel.endings()} == {Empty(), ConcurrentReceive()}


@every(ALL)
def test_085_087_dropped_is_said_before_concurrent(model: Machine) -> None:
    channel = Channel(model)
    assert channel.do("recv", by="R") is BLOCKS
    channel.do("drop", on=RECEIVER)
    assert channel.do("try_recv", by="newcomer") == Dropped()


@every(SYNC)
def test_088_a_cancelled_send_leaves_no_ghost(model: Machine) -> None:
    channel = Channel(model)
    fill(channel)
    assert channel.do("send", "ghost", by="S") is BLOCKS
    channel.state = model.cancel(channel.state, "S")
    while (answer := channel.do("try_recv")) != Empty():
        assert answer == Ok(0)


def test_088_a_cancelled_receive_is_not_waited_for() -> None:
    channel = Channel(Rendezvous())
    assert channel.do("recv", by="R") is BLOCKS
    channel.state = channel.model.cancel(channel.state, "R")
    assert channel.do("try_send", 1) == Full(1)


@every(ALL)
def test_088_a_decided_call_cannot_be_cancelled(model: Machine) -> None:
    channel = Channel(model)
    channel.start("drop", on="tx")
    channel.step("main")
    with pytest.raises(ValueError, match="only return"):
        model.cancel(channel.state, "main")
    with pytest.raises(ValueError, match="no call"):
        model.cancel(channel.state, "nobody")


@every(BUFFERED)
@pytest.mark.parametrize("message", [None, 0, "", (), StopIteration(), BLOCKS, Empty()], ids=repr)
def test_093_any_value_is_a_message(model: Machine, message: Value) -> None:
    channel = Channel(model)
    assert channel.do("send", message) == Ok()
    assert channel.do("recv") == Ok(message)


# The form of the model


@every(ALL)
def test_states_are_canonical_and_hashable(model: Machine) -> None:
    one, two = Channel(model, "a", "b"), Channel(model, "b", "a")
    for channel, order in ((one, "AB"), (two, "BA")):
        for caller in order:
            channel.start("send", 1, on=caller.lower(), by=caller)
    assert one.state == two.state
    assert hash(one.state) == hash(two.state)


def test_calls_no_program_can_make_are_refused() -> None:
    channel = Channel(Unbounded())
    with pytest.raises(ValueError, match="handle 'rx' has no send"):
        channel.start("send", 1, on=RECEIVER)
    with pytest.raises(ValueError, match="handle 'tx' has no recv"):
        channel.start("recv", on="tx")
    with pytest.raises(ValueError, match="is in use"):
        channel.start("clone", "tx")
    with pytest.raises(ValueError, match="needs a new handle"):
        channel.start("clone")
    with pytest.raises(ValueError, match="names the receiver"):
        channel.model.initial([RECEIVER])
    channel.start("recv")
    with pytest.raises(ValueError, match="is in a call"):
        channel.start("send", 1)


def test_the_state_is_never_changed_in_place() -> None:
    before = State(senders=frozenset({"tx"}))
    channel = Channel(Unbounded())
    first = channel.state
    channel.do("send", 1)
    assert first == before


def fill(channel: Channel) -> None:
    """Send 0 until the buffer is full."""
    for _ in range(channel.model.capacity or 0):
        assert channel.do("try_send", 0) == Ok()
