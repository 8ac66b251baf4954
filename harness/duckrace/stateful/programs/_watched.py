"""A channel whose calls are recorded: proxies over its handles, one history, and whether that is right.

::

    on = watched(channel_under_test, 1, "tx1", "tx2")  # on.tx1, on.tx2, on.rx

What is recorded is what the program sees: a call is logged before it is made, its answer after it has returned. A drop
is a call in whichever way it comes: `drop()`, the end of a ``with`` block, and the loss of the last reference, which
the proxy's finalizer logs before and after it lets go of the real handle.

Logging appends to a list, which is no schedule point, so the order of the list is the order of the events.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, cast

from duckrace.channels import ChannelError
from duckrace.histories import Event, History, Judgement, judge
from duckrace.plugins.adapters._answers import ALWAYS, ERRORS
from duckrace_models import RECEIVER, Call, ConcurrentReceive, Empty, Ok, Operation, Response

from ._parts import together

if TYPE_CHECKING:
    from duckrace.plugins import ChannelUnderTest

BUDGET = 50_000
"""Steps, and entries, of the search for one history: those of generated programs need some hundred."""


TIMED = ("send_timeout", "recv_timeout")

Seen = tuple[int | None, tuple[str, ...], tuple[tuple[str, str, Any], ...], tuple[tuple[int, tuple[str, ...]], ...]]
"""Capacity, senders, events, and where nobody could go on, with who was in a call then."""


class NotLinearizable(AssertionError):
    """What the threads saw is not what a channel may do."""


class Journal:
    """The events so far, and when nobody could go on."""

    def __init__(self, capacity: int | None, senders: Collection[str]) -> None:
        self.capacity = capacity
        self.senders = tuple(senders)
        self.events: list[tuple[str, str, Any]] = []
        self.inside: dict[str, Call] = {}
        self.stops: list[tuple[int, tuple[str, ...]]] = []
        self.over = False
        self._seen = 0  # events that there were when `settled` was asked last

    def call(self, operation: str, handle: str, value: Any = None) -> str:
        process = threading.current_thread().name
        call = Call(caller=process, operation=cast("Operation", operation), handle=handle, value=value)
        self.inside[process] = call
        self.events.append(("call", process, call))
        return process

    def ret(self, process: str, response: Response) -> None:
        del self.inside[process]
        self.events.append(("return", process, response))

    def busy(self, handle: str) -> bool:
        """Is a call on this handle under way?"""
        return any(call.handle == handle for call in self.inside.values())

    @property
    def seen(self) -> Seen:
        """All that a judge needs, as a value: arguments of :func:`judged`."""
        return self.capacity, self.senders, tuple(self.events), tuple(self.stops)

    def settled(self) -> bool:
        """Was nothing logged since this was asked last, and is nobody in a call that has a limit of time?"""
        seen, self._seen = self._seen, len(self.events)
        return seen == self._seen and not any(call.operation in TIMED for call in self.inside.values())

    def stop(self) -> None:
        """Nobody can go on."""
        self.stops.append((len(self.events), tuple(sorted(self.inside))))


class Proxy:
    """A handle whose calls are recorded."""

    def __init__(self, inner: Any, name: str, journal: Journal) -> None:
        self._inner = inner
        self._name = name
        self._journal = journal
        self._dropped = False

    def drop(self) -> None:
        if self._dropped:  # which changes nothing (contract 85)
            self._inner.drop()
            return
        self._dropped = True
        process = self._journal.call("drop", self._name)
        self._inner.drop()
        self._journal.ret(process, Ok())

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        if self._dropped:
            self._inner.__exit__(*exc)
            return
        self._dropped = True
        process = self._journal.call("drop", self._name)
        self._inner.__exit__(*exc)
        self._journal.ret(process, Ok())

    def __del__(self) -> None:
        journal = self._journal
        if journal.over or self._dropped:
            return
        self._dropped = True
        process = journal.call("drop", self._name)
        del self._inner
        journal.ret(process, Ok())

    def _made(self, operation: str, value: Any, call: Callable[[], Any]) -> Any:
        """Make the call; both ends of it are in the journal."""
        process = self._journal.call(operation, self._name, value)
        try:
            answer = call()
        except ChannelError as error:
            self._raised(process, operation, response_of(operation, error), error)
            raise
        self._journal.ret(process, Ok(answer) if operation in ("recv", "try_recv", "recv_timeout") else Ok())
        return answer

    def _raised(self, process: str, called: str, response: Response | None, error: ChannelError) -> None:
        """A call raised an error; None: one that it may not raise."""
        if response is None:
            raise NotLinearizable(f"{self._name}.{called} raised {type(error).__qualname__}: {error}") from error
        self._journal.ret(process, response)


class Sender(Proxy):
    def send(self, value: Any) -> None:
        self._made("send", value, lambda: self._inner.send(value))

    def try_send(self, value: Any) -> None:
        self._made("try_send", value, lambda: self._inner.try_send(value))

    def send_timeout(self, value: Any, timeout: float) -> None:
        self._made("send_timeout", value, lambda: self._inner.send_timeout(value, timeout))

    def clone(self, name: str) -> Sender:
        """A clone, under a name of its own."""
        process = self._journal.call("clone", self._name, name)
        made = Sender(self._inner.clone(), name, self._journal)
        self._journal.ret(process, Ok(name))
        return made


class Receiver(Proxy):
    def recv(self) -> Any:
        return self._made("recv", None, self._inner.recv)

    def try_recv(self) -> Any:
        return self._made("try_recv", None, self._inner.try_recv)

    def recv_timeout(self, timeout: float) -> Any:
        return self._made("recv_timeout", None, lambda: self._inner.recv_timeout(timeout))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        """``next`` of the channel's own iterator: a receive, whose Disconnected is the end (contract 43)."""
        iterator = iter(self._inner)
        process = self._journal.call("recv", self._name)
        try:
            value = next(iterator)
        except StopIteration:
            self._journal.ret(process, _DISCONNECTED())
            raise
        except ChannelError as error:  # the handle was dropped; to be closed is the end
            response = response_of("recv", error)
            self._raised(process, "__next__", None if isinstance(response, _DISCONNECTED) else response, error)
            raise
        self._journal.ret(process, Ok(value))
        return value


