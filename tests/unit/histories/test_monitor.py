"""Each kind of violation, with its witness; and next to each the history that is right, to which it is so close."""

import importlib.util
import sys
from random import Random

import pytest

import duckrace.histories
from duckrace import UsageError
from duckrace.histories import History, Log, Operation, Repeats, Violation, Wrong, columns_of, judge, monitor, tag
from duckrace.histories._monitor import swept
from duckrace.histories.recording import EMPTY, OK, SEND, TRY_RECV
from duckrace_models import Call, Ok

from .told import said, told

HAS_NUMPY = importlib.util.find_spec("numpy") is not None
WAYS = [
    pytest.param(None, id="short"),
    pytest.param(False, id="python"),
    pytest.param(True, id="numpy", marks=pytest.mark.skipif(not HAS_NUMPY, reason="the fast monitor is an extra")),
]


def found(text: str, capacity: int | None, numpy: bool | None, *, per_sender: bool = False) -> Violation | None:
    columns = columns_of(told(text))
    if numpy is None:
        return monitor(columns, capacity, per_sender=per_sender)
    return swept(columns, capacity, per_sender=per_sender, numpy=numpy)


# Capacity, a wrong history, its kind, its witness, and a right history.
CASES = {
    "never sent": (None, "c recv; c 1", Wrong.INVENTED, ["recv 1"], "a send 1; c recv; c 1; a ok"),
    "received before sent": (
        None, "c recv; c 1; a send 1; a ok", Wrong.INVENTED, ["recv 1", "send 1"], "c recv; a send 1; c 1; a ok",
    ),
    "its send failed": (
        1, "d drop rx; a send 1; a gone; d ok; c recv; c 1", Wrong.INVENTED, ["recv 1"],
        "d drop rx; a send 1; a gone; d ok",
    ),
    "twice": (
        None, "a send 1; a ok; c recv; c 1; d recv; d 1", Wrong.REPEATED, ["recv 1", "recv 1"],
        "a send 1; a ok; c recv; c 1; d recv",
    ),
    "order": (
        None, "a send 1; a ok; b send 2; b ok; c recv; c 2; c recv; c 1", Wrong.ORDER,
        ["send 1", "send 2", "recv 2", "recv 1"],
        "a send 1; b send 2; a ok; b ok; c recv; c 2; c recv; c 1",
    ),
    "lost": (
        None, "a send 1; a ok; b send 2; b ok; c recv; c 2", Wrong.LOST, ["send 1", "send 2", "recv 2"],
        "a send 1; b send 2; a ok; b ok; c recv; c 2",
    ),
    "two lost, and one receive of unknown outcome": (
        None, "x recv; a send 0; a ok; a send 1; a ok; b send 2; b ok; c recv; c 2", Wrong.LOST,
        ["send 1", "send 2", "recv 2"],
        "x recv; y recv; a send 0; a ok; a send 1; a ok; b send 2; b ok; c recv; c 2",
    ),
    "lost, and the receive of unknown outcome came too late": (
        None, "a send 1; a ok; b send 2; b ok; c recv; c 2; x recv", Wrong.LOST, ["send 1", "send 2", "recv 2"],
        "a send 1; a ok; b send 2; b ok; c recv; x recv; c 2",
    ),
    "empty": (
        None, "a send 1; a ok; c try_recv; c empty; c recv; c 1", Wrong.NOT_EMPTY, ["try_recv Empty",
        "send 1", "recv 1"],
        "a send 1; c try_recv; c empty; a ok; c recv; c 1",
    ),
    "empty, a chain": (
        None,
        "a send 1; a ok; d try_recv; a send 2; a ok; c recv; c 1; d empty; c recv; c 2", Wrong.NOT_EMPTY,
        ["try_recv Empty", "send 1", "recv 1", "send 2", "recv 2"],
        "a send 1; a ok; d try_recv; a send 2; c recv; c 1; d empty; a ok; c recv; c 2",
    ),
    "a time-out beside a message": (
        None, "a send 1; a ok; c recv_timeout; c timeout", Wrong.NOT_EMPTY, ["recv_timeout Timeout", "send 1"],
        "c recv_timeout; a send 1; a ok; c timeout",
    ),
    "disconnected beside a message": (  # crossfire 3.1.19
        None, "c try_recv; a send 1; a ok; a drop tx; a ok; c gone; c try_recv; c 1", Wrong.HIDDEN,
        ["try_recv Disconnected", "send 1", "try_recv 1", "drop tx"],
        "c try_recv; a drop tx; a ok; c gone",
    ),
    "disconnected beside a message all the time": (
        None, "a send 1; a ok; a drop tx; c try_recv; a ok; c gone", Wrong.HIDDEN, ["try_recv Disconnected", "send 1"],
        "a send 1; a ok; a drop tx; x recv; c try_recv; a ok; c gone",
    ),
    "empty, but only when it was closed": (
        None, "b send 1; b ok; b drop tx; c try_recv; b ok; d recv; d 1; c empty", Wrong.NOT_EMPTY,
        ["try_recv Empty", "send 1", "recv 1", "drop tx"],
        "b send 1; b ok; b drop tx; c try_recv; d recv; d 1; b ok; c empty",
    ),
    "disconnected beside a living sender": (
        None, "a clone t2; a ok; a drop tx; a ok; c recv; c gone", Wrong.EARLY_CLOSE, ["recv Disconnected"],
        "a clone t2; a ok; a drop tx; a ok; a drop t2; c recv; c gone; a ok",
    ),
    "disconnected before the drop": (
        None, "c recv; c gone; a drop tx; a ok", Wrong.EARLY_CLOSE, ["recv Disconnected", "drop tx"],
        "c recv; a drop tx; c gone; a ok",
    ),
    "empty after the drop": (
        None, "a drop tx; a ok; c try_recv; c empty", Wrong.LATE_EMPTY, ["try_recv Empty", "drop tx"],
        "a drop tx; c try_recv; c empty; a ok",
    ),
    "disconnected, then empty": (
        None, "a drop tx; c try_recv; c gone; c try_recv; c empty; a ok", Wrong.CLOSE,
        ["try_recv Disconnected", "try_recv Empty"],
        "a drop tx; c try_recv; c empty; c try_recv; c gone; a ok",
    ),
    "asleep beside a message": (
        None, "c recv; a send 1; a ok; c waits", Wrong.LOST_WAKEUP, ["recv None", "send 1"],
        "c recv; a send 1; a ok; c 1",
    ),
    "asleep after the last drop": (
        None, "c recv; a drop tx; a ok; c waits", Wrong.LOST_WAKEUP, ["recv None", "drop tx"],
        "a clone t2; a ok; c recv; a drop tx; a ok; c waits",
    ),
    "asleep though others are told": (
        None, "c recv; a drop tx; d recv; d gone; c waits", Wrong.LOST_WAKEUP, ["recv None", "recv Disconnected"],
        "c recv; a drop tx; c waits",
    ),
    "a sender asleep beside room": (
        1, "a send 1; a ok; b send 2; c recv; c 1; b waits", Wrong.LOST_WAKEUP, ["send 2", "recv 1"],
        "a send 1; a ok; b send 2; b waits",
    ),
    "a sender asleep after the receiver's drop": (
        1, "a send 1; a ok; b send 2; c drop rx; c ok; b waits", Wrong.LOST_WAKEUP, ["send 2", "drop rx"],
        "a send 1; a ok; b send 2; c drop rx; c ok; b gone",
    ),
    "a sender asleep though others are told": (
        1, "a send 1; a ok; b send 2; c drop rx; a send 3; a gone; b waits", Wrong.LOST_WAKEUP,
        ["send 2", "send Disconnected"],
        "a send 1; a ok; b send 2; c drop rx; b waits",
    ),
    "a sender asleep whose message was received": (
        1, "b send 2; c recv; c 2; b waits", Wrong.LOST_WAKEUP, ["send 2", "recv 2"], "b send 2; c recv; c 2; b ok",
    ),
    "two asleep that should meet": (
        0, "b send 2; c recv; b waits; c waits", Wrong.LOST_WAKEUP, ["recv None", "send 2"], "b send 2; b waits",
    ),
    "try_recv asleep": (None, "c try_recv; c waits", Wrong.NEVER_WAITS, ["try_recv None"], "c recv; c waits"),
    "send asleep on an unbounded channel": (None, "a send 1; a waits", Wrong.NEVER_WAITS, ["send 1"], "a send 1"),
    "refused by a living receiver": (
        None, "a send 1; a gone", Wrong.RECEIVER_CLOSE, ["send Disconnected"], "c drop rx; c ok; a send 1; a gone",
    ),
    "refused before the drop": (
        None, "a send 1; a gone; c drop rx; c ok", Wrong.RECEIVER_CLOSE, ["send Disconnected", "drop rx"],
        "a send 1; c drop rx; a gone; c ok",
    ),
    "accepted by nobody": (
        None, "c drop rx; c ok; a send 1; a ok", Wrong.RECEIVER_CLOSE, ["send 1", "drop rx"],
        "c drop rx; a send 1; c ok; a ok",
    ),
    "refused, then accepted": (
        None, "c drop rx; a send 1; a gone; a send 2; a ok; c ok", Wrong.RECEIVER_CLOSE, ["send 2",
        "send Disconnected"],
        "c drop rx; a send 2; a ok; a send 1; a gone; c ok",
    ),
    "full without a bound": (None, "a try_send 1; a full", Wrong.FULL, ["try_send Full"], "a try_send 1; a ok"),
    "full beside room": (
        2, "a send 1; a ok; b try_send 2; b full", Wrong.FULL, ["try_send Full"],
        "a send 1; a ok; c send 3; b try_send 2; b full",
    ),
    "too many": (
        1, "a send 1; a ok; a send 2; a ok", Wrong.CAPACITY, ["send 1", "send 2"],
        "a send 1; a ok; a send 2; c recv; a ok",
    ),
    "too many, though one of them was still being sent": (
        # 0 came out before 1, so it was in before the send of 1 returned.
        1, "b send 0; a send 1; a ok; c recv; c 0; c recv; c 1; b ok", Wrong.CAPACITY, ["send 0", "send 1"],
        "b send 0; a send 1; c recv; a ok; c 0; c recv; c 1; b ok",
    ),
    "a meeting of two who were not there at once": (
        0, "a send 1; a ok; c recv; c 1", Wrong.NO_MEETING, ["send 1", "recv 1"], "a send 1; c recv; a ok; c 1",
    ),
    "a meeting of two who never wait": (
        0, "a try_send 1; c try_recv; a ok; c 1", Wrong.NO_MEETING, ["try_send 1", "try_recv 1"],
        "a send 1; c try_recv; a ok; c 1",
    ),
    "a meeting with nobody": (0, "a send 1; a ok", Wrong.LOST, ["send 1"], "x recv; a send 1; a ok"),
    "a meeting with one who came later": (
        0, "a send 1; a ok; x recv", Wrong.LOST, ["send 1"], "a send 1; x recv; a ok",
    ),
    "nobody to meet any more, and empty": (
        0, "a drop tx; a ok; c try_recv; c empty", Wrong.LATE_EMPTY, ["try_recv Empty", "drop tx"],
        "a drop tx; a ok; c try_recv; c gone",
    ),
}  # fmt: skip


