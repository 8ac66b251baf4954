"""Why a core did not do what a handle asked for.

The core answers with a refusal instead of raising: which exception it means depends on the method that was called, and
so a traceback ends in that method and keeps none of the core's frames alive.
"""

from __future__ import annotations

from typing import Any, final

from ._errors import ChannelError, ConcurrentReceiveError, DroppedError, ForkedError


@final
class Refusal:
    """One reason. Compared by identity; never leaves the package."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


WAIT = Refusal("WAIT")  # not now: the only one that a handle never sees
EXPIRED = Refusal("EXPIRED")  # not now, and the caller does not wait (any longer)
CLOSED = Refusal("CLOSED")  # never: the other side is gone
DROPPED = Refusal("DROPPED")
BUSY = Refusal("BUSY")
FORKED = Refusal("FORKED")


def misuse(refusal: Refusal, kind: str, value: Any = None) -> ChannelError:
    """The error for DROPPED, BUSY or FORKED: ``kind`` is the handle's class, ``value`` what was not sent."""
    if refusal is DROPPED:
        keep = "receive all you want first" if kind == "Receiver" else "give each user its own clone()"
        return DroppedError(f"this {kind} was dropped, before the call or while it waited: {keep}, drop it last", value)
    if refusal is BUSY:
        return ConcurrentReceiveError(
            f"another call is receiving on this {kind}, so this one took nothing: a channel has one consumer at a "
            "time; move the Receiver to the thread that receives, or make a channel for each consumer"
        )
    assert refusal is FORKED, refusal
    return ForkedError(
        f"this {kind} belongs to the parent process and cannot be used after a fork: make a channel in the child, and "
        "use multiprocessing to talk to the parent",
        value,
    )
