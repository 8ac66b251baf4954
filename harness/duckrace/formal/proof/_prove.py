"""Proving: for each statement the beginning, and each step; and what to show where that fails.

Only ``unsat`` is a proof: no state contradicts it. z3 often says ``unknown`` to what is false, as it would have to find
infinitely many values. Then three callers with two calls each do (`Few`): there it finds a state, or that there is none
so small.

Runs are the same each time: z3's seed is fixed, and its effort is counted in its own units, not in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from duckrace._errors import InternalError

from ._channel import Channel, Part, State
from ._records import PLAIN, history_of, record_of
from ._results import Counterexample
from ._results import Statement as Result
from ._statements import STATEMENTS, Statement
from ._symbols import SORTS, Caller, Few, Symbols, Unlimited, symbolic_state, z3
from ._terms import CALLER, Term, Values

EFFORT: Final = 20_000_000
"""z3's units for one query: hundreds of times what the most expensive one takes."""
LITTLE: Final = 200_000
"""The same where no proof is expected."""
FEW: Final[dict[str, Any]] = {"callers": ("a", "b", "c"), "senders": ("ta", "tb"), "numbers": 4}

Asked = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A channel in symbols, and a state of it of which nothing is known."""

    terms: Symbols
    channel: Channel
    state: State

    def invariant(self) -> list[Term]:
        """All that is stated of a state."""
        return [one.holds(self.channel, self.state) for one in STATEMENTS if one.holds]


def question(terms: Symbols, kind: str, make: type[Channel] = Channel) -> Question:
    """`make`: the channel, or one with a mistake."""
    capacity = z3.Int("capacity") if kind == "bounded" else None
    return Question(terms=terms, channel=make(terms, kind, capacity), state=symbolic_state())


def prove(kind: str, make: type[Channel] = Channel, *, effort: int = EFFORT, asked: Asked) -> tuple[Result, ...]:
    """What z3 says to each statement, for any number of callers, handles and messages."""
    about = question(Unlimited(), kind, make)
    open_: dict[str, list[str]] = {one.name: [] for one in STATEMENTS}
    queries = dict.fromkeys(open_, 0)

    def ask(solver: Any, statement: Statement, fact: Term, where: str) -> None:
        asked()
        queries[statement.name] += 1
        if _answer(solver, about.terms.no(fact)) != z3.unsat:
            open_[statement.name].append(where)

    channel, state = about.channel, about.state
    first = _solver(effort, [channel.init(state), *_capacity(channel)])
    anywhere = _solver(effort, about.invariant())
    for one in STATEMENTS:
        if one.holds:
            ask(first, one, one.holds(channel, state), "the beginning")
        if one.follows:
            ask(anywhere, one, one.follows(channel, state), "any state")
    for part, _, step in _steps(about):
        solver = _solver(effort, [*about.invariant(), step.guard])
        for one in STATEMENTS:
            if not one.follows:
                ask(solver, one, _after(one, channel, state, step.after), str(part))
    return tuple(
        Result(name=one.name, says=one.says, lemma=one.lemma, queries=queries[one.name], open=tuple(open_[one.name]))
        for one in STATEMENTS
    )


def impossible(kind: str, make: type[Channel] = Channel, *, asked: Asked) -> tuple[str, ...]:
    """The steps of the channel that no state with the invariant allows, and "the beginning" if there is none."""
    few = Few(**FEW)
    about = question(few, kind, make)
    never = []
    bounds = [few.told_apart(), few.few(about.state)]
    if _solver(EFFORT, [*bounds, about.channel.init(about.state), *_capacity(about.channel)]).check() != z3.sat:
        never.append("the beginning")
    for part, parameters, step in _steps(about):
        asked()
        known = [few.one_of(sort, term) for sort, term in parameters]
        if _solver(EFFORT, [*about.invariant(), *bounds, *known, step.guard]).check() != z3.sat:
            never.append(str(part))
    return tuple(never)


def refute(kind: str, name: str, make: type[Channel] = Channel, *, asked: Asked) -> Counterexample | None:
    """A step that contradicts the statement of this name, among three callers with two calls each."""
    few = Few(**FEW)
    about = question(few, kind, make)
    statement = next(one for one in STATEMENTS if one.name == name)
    channel, state = about.channel, about.state
    bounds = [*about.invariant(), few.told_apart(), few.few(state)]
    if statement.follows:
        asked()
        solver = _solver(EFFORT, [*bounds, few.no(statement.follows(channel, state))])
        if solver.check() == z3.sat:
            return _counterexample(about, statement, None, [], solver.model())
        return None
    for part, parameters, step in _steps(about):
        asked()
        known = [few.one_of(sort, term) for sort, term in parameters]
        solver = _solver(EFFORT, [*bounds, *known, step.guard])
        if _answer(solver, few.no(_after(statement, channel, state, step.after)), keep=True) == z3.sat:
            _not_proved(kind, make, statement, part)
            return _counterexample(about, statement, part, [term for _, term in parameters], solver.model())
    return None


def _not_proved(kind: str, make: type[Channel], statement: Statement, part: Part) -> None:
    """Raises InternalError if z3 proves for all what is wrong for a few."""
    about = question(Unlimited(), kind, make)
    for other, _, step in _steps(about):
        if str(other) == str(part):
            solver = _solver(LITTLE, [*about.invariant(), step.guard])
            after = _after(statement, about.channel, about.state, step.after)
            if _answer(solver, about.terms.no(after)) == z3.unsat:
                raise InternalError(f"z3 proves {statement.name} after {part}, and has a counterexample to it")


def _steps(about: Question) -> Iterator[tuple[Part, list[tuple[str, Term]], Any]]:
    """Each part of Next: with its parameters, of which nothing is known."""
    for part in about.channel.parts():
        parameters = [(sort, about.terms.constant(SORTS[sort])) for sort in (CALLER, *part.more)]
        yield part, parameters, part.step(about.state, *(term for _, term in parameters))


def _after(statement: Statement, channel: Channel, before: State, after: State) -> Term:
    if statement.step:
        return statement.step(channel, before, after)
    assert statement.holds is not None
    return statement.holds(channel, after)


def _capacity(channel: Channel) -> list[Term]:
    """What is known of the capacity: the only thing that does not come from the beginning, nor from a step."""
    return [channel.capacity >= 1] if channel.kind == "bounded" else []


def _solver(effort: int, facts: list[Term]) -> Any:
    solver = z3.Solver()
    solver.set("rlimit", effort)
    solver.set("random_seed", 0)
    solver.set("ctrl_c", False)  # an interrupt is Python's
    solver.add(*facts)
    return solver


def _answer(solver: Any, fact: Term, *, keep: bool = False) -> Any:
    """What z3 says if this is true, too. `keep`: it will be asked for the values."""
    solver.push()
    solver.add(fact)
    said = solver.check()
    if not (keep and said == z3.sat):
        solver.pop()
    return said


def _counterexample(
    about: Question, statement: Statement, part: Part | None, parameters: list[Term], model: Any
) -> Counterexample:
    """The values of z3's model as those of Python: who does not believe z3 can evaluate the formulas himself. We do."""
    assert isinstance(about.terms, Few)
    reading = _Reading(about.terms, model)
    state = reading.state(about.state)
    terms = Values(reading.callers, reading.handles, about.terms.numbers)
    capacity = reading.value(about.channel.capacity) if about.channel.kind == "bounded" else None
    channel = type(about.channel)(terms, about.channel.kind, capacity)
    who, *more = map(reading.value, parameters) if parameters else ("",)
    if part is None:
        after, wrong = state, bool(statement.follows and not statement.follows(channel, state))
    else:
        mine = next(one for one in channel.parts() if str(one) == str(part))
        guard, after = mine.step(state, who, *more)
        wrong = guard and not _after(statement, channel, state, after)
    if not wrong or not all(one.holds(channel, state) for one in STATEMENTS if one.holds):
        raise InternalError(f"what z3 says against {statement.name} is no counterexample when Python reads it")

    def shown(s: State) -> dict[str, Any]:
        return {**record_of(s, reading.callers, reading.handles, PLAIN), "history": history_of(s, PLAIN)}

    return Counterexample(
        statement=statement.name,
        step=str(part) if part else "",
        caller=who,
        capacity=capacity,
        before=shown(state),
        after=shown(after),
    )


