"""The graph of configurations for a user's model: each call takes effect at one point between its call and its return.

A configuration is one integer: the number of the model's state, and below it a bit for each open call that has taken
effect. Bits are given out and taken back as calls come and go, so their number is the concurrency, not the length.

Calls that have not returned: *unknown* ones may take effect or not, and stay open for ever; of several that are alike
(same name, same arguments) the one called first is taken first. *Suspended* ones must not have had an effect, and at
the end the model must have no way for them to go on, all of them in one and the same state.

It knows models and operations; it must not know how a search walks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from duckrace._errors import UsageError

from ._history import Operation
from ._lookahead import due, emptied, moves_by, order
from ._model import Cancelled, Invocation, Machine

Choice: TypeAlias = "tuple[int, int, int, int, bool]"
"""An open call: its number, its bit, the bits that come before it, what it is to the model, whether it is unknown."""


class Points:
    """A `Problem` of `_search` over configurations that are integers."""

    def __init__(self, machine: Machine, operations: Sequence[Operation], *, lookahead: bool = True) -> None:
        self.machine = machine
        self.operations = operations
        for operation in operations:
            if not isinstance(operation.what, Invocation):
                raise UsageError(
                    f"A model like {machine.name} explains Invocation(name, arguments), and not {operation.what!r}."
                )
        self.suspended = [number for number, operation in enumerate(operations) if operation.suspended]
        taking = [
            number
            for number, operation in enumerate(operations)
            if not operation.suspended and not isinstance(operation.result, Cancelled)
        ]
        self.before: dict[int, tuple[int, ...]] = {}
        self.conflict: tuple[int, ...] = ()  # calls that have no order, whatever the rest did
        self.due: dict[int, int] = {}  # where the value that the operation puts in comes out
        empty: set[int] = set()
        if lookahead and machine.fifo is not None:
            kept = [operations[number] for number in taking]
            moves, unseen = moves_by(kept, machine.move)
            found, conflict = order(kept, moves, unseen=unseen)
            if conflict is not None:
                self.conflict = tuple(taking[number] for number in conflict if number is not None)
            self.before = {taking[n]: tuple(taking[m] for m in others) for n, others in found.items()}
            empty = emptied(kept, moves)
            self.due = {taking[n]: position for n, position in due(kept, moves).items()}
        self._kinds(taking)
        self._windows(taking, empty)

    # -- the problem ----------------------------------------------------------------------------------

    def start(self) -> int:
        return self.machine.initial() << self.width

    def forced(self, place: int, configuration: int) -> int | None:
        bit = self.own[place]
        return configuration ^ bit if configuration & bit else None

    def steps(self, place: int, configuration: int) -> Iterator[tuple[bool, int, tuple[int, ...]]]:
        width, after = self.width, self._after
        mask, state = configuration & self.full, configuration >> width
        for number, bit, needs, kind, unknown in self.choices[place]:
            if mask & bit or needs & ~mask:
                continue
            following = after.get((state, kind))
            if following is None:
                following = self._ask(state, kind, number)
            for other in following:
                if unknown and other == state:
                    continue  # for nothing: it need not take effect
                yield False, other << width | mask | bit, (number,)

    def ends(self, configuration: int) -> bool:
        return not any(self.goes_on(configuration, number) for number in self.suspended)

    # -- what an explanation asks -----------------------------------------------------------------------

    def goes_on(self, configuration: int, number: int) -> bool:
        """Whether the call could take effect there, whatever it returned then."""
        return bool(self.machine.ways(configuration >> self.width, self.operations[number].what))

    def answers(self, number: int, configurations: Iterable[int] | None = None) -> list[Any]:
        """What the call could return in some state that was met, those met last first; or in these configurations."""
        what = self.operations[number].what
        states: Iterable[int] = reversed(range(len(self.machine.states)))
        if configurations is not None:
            states = sorted({configuration >> self.width for configuration in configurations})
        return [result for state in states for result, _ in self.machine.ways(state, what)]

    def state(self, configuration: int) -> str:
        """The model's state, to be shown."""
        return repr(self.machine.states[configuration >> self.width])

    # -- tables -----------------------------------------------------------------------------------------

    def _kinds(self, taking: Sequence[int]) -> None:
        """Operations that no model can tell apart have one number."""
        known: dict[object, int] = {}
        self.kinds: dict[int, int] = {}
        self._after: dict[tuple[int, int], tuple[int, ...]] = {}
        for number in taking:
            operation = self.operations[number]
            what = operation.what
            key: object = (
                what.name,
                what.arguments,
                tuple(map(type, what.arguments)),
                operation.ret is None,
                type(operation.result),
                operation.result,
            )
            try:
                self.kinds[number] = known.setdefault(key, len(known))
            except TypeError:  # something in it is not hashable: it is like no other one
                self.kinds[number] = known.setdefault(("alone", number), len(known))

    def _ask(self, state: int, kind: int, number: int) -> tuple[int, ...]:
        """The states after the operation, if it can take effect in this one."""
        found = self._after.get((state, kind))
        if found is None:
            operation, machine = self.operations[number], self.machine
            ways = machine.ways(state, operation.what)
            if operation.ret is not None:
                ways = tuple(way for way in ways if machine.matches(way[0], operation.result))
            found = self._after[state, kind] = tuple(dict.fromkeys(after for _, after in ways))
        return found

    def _windows(self, taking: Sequence[int], empty: set[int]) -> None:
        """For each place the calls that are open, with their bits."""
        events: list[tuple[int, int, bool]] = []
        for number in taking:
            operation = self.operations[number]
            events.append((operation.call, number, True))
            if operation.ret is not None:
                events.append((operation.ret, number, False))
        events.sort()
        self.returns: list[int] = []  # the operation of each place
        self.own: list[int] = []  # the bit of it
        self.choices: list[list[Choice]] = []
        self.quiet: list[bool] = [False]
        self.cuts: list[bool] = [False]
        bits: dict[int, int] = {}
        free: list[int] = []
        used = 0
        alike: dict[int, list[int]] = {}
        earlier: dict[int, int] = {}  # of unknown calls: the one before it that is alike
        done: set[int] = set()
        for position, number, called in events:
            if called:
                if free:
                    bits[number] = free.pop()
                else:
                    bits[number] = 1 << used
                    used += 1
                if self.operations[number].ret is None:
                    others = alike.setdefault(self.kinds[number], [])
                    if others:
                        earlier[number] = others[-1]
                    others.append(number)
                continue
            self.returns.append(number)
            self.own.append(bits[number])
            self.choices.append(self._open(bits, done, earlier, number))
            free.append(bits.pop(number))
            done.add(number)
            self.quiet.append(not bits)
            self.cuts.append(not bits and position in empty)
        self.choices.append(self._open(bits, done, earlier, None))
        self.places = len(self.returns)
        self.width = used
        self.full = (1 << used) - 1

    def _open(
        self, bits: dict[int, int], done: set[int], earlier: dict[int, int], returning: int | None
    ) -> list[Choice]:
        """The most promising ones first: the one that returns, then those that return soonest; unknown ones last."""
        found = []
        for number, bit in bits.items():
            needs, possible = 0, True
            others = self.before.get(number, ())
            if number in earlier:
                others = (*others, earlier[number])
            for other in others:
                if other in bits:
                    needs |= bits[other]
                elif other not in done:
                    possible = False
            if possible:
                unknown = self.operations[number].ret is None
                found.append((number, bit, needs, self.kinds[number], unknown))

        def rank(choice: Choice) -> tuple[int, int, int]:
            number = choice[0]
            operation = self.operations[number]
            if operation.ret is None:
                return 2, operation.call, 0
            if self.due:  # of a FIFO at most one take fits; of the values that may go in, the one that comes out first
                return (1, self.due[number], operation.ret) if number in self.due else (0, operation.ret, 0)
            return int(number != returning), operation.ret, 0

        return sorted(found, key=rank)
