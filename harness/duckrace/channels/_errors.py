"""The errors of a channel (contract 60-67, 85-87, 91, 95).

    ChannelError
    ├── SendError(value)                                 the receiver is gone
    ├── TrySendError ── Full(value), Disconnected(value)
    ├── SendTimeoutError ── Timeout(value), Disconnected(value)
    ├── RecvError                                        drained, and every sender is gone
    ├── TryRecvError ── Empty, Disconnected
    ├── RecvTimeoutError ── Timeout, Disconnected
    ├── DroppedError                                     this very handle was dropped (also a ValueError)
    ├── ConcurrentReceiveError                           two receives at once on one Receiver
    └── ForkedError                                      a handle of the parent, used in a forked child

A variant is an attribute of its base: ``except TryRecvError.Empty``. Every ``Timeout`` is a TimeoutError too.

``str()`` is the Display text and ``repr()`` the Debug text of the Rust type. Neither ever shows the message: it may be
secret, huge, or unprintable. The message that was not sent is handed back on ``.value``. Errors are equal if type and
value are; they are hashable whatever the value is.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

__all__ = [
    "ChannelError",
    "ConcurrentReceiveError",
    "DroppedError",
    "ForkedError",
    "RecvError",
    "RecvTimeoutError",
    "SendError",
    "SendTimeoutError",
    "TryRecvError",
    "TrySendError",
]

T = TypeVar("T")


class ChannelError(Exception):
    """Whatever a channel raises, but for TypeError, ValueError and OverflowError of wrong arguments."""

    _display: ClassVar[str] = ""
    _debug: ClassVar[str] = ""

    @property
    def value(self) -> Any:
        """The message that was not sent; None for an error that is not about a message."""
        return None

    def __str__(self) -> str:
        return self._display or super().__str__()

    def __repr__(self) -> str:
        return self._debug or super().__repr__()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        assert isinstance(other, ChannelError)
        return self.value is other.value or bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(type(self))  # the value may be unhashable, or equal to one that hashes differently


class _UnsentError(ChannelError, Generic[T]):
    """An error that hands the message back. It holds the message; nothing else of the channel does."""

    def __init__(self, value: T) -> None:
        super().__init__(value)

    @property
    def value(self) -> T:
        """The message that was not sent."""
        message: T = self.args[0]
        return message


# --- sending ---------------------------------------------------------------------------------------------------------


class SendError(_UnsentError[T]):
    """The receiver is gone: the message will never be received (contract 17, 60)."""

    _display = "sending on a closed channel"
    _debug = "SendError { .. }"


class TrySendError(_UnsentError[T]):
    """A message could not be sent at once (contract 22, 61). Raised as one of its two variants."""

    Full: ClassVar[type[TrySendErrorFull[Any]]]
    Disconnected: ClassVar[type[TrySendErrorDisconnected[Any]]]

    @classmethod
    def from_error(cls, error: SendError[T]) -> TrySendErrorDisconnected[T]:
        """The same failure as a TrySendError; the value is kept (contract 67)."""
        return TrySendErrorDisconnected(error.value)


class TrySendErrorFull(TrySendError[T]):
    """There is no room, or nobody waits to receive from a rendezvous channel."""

    __qualname__ = "TrySendError.Full"
    _display = "sending on a full channel"
    _debug = "TrySendError::Full(..)"


class TrySendErrorDisconnected(TrySendError[T]):
    """The receiver is gone."""

    __qualname__ = "TrySendError.Disconnected"
    _display = "sending on a closed channel"
    _debug = "TrySendError::Disconnected(..)"


class SendTimeoutError(_UnsentError[T]):
    """A message could not be sent in time (contract 26, 65). Raised as one of its two variants."""

    _debug = '"SendTimeoutError(..)"'  # quoted: it is so in Rust

    Timeout: ClassVar[type[SendTimeoutErrorTimeout[Any]]]
    Disconnected: ClassVar[type[SendTimeoutErrorDisconnected[Any]]]

    @classmethod
    def from_error(cls, error: SendError[T]) -> SendTimeoutErrorDisconnected[T]:
        """The same failure as a SendTimeoutError; the value is kept (contract 67)."""
        return SendTimeoutErrorDisconnected(error.value)


class SendTimeoutErrorTimeout(SendTimeoutError[T], TimeoutError):
    """There was no room until the deadline. The message was withdrawn and is never delivered."""

    __qualname__ = "SendTimeoutError.Timeout"
    _display = "timed out waiting on send operation"


class SendTimeoutErrorDisconnected(SendTimeoutError[T]):
    """The receiver is gone."""

    __qualname__ = "SendTimeoutError.Disconnected"
    _display = "sending on a disconnected channel"


TrySendError.Full = TrySendErrorFull
TrySendError.Disconnected = TrySendErrorDisconnected
SendTimeoutError.Timeout = SendTimeoutErrorTimeout
SendTimeoutError.Disconnected = SendTimeoutErrorDisconnected


# --- receiving -------------------------------------------------------------------------------------------------------


class RecvError(ChannelError):
    """Every sender is gone and every message was received (contract 31, 62)."""

    _display = "receiving on a closed channel"
    _debug = "RecvError"


class TryRecvError(ChannelError):
    """There is no message at this moment (contract 32, 63). Raised as one of its two variants."""

    Empty: ClassVar[type[TryRecvErrorEmpty]]
    Disconnected: ClassVar[type[TryRecvErrorDisconnected]]

    @classmethod
    def from_error(cls, error: RecvError) -> TryRecvErrorDisconnected:
        """The same failure as a TryRecvError (contract 67)."""
        return TryRecvErrorDisconnected()


class TryRecvErrorEmpty(TryRecvError):
    """No message is here yet; a sender still lives."""

    __qualname__ = "TryRecvError.Empty"
    _display = "receiving on an empty channel"
    _debug = "Empty"


class TryRecvErrorDisconnected(TryRecvError):
    """Every sender is gone and every message was received."""

    __qualname__ = "TryRecvError.Disconnected"
    _display = "receiving on a closed channel"
    _debug = "Disconnected"


class RecvTimeoutError(ChannelError):
    """No message came in time (contract 34, 64). Raised as one of its two variants."""

    Timeout: ClassVar[type[RecvTimeoutErrorTimeout]]
    Disconnected: ClassVar[type[RecvTimeoutErrorDisconnected]]

    @classmethod
    def from_error(cls, error: RecvError) -> RecvTimeoutErrorDisconnected:
        """The same failure as a RecvTimeoutError (contract 67)."""
        return RecvTimeoutErrorDisconnected()


class RecvTimeoutErrorTimeout(RecvTimeoutError, TimeoutError):
    """No message came until the deadline; a sender still lives."""

    __qualname__ = "RecvTimeoutError.Timeout"
    _display = "timed out waiting on channel"
    _debug = "Timeout"


class RecvTimeoutErrorDisconnected(RecvTimeoutError):
    """Every sender is gone and every message was received."""

    __qualname__ = "RecvTimeoutError.Disconnected"
    _display = "channel is empty and sending half is closed"
    _debug = "Disconnected"


TryRecvError.Empty = TryRecvErrorEmpty
TryRecvError.Disconnected = TryRecvErrorDisconnected
RecvTimeoutError.Timeout = RecvTimeoutErrorTimeout
RecvTimeoutError.Disconnected = RecvTimeoutErrorDisconnected


# --- wrong use -------------------------------------------------------------------------------------------------------


class _MisuseError(ChannelError):
    """A handle was used as Rust's compiler would not have allowed. ``.value`` is what a send did not send."""

    def __init__(self, message: str, value: Any = None) -> None:
        super().__init__(message)
        self._value = value

    @property
    def value(self) -> Any:
        """The message that was not sent; None if the call was not a send."""
        return self._value


class DroppedError(_MisuseError, ValueError):
    """This handle was dropped, before the call or while the call waited (contract 85, 86)."""


class ConcurrentReceiveError(_MisuseError):
    """Another receive is going on on this Receiver; nothing was taken (contract 87)."""


class ForkedError(_MisuseError):
    """The handle belongs to the parent of this forked process (contract 91)."""
