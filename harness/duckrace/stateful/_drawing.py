"""How a program and its schedule are drawn from one test case of Hypothesis.

What is drawn for a step stands together: what it does, its arguments, then the switches that are made during it, up to
a 0. So Hypothesis deletes a step with all that belongs to it, and a switch without the rest. All numbers shrink to 0.

A schedule that was found in another way can be put in the place of the one that was drawn: what results are the choices
of a test case as well, which Hypothesis can be given to start from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from hypothesis.strategies import SearchStrategy, integers

from ._schedule import CHOICES, Switch, Switches

SWITCHES: Final = 8  # of one step
OTHERS: Final = 3  # threads that one may be left for
RARE: Final = 7  # one step in eight begins with a switch
NUMBERS: Final = [integers(0, most) for most in range(128)]
STEP_LABEL: Final = 0x6475636B  # of spans; any number


class Drawing:
    """One test case, as far as it is drawn."""

    def __init__(self, data: Any) -> None:
        """`data`: the ConjectureData of the test case, ``data().conjecture_data``."""
        self._data = data
        self._switches: dict[tuple[int, int], list[Switch]] = {}
        self._places: dict[tuple[int, int], tuple[int, int, int]] = {}  # choices: its first, its first switch, its end
        self._numbers: dict[int, int] = {}
        self._ended: set[int] = set()  # threads for which no further step was drawn
        self._none = False

    def draw(self, strategy: SearchStrategy[Any]) -> Any:
        return self._data.draw(strategy)

    def pick(self, count: int) -> int:
        """A number below `count`."""
        return int(self._data.draw(NUMBERS[count - 1])) if count > 1 else 0

    @contextmanager
    def step(self, thread: int, place: int) -> Iterator[Drawing]:
        """What is drawn inside belongs to this step; its switches are drawn at the end, unless it is `none`."""
        self._data.start_span(STEP_LABEL)
        start = len(self._data.nodes)
        self._none = False
        yield self
        if self._none:
            self._ended.add(thread)
        else:
            begin = len(self._data.nodes)
            found: list[Switch] = []
            while len(found) < SWITCHES and self.pick(RARE + 1) == RARE:
                found.append(Switch(self.pick(CHOICES), self.pick(OTHERS)))
            self._switches[thread, place] = found
            self._places[thread, place] = start, begin, len(self._data.nodes)
        self._data.stop_span()

    def none(self) -> None:
        """There is no such step: its thread has no further ones."""
        self._none = True

    def renumber(self, kept: Sequence[int]) -> None:
        """Threads have other numbers in the program: their places in `kept`; the others are not in it."""
        self._numbers = {number: place for place, number in enumerate(kept)}

    @property
    def switches(self) -> Switches:
        """Those that were drawn, by the numbers of the program."""
        return {
            (self._numbers.get(thread, -1), place): tuple(found)
            for (thread, place), found in self._switches.items()
            if found and self._numbers.get(thread, -1) >= 0
        }

    def choices(self, switches: Switches, without: tuple[int, int] | None = None) -> list[Any] | None:
        """The choices of the test case that is this program with these switches; None if they cannot be drawn.

        `without`: a step that is left out. The switches are those of the program that has all steps. What is drawn
        after it may come out otherwise then, so it has to be tried.
        """
        choices = [node.value for node in self._data.nodes]
        wanted = dict(switches)
        last = dict(sorted(self._places))
        for (thread, place), (start, begin, end) in sorted(self._places.items(), key=lambda one: -one[1][0]):
            step = self._numbers.get(thread, -1), place
            these = wanted.pop(step, ())
            if len(these) > SWITCHES or any(one.choice >= CHOICES or one.other >= OTHERS for one in these):
                return None
            left_out = without is not None and without[0] == step[0] >= 0
            ends = [0] if left_out and last[thread] == place and thread not in self._ended else []
            drawn = [number for one in these for number in (RARE, one.choice, one.other)]
            if step == without:
                choices[start:end] = ends
            else:
                choices[begin:end] = [*drawn, *([0] if len(these) < SWITCHES else []), *ends]
        return None if wanted else choices
