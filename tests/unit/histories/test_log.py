"""What is recorded is what happened: as operations, as columns, on a deterministic machine and on real threads."""

import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from duckrace import UsageError
from duckrace.histories import History, Log, ThreadLog, Violation, Wrong, columns_of, judge, monitor, tag, untag
from duckrace.histories._columns import MAKES_NO_TWO
from duckrace.histories.recording import (
    ANSWERS,
    CLONE,
    DISCONNECTED,
    DROP,
    EMPTY,
    FULL,
    OK,
    OPERATIONS,
    RECV,
    RECV_TIMEOUT,
    SEND,
    TIMEOUT,
    TRY_RECV,
)  # fmt: skip
from duckrace_models import Call, ConcurrentReceive, Disconnected, Dropped, Ok

from .drawn_channels import mistake, right
from .told import told


def test_tags() -> None:
    found = {tag(sender, number) for sender in (0, 1, 2, 1 << 29) for number in (0, 1, 77, (1 << 32) - 1)}
    assert len(found) == 16
    assert {untag(one) for one in found} == {
        (sender, number) for sender in (0, 1, 2, 1 << 29) for number in (0, 1, 77, (1 << 32) - 1)
    }
    assert max(found) < 1 << 62


def test_a_log_is_a_history() -> None:
    log = Log()
    tx, t2, rx = log.sender("tx"), log.sender("t2"), log.receiver()
    a, c = log.named("a"), log.named("c")
    log.call(a, CLONE, tx, t2)
    log.call(c, RECV, rx)
    log.ret(a, OK)
    log.call(a, SEND, t2, tag(3, 0))
    log.ret(c, OK, tag(3, 0))
    log.ret(a, OK)
    log.call(c, RECV_TIMEOUT, rx)
    log.ret(c, TIMEOUT)
    log.call(a, SEND, tx, log.value("a word"))
    log.ret(a, FULL)
    log.call(a, DROP, tx)
    log.call(c, RECV, rx)
    log.suspended(["c"])
    assert len(log) == 12
    found = [
        (o.process, o.what.operation, o.what.value, o.result, o.call, o.ret, o.suspended)
        for o in log.history().operations
    ]
    assert [row[:3] for row in found] == [
        ("a", "clone", "t2"), ("c", "recv", None), ("a", "send", (3, 0)), ("c", "recv_timeout", None),
        ("a", "send", "a word"), ("a", "drop", None), ("c", "recv", None),
    ]  # fmt: skip
    assert [repr(row[3]) for row in found] == [
        "Ok(value='t2')", "Ok(value=(3, 0))", "Ok(value=None)", "Timeout(value=None)", "Full(value='a word')",
        "None", "None",
    ]  # fmt: skip
    assert [row[4:] for row in found] == [
        (0, 2, False), (1, 4, False), (3, 5, False), (6, 7, False), (8, 9, False), (10, None, False), (11, None, True),
    ]  # fmt: skip


def logged(history: History, log: Log) -> Log:
    """The history written to a log, event by event."""
    handles: dict[object, int] = {"rx": log.receiver()}
    for operation in history.operations:
        names = [operation.what.handle, *([operation.what.value] if operation.what.operation == "clone" else [])]
        for name in names:
            if name not in handles:
                handles[name] = log.sender(name)
    events: list[tuple[int, Callable[[], None]]] = []
    for operation in history.operations:
        call, answer = operation.what, operation.result
        process = log.named(operation.process)
        sent = -1
        if call.operation == "clone":
            sent = handles[call.value]
        elif "send" in call.operation:
            sent = log.value(call.value)
        kind = OPERATIONS.index(call.operation)
        events.append((operation.call, lambda p=process, k=kind, h=handles[call.handle], s=sent: log.call(p, k, h, s)))  # type: ignore[misc]
        if operation.ret is not None:
            got = log.value(answer.value) if "recv" in call.operation and isinstance(answer, Ok) else -1
            code = 16 * (1 + ANSWERS.index(type(answer)))
            events.append((operation.ret, lambda p=process, k=code, v=got: log.ret(p, k, v)))  # type: ignore[misc]
    for _, event in sorted(events, key=lambda entry: entry[0]):
        event()
    log.suspended(o.process for o in history.operations if o.suspended)
    return log


