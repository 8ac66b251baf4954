"""Dropping handles: contract 47-59, 85, 86, 89."""

import gc
import os
import sys
import threading
import time
import weakref

import pytest

import duckrace.channels
from duckrace.channels import (
    DroppedError,
    RecvError,
    SendError,
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


PACKAGE = os.path.dirname(duckrace.channels.__file__)


class Noisy:
    """A message that tells when it is destroyed."""

    def __init__(self, name, heard, on_destroy=lambda: None):
        self.name, self.heard, self.on_destroy = name, heard, on_destroy

    def __del__(self):
        self.heard.append(self.name)
        self.on_destroy()


@MAKERS
def test_47_48_85_only_the_last_drop_closes(make):
    tx, rx = make()
    clones = [tx.clone() for _ in range(3)]
    tx.drop()
    with clones.pop():
        pass
    del clones[0]
    assert not rx.is_disconnected()
    clones.clear()  # the last reference to the last one
    assert rx.is_disconnected()
    with pytest.raises(RecvError):
        rx.recv()


@MAKERS
def test_49_85_the_receiver_goes_with_its_last_reference(make):
    tx, rx = make()
    del rx
    assert tx.is_disconnected()
    with pytest.raises(SendError):
        tx.send(1)


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(5)])
@pytest.mark.parametrize("how", ["drop", "with", "del"])
def test_50_receiver_drop_destroys_messages_in_order(make, how):
    heard = []
    tx, rx = make()
    for name in "abcd":
        tx.send(Noisy(name, heard))
    if how == "drop":
        rx.drop()
    elif how == "with":
        with rx:
            pass
    else:
        del rx
    assert heard == list("abcd")


def test_51_last_sender_drop_destroys_nothing():
    heard = []
    tx, rx = channel()
    tx.send(Noisy("a", heard))
    tx.drop()
    assert heard == []
    assert rx.recv().name == "a"
    assert heard == ["a"]


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1)])
def test_52_a_finalizer_that_sends_gets_the_error(make):
    tx, rx = make()
    errors = []

    def send():
        with pytest.raises(SendError) as caught:
            tx.send("from the finalizer")
        errors.append(caught.value.value)

    tx.send(Noisy("a", [], send))
    Call(rx.drop).result()
    assert errors == ["from the finalizer"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_53_a_finalizer_that_raises_stops_nothing(monkeypatch):
    heard, reported = [], []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: reported.append(str(report.exc_value)))

    def fail():
        raise RuntimeError("from the finalizer")

    tx, rx = channel()
    for name in "abcd":
        tx.send(Noisy(name, heard, fail if name == "b" else lambda: None))
    rx.drop()
    assert heard == list("abcd")
    assert reported == ["from the finalizer"]
    with pytest.raises(SendError):
        tx.send(1)


def test_54_a_failing_thread_drops_its_handles():
    tx, rx = channel()

    def fail(sender):
        sender.send(1)
        raise RuntimeError

    call = threading.Thread(target=fail, args=(tx,), daemon=True)
    failures = []
    hook, threading.excepthook = threading.excepthook, lambda report: failures.append(report.exc_type)
    try:
        call.start()
        del tx
        assert rx.recv() == 1
        with pytest.raises(RecvError):
            rx.recv()
        call.join(WAIT)
    finally:
        threading.excepthook = hook
    assert failures == [RuntimeError]


def test_55_a_sender_in_its_own_queue_is_alive():
    tx, rx = channel()
    tx.send(tx)
    del tx
    assert not rx.is_disconnected()
    held = rx.recv()
    with pytest.raises(TryRecvError.Empty):
        rx.try_recv()
    del held
    with pytest.raises(TryRecvError.Disconnected):
        rx.try_recv()


def test_55_a_receiver_in_its_own_queue_goes_with_the_collector():
    heard = []
    tx, rx = channel()
    tx.send(Noisy("a", heard))
    tx.send(rx)
    del rx
    assert not tx.is_disconnected()
    del tx
    gc.collect()
    assert heard == ["a"]


