"""Time, and who waits: timers, sleep, loops that look again and again, and what happens when nobody is ready.

* Time is virtual and moves only when nobody is ready: then the earliest timers expire together.
* With ``free`` it moves whenever the schedule says so: a wait with a limit of time never blocks, it is a try that
  stands at its schedule point for as long as the schedule leaves it there. If its object is not there when it is
  chosen, its time is up, and the clock goes forward to its deadline. So a timer may fire early or late, but a wait
  whose object is there succeeds, and a thread needs no two kinds of decision. Setting a timer, reading the clock and
  being late are steps of their own then, since the order of these matters.
* :meth:`Waiting.rest` waits until nobody else gets anywhere, however timers fire.

A part of the machine (``machine``), whose fields it shares.  It must not know how threads are started and ended.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Final

from .simthread import CLOCK, EXIT, LATE, SLEEP, TIMER, YIELD, Choose, SimThread, runs_out

FOREVER: Final = 100_000_000  # seconds; who waits three years is stuck
NANOSECONDS: Final = 1_000_000_000
BOOT: Final = 1_000 * NANOSECONDS  # time.monotonic() at the start of every execution
SPIN_ITERATIONS: Final = 100  # `while` iterations without a schedule point that make one
IDLE_ROUNDS: Final = 500  # expiries of timers with nobody else released before a wait counts as stuck
POLLS: Final = 5  # times that the wait of each thread has ended in vain before who rests is told that nobody gets on


class Waiting:
    """See the module's docstring."""

    # The fields of the machine that are used here, too.
    choose: Choose
    current: SimThread | None
    decisions: list[int]
    hooks_done: bool
    hub: SimThread
    main_done: bool
    over: str
    ready: list[SimThread]
    shutdown_hooks: Callable[[], list[Callable[[], object]]]
    steps: int
    stuck: list[SimThread]
    threads: list[SimThread]
    unwinding: bool

    def __init__(self) -> None:
        self.free = False  # timers fire when the schedule says so
        self.timed = False  # programs of this session are known to read the clock: with `free` its steps have an order
        self._clock_read = False
        self.counted = False  # programs of this session are known to ask which threads there are
        self.threads_asked = False
        self._start_time()

    def _start_time(self) -> None:
        """For a new execution."""
        self.timers: list[tuple[int, int, SimThread]] = []
        self.timer_count = 0
        self.now = BOOT  # virtual time, whole nanoseconds: sums of floats would never meet a deadline
        self.idle_rounds = 0
        self.resting: SimThread | None = None  # with `free`
        self.spins = 0
        self.spins_at = 0

    def point(self, me: SimThread, op: str, obj: object) -> None:
        """The schedule point of the machine."""
        raise NotImplementedError

    def refuse(self, what: str) -> BaseException:
        """What the machine raises where nothing may switch."""
        raise NotImplementedError

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
