"""The simulated machine: threads, the schedule point, time, and how an execution ends.

Design principles
-----------------
* Every simulated thread is a greenlet on one OS thread, so nothing runs but the thread that the
  schedule names.  There is one machine per process, :data:`machine`.
* A **schedule point** stands *before* every visible operation: a thread writes down what it is
  about to do (``op``, ``obj``), the strategy names one of the threads whose operation can be done
  now, and that one goes on.  The running thread chooses its successor itself; there is no trip
  through a scheduler.
* ``ready`` is exact at every point: the threads whose pending operation is enabled, the running one
  included.  Whoever changes an object (takes or frees a lock, ends) moves the threads that wait
  for it in or out.  Its order is a function of the schedule so far, never of addresses or hashes.
* The only inputs of an execution are the program and the decisions; a forced step (one thread
  ready) is no decision.
* Time is virtual and moves only when nobody is ready: then the earliest timers expire together.
* With ``free`` it moves whenever the schedule says so: a wait with a limit of time never blocks, it is a try that
  stands at its schedule point for as long as the schedule leaves it there. If its object is not there when it is
  chosen, its time is up, and the clock goes forward to its deadline. So a timer may fire early or late, but a wait
  whose object is there succeeds, and a thread needs no two kinds of decision. Setting a timer, reading the clock and
  being late are steps of their own then, since the order of these matters.
* :meth:`Machine.rest` waits until nobody else gets anywhere, however timers fire.
* When ``current`` is None nothing may switch: outside executions, during imports, while something
  is rendered, and while the threads left over are unwound.

It knows threads, time and what is ready.  It must not know locks (``locks``), how code is loaded
(``world``), what chooses (``search``), channels, or how anything is shown.
"""

from __future__ import annotations

import ctypes
import heapq
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from greenlet import getcurrent, greenlet

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
FOREVER: Final = 100_000_000  # seconds; who waits three years is stuck
NANOSECONDS: Final = 1_000_000_000
BOOT: Final = 1_000 * NANOSECONDS  # time.monotonic() at the start of every execution
UNWIND_TRIES: Final = 16  # operations that a thread may attempt after it was told to unwind
SPIN_ITERATIONS: Final = 100  # `while` iterations without a schedule point that make one
IDLE_ROUNDS: Final = 500  # expiries of timers with nobody else released before a wait counts as stuck
POLLS: Final = 5  # times that the wait of each thread has ended in vain before who rests is told that nobody gets on


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


