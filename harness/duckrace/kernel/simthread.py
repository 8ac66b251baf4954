"""A thread of the simulated machine: what it is, and the words for what it is about to do.

It must not know who chooses, or what the machine does with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from greenlet import greenlet

# What a thread is about to do.  Words, since they are shown.
RUN: Final = "run"
START: Final = "start"
STARTED: Final = "started"
BEGIN: Final = "begin"
END: Final = "end"
EXIT: Final = "exit"
SLEEP: Final = "sleep"
YIELD: Final = "yield"
JOIN: Final = "join"
TIMER: Final = "set a timer"  # these three: with `free` only
LATE: Final = "time-out"  # what was waited for did not come; others may go on before that is noticed
CLOCK: Final = "read the clock"

MAIN_IDENT: Final = 1
COLLECTOR: Final = -1  # its number in decisions


class Unwind(BaseException):
    """Thrown into threads that are left when an execution is over.  Never escapes the machine."""


class Stop(BaseException):
    """Why an execution cannot go on: something that cannot be simulated.  Programs should not catch it."""


class Recorder(Protocol):
    """Told of every step: of an execution that is replayed to be shown, or whose order matters to the search."""

    def step(self, thread: SimThread, op: str, obj: object) -> None: ...

    def wrote(self, obj: object, /) -> None:
        """As a part of the last step, the flag of a ``threading.Event`` changes (``is_set`` takes no lock), or a waiter
        is notified whose time may run out."""

    def touched(self, access: Any) -> object:
        """The last step also makes this access (``shared.locations``), at a granularity where that is no step."""


Choose = Callable[[list["SimThread"], "SimThread"], "SimThread"]


class SimThread:
    """A thread of the simulated machine.

    ``path`` is its identity in every execution: the path of spawn, () for the main thread, then
    the number of each start by its parent.  ``n`` numbers threads in order of creation within one
    execution; decisions are written in it.
    """

    __slots__ = (
        "began", "daemon", "deadline", "done", "epoch", "expired", "function", "greenlet", "ident", "joiners",
        "last_name", "limited", "locals", "made", "n", "number", "obj", "objects", "op", "path", "polls", "rank",
        "seen", "spawned", "switch", "timer", "unwound", "waits",
    )  # fmt: skip

    def __init__(self, n: int, path: tuple[int, ...], function: Callable[..., object], daemon: bool) -> None:
        self.n = n
        self.path = path
        self.function: Callable[..., object] | None = function
        self.last_name = ""
        self.daemon = daemon
        self.op: str = RUN
        self.obj: object = None
        self.began = False
        self.done = False
        self.expired = False  # its timer, not its object, ended the wait
        self.timer = 0  # number of the timer that it waits for, 0 = none
        self.deadline = 0  # with `free`: when its time is up
        self.polls = 0  # with `free`: times that it was up while another thread rested, and nobody could go on
        self.waits: list[SimThread] | None = None  # the queue that its timer must take it out of
        self.joiners: list[SimThread] = []
        self.objects = 0  # locks that it made: half of their identity
        self.made = 0  # other objects of which the same holds
        self.spawned = 0
        self.limited = 0  # waits for notifications that it made with a limit of time: names them
        self.epoch = 0  # threads that it started
        self.seen: dict[int, int] = {}  # by thread: the last epoch that starts and joins put before what it does now
        self.locals: list[Callable[[SimThread], None]] = []  # drops its thread-local values at its end
        self.unwound = 0
        self.rank = 0.0  # scratch of the strategy
        self.number = -1  # likewise: its number in all executions
        ident = MAIN_IDENT
        for step in path:
            ident = ident * 1000 + step
        self.ident = ident
        self.greenlet: greenlet
        self.switch: Callable[[], object]

    @property
    def name(self) -> str:
        """Its name in the program: that of its ``threading.Thread`` where there is one."""
        if not self.path:
            return "MainThread"
        owner = getattr(self.function, "__self__", None)
        return str(getattr(owner, "_name", "")) or self.last_name or "thread " + ".".join(map(str, self.path))

    @property
    def there(self) -> bool:
        """Can it be joined?"""
        return self.done

    def __repr__(self) -> str:
        return f"<SimThread {self.n} {self.path} {self.op}>"


def runs_out(thread: SimThread) -> bool:
    """Would the next step of this thread, which is ready, be the end of its time? Only where timers fire freely, and
    what it waits for is not there now. To leave such a thread is no preemption: it waits."""
    if not thread.timer or thread.op is LATE:
        return False
    return thread.op is SLEEP or not thread.obj.there  # type: ignore[attr-defined]
