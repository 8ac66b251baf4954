"""One exploration's surroundings: a world, the machine, captured output, signals, the collector, the watchdog.

Everything is put back at the end, whatever happened.  Between executions nothing survives but what the
world was when it was frozen.

It knows the kernel; it must not know strategies, verdicts or reports.
"""

from __future__ import annotations

import gc
import io
import itertools
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from ._errors import UsageError
from ._scenario import Reference, check_packages, found_in, scenario_in
from ._settings import Settings
from .hangs import WATCHED, Watch
from .kernel import Stop, Unwind, World, machine, shared
from .kernel.collector import collector
from .kernel.shared import locations
from .kernel.simthread import Choose, Recorder
from .kernel.watchdog import LIMIT, Stalled, Watchdog

COLLECT_AFTER = 20_000  # net allocations between two collections
COLLECT_EVERY = 1_000  # executions between two collections: few objects may hold much memory

COLLECT_ALL_EVERY = 25  # explorations between two collections over the whole process

_sessions = itertools.count(1)
_one_at_a_time = threading.Lock()


class Session:
    """A context manager; inside it, :meth:`execute` runs one execution after another."""

    def __init__(self, reference: Reference, settings: Settings, watchdog: float = LIMIT) -> None:
        """`watchdog`: seconds without a schedule point that count as stalled, 0 = never."""
        self.reference = reference
        self.modules = settings.modules
        self.max_steps = settings.max_steps
        self.granularity = settings.granularity
        self.executions = 0
        self.lost = 0
        self.output = io.StringIO()
        self.watch: Watch | None = None  # what watched the last steps of an execution that came near its limit
        self._ignore = settings.thread_exceptions == "ignore"
        self._free = settings.timeouts == "free"
        self._collects = settings.gc == "scheduled"
        self._limit = watchdog
        self._stack = ExitStack()
        self._loaded: list[str] = []
        self._held = self._loading = False
        self.world: World

    # -- entering and leaving -----------------------------------------------------------------------

    def __enter__(self) -> Session:
        if machine.running() is not None or not _one_at_a_time.acquire(blocking=False):
            raise UsageError("An exploration is running already; one process explores one scenario at a time.")
        stack = self._stack
        stack.callback(_one_at_a_time.release)
        try:
            self._redirect()
            self._refuse_real_threads()
            self._collector()
            if self._limit:
                stack.enter_context(Watchdog(self._progress, lambda: self._loading, self._limit))
            machine.time_freely(self._free)
            collector.switch(self._collects)
            self.load()
            stack.callback(machine.drain)
            stack.callback(machine.clear)
            stack.callback(shared.begin, "sync")
            stack.callback(machine.time_freely, False)
            stack.callback(collector.switch, False)
            self._interrupts()
        except BaseException:
            stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def _progress(self) -> object:
        """Something that changes while it goes on."""
        return self.executions, len(self.world.order) if self._loading else 0

    def load(self, preload: Sequence[str] = ()) -> None:
        """Make a new world with the scenario in it.  Raises UsageError for a scenario that does not load."""
        try:
            self._load(preload)
        finally:
            self._loading = False

    def _load(self, preload: Sequence[str]) -> None:
        machine.clear()
        if self._held:
            self.world.deactivate()
        reference = self.reference
        parts = [reference, *(value for value in reference.arguments if isinstance(value, Reference))]
        embedding = reference.embedding
        search = [folder for part in parts for folder in part.search]
        before = embedding.before if embedding is not None else None
        self.world = World(self.modules, search, before, self.granularity)
        self._loading = True
        try:
            module = self._import(reference)
            arguments = [
                found_in(self._import(value), value) if isinstance(value, Reference) else value
                for value in reference.arguments
            ]
            for name in preload:
                if name not in self.world.modules:
                    self.world.import_module(name)
            self._loading = False
            if not self._loaded:
                check_packages(self.modules or (), search, self.world.modules)
        except UsageError:
            raise
        except Stop as error:
            raise UsageError(f"{reference.text} cannot be loaded: {error}.") from error
        except (Exception, SystemExit, Unwind) as error:
            at = _last_place(error, str(reference.path))
            text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise UsageError(f"{reference.text} cannot be loaded: {text}{at}.") from error
        if embedding is not None:
            self.scenario = embedding.scenario(module, self.world)
        else:
            self.scenario = scenario_in(module, reference, arguments)
        self.world.borrowed = partial(_refuse_asyncio, self._stack)
        self.world.borrowed()
        machine.shutdown_hooks = self.world.shutdown_hooks
        machine.ignore_thread_errors = self._ignore
        self.world.freeze()
        self._loaded = list(self.world.order)
        if self._collects:  # what is older than an execution is none of its garbage, and not looked at
            gc.collect()
            gc.freeze()
        if self._held:
            self.world.activate()

    def _import(self, reference: Reference) -> types.ModuleType:
        if reference.module in self.world.modules:
            return self.world.modules[reference.module]
        if reference.search:
            return self.world.load_file(reference.path, reference.module)
        return self.world.import_module(reference.module)

    def grown(self) -> bool:
        """Did the last execution import modules?  Then :meth:`regrow` and run it again."""
        return len(self.world.order) > len(self._loaded)

    def regrow(self) -> None:
        """A new world that has from the start what executions imported on their way."""
        self.load(preload=list(self.world.order))

    # -- executing ------------------------------------------------------------------------------------

    def execute(
        self,
        choose: Choose,
        *,
        recorder: Recorder | None = None,
        inspect: Callable[[], Any] | None = None,
        scenario: Callable[[], object] | None = None,
        ended: Callable[[], None] | None = None,
        every: bool = False,
        watch: bool = True,
    ) -> Any:
        """One execution; returns why it ended, or what `inspect` says before its threads are unwound.

        With `inspect`, None is a normal end. `ended` is called before anything else is done. `every`: all accesses are
        schedule points, whatever is known of their locations: the decisions of a token are of such an execution.
        `watch`: the last steps before the limit are searched for a livelock, which takes long.

        Steps, decisions, value and error stay on the machine until the next execution.
        """
        self.output.seek(0)
        self.output.truncate()
        world = self.world
        world.activate()
        if self._collects:
            self._forget()
        locations.begin(every)
        machine.recorder = recorder
        self.watch, machine.watched = None, WATCHED
        machine.watch = self._watch if watch and inspect is not None else None
        try:
            why: Any = machine.run(scenario or self.scenario, choose, self.max_steps)
            machine.recorder = None
            if ended is not None:
                ended()
            if machine.interrupted and isinstance(machine.error, KeyboardInterrupt):
                machine.over = why = "interrupt"
            if inspect is None:
                return why
            if why == "end":
                return None
            with machine.quiet():
                return inspect()
        except Stalled as stalled:
            machine.over, machine.error = "stop", Stop(str(stalled))
            return inspect() if inspect is not None else "stop"
        finally:
            machine.recorder = machine.watch = None
            self.executions += 1
            printed = self.output.tell()
            try:
                machine.unwind()
                world.restore()
            finally:
                world.deactivate()
            self.output.seek(printed)
            self.output.truncate()  # without what was said about the unwinding
            self.lost += machine.lost
            machine.lost = 0
            if gc.get_count()[0] > COLLECT_AFTER or self.executions % COLLECT_EVERY == 0:
                gc.collect()

    def _forget(self) -> None:
        """No garbage of an execution is left to the next, in which it would be collected."""
        machine.clear()
        gc.collect()
        self.world.restore()
        collector.begin()

    def _watch(self, recorder: Recorder | None) -> Recorder:
        """The limit of steps is near: is it a livelock?"""
        tested = {name: self.world.modules[name] for name in self.world.sources if name in self.world.modules}
        chance = getattr(self.world.modules.get("random"), "_inst", None)
        self.watch = Watch(machine, recorder, tested, chance)
        return self.watch

    # -- surroundings ---------------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the world active between executions: changing places costs more than a short execution."""
        self._held = True
        self.world.activate()
        try:
            yield
        finally:
            self.world.deactivate()
            self._held = False

    @contextmanager
    def outside(self) -> Iterator[None]:
        """The host's modules and the real stdout and stderr, for code of ours in between."""
        captured = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        try:
            with self.world.host():
                yield
        finally:
            sys.stdout, sys.stderr = captured

    def _redirect(self) -> None:
        saved = sys.stdout, sys.stderr, sys.unraisablehook
        self._streams = saved[:2]
        hook = sys.unraisablehook

        def unraisable(args: Any) -> None:
            if not isinstance(args.exc_value, Unwind) and machine.running() is not None and not machine.over:
                hook(args)

        def back() -> None:
            sys.stdout, sys.stderr, sys.unraisablehook = saved

        sys.stdout = sys.stderr = self.output
        sys.unraisablehook = unraisable
        self._stack.callback(back)

    def _refuse_real_threads(self) -> None:
        """Host modules that start a thread from inside the program start a real one: nothing controls it."""
        host: Any = threading
        ident = threading.get_ident()
        for name in ("_start_new_thread", "_start_joinable_thread"):
            original = getattr(host, name, None)
            if original is None:
                continue

            def start(function: Any, *args: Any, _original: Any = original, **kwargs: Any) -> Any:
                if machine.running() is not None and threading.get_ident() == ident:
                    host._limbo.pop(function.__self__, None)
                    machine.stop(
                        f"a module that is not simulated starts a real thread ({type(function.__self__).__qualname__})"
                    )
                return _original(function, *args, **kwargs)

            setattr(host, name, start)
            self._stack.callback(setattr, host, name, original)

    def _collector(self) -> None:
        """Collections happen between executions only, and over what the world made, not over the whole process."""
        enabled = gc.isenabled()
        gc.disable()
        gc.freeze()  # garbage of the host included: collecting that first takes longer than many an exploration

        def back() -> None:
            machine.clear()
            machine.shutdown_hooks = list
            self.watch = None
            vars(self).pop("world", None)  # the finalizers of its objects still run in here
            vars(self).pop("scenario", None)
            gc.collect()
            gc.unfreeze()
            if next(_sessions) % COLLECT_ALL_EVERY == 0:  # worlds that caches of the host (typing's) have let go of
                gc.collect()
            if enabled:
                gc.enable()

        self._stack.callback(back)

    def _interrupts(self) -> None:
        """The first Ctrl-C ends the exploration at the next schedule point, the second one at once."""
        machine.interrupted = False
        if threading.current_thread() is not threading.main_thread():
            return

        def on_interrupt(number: int, frame: types.FrameType | None) -> None:
            if machine.interrupted:
                raise KeyboardInterrupt
            machine.interrupted = True
            machine.limit = 0

        before = signal.signal(signal.SIGINT, on_interrupt)
        self._stack.callback(lambda: signal.signal(signal.SIGINT, before))


def _last_place(error: BaseException, path: str) -> str:
    """Where in the scenario's file a load failed."""
    if isinstance(error, SyntaxError):
        return ""
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return f" (line {line})" if line else ""


def _refuse_asyncio(stack: ExitStack) -> None:
    """A running event loop would wait for real; say so in one sentence instead."""
    events: Any = sys.modules.get("asyncio.base_events")
    if events is None or getattr(events.BaseEventLoop.run_forever, "refuses", False):
        return
    loop = events.BaseEventLoop
    original = loop.run_forever

    def run_forever(self: Any) -> None:
        if machine.running() is not None:
            self.close()
            machine.stop("the program runs an asyncio event loop: asyncio programs cannot be explored yet")
        original(self)

    run_forever.refuses = True  # type: ignore[attr-defined]
    loop.run_forever = run_forever
    stack.callback(setattr, loop, "run_forever", original)
