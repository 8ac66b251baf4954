"""The general search: is there one order of a model's steps that explains what everybody saw?

Terms. The events of a history are its calls and returns. A *configuration* is what a run of the model has come to: the
state, and which of the calls that are open now have taken effect. A *place* is a return: between the places, calls are
made, which changes nothing by itself. The search follows configurations from place to place.

Just-in-time (Lowe, "Testing for linearizability", CCPE 2017): no call takes effect before some return needs it. An
effect can always be put off until just before the next return, because what could not be seen until then was not seen;
so only at a return whose call has not taken effect is there a choice, and what is chosen among are the calls open then.

Memoised (Horn and Kroening, "Faster linearizability checking via P-compositionality", FORTE 2015; the search is that of
Wing and Gong, JPDC 1993): a configuration that was left without success is never entered again at that place. The set
of calls that have taken effect is, as far as it differs, a set of *open* calls: a small window of bits, not one bit per
call of the history, and so a configuration costs the same in a history of any length.

Depth first, because a history that is right usually has many explanations and the first one is enough. What is kept
when there is none: the farthest place, every configuration that was tried there, and one way that leads to it. As
linearizability is closed under prefixes, the call that returns at that place is the first that cannot be explained.

A budget ends a search without an answer. That is never a pass.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

C = TypeVar("C", bound=Hashable)

Path: TypeAlias = "tuple[int, int, Any, Path] | None"
"""The effects so far, the last one first: (place, operation, configuration after it, those before)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Where a search gives up. Both bound its time; the second one bounds its memory (some 200 bytes each)."""

    steps: int = 1_000_000
    """Effects tried."""
    entries: int = 1_000_000
    """Configurations remembered."""


class Problem(Protocol[C]):
    """A history and a model, as a graph of configurations."""

    @property
    def places(self) -> int:
        """How many calls return. Place number `places` is the end of the history."""
        ...

    @property
    def conflict(self) -> tuple[int, ...]:
        """Operations that no order can explain, known before any search. There may be others."""
        ...

    @property
    def quiet(self) -> list[bool]:
        """For each place, whether no call is open just before the calls between it and the place before it: nothing
        but the state is left of all that was."""
        ...

    @property
    def cuts(self) -> list[bool]:
        """For each place, whether moreover only one state is possible there: who fails after it need not go back."""
        ...

    def start(self) -> C:
        """The configuration at place 0."""
        ...

    def forced(self, place: int, configuration: C) -> C | None:
        """The configuration after the return of this place, if there is nothing to choose."""
        ...

    def steps(self, place: int, configuration: C) -> Iterable[tuple[bool, C, tuple[int, ...]]]:
        """What may be done before the return of this place, the most promising first: whether it is that return
        itself, the configuration after it, and the operations that took effect."""
        ...

    def ends(self, configuration: C) -> bool:
        """At the last place: whether the calls that have not returned are right to wait."""
        ...


@dataclass(slots=True, kw_only=True)
class Found(Generic[C]):
    """How a search ended."""

    answer: bool | None
    """None: the budget is used up."""
    place: int
    """The farthest place that was reached."""
    path: Path
    """The effects of one way to it."""
    configuration: C
    """What that way had come to when it arrived."""
    tried: list[set[C]]
    """For each place, every configuration from which something was tried."""
    resting: dict[int, set[C]]
    """Every configuration that was seen at a quiet place."""
    steps: int
    entries: int

    def effects(self) -> list[tuple[int, int, C]]:
        """(place, operation, configuration after it), the first one first."""
        found = []
        path = self.path
        while path is not None:
            place, operation, configuration, path = path
            found.append((place, operation, configuration))
        return found[::-1]


def search(problem: Problem[C], budget: Budget) -> Found[C]:
    """Look for an explanation of the whole history."""
    places, quiet, cuts = problem.places, problem.quiet, problem.cuts
    forced, choices = problem.forced, problem.steps
    seen: list[set[C]] = [set() for _ in range(places + 1)]
    resting: dict[int, set[C]] = {place: set() for place in range(places + 1) if quiet[place]}
    stack: list[tuple[Iterator[tuple[bool, C, tuple[int, ...]]], int, Path]] = []
    place, path, configuration = 0, None, problem.start()
    farthest: tuple[int, Path, C] = (-1, None, configuration)
    steps = entries = 0
    if problem.conflict:
        return _found(False, (0, None, configuration), seen, resting, steps, entries)
    returned, answer = False, False
    while True:
        known = False
        while True:
            if returned:
                place += 1
                if quiet[place]:
                    if cuts[place]:
                        stack.clear()
                    if configuration in resting[place]:
                        known = True
                        break
                    resting[place].add(configuration)
                    entries += 1
            if place == places or (after := forced(place, configuration)) is None:
                break
            configuration, returned = after, True
        if place > farthest[0]:
            farthest = place, path, configuration
        if not known and configuration not in seen[place]:
            if place == places and problem.ends(configuration):
                farthest, answer = (place, path, configuration), True
                break
            seen[place].add(configuration)
            entries += 1
            stack.append((iter(choices(place, configuration)), place, path))
        while stack:
            taken = next(stack[-1][0], None)
            if taken is not None:
                break
            stack.pop()
        else:
            break
        steps += 1
        if steps > budget.steps or entries > budget.entries:
            return _found(None, farthest, seen, resting, steps, entries)
        _, place, path = stack[-1]
        returned, configuration, effects = taken
        for operation in effects:
            path = (place, operation, configuration, path)
    return _found(answer, farthest, seen, resting, steps, entries)


def _found(
    answer: bool | None,
    farthest: tuple[int, Path, C],
    seen: list[set[C]],
    resting: dict[int, set[C]],
    steps: int,
    entries: int,
) -> Found[C]:
    place, path, configuration = farthest
    return Found(
        answer=answer,
        place=place,
        path=path,
        configuration=configuration,
        tried=seen,
        resting=resting,
        steps=steps,
        entries=entries,
    )
