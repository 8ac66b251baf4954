"""What is wrong with a history of a channel, and the few operations that show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ._history import Operation


class Wrong(Enum):
    """The ways in which a history of a channel can be wrong. The first word is the property of the literature, if any
    (Henzinger, Sezgin, Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013)."""

    INVENTED = "invented"
    """VFresh: received, and never sent, or received before it was sent."""
    REPEATED = "repeated"
    """VRepet: received twice."""
    ORDER = "order"
    """VOrd: a was sent before b, and b received before a. Four operations: send a, send b, receive b, receive a."""
    LOST = "lost"
    """VOrd: u was sent before b, b was received, u never was. Three operations: send u, send b, receive b."""
    NOT_EMPTY = "not empty"
    """VWit: Empty, or a time-out, while messages were there all the time. The receive, then the *covering chain*: sends
    and receives of messages of which one at least was in the channel at each instant of the receive; or, with the drop
    at the end, at each instant before the last sender was gone."""
    HIDDEN = "hidden"
    """VWit: Disconnected while messages were there all the time, or all the time since the drop that stands at the end
    (contract 30). As NOT_EMPTY."""
    EARLY_CLOSE = "early close"
    """Disconnected while a sender was alive: the receive, and the drop that came too late, if there is one."""
    LATE_EMPTY = "late empty"
    """Empty, or a time-out, after the last sender was gone: the receive, the last drop."""
    CLOSE = "close"
    """Disconnected, then Empty: the *close pair*."""
    LOST_WAKEUP = "lost wake-up"
    """A call is suspended, and need not wait: the call, then what should have woken it."""
    NEVER_WAITS = "never waits"
    """A call is suspended that never waits."""
    RECEIVER_CLOSE = "receiver close"
    """A send is Disconnected while a receiver is alive, or Ok when none is: the send, then the drop or another send."""
    FULL = "full"
    """Full (or a send's time-out) while there was room."""
    CAPACITY = "capacity"
    """More messages in the channel than it has room for: their sends."""
    NO_MEETING = "no meeting"
    """Rendezvous: the send and the receive of a message do not overlap, or neither of them waits (contract 25)."""
    UNEXPLAINED = "unexplained"
    """Found by the general search: the first operation to return that no order explains."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Why no order of the operations explains the history: data for a report, and a sentence."""

    kind: Wrong
    operations: tuple[Operation, ...]
    """What `kind` says, in that order."""
    explanation: str
    """One sentence without a full stop; of the general search, its story."""
