"""What the formulas of the proof are made of, and reading them as plain Python.

A formula is written once (`_channel`, `_statements`) and read in three ways:

    for everything   by z3, with any number of callers, handles and messages (`_symbols.Unlimited`): the proof
    for a few        by z3, with two callers and two messages (`_symbols.Few`): what fails, and a state in which it does
    on values        by Python, here (`Values`): one state of the model, and whether its steps are those of the proof

So all of them are about the same text. It knows nothing of channels.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

Term: TypeAlias = Any
"""An expression of z3, or a value of Python."""
Map: TypeAlias = Callable[[Term], Term]
"""A TLA+ function."""

CALLER: Final = "caller"
HANDLE: Final = "handle"
OPERATION: Final = "operation"

OPERATIONS: Final = (
    *("send", "try_send", "send_timeout", "recv", "try_recv", "recv_timeout", "clone", "drop"),
    "none",
)
PHASES: Final = ("idle", "called", "inside", "waiting", "decided")
KINDS: Final = ("none", "Ok", "Full", "Disconnected", "Empty", "Timeout", "Dropped", "ConcurrentReceive")


class Terms(ABC):
    """The words of a formula. Numbers, ``==``, ``!=``, ``<``, ``+`` are those of the terms themselves."""

    rx: Term
    """The handle of the receiver."""
    nothing: Term
    """NoValue."""

    @abstractmethod
    def both(self, *facts: Term) -> Term:
        """All of them."""

    @abstractmethod
    def either(self, *facts: Term) -> Term:
        """One of them at least."""

    @abstractmethod
    def no(self, fact: Term) -> Term:
        """Its opposite."""

    @abstractmethod
    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """IF THEN ELSE."""

    @abstractmethod
    def every(self, sort: str, says: Map) -> Term:
        """For all callers, or all handles."""

    @abstractmethod
    def every_number(self, says: Map) -> Term:
        """For all numbers; `says` must be true of those below 0, and of those past what the state counts."""

    @abstractmethod
    def operation(self, name: str) -> Term:
        """One of OPERATIONS."""

    @abstractmethod
    def phase(self, name: str) -> Term:
        """One of PHASES."""

    @abstractmethod
    def kind(self, name: str) -> Term:
        """One of KINDS."""

    @abstractmethod
    def message(self, author: Term, turn: Term) -> Term:
        """The message that a caller sends in its call of this number: so messages are distinct."""

    @abstractmethod
    def is_message(self, value: Term) -> Term:
        """Whether this value is a message."""

    @abstractmethod
    def author(self, message: Term) -> Term:
        """Who sends it. Something, if it is no message."""

    @abstractmethod
    def turn(self, message: Term) -> Term:
        """In which of its calls, from 1. Something, if it is no message."""

    @abstractmethod
    def name(self, handle: Term) -> Term:
        """A handle as the value of a call."""

    @abstractmethod
    def named(self, value: Term) -> Term:
        """The handle that a value names. Something, if it names none."""

    def implies(self, condition: Term, fact: Term) -> Term:
        """If the one, then the other."""
        return self.either(self.no(condition), fact)

    def some(self, sort: str, says: Map) -> Term:
        """For at least one."""
        return self.no(self.every(sort, lambda one: self.no(says(one))))

    def put(self, old: Map, key: Term, value: Term) -> Map:
        """[old EXCEPT ![key] = value]."""
        return lambda at: self.choose(at == key, value, old(at))


class Values(Terms):
    """Formulas about one state, whose values are Python's: a message is ``("message", author, turn)``."""

    rx = "rx"
    nothing = None

    def __init__(self, callers: Sequence[str], handles: Sequence[str], numbers: int) -> None:
        self._all = {CALLER: tuple(callers), HANDLE: tuple(handles)}
        self._numbers = range(numbers)

    def both(self, *facts: Term) -> Term:
        return all(facts)

    def either(self, *facts: Term) -> Term:
        return any(facts)

    def no(self, fact: Term) -> Term:
        return not fact

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        return then if condition else otherwise

    def every(self, sort: str, says: Map) -> Term:
        return all(map(says, self._all[sort]))

    def every_number(self, says: Map) -> Term:
        return all(map(says, self._numbers))

    def operation(self, name: str) -> Term:
        return name

    phase = kind = operation

    def message(self, author: Term, turn: Term) -> Term:
        return ("message", author, turn)

    def is_message(self, value: Term) -> Term:
        return isinstance(value, tuple) and value[0] == "message"

    def author(self, message: Term) -> Term:
        return message[1] if self.is_message(message) else self._all[CALLER][0]

    def turn(self, message: Term) -> Term:
        return message[2] if self.is_message(message) else 0

    def name(self, handle: Term) -> Term:
        return ("handle", handle)

    def named(self, value: Term) -> Term:
        return value[1] if isinstance(value, tuple) and value[0] == "handle" else None
