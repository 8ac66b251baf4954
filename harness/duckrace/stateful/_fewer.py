"""A failing case with fewer steps or fewer switches, by trying.

Hypothesis makes choices smaller one after another. A schedule that could be simpler is often not near: two switches
fewer at another place, or a step less under a schedule of its own. Programs this small have few schedules with one or
two switches, so all of them are tried, fewest first.

It knows cases and how to run one; it must not know what programs do, nor Hypothesis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ._schedule import Switch, Switches
from ._trial import Trial
from ._values import Case, Program

ONE: Final = 150  # executions for the schedules of a program with one switch
TWO: Final = 300  # for those with two


def fewer_switches(trial: Trial, case: Case) -> Case | None:
    """The same program with fewer switches; None: not found."""
    return failing(trial, case.program, case.count - 1)


def fewer_steps(trial: Trial, case: Case, in_time: Callable[[], bool]) -> Iterator[tuple[tuple[int, int], Switches]]:
    """A step that can be left out, and switches of the program that has it, with which the rest fails."""
    for thread, steps in reversed(list(enumerate(case.program.workers))):
        for place in reversed(range(len(steps))):
            if not in_time():
                return
            found = failing(trial, case.program.without(thread, place), min(case.count, 2))
            if found is not None:
                moved = {
                    (number, step + (number == thread and step >= place)): switches
                    for (number, step), switches in found.switches.items()
                }
                yield (thread, place), moved


def failing(trial: Trial, program: Program, most: int) -> Case | None:
    """A failing case of the program, with the fewest switches that there is one with, up to `most`."""
    if most < 0:
        return None
    level: list[tuple[Switches, dict[tuple[int, int], int]]] = []
    case = Case(program=program, switches={})
    if trial.case(case).kind == "wrong":
        return case
    level = [({}, dict(trial.place.made))]
    for budget in (ONE, TWO)[:most]:
        following: list[tuple[Switches, dict[tuple[int, int], int]]] = []
        for switches in (more for before, made in level for more in _more(before, made)):
            if budget == 0:
                break
            budget -= 1
            case = Case(program=program, switches=switches)
            if trial.case(case).kind == "wrong":
                return case
            following.append((switches, dict(trial.place.made)))
        level = following
    return None


def _more(switches: Switches, made: dict[tuple[int, int], int]) -> Iterator[Switches]:
    """One switch more than these, at any choice that was made with them."""
    for step in sorted(made):
        here = list(switches.get(step, ()))
        taken = {switch.choice for switch in here}
        for choice in range(made[step]):
            if choice not in taken:
                for other in (0, 1):
                    yield {**switches, step: tuple(sorted([*here, Switch(choice, other)]))}
