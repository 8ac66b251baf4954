"""The sending halves (contract 16-28)."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from ._deadline import FOREVER, NOW, deadline_after
from ._errors import SendError, SendTimeoutError, TrySendError
from ._handle import Handle
from ._refusal import CLOSED, EXPIRED, misuse
from ._seat import Role

T = TypeVar("T")


class _SendingHandle(Handle[T]):
    __slots__ = ()

    _role: ClassVar[Role] = "sender"
    _instead_of_copy: ClassVar[str] = "call clone() for another handle on the same channel"

    def send(self, value: T) -> None:
        """Send a message; any object is one, None and exceptions too (contract 93).

        On a ``SyncSender`` wait while the buffer is full, for bound 0 until a receiver has the message (18, 20);
        a ``Sender`` never waits for room (16). Success does not promise that the message will be received.

        Raises SendError with the value if the receiver is gone, or goes while the call waits (17, 18, 21);
        DroppedError with the value if this handle is dropped (86); ForkedError.
        """
        refusal = self._core.put(self._seat, value, FOREVER)
        if refusal is not None:
            raise SendError(value) if refusal is CLOSED else misuse(refusal, type(self).__name__, value)

    def clone(self) -> Self:
        """Another handle on the same channel, to be dropped on its own (contract 5, 27).

        Raises DroppedError, ForkedError.
        """
        return type(self)(self._core, self._seat)


class Sender(_SendingHandle[T]):
    """The sending half of ``channel()``: sends never wait. May be used from many threads at once (contract 6)."""

    __slots__ = ()


class SyncSender(_SendingHandle[T]):
    """The sending half of ``sync_channel(n)``: sends wait for room. May be used from many threads at once (6)."""

    __slots__ = ()

    def try_send(self, value: T) -> None:
        """Send if that is possible without waiting (contract 22-25).

        With bound 0 it is only while a receiver is waiting in recv, recv_timeout or iteration.

        Raises TrySendError.Full or TrySendError.Disconnected with the value (Disconnected if both are true);
        DroppedError with the value; ForkedError.
        """
        refusal = self._core.put(self._seat, value, NOW)
        if refusal is None:
            return
        if refusal is EXPIRED:
            raise TrySendError.Full(value)
        raise TrySendError.Disconnected(value) if refusal is CLOSED else misuse(refusal, type(self).__name__, value)

    def send_timeout(self, value: T, timeout: float) -> None:
        """Send, waiting for at most ``timeout`` seconds (contract 26, 94).

        Raises SendTimeoutError.Timeout with the value, which is then never delivered; SendTimeoutError.Disconnected
        with the value; DroppedError with the value; ForkedError; TypeError or ValueError for a wrong timeout.
        """
        refusal = self._core.put(self._seat, value, deadline_after(timeout))
        if refusal is None:
            return
        if refusal is EXPIRED:
            raise SendTimeoutError.Timeout(value)
        raise SendTimeoutError.Disconnected(value) if refusal is CLOSED else misuse(refusal, type(self).__name__, value)