@pytest.mark.parametrize("numpy", WAYS)
@pytest.mark.parametrize("case", CASES)
def test_violations_and_their_witnesses(case: str, numpy: bool | None) -> None:
    capacity, wrong, kind, witness, right = CASES[case]
    violation = found(wrong, capacity, numpy)
    assert violation is not None
    assert violation.kind is kind
    assert [said(operation) for operation in violation.operations] == witness
    assert violation.explanation
    assert not violation.explanation.endswith(".")
    assert found(right, capacity, numpy) is None
    assert judge(told(wrong), capacity).violation == violation
    if "try_send" not in right or capacity is not None:
        assert judge(told(right), capacity).kind == "linearizable"


def test_every_kind_has_a_case() -> None:
    assert {case[2] for case in CASES.values()} == set(Wrong) - {Wrong.UNEXPLAINED}


@pytest.mark.parametrize("numpy", WAYS)
def test_a_receive_of_unknown_outcome_explains_one_empty(numpy: bool | None) -> None:
    """It may have taken the message, but not before it was called, and not two."""
    assert found("a send 1; a ok; x recv; c try_recv; c empty", None, numpy) is None
    late = found("a send 1; a ok; c try_recv; c empty; x recv", None, numpy)
    assert late is not None
    assert late.kind is Wrong.NOT_EMPTY
    two = found("a send 1; a ok; a send 2; a ok; x recv; c try_recv; c empty", None, numpy)
    assert two is not None
    assert [said(operation) for operation in two.operations] == ["try_recv Empty", "send 1"]