def test_a_log_and_its_history_say_the_same() -> None:
    """As operations it is what was logged; and its columns are judged like those that are made of operations."""
    random = Random("logs")
    wrong = 0
    for number in range(1_500):
        capacity = (None, 1, 0)[number % 3]
        draft = right(random, capacity, mpmc=number % 2 == 0)
        mistake(random, draft)
        history = draft.history()
        log = logged(history, Log())
        assert log.history() == history
        fast, slow = log.columns(), columns_of(history)
        slow.senders = fast.senders  # the log counts those, too, that a clone should have made
        one, two = monitor(fast, capacity), monitor(slow, capacity)
        assert (one and one.kind) == (two and two.kind), history
        if one is not None:
            assert set(one.operations) <= set(history.operations)
            wrong += 1
        assert (fast.relaxed == MAKES_NO_TWO) == (slow.relaxed == MAKES_NO_TWO)
        assert (fast.relaxed is None) == (slow.relaxed is None)
        loose = monitor(log.columns(timeouts_look=False), capacity)
        other = monitor(columns_of(history, timeouts_look=False), capacity)
        assert (loose and loose.kind) == (other and other.kind)
    assert wrong > 300


def test_answers_that_no_monitor_knows() -> None:
    """They are left out of the columns, and said to be."""
    call = Call(caller="c", operation="recv", handle="rx")
    for result in (ConcurrentReceive(), Dropped()):
        one = History.of([("call", "c", call), ("return", "c", result)])
        assert columns_of(one).relaxed is not None
        assert logged(one, Log()).columns().relaxed is not None
    gone = History.of([("call", "c", call), ("return", "c", Disconnected())])
    assert logged(gone, Log()).columns().relaxed is None


@pytest.mark.parametrize("events", ["return", "call call", "call return return"])
def test_what_is_no_log(events: str) -> None:
    log = Log()
    rx, process = log.receiver(), log.named("c")
    for event in events.split():
        if event == "call":
            log.call(process, RECV, rx)
        else:
            log.ret(process, DISCONNECTED)
    with pytest.raises(
        UsageError, match=r"process 'c' (returns, and is in no call|is in a call, and makes another one)"
    ):
        log.columns()
    with pytest.raises(UsageError):
        log.history()


def test_a_handle_before_its_clone() -> None:
    log = Log()
    tx, t2, _ = log.sender("tx"), log.sender("t2"), log.receiver()
    a, b = log.named("a"), log.named("b")
    log.call(a, CLONE, tx, t2)
    log.call(b, SEND, t2, tag(0, 0))
    log.ret(b, OK)
    log.ret(a, OK)
    with pytest.raises(UsageError, match="handle 't2' is used at 1, before the clone that makes it returns"):
        log.columns()


# --- real threads -----------------------------------------------------------------------------------------------------


class Backwards:
    """A queue that now and then gives out the second message, by mistake."""

    def __init__(self) -> None:
        self.items: list[int] = []
        self.turn = 0

    def put(self, item: int) -> None:
        self.items.append(item)

    def get_nowait(self) -> int:
        self.turn += 1
        try:
            return self.items.pop(1 if self.turn % 50 == 0 and len(self.items) > 1 else 0)
        except IndexError:
            raise queue.Empty from None