class Machine:
    """One execution at a time; see the module's docstring for what holds between its fields."""

    def __init__(self) -> None:
        self.current: SimThread | None = None
        self.thread: SimThread | None = None  # who runs while `current` is None
        self.hub: SimThread = SimThread(-1, (), self._loop, True)  # who called run()
        self.asking: SimThread = self.hub  # whoever needs a greenlet from it
        self.pool: list[greenlet] = []
        self.lost = 0  # threads that could not be unwound
        self.recorder: Recorder | None = None
        self.ignore_thread_errors = False
        self.sees = False  # somebody asks what starts and joins put before what
        self.free = False  # timers fire when the schedule says so
        self.timed = False  # programs of this session are known to read the clock: with `free` its steps have an order
        self._clock_read = False
        self.counted = False  # programs of this session are known to ask which threads there are
        self.threads_asked = False
        self.shutdown_hooks: Callable[[], list[Callable[[], object]]] = list
        self.watch: Callable[[Recorder | None], Recorder] | None = None  # makes the recorder of the last steps
        self.watched = 0  # how many these are
        self.interrupted = False
        self.unwinding = False
        self._reset()

    def _reset(self) -> None:
        # What the last execution left goes first: its finalizers may still move its threads into `ready`.
        self.value: object = None
        self.error: BaseException | None = None
        self.error_thread: SimThread | None = None
        self.stuck: list[SimThread] = []
        self.asking = self.hub
        self.threads: list[SimThread] = []
        self.ready: list[SimThread] = []
        self.timers: list[tuple[int, int, SimThread]] = []
        self.timer_count = 0
        self.decisions: list[int] = []
        self.now = BOOT  # virtual time, whole nanoseconds: sums of floats would never meet a deadline
        self.steps = 0
        self.limit = 0  # of steps; less than the real one until the last steps begin that are watched
        self.last = 0
        self.idle_rounds = 0
        self.resting: SimThread | None = None  # with `free`
        self.spins = 0
        self.spins_at = 0
        self.hashed = 0  # objects that were hashed in order
        self.nondaemon = 0
        self.over: str = ""  # why it ended: "end", "exception", "hang", "limit", "interrupt", "stop"
        self.main_done = False
        self.hooks_done = False

    # -- the hot path ------------------------------------------------------------------------

    def point(self, me: SimThread, op: str, obj: object) -> None:
        """A schedule point: returns when the schedule lets `me` do `op` on `obj`."""
        me.op = op
        me.obj = obj
        self.steps += 1
        if self.steps >= self.limit:
            self._out_of_steps()
        ready = self.ready
        if len(ready) > 1:
            chosen = self.choose(ready, me)
            self.decisions.append(chosen.n)
        elif ready:
            chosen = ready[0]
        else:
            chosen = self._idle()
        if chosen is not me:
            self.current = chosen
            chosen.switch()
        if self.recorder is not None:
            self.recorder.step(me, op, obj)

    def decides(self) -> bool:
        """Would a schedule point be a decision?"""
        return len(self.ready) > 1

    def pass_by(self) -> None:
        """A step that is not worth a schedule point; it counts."""
        self.steps += 1
        if self.steps >= self.limit:
            self._out_of_steps()

    # -- an execution ------------------------------------------------------------------------

    def run(self, scenario: Callable[[], object], choose: Choose, max_steps: int) -> str:
        """Run one execution and return why it ended; the threads left over stay parked.

        Call :meth:`unwind` afterwards, always.  Units: `max_steps` in steps.
        """
        self._reset()
        self.choose = choose
        self.last = max_steps
        self.limit = max_steps - min(self.watched, max_steps // 2) if self.watch is not None else max_steps
        hub = self.hub
        hub.greenlet = getcurrent()
        hub.switch = hub.greenlet.switch
        main = self._new(scenario, (), False)
        main.began = True
        self.nondaemon = 1
        self.ready.append(main)
        if not self.pool:
            self._grow()
        self._launch(main)
        while not self.over:  # a thread waits for a greenlet to start another one with
            self._grow()
            self.asking.switch()
        self.thread = main
        self.current = None
        return self.over

    def unwind(self) -> None:
        """End the threads that are left, so that nothing of this execution reaches the next."""
        self.current = None
        self.unwinding = True
        try:
            for thread in self.threads:
                if not thread.done:
                    self.thread = thread
                    thread.greenlet.throw(Unwind)
                    thread.done = True
        finally:
            self.unwinding = False
            self.thread = None

    def finish(self, why: str) -> None:
        """End the execution from inside one of its threads; that thread is unwound later."""
        self.over = why
        self.current = None
        self.hub.switch()

    def stop(self, why: str) -> None:
        """The program does what the machine cannot simulate: the execution ends here, whatever it catches."""
        if self.running() is None or self.over:
            raise Stop(why)
        self.error = Stop(why)
        self.error_thread = self.running()
        self.finish("stop")

    def clear(self) -> None:
        """Forget the last execution, before a world is loaded."""
        self._reset()

    def fail(self, error: BaseException) -> None:
        """An exception that the running thread did not catch: the execution ends here."""
        self.error = error
        self.error_thread = self.running()
        self.finish("stop" if isinstance(error, Stop) else "exception")

    def _out_of_steps(self) -> None:
        if self.watch is not None and self.steps < self.last and not self.interrupted:
            self.limit = self.last
            self.recorder = self.watch(self.recorder)
            return
        self.finish("interrupt" if self.interrupted else "limit")

    # -- threads -----------------------------------------------------------------------------

    def _new(self, function: Callable[..., object], path: tuple[int, ...], daemon: bool) -> SimThread:
        thread = SimThread(len(self.threads), path, function, daemon)
        self.threads.append(thread)
        return thread

    def _grow(self) -> None:
        """One more greenlet, parked in the pool.  Made by the hub only: a greenlet inherits how deep in calls
        the one is that starts it, and where a recursion ends must not depend on earlier executions."""
        carrier = greenlet(self._loop)
        carrier.switch()
        self.pool.append(carrier)

    def drain(self) -> None:
        """End the pooled greenlets: one that is only dropped stays alive, its own frame refers to it."""
        while self.pool:
            self.pool.pop().throw()

    def _launch(self, thread: SimThread) -> None:
        if not self.pool:
            self.asking = thread.waits[0]  # type: ignore[index]
            self.hub.switch()
        carrier = self.pool.pop()
        carrier.gr_context = None  # a new thread starts with an empty contextvars context
        thread.greenlet = carrier
        thread.switch = carrier.switch
        self.current = thread
        carrier.switch(thread)

    def spawn(self, function: Callable[..., object], daemon: bool) -> SimThread:
        """Start a thread.  It runs up to :meth:`begin` and parks there; its parent goes on."""
        parent = self.current
        if parent is None:
            raise self.refuse("start a thread")
        self.point(parent, START, function)
        parent.spawned += 1
        thread = self._new(function, (*parent.path, parent.spawned), daemon)
        if self.sees:
            thread.seen = {**parent.seen, parent.n: parent.epoch}
            parent.epoch += 1
        if not daemon:
            self.nondaemon += 1
        thread.waits = [parent]
        self._launch(thread)
        return thread

    def begin(self) -> None:
        """A new thread parks here, ready, and hands back to the one that started it."""
        me = self.current
        if me is None or me.began:
            return
        me.began = True
        me.op = BEGIN
        parent = me.waits[0]  # type: ignore[index]
        me.waits = None
        self.ready.append(me)
        self.current = parent
        parent.switch()
        if self.recorder is not None:
            self.recorder.step(me, BEGIN, None)

    def _loop(self) -> None:
        """The body of every greenlet: runs one thread after another (greenlets are pooled)."""
        me = getcurrent()
        thread: SimThread = self.hub.switch()  # type: ignore[assignment]
        while True:
            try:
                function = thread.function
                assert function is not None
                value = function()
                for forget in thread.locals:
                    forget(thread)
                if self.current is None:
                    pass  # it swallowed the unwinding
                elif thread.path:
                    self.point(thread, END, thread)
                else:
                    self.value = value
                    self._after_main(thread)
            except Unwind:
                pass
            except BaseException as error:
                if not self.unwinding:
                    self._died(thread, error)
            value = function = None
            following = self._successor(thread)
            self.pool.append(me)  # not before: a strategy may end the execution in there
            thread = None  # type: ignore[assignment]
            thread = following.switch()  # type: ignore[assignment]

    def _died(self, thread: SimThread, error: BaseException) -> None:
        """An exception came out of a thread's function (``threading`` lets none through)."""
        if thread.path and (self.ignore_thread_errors or isinstance(error, SystemExit)):
            return
        self.error = error
        self.error_thread = thread
        self.over = "stop" if isinstance(error, Stop) else "exception"

    def _successor(self, thread: SimThread) -> SimThread:
        """Whom the greenlet of a finished thread switches to."""
        thread.done = True
        thread.last_name = thread.name
        thread.function = thread.obj = None  # its Thread object lives as long as the program keeps it
        if self.unwinding or self.over:
            self.current = None
            return self.hub
        ready = self.ready
        ready.remove(thread)
        if thread.joiners:
            self.idle_rounds = 0
            ready.extend(thread.joiners)
            thread.joiners.clear()
        if not thread.daemon:
            self.nondaemon -= 1
            if self.nondaemon == (1 if self.threads[0].op is EXIT else 0):
                self.over = "end"
                self.current = None
                return self.hub
        if len(ready) > 1:
            chosen = self.choose(ready, thread)
            self.decisions.append(chosen.n)
        elif ready:
            chosen = ready[0]
        else:
            chosen = self._idle()
        self.current = None if chosen is self.hub else chosen
        return chosen

    def _after_main(self, main: SimThread) -> None:
        """What the interpreter does when the main thread is through: wait for the others; if they
        are stuck, run the shutdown hooks (workers of executors end only through them); wait again."""
        self.main_done = True
        hooks = self.shutdown_hooks
        while self.nondaemon > 1:
            self.ready.remove(main)
            self.point(main, EXIT, None)
            for hook in hooks():
                hook()
            hooks = list

    # -- waiting and time ----------------------------------------------------------------------

    def set_timer(self, me: SimThread, seconds: float, waits: list[SimThread] | None) -> None:
        """Let `me` become ready after `seconds` of virtual time unless :meth:`cut_timer` comes first."""
        if seconds >= FOREVER:
            return
        self.timer_count += 1
        me.timer = self.timer_count
        me.waits = waits
        nanoseconds = max(1, math.ceil(seconds * NANOSECONDS))
        heapq.heappush(self.timers, (self.now + nanoseconds, self.timer_count, me))

    def cut_timer(self, me: SimThread) -> bool:
        """The wait of `me` is over; was it the timer that ended it?"""
        me.timer = 0
        me.waits = None
        expired = me.expired
        me.expired = False
        return expired

    def sleep(self, seconds: float) -> None:
        """``time.sleep``: the thread is away for `seconds` of virtual time; 0 is a yield."""
        me = self.current
        if me is None:
            if self.unwinding:
                raise self.refuse("sleep")
            return
        if seconds <= 0:
            self.point(me, YIELD, None)
            return
        if self.free and seconds < FOREVER:
            deadline = self.limit_wait(me, seconds)
            self.point(me, SLEEP, seconds)
            self.expire(me, deadline)
            return
        self.set_timer(me, seconds, None)
        self.ready.remove(me)
        self.point(me, SLEEP, seconds)
        self.cut_timer(me)

    # -- waiting and time where timers fire freely ----------------------------------------------------

    def limit_wait(self, me: SimThread, seconds: float) -> int:
        """`me` is about to wait for `seconds` at most: returns when its time is up, in nanoseconds."""
        self.point(me, TIMER, None)
        self.timer_count += 1
        me.timer = self.timer_count
        me.deadline = self.now + max(1, math.ceil(seconds * NANOSECONDS))
        return me.deadline

    def in_time(self, me: SimThread, deadline: int, there: bool) -> bool:
        """The wait of `me` is over: was what it waits for `there`? If not, its timer has fired."""
        if not there:
            self._grow_impatient(me)
            self.point(me, LATE, None)
            self.now = max(self.now, deadline)
        me.timer = 0
        return there

    def expire(self, me: SimThread, deadline: int) -> None:
        """`me` has slept until its `deadline`, or longer."""
        self._grow_impatient(me)
        self.now = max(self.now, deadline)
        me.timer = 0

    def rest(self, seconds: float) -> bool:
        """The running thread sleeps until nobody else gets on: nobody is ready, and no timer is left. At least
        `seconds` have passed then.

        Where others look again and again, which could go on for ever, they get some chances. False: whoever calls has
        to find out whether they have got anywhere, and to rest again if so.
        """
        me = self.current
        if me is None:
            self.sleep(seconds)
            return True
        for other in self.threads:
            other.polls = 0
        self.timer_count += 1
        me.timer = self.timer_count  # which :meth:`_awaken` ends, and no time
        deadline = self.now + math.ceil(seconds * NANOSECONDS)
        self.ready.remove(me)
        self.resting = me
        self.point(me, SLEEP, seconds)
        self.resting = None
        self.now = max(self.now, deadline)
        return self.cut_timer(me)

    def _awaken(self, resting: SimThread) -> SimThread:
        """Nobody is ready while a thread rests: it goes on, unless somebody has a timer who has had few chances yet.

        That timer fires now, however far it is, and with it all that are earlier: others that look again every few
        milliseconds do not do so a thousand times before. They are late then, as anybody may be.
        """
        pending = [(time, thread) for time, number, thread in self.timers if thread.timer == number]
        hopeful = [time for time, thread in pending if thread.polls < POLLS]
        if hopeful:
            self.now = max(self.now, min(hopeful))
            for thread in self._fire():
                thread.polls += 1
            return self._first()
        self.resting = None
        resting.expired = not pending
        resting.timer = 0
        self.ready.append(resting)
        return resting

    def _disturb(self, me: SimThread) -> None:
        """The time of `me` is up while another thread rests, which goes on if nobody has anything but that to do."""
        resting = self.resting
        assert resting is not None
        if not all(other is me or runs_out(other) for other in self.ready):
            for other in self.threads:
                other.polls = 0
            return
        me.polls += 1
        if all(other.polls >= POLLS for other in self.ready):
            self.resting = None
            self.ready.append(resting)

    def look_at_clock(self) -> None:
        """Reading the clock is a step: time may pass before it."""
        if self.current is not None:
            self._clock_read = True
            self.point(self.current, CLOCK, None)

    def learn(self) -> bool:
        """Between executions: have programs begun to read the clock, or to ask which threads there are? What was found
        before has left out orders."""
        learned = (self._clock_read and not self.timed) or (self.threads_asked and not self.counted)
        self.timed = self._clock_read
        self.counted = self.threads_asked
        return learned

    def time_freely(self, free: bool) -> None:
        """For a new session: `free` as in the module's docstring."""
        self.free = free
        self.timed = self._clock_read = False
        self.counted = self.threads_asked = False

    def _grow_impatient(self, me: SimThread) -> None:
        """A timer has fired. Where nothing but timers goes on, and somebody waits without a limit of time, this cannot
        go on for ever; see :meth:`_idle`."""
        if self.resting is not None:
            self._disturb(me)
        blocked = [t for t in self._blocked() if t not in self.ready]
        patient = not self.main_done and any(t.timer and not t.daemon for t in self.threads)
        self.idle_rounds = self.idle_rounds + 1 if not patient and (blocked or self.main_done) else 0
        if not (self.hooks_done or self.idle_rounds > IDLE_ROUNDS):
            return
        if all(other is me or runs_out(other) for other in self.ready) and self._quiescent(blocked) is self.hub:
            self.hub.switch()

    def spin(self) -> None:
        """Called by every iteration of a rewritten ``while`` loop: a loop that meets no schedule point
        yields now and then, so that what it waits for can happen and ``max_steps`` ends it."""
        if self.spins_at != self.steps:
            self.spins_at = self.steps
            self.spins = 0
        self.spins += 1
        if self.spins >= SPIN_ITERATIONS:
            me = self.current
            if me is not None:
                self.point(me, YIELD, None)
            elif self.unwinding and self.spins % SPIN_ITERATIONS == 0:
                raise self.refuse("go on")

    def _idle(self) -> SimThread:
        """Nobody is ready: let time pass, or end the execution.  Returns whom to switch to."""
        timers = self.timers
        while timers and timers[0][2].timer != timers[0][1]:
            heapq.heappop(timers)
        if self.resting is not None:
            return self._awaken(self.resting)
        blocked = self._blocked()
        # A thread that ends the program by its end may sleep as often as it likes; daemons, and who is left
        # after main, may not keep it going for ever.
        patient = not self.main_done and any(t.timer and not t.daemon for t in self.threads)
        self.idle_rounds = self.idle_rounds + 1 if not patient and (blocked or self.main_done) else 0
        if not timers or self.hooks_done or self.idle_rounds > IDLE_ROUNDS:
            return self._quiescent(blocked)
        self.now = max(self.now, timers[0][0])  # with `free` others may have moved it
        self._fire()
        return self._first()

    def _fire(self) -> list[SimThread]:
        """The timers whose time has come end the waits of their threads, which are ready then."""
        timers = self.timers
        found: list[SimThread] = []
        while timers and timers[0][0] <= self.now:
            _, number, thread = heapq.heappop(timers)
            if thread.timer == number:
                thread.expired = True
                thread.timer = 0
                if thread.waits is not None:
                    thread.waits.remove(thread)
                found.append(thread)
        self.ready += found
        return found

    def _first(self) -> SimThread:
        """Who goes on after nobody was ready."""
        if len(self.ready) == 1:
            return self.ready[0]
        chosen = self.choose(self.ready, self.ready[0])
        self.decisions.append(chosen.n)
        return chosen

    def _blocked(self) -> list[SimThread]:
        """The threads that wait without a limit of time, daemons left out and main once it returned."""
        return [t for t in self.threads if not (t.done or t.daemon or t.timer or (self.main_done and not t.path))]

    def _quiescent(self, blocked: list[SimThread]) -> SimThread:
        """Nothing moves any more.  First the shutdown hooks, once; who still waits then is stuck."""
        main = self.threads[0]
        if main.op is EXIT and blocked and not self.hooks_done and self.shutdown_hooks():
            self.hooks_done = True
            self.ready.append(main)
            return main
        self.stuck = blocked
        self.over = "hang" if blocked else "end"
        self.current = None
        return self.hub

    # -- where nothing may switch -------------------------------------------------------------------

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """No schedule points in here: imports, rendering, our own work inside a thread."""
        thread, self.current = self.current, None
        before, self.thread = self.thread, thread or self.thread
        try:
            yield
        finally:
            if not self.over:
                self.current, self.thread = thread, before

    def running(self) -> SimThread | None:
        """The thread that runs, scheduling or not."""
        return self.current or self.thread

    def refuse(self, what: str) -> BaseException:
        """The exception to raise where something would have to block or switch and must not."""
        thread = self.thread
        if self.unwinding:
            assert thread is not None
            thread.unwound += 1
            if thread.unwound > UNWIND_TRIES:  # code that swallows everything: leave it parked for good
                self.lost += 1
                # Its last reference must not go, not even at exit: greenlet would run its code again to end it.
                ctypes.pythonapi.Py_IncRef(ctypes.py_object(thread.greenlet))
                self.hub.switch()
            return Unwind()
        if thread is None and not self.threads:
            return Stop(f"a module tries to {what} while it is imported")
        if self.over or thread is None:
            return Unwind()
        return Stop(f"thread {thread.name!r} would have to {what} during an import")


def runs_out(thread: SimThread) -> bool:
    """Would the next step of this thread, which is ready, be the end of its time? Only where timers fire freely, and
    what it waits for is not there now. To leave such a thread is no preemption: it waits."""
    if not thread.timer or thread.op is LATE:
        return False
    return thread.op is SLEEP or not thread.obj.there  # type: ignore[attr-defined]


machine = Machine()
