"""State machines that say what a channel must do: the place where its semantics are looked up.

=================  =====================================================================
``unbounded``      ``channel()``: sends never wait                          (contract 1)
``bounded``        ``sync_channel(n)``: a buffer of exactly n messages      (contract 2)
``rendezvous``     ``sync_channel(0)``: no buffer, two calls meet           (contract 3)
``_values``        the vocabulary: calls, responses, the immutable state, transitions
``_machine``       what all channels share: start, enabled, apply, drop, clone, who is inside
``_outcomes``      everything that a program of calls may come to
=================  =====================================================================

A model is a value with pure functions over an immutable, hashable, canonical `State`: `initial`,
`start` (a call is made), `enabled` (every step that may come next; several steps are
nondeterminism), `cancel` (an interrupted call), `blocked`, and for one caller at a time `apply` and
`settle`. Blocking is part of the semantics: a call that cannot complete stays in the state, and
whether its follow-up is enabled is a question to the state.

Models know no threads and no clock, import nothing but the standard library, and compare messages
by ``==`` (tag the messages of a history, so that they are distinct). ``contract 30`` means statement
30 of the channel contract.
"""

from ._machine import Machine
from ._outcomes import Answers, Outcome, outcomes
from ._values import (
    BLOCKS,
    RECEIVER,
    Action,
    Blocks,
    Call,
    Caller,
    ConcurrentReceive,
    Disconnected,
    Dropped,
    Empty,
    Full,
    Handle,
    Ok,
    Operation,
    Pending,
    Phase,
    Response,
    Settled,
    State,
    Timeout,
    Transition,
    Value,
)
from .bounded import Bounded
from .rendezvous import Rendezvous
from .unbounded import Unbounded

__all__ = [
    "BLOCKS",
    "RECEIVER",
    "Action",
    "Answers",
    "Blocks",
    "Bounded",
    "Call",
    "Caller",
    "ConcurrentReceive",
    "Disconnected",
    "Dropped",
    "Empty",
    "Full",
    "Handle",
    "Machine",
    "Ok",
    "Operation",
    "Outcome",
    "Pending",
    "Phase",
    "Rendezvous",
    "Response",
    "Settled",
    "State",
    "Timeout",
    "Transition",
    "Unbounded",
    "Value",
    "model_for",
    "outcomes",
]


def model_for(capacity: int | None) -> Machine:
    """The model of a channel: None is unbounded, 0 is rendezvous, n is a buffer of n messages.

    Raises TypeError, ValueError or OverflowError for an impossible bound (contract 4, 94).
    """
    if capacity is None:
        return Unbounded()
    if capacity == 0 and isinstance(capacity, int):
        return Rendezvous()
    return Bounded(capacity=capacity)
