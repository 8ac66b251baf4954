"""The protocol of a channel, for type checkers and for other implementations.

Whatever has these methods, with the meaning of the numbered statements of the channel contract, can be checked as this
package's own channel is. Errors are told apart by type: an implementation raises the errors of ``duckrace.channels``,
or its adapter translates.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class HandleLike(Protocol):
    """One end of a channel, either one."""

    def drop(self) -> None:
        """Idempotent; the same event as leaving the ``with`` block or losing the last reference (85, 86, 89)."""
        ...

    def is_disconnected(self) -> bool:
        """Whether the other side is gone (28)."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...


class SenderLike(HandleLike, Protocol[T_contra]):
    """A sending half (5, 6); that of an unbounded channel has no more than this (22)."""

    def send(self, value: T_contra, /) -> None:
        """FIFO, exactly once (10-12, 15); SendError(value) iff the receiver is gone (16-21)."""
        ...

    def clone(self) -> Self:
        """One sender more (5, 27); the last one's drop closes the channel (47, 48)."""
        ...


class SyncSenderLike(SenderLike[T_contra], Protocol[T_contra]):
    """The sending half of a bounded channel or of a rendezvous (2, 3)."""

    def try_send(self, value: T_contra, /) -> None:
        """Never waits: TrySendError.Full or .Disconnected (22-25)."""
        ...

    def send_timeout(self, value: T_contra, /, timeout: float) -> None:
        """Seconds: SendTimeoutError.Timeout or .Disconnected (26, 94)."""
        ...


class ReceiverLike(HandleLike, Protocol[T_co]):
    """The receiving half: one per channel, one call at a time (5, 7, 87)."""

    def recv(self) -> T_co:
        """Waits while a sender lives; drains, then RecvError (29-31)."""
        ...

    def try_recv(self) -> T_co:
        """Never waits: TryRecvError.Empty or .Disconnected (32, 33)."""
        ...

    def recv_timeout(self, timeout: float) -> T_co:
        """Seconds: RecvTimeoutError.Timeout or .Disconnected (34-41, 94)."""
        ...

    def iter(self) -> Iterator[T_co]:
        """Borrowing; ends when disconnected and drained (43, 44, 46)."""
        ...

    def try_iter(self) -> Iterator[T_co]:
        """Borrowing; ends when there is nothing now, not fused (45)."""
        ...

    def __iter__(self) -> Iterator[T_co]: ...
