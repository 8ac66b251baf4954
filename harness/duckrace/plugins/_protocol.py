"""What a channel under test is: two factories, and a list of what it claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

CAPABILITIES: Final = (
    "bounded",
    "clone",
    "drop",
    "guarded",
    "len",
    "mpmc",
    "reentrant",
    "refcount_drop",
    "rendezvous",
    "repr",
    "select",
    "timeouts",
    "try_iter",
    "try_send",
    "unbounded",
    "validates",
)


class ChannelUnderTest(Protocol):
    """A plug-in.  What it does not claim is skipped and listed as skipped; what it claims is checked.

    Handles follow the channel contract: senders have ``send`` (and ``clone``, ``try_send``,
    ``send_timeout`` as claimed), receivers ``recv``, ``try_recv``, iteration (and ``recv_timeout``),
    all of them ``drop``.
    """

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    @property
    def modules(self) -> Sequence[str]:
        """Packages to load in the simulated world besides its own file."""
        ...

    @property
    def capabilities(self) -> Sequence[str]:
        """What it claims, out of CAPABILITIES."""
        ...

    def channel(self) -> tuple[Any, Any]:
        """A new unbounded channel: (sender, receiver)."""
        ...

    def sync_channel(self, bound: int, /) -> tuple[Any, Any]:
        """A new bounded channel: (sender, receiver)."""
        ...