@pytest.mark.parametrize("numpy", WAYS)
def test_order_per_sender(numpy: bool | None) -> None:
    overtaken = "m clone t2; m ok; a send 1 @tx; a ok; b send 2 @t2; b ok; c recv; c 2; c recv; c 1"
    strict = found(overtaken, None, numpy)
    assert strict is not None
    assert strict.kind is Wrong.ORDER
    assert found(overtaken, None, numpy, per_sender=True) is None
    one_sender = found(overtaken.replace("@t2", "@tx"), None, numpy, per_sender=True)
    assert one_sender is not None
    assert [said(operation) for operation in one_sender.operations] == ["send 1", "send 2", "recv 2", "recv 1"]
    lost = "m clone t2; m ok; a send 1 @tx; a ok; b send 2 @t2; b ok; c recv; c 2"
    assert found(lost, None, numpy, per_sender=True) is None
    assert found(lost.replace("@t2", "@tx"), None, numpy, per_sender=True) is not None
    judgement = judge(told(overtaken), per_sender=True)
    assert str(judgement) == "linearizable (FIFO per sender)"
    assert str(judge(told(overtaken))) == ("not linearizable (FIFO): 1 is sent before 2, and 2 is received before 1")


@pytest.mark.parametrize("numpy", WAYS)
def test_one_unknown_receive_for_messages_of_two_senders(numpy: bool | None) -> None:
    """It took 1, because the channel was empty then; so it did not take 2, which 3 has overtaken."""
    text = (
        "m clone t2; m ok; x recv; {}a send 1 @tx; a ok; c try_recv; c empty; "
        "b send 2 @t2; b ok; b send 3 @t2; b ok; c recv; c 3"
    )
    violation = found(text.format(""), None, numpy, per_sender=True)
    assert violation is not None
    assert violation.kind is Wrong.NOT_EMPTY
    assert found(text.format("y recv; "), None, numpy, per_sender=True) is None


