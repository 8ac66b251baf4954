"""A failing case with fewer steps or fewer switches, by trying.

Hypothesis makes choices smaller one after another. A schedule that could be simpler is often not near: two switches
fewer at another place, or a step less under a schedule of its own. Programs this small have few schedules with one or
two switches, so all of them are tried, fewest first.

Nor do steps always go one by one: a message can go only with its receive, and a sender with its drop. So steps are
left out together, too, and what two threads do is done by one.

It knows cases and how to run one; it must not know Hypothesis, nor what programs do but that a step begins with its
operation and its handle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, permutations
from typing import Final

from ._schedule import Switch, Switches
from ._trial import Trial
from ._values import Case, Program

ONE: Final = 150  # executions for the schedules of a program with one switch
TWO: Final = 300  # for those with two
ALL: Final = 6_000  # for all programs with steps left out together


def fewer_switches(trial: Trial, case: Case) -> Case | None:
    """The same program with fewer switches; None: not found."""
    return failing(trial, case.program, case.count - 1)


def fewer_steps(trial: Trial, case: Case, in_time: Callable[[], bool]) -> Iterator[tuple[tuple[int, int], Switches]]:
    """A step that can be left out, and switches of the program that has it, with which the rest fails."""
    for thread, steps in reversed(list(enumerate(case.program.workers))):
        for place in reversed(range(len(steps))):
            if not in_time():
                return
            found = failing(trial, case.program.without((thread, place)), min(case.count, 2))
            if found is not None:
                moved = {
                    (number, step + (number == thread and step >= place)): switches
                    for (number, step), switches in found.switches.items()
                }
                yield (thread, place), moved


def smallest(trial: Trial, case: Case, in_time: Callable[[], bool]) -> Case:
    """The least case that is found by leaving out some steps, threads or switches of one that fails."""
    last = trial.executions + ALL
    going_on = True
    while going_on:
        going_on = False
        for program in _less(case.program):
            if trial.executions > last or not in_time():
                return case
            found = failing(trial, program, min(max(case.count, 1), 2))
            if found is not None:
                case, going_on = found, True
                break
    return (in_time() and fewer_switches(trial, case)) or case


def _less(program: Program) -> Iterator[Program]:
    """The program with less: plainer timers, a thread less for the same steps, a smaller buffer, a part less, a handle,
    some steps."""
    if program.timeouts != "idle":
        yield replace(program, timeouts="idle")
    for one, other in permutations(range(len(program.threads)), 2):
        both = list(program.threads)
        both[one] += both[other]
        del both[other]
        yield replace(program, threads=tuple(both))
    steps = [(worker, place) for worker, part in enumerate(program.workers) for place in range(len(part))]
    parts = [[one for one in steps if one[0] == worker] for worker in range(len(program.workers))]
    handles = [
        [one for one in steps if program.workers[one[0]][one[1]][1] == handle]
        for handle in dict.fromkeys(program.handles())
    ]
    some = [one for count in (1, 2, 3) for one in combinations(reversed(steps), count)]
    if program.capacity is not None and program.capacity > 1:  # a smaller buffer takes fewer sends to fill
        smaller = replace(program, capacity=program.capacity - 1)
        for step in steps:
            shorter = smaller.without(step)
            yield replace(shorter, threads=tuple(filter(None, shorter.threads)))
    for left_out in dict.fromkeys(map(frozenset, [*parts, *handles, *some])):
        if left_out and len(left_out) < len(steps):
            shorter = program.without(*left_out)
            threads = tuple(filter(None, shorter.threads))
            yield replace(shorter, threads=threads)
            if shorter.after:  # who waited until then, for what is left out, does not any more
                yield replace(shorter, threads=(shorter.after, *threads), after=())


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
