"""The simulated machine: the schedule point, an execution from its first thread to its end, and what ends it.

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
* Time is virtual (``waiting``).
* When ``current`` is None nothing may switch: outside executions, during imports, while something
  is rendered, and while the threads left over are unwound.

It knows threads, time and what is ready.  It must not know locks (``locks``), how code is loaded
(``world``), what chooses (``search``), channels, or how anything is shown.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from greenlet import getcurrent, greenlet

from .simthread import BEGIN, END, EXIT, START, Choose, Recorder, SimThread, Stop, Unwind
from .waiting import Waiting

UNWIND_TRIES: Final = 16  # operations that a thread may attempt after it was told to unwind


class Machine(Waiting):
    """One execution at a time; see the module's docstring for what holds between its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.current: SimThread | None = None
        self.thread: SimThread | None = None  # who runs while `current` is None
        self.hub: SimThread = SimThread(-1, (), self._loop, True)  # who called run()
        self.asking: SimThread = self.hub  # whoever needs a greenlet from it
        self.pool: list[greenlet] = []
        self.lost = 0  # threads that could not be unwound
        self.recorder: Recorder | None = None
        self.ignore_thread_errors = False
        self.sees = False  # somebody asks what starts and joins put before what
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
        self._start_time()
        self.asking = self.hub
        self.threads: list[SimThread] = []
        self.ready: list[SimThread] = []
        self.decisions: list[int] = []
        self.steps = 0
        self.limit = 0  # of steps; less than the real one until the last steps begin that are watched
        self.last = 0
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


machine = Machine()
