"""Receiving: contract 28-46, 87, 94."""

import threading
import time
import weakref

import pytest

from duckrace.channels import (
    ConcurrentReceiveError,
    RecvError,
    RecvTimeoutError,
    TryRecvError,
    channel,
    handle_core,
    sync_channel,
)
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


MAKERS = pytest.mark.parametrize("make", [channel, lambda: sync_channel(3), lambda: sync_channel(0)])


def test_28_disconnected_while_messages_are_buffered():
    tx, rx = channel()
    tx.send(1)
    assert not rx.is_disconnected()
    tx.drop()
    assert rx.is_disconnected()
    assert rx.recv() == 1


@MAKERS
def test_29_recv_waits_for_a_message(make):
    tx, rx = make()
    call = Call(rx.recv).asleep()
    tx.send(1)
    assert call.result() == 1


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(3)])
@pytest.mark.parametrize("receive", ["recv", "try_recv", "recv_timeout", "next"])
def test_30_51_disconnection_hides_no_message(make, receive):
    tx, rx = make()
    tx.send(1)
    tx.send(2)
    tx.drop()
    calls = {
        "recv": rx.recv,
        "try_recv": rx.try_recv,
        "recv_timeout": lambda: rx.recv_timeout(0),
        "next": rx.iter().__next__,
    }
    assert [calls[receive](), calls[receive]()] == [1, 2]
    with pytest.raises((RecvError, TryRecvError.Disconnected, RecvTimeoutError.Disconnected, StopIteration)):
        calls[receive]()


@MAKERS
def test_31_recv_on_a_closed_channel(make):
    tx, rx = make()
    tx.drop()
    for _ in range(2):
        with pytest.raises(RecvError):
            rx.recv()


@MAKERS
def test_31_47_blocked_recv_is_woken_by_last_drop(make):
    tx, rx = make()
    other = tx.clone()
    call = Call(rx.recv).asleep()
    tx.drop()
    assert call.is_alive()
    other.drop()
    with pytest.raises(RecvError):
        call.result()


@MAKERS
def test_32_try_recv(make):
    tx, rx = make()
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()
    tx.drop()
    for _ in range(2):
        with pytest.raises(TryRecvError.Disconnected):
            rx.try_recv()


def test_33_try_recv_takes_from_a_waiting_sender():
    tx, rx = sync_channel(0)
    call = Call(tx.send, 1).asleep()
    assert rx.try_recv() == 1
    call.result()


@MAKERS
def test_34_37_timeout_is_never_early(make):
    _tx, rx = make()
    for timeout in (0.001, 0.03):
        began = time.monotonic()
        with pytest.raises(RecvTimeoutError.Timeout):
            rx.recv_timeout(timeout)
        assert time.monotonic() >= began + timeout


def test_35_36_no_time_but_a_message():
    for timeout in (0, -5, -float("inf")):
        tx, rx = channel()
        tx.send(1)
        assert rx.recv_timeout(timeout) == 1
        with pytest.raises(RecvTimeoutError.Timeout):
            rx.recv_timeout(timeout)
        tx.drop()
        with pytest.raises(RecvTimeoutError.Disconnected):
            rx.recv_timeout(timeout)


def test_39_wake_ups_do_not_restart_the_deadline():
    tx, rx = channel()
    core = handle_core(rx)
    began = time.monotonic()
    call = Call(rx.recv_timeout, 0.1)

    def wake_until_it_ends():
        with core.lock:
            if core.takers:
                core.takers.wake_first()
        return not call.is_alive()

    until(wake_until_it_ends)  # for ever, if each wake-up restarted it
    with pytest.raises(RecvTimeoutError.Timeout):
        call.result()
    assert time.monotonic() - began >= 0.1
    tx.send(1)
    assert rx.recv() == 1


@pytest.mark.parametrize("timeout", [float("inf"), 2**64, 10**400, threading.TIMEOUT_MAX, threading.TIMEOUT_MAX * 2])
def test_40_94_huge_timeouts_wait(timeout):
    tx, rx = channel()
    call = Call(rx.recv_timeout, timeout).asleep()
    tx.send(1)
    assert call.result() == 1


@MAKERS
def test_41_recv_timeout_ends_with_the_last_sender(make):
    tx, rx = make()
    call = Call(rx.recv_timeout, 3600).asleep()
    tx.drop()
    with pytest.raises(RecvTimeoutError.Disconnected):
        call.result()


def test_42_recv_deadline():
    tx, rx = channel()
    tx.send(1)
    assert rx.recv_deadline(-float("inf")) == 1
    with pytest.raises(RecvTimeoutError.Timeout):
        rx.recv_deadline(-float("inf"))
    deadline = time.monotonic() + 0.02
    with pytest.raises(RecvTimeoutError.Timeout):
        rx.recv_deadline(deadline)
    assert time.monotonic() >= deadline
    call = Call(rx.recv_deadline, float("inf")).asleep()
    tx.send(2)
    assert call.result() == 2


@MAKERS
def test_43_46_iteration_waits_and_ends_for_good(make):
    tx, rx = make()
    messages = rx.iter()
    call = Call(lambda: list(messages)).asleep()
    for number in range(5):
        tx.send(number)
    tx.drop()
    assert call.result() == [0, 1, 2, 3, 4]
    for _ in range(2):
        with pytest.raises(StopIteration):
            next(messages)


def test_44_plain_iteration_borrows():
    tx, rx = channel()
    tx.send(1)
    tx.send(2)
    for _ in rx:
        break
    assert not tx.is_disconnected()
    assert rx.recv() == 2


def test_44_with_owns():
    tx, rx = channel()
    tx.send(1)
    with rx as same:
        assert same is rx
        for _ in rx:
            break
    assert tx.is_disconnected()


def test_45_try_iter_is_not_fused():
    tx, rx = channel()
    messages = rx.try_iter()
    assert list(messages) == []
    tx.send(1)
    assert list(messages) == [1]
    tx.drop()
    assert list(messages) == []


@MAKERS
def test_87_a_second_receive_is_refused_and_nothing_is_lost(make):
    tx, rx = make()
    call = Call(rx.recv).asleep()
    for receive in (rx.recv, rx.try_recv, lambda: rx.recv_timeout(1), rx.iter().__next__, rx.try_iter().__next__):
        with pytest.raises(ConcurrentReceiveError, match="one consumer"):
            receive()
    tx.send(1)
    assert call.result() == 1
    with pytest.raises(TryRecvError.Empty):  # the next one may come
        rx.try_recv()


@MAKERS
def test_87_a_receive_after_one_that_timed_out(make):
    tx, rx = make()
    with pytest.raises(RecvTimeoutError.Timeout):
        rx.recv_timeout(0.01)
    call = Call(rx.recv).asleep()
    tx.send(1)
    assert call.result() == 1


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(0)])
def test_50_no_reference_to_the_last_message_is_kept(make):
    class Message:
        pass

    tx, rx = make()
    seen = []

    def consume():
        for message in rx:
            seen.append(weakref.ref(message))
            del message

    call = Call(consume).asleep()
    for _ in range(3):
        tx.send(Message())
        call.asleep()
    until(lambda: len(seen) == 3 and all(reference() is None for reference in seen))
    tx.drop()
    call.result()
