"""Making channels (contract 1-4, 94)."""

from __future__ import annotations

import math
import sys
from typing import Any

from ._buffered import BufferedCore
from ._core import Core
from ._receiver import Receiver
from ._rendezvous import RendezvousCore
from ._senders import Sender, SyncSender


def channel() -> tuple[Sender[Any], Receiver[Any]]:
    """A channel without bound: sends never wait for room (contract 1).

    Keep both halves: ``tx, _ = channel()`` keeps the receiver alive for as long as ``_`` is bound (56).
    A type checker learns the message type from an annotation: ``pair: tuple[Sender[int], Receiver[int]] = channel()``.
    """
    core: Core[Any] = BufferedCore(math.inf)
    return Sender(core), Receiver(core)


def sync_channel(bound: int) -> tuple[SyncSender[Any], Receiver[Any]]:
    """A channel that buffers ``bound`` messages; 0 makes every send wait for its receive (contract 2, 3).

    Raises TypeError if bound is no int, ValueError if it is negative, OverflowError beyond ``sys.maxsize`` (4, 94).
    """
    if not isinstance(bound, int):
        raise TypeError(f"a bound is an int, the number of messages that fit, not {type(bound).__name__}")
    if bound < 0:
        raise ValueError(f"a bound cannot be negative, but {bound} is: use channel() for a channel without bound")
    if bound > sys.maxsize:
        raise OverflowError("capacity overflow")
    core: Core[Any] = BufferedCore(bound) if bound else RendezvousCore()
    return SyncSender(core), Receiver(core)
