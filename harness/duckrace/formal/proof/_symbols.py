"""Formulas as z3 reads them: about all channels (`Unlimited`), or about a few callers and messages (`Few`).

This file alone knows z3 as a language. It is imported when something is proved, not before: z3 is of the extra
``formal``. It has no types that a checker could read, so it is Any here.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Final

from duckrace._errors import UsageError

from .._tools import INSTALL
from ._channel import State
from ._terms import CALLER, HANDLE, KINDS, OPERATIONS, PHASES, Map, Term, Terms

try:
    z3: Any = importlib.import_module("z3")
except ImportError:
    raise UsageError(f"z3 is not installed: run `{INSTALL}`.") from None

Caller: Final = z3.DeclareSort("Caller")
Handle: Final = z3.DeclareSort("Handle")
Operation, _OPERATIONS = z3.EnumSort("Operation", [f"op_{name}" for name in OPERATIONS])
Phase, _PHASES = z3.EnumSort("Phase", PHASES)
Kind, _KINDS = z3.EnumSort("Kind", [f"kind_{name}" for name in KINDS])
_value = z3.Datatype("Value")
_value.declare("nothing")
_value.declare("message", ("author", Caller), ("turn", z3.IntSort()))
_value.declare("name", ("named", Handle))
Value: Final = _value.create()

SORTS: Final = {"caller": Caller, "handle": Handle, "operation": Operation}
_WORDS: Final = {
    sort: dict(zip(names, constants, strict=True))
    for sort, names, constants in (
        ("operation", OPERATIONS, _OPERATIONS),
        ("phase", PHASES, _PHASES),
        ("kind", KINDS, _KINDS),
    )
}


class Symbols(Terms):
    """What all formulas of z3 have in common."""

    rx = z3.Const("rx", Handle)
    nothing = Value.nothing

    def __init__(self) -> None:
        self._fresh = 0

    def both(self, *facts: Term) -> Term:
        return z3.And(*map(_truth, facts))

    def either(self, *facts: Term) -> Term:
        return z3.Or(*map(_truth, facts))

    def no(self, fact: Term) -> Term:
        return z3.Not(_truth(fact))

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        return z3.If(_truth(condition), then, otherwise)

    def operation(self, name: str) -> Term:
        return _WORDS["operation"][name]

    def phase(self, name: str) -> Term:
        return _WORDS["phase"][name]

    def kind(self, name: str) -> Term:
        return _WORDS["kind"][name]

    def message(self, author: Term, turn: Term) -> Term:
        return Value.message(author, turn)

    def is_message(self, value: Term) -> Term:
        return Value.is_message(value)

    def author(self, message: Term) -> Term:
        return Value.author(message)

    def turn(self, message: Term) -> Term:
        return Value.turn(message)

    def name(self, handle: Term) -> Term:
        return Value.name(handle)

    def named(self, value: Term) -> Term:
        return Value.named(value)

    def constant(self, sort: Any) -> Term:
        """A name that no other formula has."""
        self._fresh += 1
        return z3.Const(f"{str(sort).lower()}!{self._fresh}", sort)


class Unlimited(Symbols):
    """Any number of callers, handles and messages."""

    def every(self, sort: str, says: Map) -> Term:
        return self._every(SORTS[sort], says)

    def every_number(self, says: Map) -> Term:
        return self._every(z3.IntSort(), says)

    def _every(self, sort: Any, says: Map) -> Term:
        one = self.constant(sort)
        return z3.ForAll([one], says(one))


class Few(Symbols):
    """Some callers and handles, and numbers below a limit: no quantifiers, so z3 always has an answer."""

    def __init__(self, callers: Sequence[str], senders: Sequence[str], numbers: int) -> None:
        super().__init__()
        self.callers = [z3.Const(name, Caller) for name in callers]
        self.handles = [self.rx, *(z3.Const(name, Handle) for name in senders)]
        self.numbers = numbers

    def every(self, sort: str, says: Map) -> Term:
        return z3.And(*map(says, self.callers if sort == CALLER else self.handles))

    def every_number(self, says: Map) -> Term:
        return z3.And(*map(says, range(self.numbers)))

    def told_apart(self) -> Term:
        """That the names of callers and handles mean different ones."""
        return z3.And(z3.Distinct(*self.callers), z3.Distinct(*self.handles))

    def few(self, s: State) -> Term:
        """That nothing in the state is out of reach, with one step to go."""
        ends = (s.tail, s.sends, s.gets, s.lost_to, s.arrivals, *map(s.made, self.callers))
        places = [s.arrival(c) for c in self.callers]
        values = [*map(s.value, self.callers), *map(s.answer, self.callers)]
        values += [line(at) for line in (s.buffer, s.sent, s.got, s.destroyed) for at in range(self.numbers)]
        return z3.And(
            *(number < self.numbers - 1 for number in ends),
            *(place >= 0 for place in places),
            *map(self._known, values),
            *(self._one_of(s.handle(c), self.handles) for c in self.callers),
        )

    def has(self, s: State, values: State) -> Term:
        """That the state has these values: of all that there are."""
        of_caller: dict[str, Map] = {
            "operation": self.operation,
            "handle": lambda name: z3.Const(name, Handle),
            "value": self._value,
            "phase": self.phase,
            "kind": self.kind,
            "answer": self._value,
            "made": int,
            "arrival": int,
            "queued": bool,
        }
        facts = [
            getattr(s, name)(c) == term(getattr(values, name)(str(c)))
            for name, term in of_caller.items()
            for c in self.callers
        ]
        facts += [s.senders(h) == values.senders(str(h)) for h in self.handles]
        facts += [
            getattr(s, line)(at) == self._value(getattr(values, line)(at))
            for line in ("buffer", "sent", "got", "destroyed")
            for at in range(self.numbers)
        ]
        facts += [
            s.back(self.message(c, z3.IntVal(n))) == values.back(("message", str(c), n))
            for c in self.callers
            for n in range(self.numbers)
        ]
        ends = ("head", "tail", "arrivals", "sends", "gets", "lost_from", "lost_to", "receiver", "ended", "refused")
        facts += [getattr(s, end) == getattr(values, end) for end in ends]
        return self.both(*facts)

    def _value(self, value: Term) -> Term:
        if value is None:
            return self.nothing
        if value[0] == "message":
            return self.message(z3.Const(value[1], Caller), z3.IntVal(value[2]))
        return self.name(z3.Const(value[1], Handle))

    def _known(self, value: Term) -> Term:
        return z3.Or(
            value == self.nothing,
            z3.And(
                Value.is_message(value),
                self._one_of(Value.author(value), self.callers),
                Value.turn(value) >= 1,
                Value.turn(value) < self.numbers,
            ),
            z3.And(Value.is_name(value), self._one_of(Value.named(value), self.handles)),
        )

    def one_of(self, sort: str, term: Term) -> Term:
        """That `term` is one of the callers or handles that there are; anything of another sort."""
        known = {CALLER: self.callers, HANDLE: self.handles}.get(sort)
        return z3.BoolVal(True) if known is None else self._one_of(term, known)

    @staticmethod
    def _one_of(term: Term, known: Sequence[Term]) -> Term:
        return z3.Or(*(term == one for one in known))


def symbolic_state() -> State:
    """A state of which nothing is known."""
    number, truth = z3.IntSort(), z3.BoolSort()
    sorts = {
        **dict.fromkeys(("buffer", "sent", "got", "destroyed"), (number, Value)),
        **dict.fromkeys(("head", "tail", "arrivals", "sends", "gets", "lost_from", "lost_to"), (number,)),
        **dict.fromkeys(("receiver", "ended", "refused"), (truth,)),
        **dict.fromkeys(("arrival", "made"), (Caller, number)),
        **dict.fromkeys(("value", "answer"), (Caller, Value)),
        "senders": (Handle, truth),
        "queued": (Caller, truth),
        "operation": (Caller, Operation),
        "handle": (Caller, Handle),
        "phase": (Caller, Phase),
        "kind": (Caller, Kind),
        "back": (Value, truth),
    }
    return State(
        **{name: z3.Const(name, *of) if len(of) == 1 else z3.Function(name, *of) for name, of in sorts.items()}
    )


def _truth(fact: Term) -> Term:
    return z3.BoolVal(fact) if isinstance(fact, bool) else fact
