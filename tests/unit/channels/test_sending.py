"""Sending: contract 6, 10-26, 93, 94."""

import threading
import time

import pytest

from duckrace.channels import SendError, SendTimeoutError, TrySendError, channel, sync_channel
from duckrace.channels._exit import parked

WAIT = 20  # seconds, for what happens at once unless it is broken


class Call(threading.Thread):
    """A call in a thread of its own; `result()` returns or raises what it did."""

    def __init__(self, function, *args):
        super().__init__(daemon=True)
        self.function, self.args, self.value, self.error = function, args, None, None
        self.start()

    def run(self):
        try:
            self.value = self.function(*self.args)
        except BaseException as error:
            self.error = error

    def asleep(self):
        """Wait until the call sleeps in a channel operation."""
        until(lambda: any(waiter.thread == self.ident for waiter in list(parked)))
        return self

    def result(self):
        self.join(WAIT)
        assert not self.is_alive(), "the call still waits"
        if self.error is not None:
            raise self.error
        return self.value


def until(condition):
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.0005)


def test_6_11_12_one_sender_used_by_many_threads():
    for tx, rx in (channel(), sync_channel(3), sync_channel(0)):
        calls = [Call(lambda n=n, tx=tx: [tx.send((n, i)) for i in range(200)]) for n in range(3)]
        got = [rx.recv() for _ in range(600)]
        for call in calls:
            call.result()
        for n in range(3):
            assert [i for m, i in got if m == n] == list(range(200))


def test_10_fifo_across_senders():
    tx, rx = channel()
    other = tx.clone()
    tx.send(1)
    other.send(2)
    tx.send(3)
    assert list(rx.try_iter()) == [1, 2, 3]


def test_12_values_of_failed_sends_are_never_delivered():
    tx, rx = sync_channel(1)
    tx.send("in")
    with pytest.raises(TrySendError.Full):
        tx.try_send("out")
    with pytest.raises(SendTimeoutError.Timeout):
        tx.send_timeout("out", 0.01)
    tx.drop()
    assert list(rx) == ["in"]


def test_14_rendezvous_pairs_senders_in_order_of_arrival():
    tx, rx = sync_channel(0)
    calls = [Call(tx.send, number).asleep() for number in range(8)]
    assert [rx.recv() for _ in range(8)] == list(range(8))
    for call in calls:
        call.result()


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1), lambda: sync_channel(0)])
def test_17_without_receiver_the_value_comes_back(make):
    tx, rx = make()
    rx.drop()
    value = object()
    with pytest.raises(SendError) as caught:
        tx.send(value)
    assert caught.value.value is value
    assert tx.is_disconnected()


def test_18_send_waits_for_room():
    tx, rx = sync_channel(1)
    tx.send(1)
    call = Call(tx.send, 2).asleep()
    assert rx.recv() == 1
    call.result()
    assert rx.recv() == 2


@pytest.mark.parametrize("bound", [0, 1])
def test_18_21_49_waiting_senders_get_their_values_back_when_the_receiver_goes(bound):
    tx, rx = sync_channel(bound)
    for number in range(bound):
        tx.send(number)
    calls = [Call(tx.send, name).asleep() for name in "abc"]
    timed = Call(tx.send_timeout, "d", WAIT).asleep()
    rx.drop()
    for name, call in zip("abc", calls, strict=True):
        with pytest.raises(SendError) as caught:
            call.result()
        assert caught.value.value == name
    with pytest.raises(SendTimeoutError.Disconnected) as caught:
        timed.result()
    assert caught.value.value == "d"


def test_18_every_room_wakes_a_sender():
    tx, rx = sync_channel(2)
    tx.send(0)
    tx.send(0)
    calls = [Call(tx.send, number).asleep() for number in (1, 2, 3)]
    assert [rx.recv() for _ in range(5)][:2] == [0, 0]
    for call in calls:
        call.result()


def test_20_rendezvous_send_returns_after_the_receive():
    tx, rx = sync_channel(0)
    call = Call(tx.send, 1).asleep()
    assert call.is_alive()
    assert rx.recv() == 1
    call.result()


def test_22_23_try_send():
    tx, rx = sync_channel(1)
    tx.try_send(1)
    with pytest.raises(TrySendError.Full) as caught:
        tx.try_send(2)
    assert caught.value.value == 2
    rx.drop()
    with pytest.raises(TrySendError.Disconnected) as caught:
        tx.try_send(3)
    assert caught.value.value == 3


def test_23_full_and_without_receiver_is_disconnected():
    tx, rx = sync_channel(0)
    rx.drop()
    with pytest.raises(TrySendError.Disconnected):
        tx.try_send(1)


@pytest.mark.parametrize("receive", ["recv", "recv_timeout", "next"])
def test_24_try_send_meets_a_waiting_receiver(receive):
    tx, rx = sync_channel(0)
    call = Call(
        {"recv": rx.recv, "recv_timeout": lambda: rx.recv_timeout(WAIT), "next": lambda: next(iter(rx))}[receive]
    )
    call.asleep()
    tx.try_send("hello")
    with pytest.raises(TrySendError.Full):  # it has one already
        tx.try_send("again")
    assert call.result() == "hello"


def test_25_two_tries_never_meet():
    tx, rx = sync_channel(0)
    stop = threading.Event()

    def trying():
        while not stop.is_set():
            if list(rx.try_iter()):
                return True
        return False

    call = Call(trying)
    for _ in range(2000):
        with pytest.raises(TrySendError.Full):
            tx.try_send(1)
    stop.set()
    assert call.result() is False


@pytest.mark.parametrize("bound", [0, 1])
def test_26_send_timeout_withdraws_the_message(bound):
    tx, rx = sync_channel(bound)
    for number in range(bound):
        tx.send(number)
    began = time.monotonic()
    with pytest.raises(SendTimeoutError.Timeout) as caught:
        tx.send_timeout("late", 0.05)
    assert time.monotonic() >= began + 0.05
    assert caught.value.value == "late"
    tx.drop()
    assert list(rx) == list(range(bound))


@pytest.mark.parametrize("bound", [0, 1])
def test_26_94_send_timeout_in_time(bound):
    for timeout in (WAIT, float("inf"), 10**400, threading.TIMEOUT_MAX * 2):
        tx, rx = sync_channel(bound)
        for _ in range(bound):
            tx.send("first")
        call = Call(tx.send_timeout, 1, timeout).asleep()
        assert [rx.recv() for _ in range(bound + 1)][-1] == 1
        call.result()


@pytest.mark.parametrize("timeout", [0, -1, -float("inf")])
def test_26_94_no_time_at_all(timeout):
    tx, rx = sync_channel(1)
    tx.send_timeout(1, timeout)
    with pytest.raises(SendTimeoutError.Timeout):
        tx.send_timeout(2, timeout)
    assert rx.recv() == 1


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1), lambda: sync_channel(0)])
def test_93_any_object_is_a_message(make):
    tx, rx = make()
    messages = [None, 0, "", False, StopIteration(1), RuntimeError("x"), SendError(1), NotImplemented, ...]
    call = Call(lambda: [tx.send(message) for message in messages])
    got = [rx.recv() for _ in messages]
    call.result()
    assert all(a is b for a, b in zip(got, messages, strict=True))
    call = Call(lambda: [tx.send(message) for message in messages] and tx.drop())
    assert all(a is b for a, b in zip(rx, messages, strict=True))
    call.result()
