"""The models of the contract as an implementation: their steps, taken by the callers themselves under one lock.

What the checks hold a channel to must itself be a channel that they accept; a mistake in a model or in a case shows
here. Each call makes the steps that are enabled for it and waits while there are none. A message stays with its number
outside of the model, so that it may be any object (93), and what a step destroys goes when the lock is free (52).

Texts and wrong arguments are no matter of a model: `repr` and `validates` are not claimed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from threading import Condition
from typing import Any, NoReturn, Self

from duckrace.channels import ConcurrentReceiveError, DroppedError, TryRecvError
from duckrace_models import (
    RECEIVER,
    Call,
    ConcurrentReceive,
    Dropped,
    Handle,
    Ok,
    Operation,
    Response,
    Transition,
    model_for,
)
from duckrace_models._values import SENDS

from ._answers import ERRORS
from ._handles import limit, messages
from .reference import reference


class Channel:
    """A model, the state that it is in, and the messages by number. The lock guards all of it."""

    def __init__(self, capacity: int | None) -> None:
        self._model = model_for(capacity)
        self._numbers = count(1)  # of handles and calls; a message has the number of its call
        self._changed = Condition()
        self._messages: dict[Any, Any] = {}
        self.sender = next(self._numbers)
        self._state = self._model.initial([self.sender])

    def alive(self, handle: Handle) -> bool:
        with self._changed:
            return self._state.alive(handle)

    def call(
        self, operation: Operation, handle: Handle, message: Any = None, seconds: float | None = None
    ) -> tuple[Response, Any]:
        """Make the call; returns what the model answers, and the message received or not sent, or the new handle."""
        gone: list[Any] = []
        with self._changed:
            me = next(self._numbers)
            value = me if operation in SENDS or operation == "clone" else None
            if operation in SENDS:
                self._messages[me] = message
            self._state = self._model.start(
                self._state, Call(caller=me, operation=operation, handle=handle, value=value)
            )
            response = self._run(me, seconds, gone)
            number = getattr(response, "value", None)
            kept = operation in SENDS and isinstance(response, Ok)
            answer = number if operation == "clone" or kept else self._messages.pop(number, None)
        del message
        gone.reverse()
        while gone:
            gone.pop()  # the oldest first (50), one after another
        return response, answer

    def _run(self, me: int, seconds: float | None, gone: list[Any]) -> Response:
        """Make the steps of this call until one of them returns."""
        timeout = None if seconds is None else limit(seconds)
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            step = self._next(me, late=left is not None and left <= 0)
            if step is None:
                self._changed.wait(left)
                continue
            self._state = step.state
            gone.extend(self._messages.pop(number) for number in step.discarded)
            self._changed.notify_all()
            if step.response is not None:
                return step.response

    def _next(self, me: int, late: bool) -> Transition | None:
        """The next step of this call; it times out only when nothing else is left to do."""
        steps = [step for step in self._model.enabled(self._state) if step.caller == me]
        steps.sort(key=lambda step: (step.action == "time_out", step.action == "wait"))
        return steps[0] if steps and (late or steps[0].action != "time_out") else None


class End:
    """A handle."""

    advice = "move it"

    def __init__(self, channel: Channel, handle: Handle) -> None:
        self._channel = channel
        self._handle = handle

    def drop(self) -> None:
        self._channel.call("drop", self._handle)

    def __del__(self) -> None:
        self.drop()

    def __enter__(self) -> Self:
        if not self._channel.alive(self._handle):
            raise DroppedError("this handle was dropped")
        return self

    def __exit__(self, *exc: object) -> None:
        self.drop()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"a handle cannot be copied or pickled: {self.advice}")


class Sender(End):
    """A sending handle, of any of the channels: what an unbounded one has not, its model refuses."""

    advice = "use clone()"

    def send(self, value: Any) -> None:
        self._sends("send", value)

    def try_send(self, value: Any) -> None:
        self._sends("try_send", value)

    def send_timeout(self, value: Any, timeout: float) -> None:
        self._sends("send_timeout", value, timeout)

    def clone(self) -> Self:
        response, handle = self._channel.call("clone", self._handle)
        if isinstance(response, Dropped):
            raise DroppedError("this sender was dropped")
        return type(self)(self._channel, handle)

    def _sends(self, operation: Operation, value: Any, seconds: float | None = None) -> None:
        response, unsent = self._channel.call(operation, self._handle, value, seconds)
        if isinstance(response, Dropped):
            raise DroppedError("this sender was dropped", unsent)
        if not isinstance(response, Ok):
            raise ERRORS[operation][type(response)](unsent)


class Receiver(End):
    """The receiving handle."""

    def recv(self) -> Any:
        return self._receives("recv")

    def try_recv(self) -> Any:
        return self._receives("try_recv")

    def recv_timeout(self, timeout: float) -> Any:
        return self._receives("recv_timeout", timeout)

    def __iter__(self) -> Iterator[Any]:
        return messages(self)

    def try_iter(self) -> TryIter:
        return TryIter(self)

    def _receives(self, operation: Operation, seconds: float | None = None) -> Any:
        response, message = self._channel.call(operation, self._handle, seconds=seconds)
        if isinstance(response, Ok):
            return message
        if isinstance(response, Dropped):
            raise DroppedError("this receiver was dropped")
        if isinstance(response, ConcurrentReceive):
            raise ConcurrentReceiveError("another receive is going on")
        raise ERRORS[operation][type(response)]


class TryIter:
    """What is there now; it may go on after it ended (contract 45)."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            return self._receiver.try_recv()
        except TryRecvError:
            raise StopIteration from None


class Model:
    name = "model"
    modules = ()
    capabilities = tuple(claim for claim in reference.capabilities if claim not in ("repr", "validates"))

    def channel(self) -> tuple[Sender, Receiver]:
        return _ends(Channel(None))

    def sync_channel(self, bound: int, /) -> tuple[Sender, Receiver]:
        return _ends(Channel(bound))


def _ends(channel: Channel) -> tuple[Sender, Receiver]:
    return Sender(channel, channel.sender), Receiver(channel, RECEIVER)


channel = Model()
