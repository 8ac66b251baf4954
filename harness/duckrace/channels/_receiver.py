"""The receiving half, and iteration over it (contract 29-46, 87)."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from ._deadline import FOREVER, NOW, check_seconds, deadline_after
from ._errors import RecvError, RecvTimeoutError, TryRecvError
from ._handle import Handle
from ._refusal import CLOSED, EXPIRED, Refusal, misuse
from ._seat import Role

T = TypeVar("T")


class Receiver(Handle[T]):
    """The receiving half of a channel. It may move between threads; one call at a time may receive (contract 5, 7).

    ``for message in receiver`` borrows it: after the loop, or a ``break``, it is as alive as before (44).
    Every method that receives raises ConcurrentReceiveError if another call is waiting on this receiver, and takes
    nothing (87).
    """

    __slots__ = ()

    _role: ClassVar[Role] = "receiver"
    _instead_of_copy: ClassVar[str] = "a channel has one receiver; move it: pass on the object and let go of it here"

    def recv(self) -> T:
        """The next message; wait for it while a sender lives (contract 29-31).

        Raises RecvError when every sender is gone and every message was received; DroppedError if this handle is
        dropped; ForkedError; ConcurrentReceiveError.
        """
        value = self._core.take(self._seat, FOREVER)
        if isinstance(value, Refusal):
            raise RecvError if value is CLOSED else misuse(value, type(self).__name__)
        return value

    def try_recv(self) -> T:
        """The next message, if there is one (contract 32, 33). From a bound of 0: if a sender is waiting in send.

        Raises TryRecvError.Empty or TryRecvError.Disconnected; DroppedError; ForkedError; ConcurrentReceiveError.
        """
        value = self._core.take(self._seat, NOW)
        if isinstance(value, Refusal):
            if value is EXPIRED:
                raise TryRecvError.Empty
            raise TryRecvError.Disconnected if value is CLOSED else misuse(value, type(self).__name__)
        return value

    def recv_timeout(self, timeout: float) -> T:
        """The next message; wait for it for at most ``timeout`` seconds (contract 34-41, 94).

        A message that is there is returned whatever the timeout; the call never gives up early.

        Raises RecvTimeoutError.Timeout or RecvTimeoutError.Disconnected; DroppedError; ForkedError;
        ConcurrentReceiveError; TypeError or ValueError for a wrong timeout.
        """
        return self._recv_until(deadline_after(timeout))

    def recv_deadline(self, deadline: float) -> T:
        """The next message; wait for it until ``time.monotonic()`` reaches ``deadline`` (contract 42).

        Raises as recv_timeout does.
        """
        check_seconds(deadline, "a deadline")
        return self._recv_until(max(deadline, 0.0))  # the clock is never negative, and -inf means "do not wait"

    def _recv_until(self, deadline: float) -> T:
        value = self._core.take(self._seat, deadline)
        if isinstance(value, Refusal):
            if value is EXPIRED:
                raise RecvTimeoutError.Timeout
            raise RecvTimeoutError.Disconnected if value is CLOSED else misuse(value, type(self).__name__)
        return value

    def iter(self) -> Iter[T]:
        """Iterate over the messages as they come; end when disconnected and drained (contract 43, 46)."""
        return Iter(self)

    def try_iter(self) -> TryIter[T]:
        """Iterate over the messages that are there, without waiting (contract 45)."""
        return TryIter(self)

    __iter__ = iter


class Iter(Generic[T]):
    """``for message in receiver``. It borrows the receiver and keeps no message."""

    __slots__ = ("_rx",)

    def __init__(self, rx: Receiver[T]) -> None:
        rx.is_disconnected()  # a dropped receiver says so here, not at the first message
        self._rx = rx

    def __iter__(self) -> Iter[T]:
        return self

    def __next__(self) -> T:
        rx = self._rx
        value = rx._core.take(rx._seat, FOREVER)
        if isinstance(value, Refusal):
            raise StopIteration if value is CLOSED else misuse(value, type(rx).__name__)
        return value

    def __repr__(self) -> str:
        return f"Iter {{ rx: {self._rx!r} }}"


class TryIter(Generic[T]):
    """``receiver.try_iter()``. Not fused: what ended for want of messages may go on when there are new ones (45)."""

    __slots__ = ("_rx",)

    def __init__(self, rx: Receiver[T]) -> None:
        rx.is_disconnected()
        self._rx = rx

    def __iter__(self) -> TryIter[T]:
        return self

    def __next__(self) -> T:
        rx = self._rx
        value = rx._core.take(rx._seat, NOW)
        if isinstance(value, Refusal):
            raise StopIteration if value in (EXPIRED, CLOSED) else misuse(value, type(rx).__name__)
        return value

    def __repr__(self) -> str:
        return f"TryIter {{ rx: {self._rx!r} }}"
