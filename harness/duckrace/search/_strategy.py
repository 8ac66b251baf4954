"""What a strategy is: the answer to "which of the runnable threads goes next?", and nothing else.

Recording, replay, limits and counting wrap a strategy; it sees threads and their pending operations,
never locks' insides, channels or results.
"""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from duckrace.kernel.simthread import Choose, Recorder

HOGS: Final = 1_000  # choices in a row after which a thread of high priority lets others go


class Strategy(Protocol):
    """Chooses schedules; one object serves one exploration.

    A schedule must be a function of the seed and the number of the execution only, so that executions
    can be shared out and repeated in any order. What a strategy learns of a program it may learn from earlier
    executions (in :meth:`end`), and must say so: ``pct`` how long they are, ``urw`` and ``surw`` what threads do in
    them.

    One that wants to be told of every step has a property ``recorder`` (:class:`~duckrace.kernel.simthread.Recorder`),
    looked up once per execution.
    """

    name: str

    def begin(self, execution: int) -> bool:
        """Get ready for an execution (counted from 0). False: there is nothing left to explore."""
        ...

    @property
    def choose(self) -> Choose:
        """Called as ``choose(ready, running)``: names one of `ready` (two or more; not to be changed).  `running`
        made the last step and may have ended.  A method, mostly; looked up once per execution."""
        ...

    def end(self, choices: int) -> None:
        """The execution is over after this many choices."""
        ...


@runtime_checkable
class Exhaustive(Strategy, Protocol):
    """A strategy that looks at what executions did, and knows when there is nothing left."""

    @property
    def traces(self) -> int:
        """Distinct happens-before classes so far."""
        ...

    @property
    def redundant(self) -> int:
        """Executions that showed none of their own."""
        ...

    complete: bool
    """There is nothing left."""

    @property
    def detail(self) -> str:
        """What a complete search has covered, in words: ``exhaustive``."""
        ...

    @property
    def recorder(self) -> Recorder | None:
        """Who is told of the steps of the next execution."""
        ...

    def ended(self) -> None:
        """The execution is over; its threads are still parked where they were."""
        ...


def seed_of(seed: int, execution: int) -> int:
    """The seed of one execution: different for every pair, so that executions can be shared out."""
    return (seed + 1) << 32 | execution