def test_58_handles_travel_through_channels():
    tx, rx = channel()
    inner_tx, inner_rx = channel()
    tx.send(inner_rx)
    del inner_rx
    inner_tx.send(1)
    assert rx.recv().recv() == 1
    assert inner_tx.is_disconnected()


@MAKERS
def test_59_85_a_dropped_handle_refuses_everything_but_drop(make):
    tx, rx = make()
    tx.drop()
    rx.drop()
    tx.drop()
    rx.drop()
    value = object()
    sends = [lambda: tx.send(value)]
    if hasattr(tx, "try_send"):
        sends += [lambda: tx.try_send(value), lambda: tx.send_timeout(value, 0)]
    for send in sends:
        with pytest.raises(DroppedError, match=r"clone\(\)") as caught:
            send()
        assert caught.value.value is value
    uses = [tx.clone, tx.is_disconnected, tx.__enter__, rx.is_disconnected, rx.__enter__]
    uses += [rx.recv, rx.try_recv, lambda: rx.recv_timeout(0), rx.iter, rx.try_iter, lambda: iter(rx)]
    for use in uses:
        with pytest.raises(DroppedError, match="was dropped") as caught:
            use()
        assert isinstance(caught.value, ValueError)
        assert caught.value.value is None


def test_85_drop_twice_counts_once():
    tx, rx = channel()
    other = tx.clone()
    tx.drop()
    tx.drop()
    del tx
    assert not rx.is_disconnected()
    other.drop()
    assert rx.is_disconnected()


@pytest.mark.parametrize("receive", ["recv", "next", "timeout"])
@MAKERS
def test_86_dropping_the_receiver_ends_its_own_call(make, receive):
    _tx, rx = make()
    call = Call(
        {"recv": rx.recv, "next": rx.iter().__next__, "timeout": lambda: rx.recv_timeout(WAIT)}[receive]
    ).asleep()
    rx.drop()
    with pytest.raises(DroppedError):
        call.result()


@pytest.mark.parametrize("bound", [0, 1])
def test_86_dropping_a_sender_ends_its_own_call(bound):
    tx, rx = sync_channel(bound)
    other = tx.clone()
    for number in range(bound):
        tx.send(number)
    value = object()
    calls = [Call(tx.send, value).asleep(), Call(tx.send_timeout, value, WAIT).asleep()]
    unconcerned = Call(other.send, "more").asleep()
    tx.drop()
    for call in calls:
        with pytest.raises(DroppedError) as caught:
            call.result()
        assert caught.value.value is value
    assert [rx.recv() for _ in range(bound + 1)][-1] == "more"
    unconcerned.result()
    del other, unconcerned
    with pytest.raises(TryRecvError.Disconnected):
        rx.try_recv()


def test_86_the_room_a_dropped_sender_was_woken_for_goes_to_the_next():
    tx, rx = sync_channel(1)
    other = tx.clone()
    tx.send(0)
    first = Call(tx.send, 1).asleep()
    second = Call(other.send, 2).asleep()
    core = handle_core(tx)
    with core.lock:  # both happen before the woken call can look
        core.buffer.popleft()
        core.putters.wake_first()
        tx.drop()
    with pytest.raises(DroppedError):
        first.result()
    second.result()
    assert rx.recv() == 2


def test_89_a_drop_inside_the_lock_is_deferred():
    tx, rx = channel()
    other = tx.clone()
    core = handle_core(tx)
    with core.lock:
        tx.drop()
        other.drop()
        assert core.senders == 2  # nothing changes in the middle of an operation
    assert rx.is_disconnected()
    assert core.senders == 0


def test_89_a_drop_while_another_thread_is_inside():
    tx, rx = channel()
    core = handle_core(tx)
    entered, leave = threading.Event(), threading.Event()

    def inside():
        with core.lock:
            entered.set()
            leave.wait(WAIT)

    call = Call(inside)
    entered.wait(WAIT)
    tx.drop()  # does not wait
    waiting = Call(rx.recv)
    leave.set()
    call.result()
    with pytest.raises(RecvError):
        waiting.result()


