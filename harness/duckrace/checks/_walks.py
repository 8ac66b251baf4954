"""Walks along the state graph of the spec that go through given transitions, and what a walk covers.

A channel notices nothing of its callers' own steps: that a call was made before it begins, and that its answer is not
looked at yet. So walks with the same hidden steps are one to it, and what is driven is only their *order*. If a channel
follows an order, each walk with this order explains what was seen, and the transitions of all of them are covered.

It knows graphs; it must not know how a channel is made to follow.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Collection
from functools import lru_cache
from typing import Final, TypeAlias

from duckrace.formal._transitions import Step, Transitions

Walk: TypeAlias = tuple[int, ...]
"""Numbers of steps, from the initial state on."""

SMALL: Final = 0.01  # what a caller's own step costs: it is none to the channel
AWKWARD: Final = 40.0  # and a step beside a call that has begun and could go on: somebody has to hold it
NEVER: Final = (
    10_000.0  # a time-out beside such a call, since no time passes while somebody can go on; what is optional
)


class Walks:
    """Of one graph."""

    def __init__(self, graph: Transitions) -> None:
        self.graph = graph
        self._able = lru_cache(None)(graph.able)
        self.costs = [self._cost(number) for number in range(len(graph.steps))]
        self._trees: list[list[int]] = []
        self._own_steps = [  # of callers, that lead to a state: each call has one when it is made, one when it is over
            2 * sum(made.values()) - len(state.pending) for state, made in zip(graph.states, graph.made, strict=True)
        ]

    def through(self, target: int, wanted: Collection[int], variant: int = 0) -> Walk:
        """A walk through the step `target` to where nothing can be done any more, through as many others of `wanted`
        as come on its way. Each `variant` goes another way, if there is one."""
        steps, tree = self.graph.steps, self._tree(variant)
        walk = [target]
        while (state := steps[walk[-1]].source) != 0:
            walk.append(tree[state])
        walk.reverse()
        while leaving := self.graph.leaving[steps[walk[-1]].target]:
            walk.append(min(leaving, key=lambda number: (self.costs[number] >= AWKWARD, number not in wanted, number)))
        return tuple(walk)

    def covered(self, walk: Walk) -> set[int]:
        """The steps of all walks with the same calls and the same order of hidden steps."""
        graph, steps = self.graph, self.graph.steps
        order = [steps[number] for number in walk if steps[number].hidden]
        calls = {_turn(graph, step): step.call for step in map(steps.__getitem__, walk) if step.action == "start"}
        layers: list[tuple[list[int], list[int]]] = []  # before each hidden step: the callers' own ones, and itself
        here = {0}
        for hidden in [*order, None]:
            own: list[int] = []
            crossing: list[int] = []
            todo = list(here)
            for state in todo:  # it grows
                for number in graph.leaving[state]:
                    step = steps[number]
                    if step.hidden:
                        if hidden is not None and _same(step, hidden):
                            crossing.append(number)
                    elif step.action == "return" or calls.get(_turn(graph, step)) == step.call:
                        own.append(number)
                        if step.target not in here:
                            here.add(step.target)
                            todo.append(step.target)
            layers.append((own, crossing))
            here = {steps[number].target for number in crossing}
        return self._to_the_end(layers)

    def _to_the_end(self, layers: list[tuple[list[int], list[int]]]) -> set[int]:
        """The steps after which all the others can be taken."""
        steps, own_steps = self.graph.steps, self._own_steps
        found = set(layers[-1][0])
        alive: set[int] | None = None  # states before the next hidden step from which it goes on; None: all of them
        for own, crossing in reversed(layers[:-1]):
            through = [number for number in crossing if alive is None or steps[number].target in alive]
            found.update(through)
            alive = {steps[number].source for number in through}
            for number in sorted(own, key=lambda number: own_steps[steps[number].source], reverse=True):
                if steps[number].target in alive:
                    found.add(number)
                    alive.add(steps[number].source)
        return found

    def _cost(self, number: int) -> float:
        step = self.graph.steps[number]
        if not step.hidden:
            return SMALL
        if self.graph.optional(number):
            return NEVER
        state = self.graph.states[step.source]
        begun = {str(p.call.caller) for p in state.pending if p.phase in ("inside", "waiting")}
        held = (begun & self._able(step.source)) - {step.caller}
        return 1.0 + len(held) * (NEVER if step.action == "time_out" else AWKWARD)

    def _tree(self, variant: int) -> list[int]:
        while len(self._trees) <= variant:
            self._trees.append(self._cheapest(len(self._trees)))
        return self._trees[variant]

    def _cheapest(self, variant: int) -> list[int]:
        """For each state the last step of a cheapest way to it; other costs are a little different each."""
        graph, chance = self.graph, random.Random(variant)
        best = [float("inf")] * len(graph.states)
        came = [-1] * len(graph.states)
        best[0] = 0.0
        todo = [(0.0, 0)]
        while todo:
            cost, state = heapq.heappop(todo)
            if cost > best[state]:
                continue
            for number in graph.leaving[state]:
                target = graph.steps[number].target
                more = cost + self.costs[number] * (1.0 + (chance.random() if variant else 0.0))
                if more < best[target]:
                    best[target], came[target] = more, number
                    heapq.heappush(todo, (more, target))
        return came


def _turn(graph: Transitions, step: Step) -> tuple[str, int]:
    """Of a call that is made."""
    return step.caller, graph.made[step.source][step.caller]


def _same(one: Step, other: Step) -> bool:
    return one.caller == other.caller and one.action == other.action and one.decided == other.decided
