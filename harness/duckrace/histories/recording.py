"""The recorder: one append-only log of integers, of calls on one channel and their returns.

An event is five integers: kind, process, handle, payload, position. Names are interned; a message is its *tag*, sender
and number in one integer, so that messages are distinct and cheap to compare.

`Log` is for a deterministic machine: it is called in the order of events, and the position of an event is its index.
`ThreadLog` is for real threads: each has a buffer of its own, and all share one order (see there).

A process makes one call at a time. One whose call ended in a way that does not say whether it took effect (it was
killed, it was interrupted) logs no return, and goes on under another name.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, repeat
from operator import add
from time import perf_counter_ns
from typing import Final, Literal, cast

from duckrace._errors import UsageError
from duckrace_models import (
    Call,
    ConcurrentReceive,
    Disconnected,
    Dropped,
    Empty,
    Full,
    Ok,
    Response,
    Timeout,
)
from duckrace_models import (
    Operation as Name,
)

from ._columns import (
    MAKES_NO_TWO,
    NEVER,
    NOTHING,
    RECEIVE,
    RECEIVER_DROP,
    SENDER_DROP,
    STUCK,
    TRY_RECEIVE,
    WAITING,
    Columns,
    kind_of,
)
from ._history import History, Operation
from ._tags import tag, untag

OPERATIONS: Final[tuple[Name, ...]] = (
    "send", "try_send", "send_timeout", "recv", "try_recv", "recv_timeout", "clone", "drop",
)  # fmt: skip
SEND, TRY_SEND, SEND_TIMEOUT, RECV, TRY_RECV, RECV_TIMEOUT, CLONE, DROP = range(8)
"""Kinds of calls."""

ANSWERS: Final[tuple[type[Response], ...]] = (Ok, Full, Disconnected, Empty, Timeout, Dropped, ConcurrentReceive)
OK, FULL, DISCONNECTED, EMPTY, TIMEOUT, DROPPED, CONCURRENT = range(16, 128, 16)
"""Kinds of returns. A call and its return add up to one number that names both."""

_INTERNED: Final = 1 << 30  # the sender of values that are no tags


def _row_kinds() -> tuple[bytes, bytes]:
    """By the sum of a call and its return (0: none): the kind of the row, and whether a monitor cannot express it."""
    kinds, relaxed = bytearray([NOTHING]) * 256, bytearray(256)
    for call, name in enumerate(OPERATIONS):
        for number, answer in enumerate((None, *ANSWERS)):
            known = SENDER_DROP if name == "drop" and answer in (None, Ok) else None
            if name != "drop":
                known = kind_of(name, answer)
            kinds[call + 16 * number] = NOTHING if known is None else known
            relaxed[call + 16 * number] = known is None
    return bytes(kinds), bytes(relaxed)


_KINDS, _RELAXED = _row_kinds()


@dataclass(slots=True)
class _Events:
    """The events of one process, in order: calls and returns by turns."""

    kind: bytearray
    handle: array[int]
    payload: array[int]
    position: array[int]

    @classmethod
    def none(cls) -> _Events:
        return cls(bytearray(), array("q"), array("q"), array("q"))

    def check(self, process: Hashable) -> None:
        calls, returns = self.kind[0::2], self.kind[1::2]
        if max(calls, default=0) >= OK:
            raise UsageError(f"process {process!r} returns, and is in no call")
        if min(returns, default=OK) < OK:
            raise UsageError(f"process {process!r} is in a call, and makes another one")


class _Names:
    """What all logs share: the names behind the integers."""

    def __init__(self) -> None:
        self._handles: list[Hashable] = []
        self._receivers: set[int] = set()
        self._values: dict[Hashable, int] = {}
        self._interned: list[Hashable] = []  # the keys of `_values`
        self._suspended: set[Hashable] = set()

    def sender(self, name: Hashable) -> int:
        """A new sender handle: at the start, or for a clone."""
        self._handles.append(name)
        return len(self._handles) - 1

    def receiver(self, name: Hashable = "rx") -> int:
        """A new receiver handle."""
        number = self.sender(name)
        self._receivers.add(number)
        return number

    def value(self, value: Hashable) -> int:
        """The payload of any value, for channels that carry no tags."""
        number = self._values.setdefault(value, len(self._values))
        if number == len(self._interned):
            self._interned.append(value)
        return tag(_INTERNED, number)

    def suspended(self, processes: Iterable[Hashable]) -> None:
        """Nobody could go on any more, and these processes were in calls."""
        self._suspended.update(processes)

    def _value(self, payload: int) -> Hashable:
        if payload < 0:
            return None
        sender, number = untag(payload)
        return self._interned[number] if sender == _INTERNED else (sender, number)

    def _events(self) -> tuple[dict[Hashable, _Events], int]:
        """The events of each process, and how many positions there are."""
        raise NotImplementedError

    def history(self) -> History:
        """The log as operations. A message is its (sender, number), or the value that was interned.

        Raises UsageError if a process returns without a call, or is in two at once.
        """
        events, end = self._events()
        for process, mine in events.items():
            mine.check(process)
        found = [self._operation(process, mine, place) for process, mine in events.items() for place in _calls(mine)]
        return History(tuple(found), end)

    def _operation(self, process: Hashable, events: _Events, place: int) -> Operation:
        name, payload = OPERATIONS[events.kind[place]], events.payload[place]
        value: Hashable = self._handles[payload] if name == "clone" else self._value(payload)
        call = Call(caller=process, operation=name, handle=self._handles[events.handle[place]], value=value)  # type: ignore[arg-type]
        if place + 1 == len(events.kind):
            return Operation(process, call, None, events.position[place], None, process in self._suspended)
        answer = ANSWERS[events.kind[place + 1] // 16 - 1]
        make = cast(Callable[..., Response], answer)
        response: Response
        if name.startswith(("recv", "try_recv")):
            response = Ok(self._value(events.payload[place + 1])) if answer is Ok else make()
        elif answer is Ok:
            response = Ok(value) if name == "clone" else Ok()
        elif "send" in name:  # it hands the value back
            response = make(value)
        else:
            response = make()
        return Operation(process, call, response, events.position[place], events.position[place + 1])

    def columns(self, *, timeouts_look: bool = True) -> Columns:
        """The log as a monitor reads it, without an object per operation; otherwise like `columns_of`.

        Raises UsageError like `history`, and for a handle that is used before the clone that makes it has returned.
        """
        events, end = self._events()
        columns = Columns(
            kind=bytearray(), value=array("q"), call=array("q"), ret=array("q"), sender=array("q"), end=end,
            senders=0, receivers=len(self._receivers),
        )  # fmt: skip
        starts: list[tuple[int, Hashable, _Events]] = []
        clones: list[tuple[int, int]] = []
        sums = bytearray()
        for process, mine in events.items():
            starts.append((len(sums), process, mine))
            sums += self._append(columns, process, mine)
        columns.senders = len(self._handles) - len(self._receivers)
        columns.kind += sums.translate(_KINDS)
        if not timeouts_look:
            columns.kind = bytearray(
                NOTHING if both // 16 * 16 == TIMEOUT else kind for both, kind in zip(sums, columns.kind, strict=True)
            )
        if any(sums.translate(_RELAXED)):
            columns.relaxed = "an answer that says nothing of the channel's contents"
        for start, process, mine in starts:
            if process in self._suspended and len(mine.kind) % 2:
                row = start + len(mine.kind) // 2
                kind = kind_of(OPERATIONS[mine.kind[-1]], None, suspended=True)
                columns.kind[row] = STUCK if kind is None else kind
        if len(self._receivers) == 1 and columns.kind.count(WAITING) > 1:
            columns.relaxed = columns.relaxed or MAKES_NO_TWO
        _receive_values(columns, starts)
        for row, both in enumerate(sums):
            if both & 15 == CLONE:
                clones.append((columns.value[row], row))
        self._halves(columns, dict(clones))

        def describe(row: int) -> Operation:
            start, process, mine = next(entry for entry in reversed(starts) if entry[0] <= row)
            return self._operation(process, mine, 2 * (row - start))

        columns.describe = describe
        return columns

    def _append(self, columns: Columns, process: Hashable, mine: _Events) -> bytes:
        """The rows of one process, but for their kind; the sums of calls and returns."""
        mine.check(process)
        calls, returns = mine.kind[0::2], mine.kind[1::2]
        columns.value += mine.payload[0::2]
        columns.call += mine.position[0::2]
        columns.ret += mine.position[1::2]
        columns.sender += mine.handle[0::2]
        if len(returns) < len(calls):
            returns.append(0)
            columns.ret.append(NEVER)
        return bytes(map(add, calls, returns))

    def _halves(self, columns: Columns, clones: dict[int, int]) -> None:
        """Which half a dropped handle is of, and whether handles are used as a program can use them."""
        drops: dict[int, int] = {}
        kind = columns.kind
        for row in (row for row, k in enumerate(kind) if k == SENDER_DROP):
            handle = columns.sender[row]
            if handle in drops:
                columns.relaxed = "a handle is dropped twice"
                first, second = sorted((row, drops[handle]), key=columns.call.__getitem__)
                kind[second] = NOTHING
                row = first
            drops[handle] = row
            kind[row] = RECEIVER_DROP if handle in self._receivers else SENDER_DROP
        if not drops and not clones:
            return
        for row, (handle, call, ret) in enumerate(zip(columns.sender, columns.call, columns.ret, strict=True)):
            if handle in clones and call < columns.ret[clones[handle]]:
                name = self._handles[handle]
                raise UsageError(f"handle {name!r} is used at {call}, before the clone that makes it returns")
            if handle in drops and ret > columns.call[drops[handle]] and row != drops[handle]:
                columns.relaxed = columns.relaxed or "a handle is used while or after it is dropped"


def _calls(events: _Events) -> range:
    return range(0, len(events.kind), 2)


def _receive_values(columns: Columns, starts: list[tuple[int, Hashable, _Events]]) -> None:
    """The value of a receive is that of its return."""
    value, kind = columns.value, columns.kind
    for start, _, mine in starts:
        stop = start + (len(mine.kind) + 1) // 2
        if not any(map(kind[start:stop].count, (RECEIVE, TRY_RECEIVE))):
            continue
        returned = array("q", mine.payload[1::2])
        returned.extend(repeat(-1, stop - start - len(returned)))
        value[start:stop] = array(
            "q",
            [
                back if row in (RECEIVE, TRY_RECEIVE) else there
                for row, there, back in zip(kind[start:stop], value[start:stop], returned, strict=True)
            ],
        )


class Log(_Names):
    """The log of a deterministic machine: `call` and `ret` are called in the order of events."""

    def __init__(self) -> None:
        super().__init__()
        self._processes: dict[Hashable, int] = {}
        self.kind = bytearray()
        self.process = array("q")
        self.handle = array("q")
        self.payload = array("q")

    def __len__(self) -> int:
        return len(self.kind)

    def named(self, process: Hashable) -> int:
        """The number of a process."""
        return self._processes.setdefault(process, len(self._processes))

    def call(self, process: int, operation: int, handle: int, payload: int = -1) -> None:
        """`payload`: the tag of what is sent, the new handle of a clone."""
        self.kind.append(operation)
        self.process.append(process)
        self.handle.append(handle)
        self.payload.append(payload)

    def ret(self, process: int, answer: int, payload: int = -1) -> None:
        """`payload`: the tag of what was received."""
        self.kind.append(answer)
        self.process.append(process)
        self.handle.append(-1)
        self.payload.append(payload)

    def _events(self) -> tuple[dict[Hashable, _Events], int]:
        found = [_Events.none() for _ in self._processes]
        for position, (kind, process, handle, payload) in enumerate(
            zip(self.kind, self.process, self.handle, self.payload, strict=True)
        ):
            mine = found[process]
            mine.kind.append(kind)
            mine.handle.append(handle)
            mine.payload.append(payload)
            mine.position.append(position)
        return dict(zip(self._processes, found, strict=True)), len(self.kind)


Order = Literal["count", "clock"]


class ThreadLog(_Names):
    """The log of real threads. Each asks once for its own `Buffer`, and writes to it without a lock.

    The order of all events is either of

    * ``count``: each event draws the next number of one `itertools.count`. Under the GIL that is one indivisible step,
      so numbers are distinct, and an event that happened before another one has the lower number. The draw is no
      schedule point and takes no lock, so it orders nothing that was not ordered by the GIL.
    * ``clock``: each event reads the system's monotonic clock. Without the GIL a shared counter would need a lock (and
      is not indivisible before Python 3.14), and a lock orders the threads that are to race. Calls and returns of
      different threads at one reading overlap: the calls come first.

    A number is drawn before the call, and after it has returned: intervals are too long rather than too short, so a
    history that is rejected is wrong.
    """

    def __init__(self, order: Order | None = None) -> None:
        """`order` None: ``count`` if this interpreter has its GIL enabled now, else ``clock``."""
        super().__init__()
        if order is None:
            order = "count" if getattr(sys, "_is_gil_enabled", lambda: True)() else "clock"
        if order not in ("count", "clock"):
            raise UsageError(f"the order of a ThreadLog is 'count' or 'clock', not {order!r}")
        self.order: Order = order
        self._buffers: dict[Hashable, Buffer] = {}
        self._tick: Callable[[], int] = count().__next__

    def thread(self, process: Hashable) -> Buffer:
        """The buffer of a thread; call this before the threads run. Raises UsageError for a name in use."""
        if process in self._buffers:
            raise UsageError(f"process {process!r} has a buffer; name the thread otherwise")
        self._buffers[process] = buffer = Buffer(self._tick if self.order == "count" else _Clock())
        return buffer

    def _events(self) -> tuple[dict[Hashable, _Events], int]:
        """Read when all threads have stopped, or are blocked for good."""
        found = {process: buffer.events() for process, buffer in self._buffers.items()}
        if self.order == "clock":
            return found, _ranked(found.values())
        return found, max((events.position[-1] for events in found.values() if events.position), default=-1) + 1


class _Clock:
    """Readings of one thread, all of them different: else nobody knew that its call came after its return."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self) -> int:
        while (now := perf_counter_ns()) <= self.last:
            pass
        self.last = now
        return now