def every_line(function, action, limit=400):
    """Run ``function(n)`` again and again, each time with ``action()`` at one line of the package further on."""
    for n in range(limit):
        lines, acted = [0], [False]

        def trace(frame, event, arg, lines=lines, acted=acted, n=n):
            if not frame.f_code.co_filename.startswith(PACKAGE):
                return None
            if event == "line":
                lines[0] += 1
                if lines[0] == n + 1:
                    acted[0] = True
                    sys.settrace(None)
                    action()
            return trace

        yield n, trace, acted
        if not acted[0]:
            return
    raise AssertionError("the operation never ends")


@pytest.mark.parametrize("operation", ["send", "recv", "try_recv", "blocked recv"])
@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1)])
def test_89_the_last_sender_dropped_at_any_line_of_an_operation(make, operation):
    """As a finalizer may do, in the very thread that runs the operation."""
    handles = {}
    count = 0

    def setup():
        tx, rx = make()
        if "recv" in operation and "blocked" not in operation:
            tx.send("message")
        handles.update(tx=tx, rx=rx)

    def act():
        handles["tx"].drop()

    def operate():
        rx = handles["rx"]
        if operation == "send":
            try:
                handles["tx"].send("message")
            except DroppedError:
                return "dropped"
        elif operation == "try_recv":
            return rx.try_recv()
        else:
            return rx.recv()

    for _, trace, acted in every_line(operate, act):
        setup()

        def traced(trace=trace, acted=acted):
            core = handle_core(handles["rx"])
            sys.settrace(trace)
            try:
                return operate()
            finally:
                sys.settrace(None)
                assert not core.lock.locked()

        if operation == "blocked recv":
            call = Call(traced)
            until(lambda acted=acted, call=call: acted[0] or not call.is_alive() or asleep(call))
            if not acted[0]:
                act()  # the end of the sweep
            with pytest.raises(RecvError):
                call.result()
        else:
            outcome = Call(traced).result()
            if not acted[0]:
                act()
            rx = handles["rx"]
            if operation == "send":
                assert list(rx) == ([] if outcome == "dropped" else ["message"])
            else:
                assert outcome == "message"
                assert list(rx) == []
        count += 1
    assert count > 10


def asleep(call):
    return any(waiter.thread == call.ident for waiter in list(parked))


@pytest.mark.parametrize("make", [channel, lambda: sync_channel(1), lambda: sync_channel(0)])
def test_89_the_receiver_dropped_at_any_line_of_a_send(make):
    handles = {}
    destroyed = []

    def act():
        handles["rx"].drop()

    for _, trace, _acted in every_line(None, act):
        tx, rx = make()
        handles.update(rx=rx)
        destroyed.clear()

        def traced(trace=trace, tx=tx):
            sys.settrace(trace)
            try:
                getattr(tx, "try_send", tx.send)(Noisy("message", destroyed))
                return True
            except Exception as error:
                return type(error).__name__
            finally:
                sys.settrace(None)

        outcome = Call(traced).result()
        act()
        assert destroyed == ["message"], outcome
        assert tx.is_disconnected()


def test_89_drops_from_many_threads_are_all_counted():
    for _ in range(20):
        tx, rx = channel()
        clones = [tx.clone() for _ in range(40)]
        tx.drop()
        shares = [clones[n::4] for n in range(4)]
        clones.clear()
        call = Call(lambda rx=rx: list(rx))
        droppers = [Call(lambda share=share: [sender.drop() for sender in share]) for share in shares]
        for dropper in droppers:
            dropper.result()
        assert call.result() == []


def test_95_errors_keep_no_handle_alive():
    tx, rx = channel()
    reference = weakref.ref(rx)
    gc.disable()
    try:
        with pytest.raises(TryRecvError.Empty):
            rx.try_recv()
        with pytest.raises(TimeoutError):
            rx.recv_timeout(0)
        del rx
        assert reference() is None
        with pytest.raises(SendError):
            tx.send(1)
        core = weakref.ref(handle_core(tx))
        del tx
        assert core() is None
    finally:
        gc.enable()