def stressed(channel: "queue.SimpleQueue[int] | Backwards", log: ThreadLog, messages: int) -> Violation | None:
    """Two threads send and two receive, until all is received."""
    handles, rx = [log.sender(f"t{number}") for number in range(2)], log.receiver()
    left = [2 * messages]
    start = threading.Barrier(4)

    def send(number: int) -> None:
        buffer, handle = log.thread(f"sender {number}"), handles[number]
        start.wait()
        for message in range(messages):
            payload = tag(number, message)
            buffer.call(SEND, handle, payload)
            channel.put(payload)
            buffer.ret(OK)

    def receive(number: int) -> None:
        buffer = log.thread(f"receiver {number}")
        start.wait()
        while left[0] > 0:
            buffer.call(TRY_RECV, rx)
            try:
                payload = channel.get_nowait()
            except queue.Empty:
                buffer.ret(EMPTY)
            else:
                buffer.ret(OK, payload)
                left[0] -= 1  # may lose counts, so the sum is not relied on

    threads = [threading.Thread(target=target, args=(n,), daemon=True) for n in range(2) for target in (send, receive)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads[::2]:
            thread.join(30)
        left[0] = 0
        for thread in threads[1::2]:
            thread.join(30)
    finally:
        sys.setswitchinterval(before)
    assert not any(thread.is_alive() for thread in threads)
    assert len(log.history().operations) == len(log.columns())
    return monitor(log.columns())


@pytest.mark.parametrize("order", ["count", "clock"])
def test_real_threads(order: str) -> None:
    log = ThreadLog(order)  # type: ignore[arg-type]
    assert stressed(queue.SimpleQueue(), log, 1_000) is None
    assert judge(log.history()).kind == "linearizable"


@pytest.mark.parametrize("order", ["count", "clock"])
def test_a_wrong_queue_on_real_threads(order: str) -> None:
    """On busy cores two messages may never be in it at once; then it is tried again."""
    tries = (stressed(Backwards(), ThreadLog(order), 3_000) for _ in range(20))  # type: ignore[arg-type]
    found = next(filter(None, tries), None)
    assert found is not None
    assert found.kind in (Wrong.ORDER, Wrong.LOST)
    sent = [operation for operation in found.operations if operation.what.operation == "send"]
    assert sent[0].precedes(sent[1])


def test_threads_are_in_one_order() -> None:
    """Each event of one thread that was waited for comes before what was waiting."""
    for order in ("count", "clock"):
        log = ThreadLog(order)  # type: ignore[arg-type]
        tx = log.sender("tx")
        ping, pong = threading.Semaphore(1), threading.Semaphore(0)

        def turns(number: int, mine: threading.Semaphore, other: threading.Semaphore) -> None:
            buffer = log.thread(number)  # noqa: B023
            for message in range(50):
                mine.acquire()
                buffer.call(SEND, tx, tag(number, message))  # noqa: B023
                buffer.ret(OK)
                other.release()

        threads = [threading.Thread(target=turns, args=args) for args in ((0, ping, pong), (1, pong, ping))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        history = log.history()
        assert [operation.what.value for operation in history.operations] == [
            (n, m) for m in range(50) for n in range(2)
        ]
        assert all(a.precedes(b) for a, b in zip(history.operations, history.operations[1:], strict=False))
        assert history.end == 200


def test_wrong_use_of_a_thread_log() -> None:
    log = ThreadLog()
    assert log.order == ("count" if getattr(sys, "_is_gil_enabled", lambda: True)() else "clock")
    log.thread("a")
    with pytest.raises(UsageError, match="process 'a' has a buffer"):
        log.thread("a")
    with pytest.raises(UsageError, match="'count' or 'clock', not 'sundial'"):
        ThreadLog("sundial")  # type: ignore[arg-type]


# --- histories --------------------------------------------------------------------------------------------------------


def test_histories_know_what_precedes() -> None:
    history = told("a send 1; c recv; a ok; b send 2; c 1")
    a, c, b = history.operations
    assert a.precedes(b)
    assert not a.precedes(c)
    assert not c.precedes(b)
    assert not history.complete
    assert [operation.ret for operation in history.operations] == [2, 4, None]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a send 1; a send 2", "process 'a' is in a call, and makes another one at 1"),
        ("a recv; b waits", "process 'b' is said to be suspended, and is in no call"),
    ],
)
def test_what_no_program_can_do(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        told(text)


def test_returns_come_after_calls() -> None:
    one, _ = told("a send 1; a ok; b send 2; b ok").operations
    for wrong, sentence in (
        ({"call": 1, "ret": 0}, "returns before it is called"),
        ({"call": 0, "ret": 9}, "is not in a log of 4 events"),
        ({"suspended": True}, "cannot be suspended"),
    ):
        with pytest.raises(UsageError, match=sentence):
            History((replace(one, **wrong),), 4)
    with pytest.raises(UsageError, match="two events stand at position 0"):
        History((one, one), 4)
    with pytest.raises(UsageError, match="process 'a' is in two calls at once"):
        History((replace(one, ret=3), replace(one, call=1, ret=2)), 4)
    with pytest.raises(UsageError, match="is in no call"):
        History.of([("return", "a", Ok())])
    with pytest.raises(UsageError, match="must be a 'call' or a 'return'"):
        History.of([("sleep", "a", None)])