def _ranked(processes: Collection[_Events]) -> int:
    """Positions 0, 1, 2, … in the place of readings; how many."""

    def readings() -> Iterator[tuple[int, bool, int, int]]:
        for number, events in enumerate(processes):
            for place, (reading, kind) in enumerate(zip(events.position, events.kind, strict=True)):
                yield reading, kind >= OK, number, place

    ordered = sorted(readings())
    positions = [events.position for events in processes]
    for rank, (_, _, number, place) in enumerate(ordered):
        positions[number][place] = rank
    return len(ordered)


class Buffer:
    """The events of one thread. `call` and `ret` are as in `Log`, without the process.

    They are functions made for this buffer, not methods: what they need is in their cells, which is faster. If an
    exception from outside (Ctrl-C) ends one of them, half an event is left behind: log nothing after it.
    """

    __slots__ = ("_columns", "call", "ret")

    call: Callable[..., None]
    """``call(operation, handle, payload=-1)``, before the call."""
    ret: Callable[..., None]
    """``ret(answer, payload=-1)``, after it has returned."""

    def __init__(self, tick: Callable[[], int]) -> None:
        kinds, handles, payloads, positions = bytearray(), array("q"), array("q"), array("q")
        self._columns = kinds, handles, payloads, positions
        put_kind, put_handle, put_payload, put_position = (
            kinds.append, handles.append, payloads.append, positions.append,
        )  # fmt: skip

        def call(operation: int, handle: int, payload: int = -1) -> None:
            put_kind(operation)
            put_handle(handle)
            put_payload(payload)
            put_position(tick())  # last, so that the interval is no longer than need be

        def ret(answer: int, payload: int = -1) -> None:
            put_position(tick())
            put_kind(answer)
            put_handle(-1)
            put_payload(payload)

        self.call = call
        self.ret = ret

    def events(self) -> _Events:
        """A copy, as far as events are complete."""
        kinds, handles, payloads, positions = self._columns
        size = min(map(len, self._columns))
        return _Events(kinds[:size], handles[:size], payloads[:size], positions[:size])