def test_the_search_decides_what_the_monitor_cannot() -> None:
    """The smallest history that is wrong only because of the bound, and that the filter lets pass."""
    text = "a send 0; b send 1; a ok; c recv; b ok; d recv; d 0; c 1"
    assert found(text, 1, False) is None
    judgement = judge(told(text), 1)
    assert (judgement.kind, judgement.decided_by) == ("violation", "search")
    assert judgement.violation is not None
    assert judgement.violation.kind is Wrong.UNEXPLAINED
    assert judge(told(text), 2).kind == "linearizable"


def test_what_nobody_decides_is_no_pass() -> None:
    text = "a send 0; b send 1; a ok; c recv; b ok; d recv; d 0; c 1"
    spent = judge(told(text), 1, max_steps=1)
    assert (spent.kind, spent.decided_by) == ("unknown", "search")
    assert spent.violation is None
    assert "unknown (FIFO): not decided in 1 steps" in str(spent)
    several = judge(told("m clone r2 @rx; m ok; a send 1; a ok; c recv @r2; c 1; m drop r2; m ok; m drop r2; m ok"), 1)
    assert str(several) == (
        "unknown (FIFO): the monitor found nothing wrong, a handle is dropped twice, and the models have one receiver"
    )


def test_several_receivers_are_searched_as_one() -> None:
    """The channel lives until the last one is gone, and all take from one queue."""
    text = (
        "m clone r2 @rx; m ok; a send 1; a ok; c recv @r2; c 1; m drop rx; m ok; "
        "a send 2; a {}; d drop r2; a send 3; a gone; d ok"
    )
    for capacity in (None, 1):
        assert judge(told(text.format("ok")), capacity).kind == "linearizable"
        assert judge(told(text.format("gone")), capacity).kind == "violation"
    small = "m clone r2 @rx; m ok; a send 0; b send 1; a ok; c recv; b ok; d recv @r2; d 0; c 1"
    judgement = judge(told(small), 1)
    assert (judgement.kind, judgement.decided_by) == ("violation", "search")
    assert judge(told(small), 2).kind == "linearizable"
    waiting = "m clone r2 @rx; m ok; c recv; d recv @r2; c waits; d waits"
    for capacity in (None, 1, 0):
        assert judge(told(waiting), capacity).kind == "linearizable"
    assert judge(told(waiting.replace("c recv;", "c recv; a send 1; a ok;")), 1).kind == "violation"