class _Reading:
    """The values that a model of z3 gives."""

    def __init__(self, few: Few, model: Any) -> None:
        self._model = model
        self._few = few
        self.callers = [str(c) for c in few.callers]
        self.handles = [str(h) for h in few.handles]
        self._names = {str(self._eval(one)): str(one) for one in (*few.callers, *few.handles)}

    def state(self, s: State) -> State:
        """All that formulas can ask of the state, as values."""
        places = range(self._few.numbers)
        messages = [
            (("message", str(c), n), self._few.message(c, z3.IntVal(n))) for c in self._few.callers for n in places
        ]
        fields: dict[str, Any] = {}
        for name in State.__slots__:
            of = getattr(s, name)
            if not isinstance(of, z3.FuncDeclRef):
                fields[name] = self.value(of)
            elif of.domain(0) == z3.IntSort():
                fields[name] = {at: self.value(of(at)) for at in places}.get
            elif name == "back":
                fields[name] = {value: self.value(of(term)) for value, term in messages}.get
            else:
                names = self._few.callers if of.domain(0) == Caller else self._few.handles
                fields[name] = {str(one): self.value(of(one)) for one in names}.get
        return State(**fields)

    def value(self, term: Term) -> Any:
        """This term as Python's."""
        found = self._eval(term)
        if z3.is_int_value(found):
            return found.as_long()
        if z3.is_bool(found):
            return z3.is_true(found)
        name = found.decl().name()
        if name == "nothing":
            return None
        if name == "message":
            return ("message", self.value(found.arg(0)), self.value(found.arg(1)))
        if name == "name":
            return ("handle", self.value(found.arg(0)))
        return self._names.get(str(found), name.removeprefix("op_").removeprefix("kind_"))

    def _eval(self, term: Term) -> Any:
        return self._model.eval(term, model_completion=True)
