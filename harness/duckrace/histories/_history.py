"""A history: what processes called, what they were told, and in which order that began and ended.

All events, the calls and the returns, stand in *one* total order and are named by their position in it. An operation
may take effect in any *gap* from its call to its return: gap ``g`` is the instant after event ``g`` and before event
``g + 1``. Operation ``a`` precedes ``b`` (in real time) if and only if ``a.ret < b.call``.

It knows nothing of channels: what was called and what came back are any values, and a model gives them meaning.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from duckrace._errors import UsageError


class Event(NamedTuple):
    """One line of a log, for `History.of`."""

    kind: Literal["call", "return"]
    process: Hashable
    payload: Any
    """What was called, or what came back."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. Positional, against house style, because histories in tests are tables."""

    process: Hashable
    """Who called. A process is in one call at a time."""
    what: Any
    """What was called; for channels a `duckrace_models.Call`."""
    result: Any
    """What came back; for channels a `duckrace_models.Response`. None if nothing did."""
    call: int
    """The position of the call."""
    ret: int | None
    """The position of the return; None: the call had not returned at the end."""
    suspended: bool = False
    """At the end nobody could go on any more, and this call had not returned: so it must have been right to wait.
    A call that has not returned and is not suspended is merely unknown: it may have taken effect or not."""

    def precedes(self, other: Operation) -> bool:
        """Whether it had returned before the other one was called."""
        return self.ret is not None and self.ret < other.call


@dataclass(frozen=True, slots=True)
class History:
    """The operations, by position of their calls, and where the log ends.

    Raises UsageError, at once, if no program can have done this: positions that are not distinct or not in the log, a
    return before its call, a process in two calls at a time.
    """

    operations: tuple[Operation, ...]
    end: int
    """Events are numbered 0 to ``end - 1``; not all of them need to be calls or returns."""

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.operations, key=lambda operation: operation.call))
        object.__setattr__(self, "operations", ordered)
        taken: set[int] = set()
        inside: dict[Hashable, Operation] = {}
        for operation in ordered:
            hashable(operation.process)
            positions = [operation.call] if operation.ret is None else [operation.call, operation.ret]
            for position in positions:
                if not 0 <= position < self.end:
                    raise UsageError(f"{operation} is not in a log of {self.end} events")
                if position in taken:
                    raise UsageError(f"two events stand at position {position} of the history; give each its own")
                taken.add(position)
            if operation.ret is not None and operation.ret < operation.call:
                raise UsageError(f"{operation} returns before it is called")
            if operation.suspended and operation.ret is not None:
                raise UsageError(f"{operation} has returned, so it cannot be suspended")
            before = inside.get(operation.process)
            if before is not None and not before.precedes(operation):
                raise UsageError(
                    f"process {operation.process!r} is in two calls at once, made at {before.call} and {operation.call}"
                )
            inside[operation.process] = operation

    @classmethod
    def of(cls, events: Iterable[Event | tuple[str, Hashable, Any]], suspended: Collection[Hashable] = ()) -> History:
        """The history of a log: events in order, each ``("call", process, what)`` or ``("return", process, result)``.

        `suspended` are the processes that were blocked when nobody could go on any more. Raises UsageError for a
        return without a call, a second call inside one, and a suspended process that is in no call.
        """
        operations: list[Operation] = []
        open_calls: dict[Hashable, tuple[int, Any]] = {}
        position = -1
        for position, event in enumerate(events):
            if not isinstance(event, tuple | list) or len(event) != 3:
                raise UsageError(f"event {position} is {event!r}; it must be ('call' or 'return', process, payload)")
            kind, process, payload = event
            hashable(process)
            if kind == "call":
                if process in open_calls:
                    raise UsageError(f"process {process!r} is in a call, and makes another one at {position}")
                open_calls[process] = (position, payload)
            elif kind == "return":
                if process not in open_calls:
                    raise UsageError(f"process {process!r} returns at {position}, and is in no call")
                called, what = open_calls.pop(process)
                operations.append(Operation(process, what, payload, called, position))
            else:
                raise UsageError(f"event {position} is a {kind!r}; it must be a 'call' or a 'return'")
        for process in suspended:
            if process not in open_calls:
                raise UsageError(f"process {process!r} is said to be suspended, and is in no call")
        for process, (called, what) in open_calls.items():
            operations.append(Operation(process, what, None, called, None, process in suspended))
        return cls(tuple(operations), position + 1)

    @property
    def complete(self) -> bool:
        """Whether all calls have returned."""
        return all(operation.ret is not None for operation in self.operations)


def hashable(process: Hashable) -> None:
    try:
        hash(process)
    except TypeError:
        raise UsageError(f"the process {process!r} is not hashable; name it by a string or a number") from None
