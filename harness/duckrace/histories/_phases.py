"""The graph of configurations for a channel's model, which says itself what a call does and in how many steps.

A configuration is the model's own state: calls that are open are in it, with their phases, and it is the model that
knows which of them can make a step (request, follow-up, time-out). A call is started just before the return that comes
next, returns exactly at its return, and in between every step of every open call may be taken, except one that settles
a call otherwise than it was seen to end.

A call ends by its response; by `Cancelled`, which the model allows while it is not decided; or not at all. Those that
were *suspended* when nobody could go on must be calls that the model has disabled at the end. Others that have not
returned may be settled in any way, or not.

It knows the channel models and operations; it must not know how a search walks.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from typing import Any

from duckrace._errors import UsageError
from duckrace_models import RECEIVER, Call, Machine, Ok, Response, State, Transition

from ._history import Operation
from ._lookahead import Move, due, emptied, order
from ._model import Cancelled

SENDS = frozenset(("send", "try_send", "send_timeout"))
RECEIVES = frozenset(("recv", "try_recv", "recv_timeout"))


class Phases:
    """A `Problem` of `_search` over the states of a channel's model."""

    def __init__(
        self,
        model: Machine,
        operations: Sequence[Operation],
        *,
        senders: Collection[Hashable] = (),
        lookahead: bool = True,
    ) -> None:
        """`senders`: handles that were there from the start, besides those that a call was made on."""
        self.model = model
        self.operations = operations
        for operation in operations:
            _well_formed(model, operation)
        self.suspended = [number for number, operation in enumerate(operations) if operation.suspended]
        self._initial = model.initial(_senders(operations, senders))
        moves, unseen = _moves(operations)
        self.before: dict[int, tuple[int, ...]] = {}
        self.conflict: tuple[int, ...] = ()  # calls that have no order, whatever the rest did
        self.due: dict[int, int] = {}  # where the message of a send is received: the first one first
        if lookahead:
            self.due = due(operations, moves)
            self.before, conflict = order(operations, moves, unseen=unseen)
            if conflict is not None:
                self.conflict = tuple(number for number in conflict if number is not None)
        empty = emptied(operations, moves) if lookahead else set()
        self._enabled: dict[State, tuple[Transition, ...]] = {}
        self._windows(empty)

    # -- the problem ----------------------------------------------------------------------------------

    def start(self) -> State:
        return self._call(0, self._initial)

    def forced(self, place: int, configuration: State) -> State | None:
        """A call that is settled returns. Only of a receive something is lost by that: somebody may still have to be
        refused because of it (contract 87)."""
        operation = self.operations[self.returns[place]]
        if isinstance(operation.result, Cancelled):
            return None
        me = configuration.of(operation.what.caller)
        assert me is not None
        if me.phase != "decided":
            return None
        if operation.what.operation in RECEIVES:
            for other in configuration.pending:
                if other.call.operation in RECEIVES and other.phase == "called":
                    return None
        return self._return(place, configuration)

    def steps(self, place: int, configuration: State) -> Iterator[tuple[bool, State, tuple[int, ...]]]:
        open_ = self.open[place]
        returning: Any = None
        if place < self.places:
            number = self.returns[place]
            returning = self.operations[number].what.caller
            me = configuration.of(returning)
            assert me is not None
            if isinstance(self.operations[number].result, Cancelled):
                if me.phase != "decided":
                    state = self.model.cancel(configuration, returning)
                    yield True, self._call(place + 1, state), ()
            elif me.phase == "decided":
                yield True, self._return(place, configuration), ()
        steps = [step for step in self._next(configuration) if step.action != "return"]
        steps.sort(key=lambda step: (step.caller != returning, self.due.get(open_[step.caller], 0)))
        for step in steps:
            effects = self._effects(place, step, open_, configuration)
            if effects is not None:
                yield False, step.state, effects

    def ends(self, configuration: State) -> bool:
        blocked = self.model.blocked(configuration)
        return all(self.operations[number].what.caller in blocked for number in self.suspended)

    # -- what an explanation asks -----------------------------------------------------------------------

    def goes_on(self, state: State, number: int) -> bool:
        """Whether the call, open in this state, can be settled by its own steps."""
        caller = self.operations[number].what.caller
        todo, seen = [state], {state}
        while todo:
            here = todo.pop()
            me = here.of(caller)
            if me is None or me.phase == "decided":
                return True
            for step in self._next(here):
                if step.caller == caller and step.state not in seen:
                    seen.add(step.state)
                    todo.append(step.state)
        return False

    def answers(self, number: int, configurations: Iterable[State] | None = None) -> list[Response]:
        """What the call could be told by the next step, in some state that was met; or in these configurations."""
        call = self.operations[number].what
        met = list(self._enabled) if configurations is None else sorted(configurations, key=repr)
        return [
            response
            for state in met
            if (me := state.of(call.caller)) is not None and me.call == call
            for step in self._next(state)
            for caller, response in step.decided
            if caller == call.caller
        ]

    def state(self, configuration: State) -> str:
        """What is in the channel, to be shown."""
        ends = f"{len(configuration.senders)} senders, {'a' if configuration.receiver else 'no'} receiver"
        return f"buffer {list(configuration.buffer)}, {ends}"

    # -- steps ------------------------------------------------------------------------------------------

    def _next(self, state: State) -> tuple[Transition, ...]:
        found = self._enabled.get(state)
        if found is None:
            found = self._enabled[state] = self.model.enabled(state)
        return found

    def _effects(self, place: int, step: Transition, open_: dict[Any, int], before: State) -> tuple[int, ...] | None:
        """The operations that the step settles; None if one of them did not end like that."""
        effects = []
        for caller, response in step.decided:
            number = open_[caller]
            operation = self.operations[number]
            if operation.suspended or isinstance(operation.result, Cancelled):
                return None
            if operation.ret is not None and response != operation.result:
                return None
            if isinstance(response, Ok) and not self._in_order(place, number, open_, before):
                return None
            effects.append(number)
        # In a rendezvous a send takes its place in the order of messages when it begins to wait (contract 14).
        if step.action == "wait" and not self._in_order(place, open_[step.caller], open_, before):
            return None
        return tuple(effects)

    def _in_order(self, place: int, number: int, open_: dict[Any, int], state: State) -> bool:
        """Whether the sends that the lookahead wants before this one are settled, or wait before it."""
        for other in self.before.get(number, ()):
            if other in self.done[place]:
                continue
            caller = self.operations[other].what.caller
            theirs = state.of(caller)
            if open_.get(caller) != other or theirs is None or theirs.phase not in ("decided", "waiting"):
                return False
        return True

    def _return(self, place: int, state: State) -> State:
        caller = self.operations[self.returns[place]].what.caller
        for step in self._next(state):
            if step.caller == caller and step.action == "return":
                return self._call(place + 1, step.state)
        raise AssertionError("a decided call returns")

    def _call(self, place: int, state: State) -> State:
        """Make the calls between two returns."""
        for number in self.calls[place]:
            what = self.operations[number].what
            try:
                state = self.model.start(state, what)
            except ValueError as error:
                raise UsageError(f"No program has this history: {what} cannot be called: {error}.") from error
        return state

    # -- tables -----------------------------------------------------------------------------------------

    def _windows(self, empty: set[int]) -> None:
        events: list[tuple[int, int, bool]] = []
        for number, operation in enumerate(self.operations):
            events.append((operation.call, number, True))
            if operation.ret is not None:
                events.append((operation.ret, number, False))
        events.sort()
        self.returns: list[int] = []
        self.calls: list[list[int]] = [[]]  # those made before each place, after the place before it
        self.open: list[dict[Any, int]] = []  # by caller, at each place
        self.done: list[frozenset[int]] = []  # those that others have to come after and that have returned
        self.quiet: list[bool] = [False]
        self.cuts: list[bool] = [False]
        inside: dict[Any, int] = {}
        wanted = {number for numbers in self.before.values() for number in numbers}
        done: frozenset[int] = frozenset()
        for position, number, called in events:
            caller = self.operations[number].what.caller
            if called:
                if caller in inside:
                    raise UsageError(f"caller {caller!r} makes a call at {position}, and is in another one.")
                inside[caller] = number
                self.calls[-1].append(number)
                continue
            self.returns.append(number)
            self.open.append(dict(inside))
            self.done.append(done)
            del inside[caller]
            if number in wanted:
                done |= {number}
            self.calls.append([])
            self.quiet.append(not inside)
            self.cuts.append(not inside and position in empty)
        self.open.append(dict(inside))
        self.done.append(done)
        self.places = len(self.returns)