_DISCONNECTED = next(response for response in ERRORS["recv"])


def response_of(operation: str, error: ChannelError) -> Response | None:
    """What the model calls this error; None: it is none that the call may raise."""
    for kind, raised in {**ERRORS[operation], **ALWAYS}.items():
        if isinstance(error, raised):
            return kind() if kind in (Empty, ConcurrentReceive) else kind(error.value)  # type: ignore[call-arg]
    return None


class Watched:
    """The handles of one channel, by name, and their journal. ``del on.tx1`` loses the last reference."""

    def __init__(self, plugin: ChannelUnderTest, capacity: int | None, senders: Collection[str]) -> None:
        tx, rx = plugin.channel() if capacity is None else plugin.sync_channel(capacity)
        first, *others = senders
        clones = [(name, tx.clone()) for name in others]
        self.journal = journal = Journal(capacity, senders)
        for name, inner in ((first, tx), *clones):
            setattr(self, name, Sender(inner, name, journal))
        setattr(self, RECEIVER, Receiver(rx, RECEIVER, journal))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the handle {name} is gone, or was never made")

    def together(self, *functions: Callable[[], object], names: Sequence[str] = ()) -> None:
        """A part of a program: the functions in a thread each, until nobody can go on."""
        together(*functions, names=names, settled=self.journal.settled)
        self.journal.stop()

    def judge(self, *, waits: bool = True) -> Judgement:
        """Whether what everybody saw is right; call it when nobody can go on.

        `waits`: who still waits, then or at an earlier stop, must be right to. Raises NotLinearizable.
        """
        found = self.judgement(waits)
        if found.violation is not None:
            raise NotLinearizable(found.violation.explanation)
        return found

    def judgement(self, waits: bool) -> Judgement:
        journal = self.journal
        if not journal.over:
            journal.stop()
        journal.over = True
        return judged(*journal.seen, waits=waits)


def judged(
    capacity: int | None,
    senders: Collection[str],
    events: tuple[tuple[str, str, Any], ...],
    stops: tuple[tuple[int, tuple[str, ...]], ...],
    waits: bool,
) -> Judgement:
    """Judge a journal: at each stop who waits must be right to, and at the last one everything is looked at."""
    found: Judgement | None = None
    for position, waiting in stops:
        last = position == len(events) and (position, waiting) == stops[-1]
        if not last and not (waits and waiting):
            continue
        history = History.of([Event(*event) for event in events[:position]], waiting if waits else ())  # type: ignore[arg-type]
        found = judge(history, capacity, senders=senders, max_steps=BUDGET, max_entries=BUDGET)
        if found.kind != "linearizable":
            return found
    assert found is not None
    return found


def watched(plugin: ChannelUnderTest, capacity: int | None = None, *senders: str) -> Watched:
    """A new channel: None is ``channel()``, n is ``sync_channel(n)``; its sender and clones of it have these names."""
    return Watched(plugin, capacity, senders or ("tx1",))


def trying(call: Callable[..., Any], *arguments: Any) -> None:
    """Make a call, whatever error of a channel it raises: what came of it is in the history."""
    with suppress(ChannelError, StopIteration):
        call(*arguments)


def leave(on: Watched, handle: str) -> None:
    """The handle becomes a local variable, and goes with it."""
    local = vars(on).pop(handle)
    assert isinstance(local, Proxy)
