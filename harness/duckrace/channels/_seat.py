"""A seat: what a channel knows of one handle.

The core must not know the handle itself, or no handle would ever lose its last reference (contract 85).
"""

from __future__ import annotations

import weakref
from typing import Any, Literal

Role = Literal["receiver", "sender"]


class Seat:
    """One handle as its channel sees it. ``open`` and ``inside`` are governed by the channel's lock."""

    __slots__ = ("dropped", "handle", "inside", "open", "role")

    def __init__(self, role: Role) -> None:
        self.role: Role = role
        self.open = False
        """Admitted and not dropped. Once dropped, never open again."""
        self.inside: object = None
        """Receivers: the waiter of the call that is waiting here, or None. At most one (contract 87)."""
        self.dropped = False
        """A drop() has returned, so the finalizer need not drop again. Says nothing to other threads: `open` does."""
        self.handle: weakref.ref[Any] | None = None
        """For diagnosis only."""