def test_values_that_are_not_distinct_are_searched() -> None:
    text = "a send 1; a ok; a send 1; a ok; c recv; c 1; c recv; c 1; c try_recv; c {}"
    with pytest.raises(Repeats, match="one value was sent twice; tag messages"):
        found(text.format("empty"), None, False)
    assert judge(told(text.format("empty"))).decided_by == "search"
    assert judge(told(text.format("empty"))).kind == "linearizable"
    assert judge(told(text.format("1"))).kind == "violation"


def test_timeouts_that_say_nothing() -> None:
    text = "a send 1; a ok; c recv_timeout; c timeout; c recv; c 1"
    assert judge(told(text)).kind == "violation"
    assert judge(told(text), timeouts_look=False).kind == "linearizable"
    assert judge(told(text), 1).kind == "violation"
    assert judge(told(text), 1, timeouts_look=False).kind == "linearizable"


def test_senders_that_nobody_names_are_alive() -> None:
    text = "a drop tx; a ok; c recv; c {}"
    assert judge(told(text.format("gone"))).kind == "linearizable"
    for capacity in (None, 1, 0):
        assert judge(told(text.format("gone")), capacity, senders=["other"]).kind == "violation"
    waits = "a drop tx; a ok; a drop tx; a ok; c recv; c waits"  # two drops: for the search
    assert judge(told(waits), senders=["tx", "other"]).decided_by == "search"
    assert judge(told(waits), senders=["tx", "other"]).kind == "linearizable"
    wrong = judge(told(waits), senders=["tx"])
    assert wrong.violation is not None
    assert wrong.violation.kind is Wrong.LOST_WAKEUP


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a send 1 @t2; a ok; m clone t2; m ok", "handle 't2' is used at 0, before the clone that makes it returns"),
        ("m clone t2; m ok; m clone t2; m ok", "handle 't2' is made twice"),
        ("m clone rx; m ok", "handle 'rx' is made twice"),
    ],
)
def test_what_is_no_history_of_a_channel(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        judge(told(text))


def test_what_is_no_channel() -> None:
    with pytest.raises(UsageError, match="is not a call on a channel"):
        judge(History((Operation("a", "push", None, 0, 1),), 2))
    call = Call(caller="a", operation="recv", handle="rx")
    with pytest.raises(UsageError, match="is not answered by"):
        judge(History((Operation("a", call, 7, 0, 1),), 2))
    with pytest.raises(UsageError, match="'rx' names the receiver"):
        judge(told("a send 1; a ok"), senders=["tx", "rx"])
    assert judge(History((), 0)).kind == "linearizable"


def test_positions_may_be_far_apart() -> None:
    """The step counter of a machine counts more than calls and returns."""
    near = told("a send 1; a ok; b send 2; b ok; c recv; c 2; c recv; c 1")
    far = History(
        tuple(
            Operation(o.process, o.what, o.result, o.call * 10**12, None if o.ret is None else o.ret * 10**12)
            for o in near.operations
        ),
        10**14,
    )
    violation = monitor(columns_of(far))
    assert violation is not None
    assert violation.kind is Wrong.ORDER
    assert violation.operations[0] == Operation("a", near.operations[0].what, Ok(), 0, 10**12)


def a_queue(operations: int, *, swap: bool) -> Log:
    """A long history of eight threads; `swap`: two messages come out in the wrong order, near the end."""
    random = Random(operations)
    log = Log()
    handles, rx = [log.sender(f"t{number}") for number in range(4)], log.receiver()
    inside: dict[int, int] = {}  # process: what it does is done, and this is its answer (-1: nothing)
    sent: list[int] = []
    numbers = [0] * 4
    begun = 0
    while begun < operations or inside:
        process = random.randrange(8)
        if process in inside:
            got = inside.pop(process)
            log.ret(process, OK if got >= 0 or process < 4 else EMPTY, got)
        elif begun < operations:
            begun += 1
            if process < 4:
                message = tag(process, numbers[process])
                numbers[process] += 1
                sent.append(message)
                log.call(process, SEND, handles[process], message)
                inside[process] = -1
            else:
                log.call(process, TRY_RECV, rx)
                wrong = swap and begun > operations * 9 // 10 and len(sent) > 20
                inside[process] = sent.pop(15 if wrong else 0) if sent else -1
                swap = swap and not wrong
    for process in range(8):
        log.named(process)
    return log


@pytest.mark.parametrize("swap", [False, True])
def test_long_histories(swap: bool) -> None:
    """From 10,000 operations on numpy is taken if it is there: with the same result."""
    columns = a_queue(12_000, swap=swap).columns()
    ways = [None, False, True] if HAS_NUMPY else [None, False]
    kinds = {violation and violation.kind for violation in (monitor(columns, numpy=way) for way in ways)}
    assert kinds == {Wrong.ORDER if swap else None}


def test_numpy_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.delitem(sys.modules, "duckrace.histories._sweeps_numpy", raising=False)
    monkeypatch.delattr(duckrace.histories, "_sweeps_numpy", raising=False)
    columns = a_queue(12_000, swap=False).columns()
    assert monitor(columns) is None
    with pytest.raises(UsageError, match="the fast monitor needs numpy"):
        monitor(columns, numpy=True)


@pytest.mark.parametrize("numpy", WAYS)
def test_long_covering_chains(numpy: bool | None) -> None:
    """In linear time, and without naming thousands of messages."""
    log = Log()
    tx, rx = log.sender("tx"), log.receiver()
    a, c, d = (log.named(name) for name in "acd")
    log.call(a, SEND, tx, tag(0, 0))
    log.ret(a, OK)
    log.call(d, TRY_RECV, rx)
    for number in range(20_000):
        log.call(a, SEND, tx, tag(0, number + 1))
        log.ret(a, OK)
        log.call(c, TRY_RECV, rx)
        log.ret(c, OK, tag(0, number))
    log.ret(d, EMPTY)
    found = monitor(log.columns(), numpy=numpy)
    assert found is not None
    assert found.kind is Wrong.NOT_EMPTY
    assert len(found.operations) == 1 + 2 * 20_001 - 1  # the last message is never received
    for sent, taken, then in zip(found.operations[1::2], found.operations[2::2], found.operations[3::2], strict=False):
        assert then.ret is not None
        assert then.ret < taken.call  # no gap between two of them
        assert sent.what.value == taken.result.value
    assert len(found.explanation) < 300
