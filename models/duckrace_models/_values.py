"""The vocabulary of the channel models: calls, responses, the immutable state, and its steps.

A call is a request and a follow-up (Scherer and Scott, "Nonblocking concurrent data structures with
condition synchronization", DISC 2004), each with an instant of its own at which it takes effect:

    called ──enter──▶ inside ──wait──▶ waiting ──effect, pair, time_out──▶ decided ──return──▶ (gone)

* *called*: the caller made the call, the channel has not noticed yet.
* *inside* (receives only): the call occupies the one receiver; newcomers are refused (contract 87).
* *waiting* (rendezvous only): others can see the call wait, and meet it.
* *decided*: the response is settled, by the call's own step or by somebody else's; what is left is
  to return. Effect and return are two steps: a rendezvous decides two calls at one instant, and
  another call may come between an effect and its return.

A call skips the phases that nobody could tell apart. It is *blocked* when no step is enabled for it.
There is no clock: ``time_out`` is enabled whenever a timed call cannot complete, and the harness knows
when that is too early (contract 37). An infinite timeout is a ``recv`` or a ``send`` (contract 40, 94).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

Caller: TypeAlias = int | str
Handle: TypeAlias = int | str
Value: TypeAlias = Hashable
Operation: TypeAlias = Literal["send", "try_send", "send_timeout", "recv", "try_recv", "recv_timeout", "clone", "drop"]
Phase: TypeAlias = Literal["called", "inside", "waiting", "decided"]
Action: TypeAlias = Literal["enter", "wait", "effect", "pair", "time_out", "return"]

RECEIVER: Final = "rx"
"""The handle of the one receiver (contract 5: it has no clone). Any other handle is a sender."""

SENDS: Final = frozenset[Operation]({"send", "try_send", "send_timeout"})
RECEIVES: Final = frozenset[Operation]({"recv", "try_recv", "recv_timeout"})
HANDLES: Final = frozenset[Operation]({"clone", "drop"})


# Responses. Positional, against house style, because `Ok(1)` is what a reader of a test looks for.
@dataclass(frozen=True, slots=True)
class Response:
    """What a call returns or raises, as a value."""


@dataclass(frozen=True, slots=True)
class Ok(Response):
    """Success: the message of a receive, the new handle of a clone, None for a send and a drop."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Full(Response):
    """try_send found no room, and hands the value back (contract 22)."""

    value: Value


@dataclass(frozen=True, slots=True)
class Disconnected(Response):
    """The other side is gone; a send hands its value back (contract 17, 31)."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Empty(Response):
    """try_recv found no message, and a sender lives (contract 32)."""


@dataclass(frozen=True, slots=True)
class Timeout(Response):
    """The time was over; a send hands its value back (contract 26, 34)."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class Dropped(Response):
    """The call's own handle was dropped; a send hands its value back (contract 85, 86)."""

    value: Value = None


@dataclass(frozen=True, slots=True)
class ConcurrentReceive(Response):
    """Another receive is inside the one receiver (contract 87)."""


class Blocks(Enum):
    """The answer of `Machine.apply` when the call stays in the state, suspended."""

    BLOCKS = "BLOCKS"


BLOCKS: Final = Blocks.BLOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call: who makes it, what, and on which handle."""

    caller: Caller
    operation: Operation
    handle: Handle
    value: Value = None
    """The message of a send; the new handle, an int or a str, of a clone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A call that has not returned."""

    call: Call
    phase: Phase = "called"
    response: Response | None = None
    """Set if and only if the phase is decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A channel and everybody who is in a call on it, in canonical form.

    Whatever no call could ever observe is not in it: the order in which calls were made, say.
    """

    buffer: tuple[Value, ...] = ()
    """Sent, not received; the next one to receive first. Empty once the receiver is dropped."""
    senders: frozenset[Handle]
    """The living sender handles. A handle that is not here is a dropped one."""
    receiver: bool = True
    """Whether the receiver lives."""
    queue: tuple[Caller, ...] = ()
    """Rendezvous: senders that wait, in arrival order (contract 14). Never beside a waiting receive."""
    pending: tuple[Pending, ...] = ()
    """At most one per caller, sorted by caller."""

    def of(self, caller: Caller) -> Pending | None:
        """The call that the caller is in."""
        return next((p for p in self.pending if p.call.caller == caller), None)

    def alive(self, handle: Handle) -> bool:
        """Whether the handle has not been dropped."""
        return self.receiver if handle == RECEIVER else handle in self.senders


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step that may come next."""

    action: Action
    caller: Caller
    """Whose call makes the step."""
    response: Response | None = None
    """What the caller is given: set if and only if the action is ``return``."""
    decided: tuple[tuple[Caller, Response], ...] = ()
    """The calls whose response this step settles, with it: this is where they take effect."""
    discarded: tuple[Value, ...] = ()
    """The messages that this step destroys, in order (contract 50)."""
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One way to come to rest: who returned with what (sorted by caller), and the state then."""

    responses: tuple[tuple[Caller, Response], ...]
    state: State