def _well_formed(model: Machine, operation: Operation) -> None:
    what, result = operation.what, operation.result
    if not isinstance(what, Call):
        raise UsageError(f"A channel's model explains calls of a channel (duckrace_models.Call), and not {what!r}.")
    if operation.ret is not None and not isinstance(result, Response | Cancelled):
        raise UsageError(f"{what.operation} returned {result!r}, which is no response (duckrace_models.Response).")
    if what.operation not in model.operations:
        raise UsageError(f"{type(model).__name__} has no {what.operation}.")


def _senders(operations: Sequence[Operation], named: Collection[Hashable]) -> list[Any]:
    """The sender handles that were there from the start: those that are used and that no clone has made."""
    made = {operation.what.value for operation in operations if operation.what.operation == "clone"}
    used = {operation.what.handle for operation in operations} - {RECEIVER}
    if made & {*named}:
        raise UsageError(f"A sender that was there from the start is made by a clone: {sorted(made & {*named})}.")
    return sorted((used - made) | {*named}, key=repr) or ["tx"]


def _moves(operations: Sequence[Operation]) -> tuple[dict[int, Move], bool]:
    """The sends that put a message in and the receives that took one out, and whether one may have done so unseen."""
    moves: dict[int, Move] = {}
    unseen = False
    for number, operation in enumerate(operations):
        call = operation.what
        if operation.suspended:
            continue
        if call.operation in SENDS and (operation.ret is None or isinstance(operation.result, Ok)):
            moves[number] = "in", call.value
        elif call.operation in RECEIVES:
            if operation.ret is None:
                unseen = True
            elif isinstance(operation.result, Ok):
                moves[number] = "out", operation.result.value
    return moves, unseen
