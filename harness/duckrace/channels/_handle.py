"""What senders and receivers have in common: being made, dropped, and never copied (contract 8, 9, 85, 89-91)."""

from __future__ import annotations

import weakref
from types import TracebackType
from typing import ClassVar, Generic, NoReturn, Self, TypeVar

from ._core import Core
from ._refusal import Refusal, misuse
from ._seat import Role, Seat

T = TypeVar("T")


class Handle(Generic[T]):
    """One end of a channel. It is dropped by ``drop()``, by leaving its ``with`` block, or with its last reference."""

    __slots__ = ("__weakref__", "_core", "_seat")

    _role: ClassVar[Role]
    _instead_of_copy: ClassVar[str]

    def __init__(self, core: Core[T], parent: Seat | None = None) -> None:
        # The seat opens last: an interrupt on the way leaves no open seat without a handle to close it.
        self._core = core
        self._seat = Seat(self._role)
        self._seat.handle = weakref.ref(self)
        refusal = core.admit(self._seat, parent)
        if refusal is not None:
            raise misuse(refusal, type(self).__name__)

    def drop(self) -> None:
        """Drop this handle, now. Dropping it again does nothing (contract 85).

        The last sender's drop disconnects the receiver once it has received what is buffered; the receiver's drop
        disconnects the senders at once and destroys what is buffered. A call that waits on this very handle in another
        thread ends with DroppedError (86). Never waits for a lock; may be called from finalizers and signal handlers
        (89). In a forked child it does nothing (91).
        """
        self._core.drop(self._seat)

    def is_disconnected(self) -> bool:
        """Whether the other side is gone; for a receiver also while messages are still buffered (contract 28).

        Raises DroppedError, ForkedError.
        """
        answer = self._core.look(self._seat)
        if isinstance(answer, Refusal):
            raise misuse(answer, type(self).__name__)
        return answer

    def __enter__(self) -> Self:
        """Own the handle: the end of the block drops it. Raises DroppedError, ForkedError."""
        self.is_disconnected()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> None:
        self.drop()

    def __del__(self) -> None:
        if hasattr(self, "_seat") and not self._seat.dropped:  # __init__ may have failed
            self._core.drop(self._seat)

    def __repr__(self) -> str:
        return f"{type(self).__name__} {{ .. }}"

    def __copy__(self) -> NoReturn:
        self._refuse("copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        self._refuse("copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self._refuse("pickled")

    def _refuse(self, what: str) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} cannot be {what}: {self._instead_of_copy}")
