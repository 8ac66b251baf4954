"""The simulated ``_thread``, and what ``threading`` needs to stand on it.

``threading`` is the interpreter's own source, executed anew.  Only its plumbing is replaced, so that
a start and a join are one event each: the flag of ``Thread.start`` (:class:`StartGate`), sentinels
and handles (:class:`ThreadEnd`), the registries' locks (real ones: nothing switches while they are
held) and the waiter locks of ``Condition`` (:class:`~duckrace.kernel.locks.QuietLock`).

It knows the machine and locks; it must not know how modules are loaded or what is explored.
"""

from __future__ import annotations

import _thread as _real
import types
from collections.abc import Callable
from typing import Any, Final

from .local import local
from .locks import TIMEOUT_MAX, Lock, QuietLock, RLock, checked_timeout
from .machine import machine
from .shared.locations import READ, Location
from .simthread import JOIN, STARTED, SimThread
from .waiting import FOREVER

ALIVE: Final = "alive?"
IS_SET: Final = "is set?"
THREADS: Final = Location("the list of threads")

_m = machine


class StartGate:
    """``Thread._started``: the new thread parks in :meth:`set` until it is scheduled first, the one
    that started it has a schedule point in :meth:`wait`."""

    __slots__ = ("_flag",)

    def __init__(self) -> None:
        self._flag = False

    def is_set(self) -> bool:
        return self._flag

    def set(self) -> None:
        self._flag = True
        _m.begin()

    def wait(self, timeout: float | None = None) -> bool:
        me = _m.current
        if me is not None:
            _m.point(me, STARTED, None)
        return True

    def _at_fork_reinit(self) -> None:
        self._flag = False


class ThreadEnd:
    """The end of a thread, to be joined: the sentinel lock of 3.11 and 3.12, the handle of 3.13."""

    __slots__ = ("__weakref__", "_forced", "thread")

    def __init__(self, thread: SimThread | None = None) -> None:
        self.thread = thread
        self._forced = False

    @property
    def ident(self) -> int:
        return self.thread.ident if self.thread is not None else 0

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the end; `timeout` in seconds of virtual time. False when that ran out."""
        me, thread = _m.current, self.thread
        if thread is None or self._forced:
            return True
        if me is None:
            if thread.done:
                return True
            raise _m.refuse("join a thread")
        if thread is me:
            raise RuntimeError("Cannot join current thread")
        if _m.free and timeout is not None and 0 < timeout < FOREVER:
            deadline = _m.limit_wait(me, checked_timeout(True, timeout))
            _m.point(me, ALIVE, thread)
            if not _m.in_time(me, deadline, thread.done):
                return False
            if _m.sees:
                _see(me, thread)
            return True
        if thread.done:
            _m.point(me, JOIN, thread)
            if _m.sees:
                _see(me, thread)
            return True
        if timeout is not None and timeout <= 0:
            return self.is_done()
        _m.ready.remove(me)
        thread.joiners.append(me)
        if timeout is not None:
            _m.set_timer(me, checked_timeout(True, timeout), thread.joiners)
        _m.point(me, JOIN, thread)
        if timeout is not None and _m.cut_timer(me):
            return False
        if _m.sees:
            _see(me, thread)
        return True

    def is_done(self) -> bool:
        me, thread = _m.current, self.thread
        if thread is None or self._forced:
            return self._forced
        if me is not None and thread is not me:
            _m.point(me, ALIVE, thread)
        return thread.done

    def _set_done(self) -> None:
        self._forced = True


def _see(me: SimThread, thread: SimThread) -> None:
    """What `thread` did is before all that `me` will do."""
    for n, epoch in thread.seen.items():
        if me.seen.get(n, -1) < epoch:
            me.seen[n] = epoch
    me.seen[thread.n] = thread.epoch


class MainEnd(ThreadEnd):
    """The end of the main thread of whichever execution runs."""

    __slots__ = ()

    @property
    def thread(self) -> SimThread | None:
        return _m.threads[0] if _m.threads else None

    @thread.setter
    def thread(self, value: SimThread | None) -> None:
        pass


def _start(function: Callable[..., object], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> int:
    """``_thread.start_new_thread``: such threads are joined by nobody, so they count as daemons."""
    if not callable(function):
        raise TypeError("first arg must be callable")
    keywords = kwargs or {}

    def body() -> None:
        _m.begin()
        function(*args, **keywords)

    body.__self__ = None  # type: ignore[attr-defined]
    return _m.spawn(body, True).ident


def _start_bootstrap(function: Callable[..., object], args: tuple[Any, ...] = ()) -> int:
    """How ``threading.Thread`` starts on 3.11 and 3.12; its gate parks the new thread."""
    _threads_change()
    return _m.spawn(function, function.__self__.daemon).ident  # type: ignore[attr-defined]


def _start_joinable(
    function: Callable[..., object], *, handle: ThreadEnd | None = None, daemon: bool = True
) -> ThreadEnd:
    """How ``threading.Thread`` starts on 3.13."""
    if handle is None:
        handle = ThreadEnd()
    parks_itself = hasattr(getattr(function, "__self__", None), "_started")

    def body() -> None:
        _m.begin()
        function()

    _threads_change()
    handle.thread = _m.spawn(function if parks_itself else body, daemon)
    return handle


def _get_ident() -> int:
    thread = _m.current or _m.thread
    return 1 if thread is None else thread.ident


def _end_of_running(ident: int) -> ThreadEnd:
    """A handle for a thread that ``threading`` did not start; while it is imported, that is the main thread."""
    thread = _m.running()
    return ThreadEnd(thread) if thread is not None else MainEnd()


def _excepthook(args: Any) -> None:
    """The default ``threading.excepthook``: an exception that a thread did not catch fails the execution."""
    if _m.unwinding or args.exc_type is SystemExit or _m.ignore_thread_errors:
        return
    _m.fail(args.exc_value)


def _exit() -> None:
    raise SystemExit


def thread_module() -> types.ModuleType:
    """A new simulated ``_thread`` for one world."""
    module = types.ModuleType("_thread", _real.__doc__)
    keep = ("error", "stack_size", "interrupt_main", "_is_main_interpreter", "ExceptHookArgs", "_ExceptHookArgs")
    for name in keep:
        if hasattr(_real, name):
            setattr(module, name, getattr(_real, name))
    names: dict[str, object] = {
        "TIMEOUT_MAX": TIMEOUT_MAX,
        "LockType": Lock,
        "RLock": RLock,
        "_count": lambda: sum(not t.done for t in _m.threads) or 1,
        "_excepthook": _excepthook,
        "_local": local,
        "_set_sentinel": QuietLock,  # for the main thread, before `threading` is complete
        "allocate": Lock,
        "allocate_lock": Lock,
        "daemon_threads_allowed": lambda: True,
        "exit": _exit,
        "exit_thread": _exit,
        "get_ident": _get_ident,
        "get_native_id": _get_ident,
        "start_new": _start,
        "start_new_thread": _start,
    }
    if hasattr(_real, "start_joinable_thread"):
        names |= {
            "_ThreadHandle": ThreadEnd,
            "_get_main_thread_ident": lambda: 1,
            "_make_thread_handle": _end_of_running,
            "_shutdown": lambda: None,
            "lock": Lock,
            "start_joinable_thread": _start_joinable,
        }
    vars(module).update(names)
    return module


def _threads_change() -> None:
    """As a part of the last step. Only where somebody asks, since this orders all starts and ends."""
    me = _m.current
    if me is None or not (me.path or me.spawned):  # it is alone, and may not have made a step yet
        return
    if _m.recorder is not None and _m.counted:
        _m.recorder.touched(THREADS.write)


def _announce(threading: Any) -> None:
    """Which threads there are is a location, which starts and ends of threads write."""
    delete, active_count, enumerate_ = threading.Thread._delete, threading.active_count, threading.enumerate

    def _delete(self: Any) -> None:
        _threads_change()
        delete(self)

    def look() -> None:
        me = _m.current
        if me is not None:
            _m.threads_asked = True
            _m.point(me, READ, THREADS.read)

    def count() -> int:
        """Return the number of Thread objects currently alive."""
        look()
        found: int = active_count()
        return found

    def enumerate() -> list[Any]:
        """Return a list of all Thread objects currently alive."""
        look()
        found: list[Any] = enumerate_()
        return found

    threading.Thread._delete = _delete
    count.__name__ = count.__qualname__ = "active_count"
    threading.active_count = count
    threading.enumerate = enumerate
    if hasattr(threading, "activeCount"):
        threading.activeCount = count


class _Forgetful:
    """Stands for registries that only matter after a fork."""

    def add(self, item: object) -> None:
        pass


class QuietAtTheEnd:
    """A logger that says nothing of the unwinding: an executor reports whatever ends its workers."""

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def __getattr__(self, name: str) -> Any:
        return (lambda *args, **kwargs: None) if _m.unwinding else getattr(self._logger, name)


def hash_in_order(kind: Any) -> None:
    """Hash objects of `kind` by the order in which that is first done, not by address: an executor joins
    its threads in the order of a set, ``wait`` takes futures in one."""

    def __hash__(self: Any) -> int:
        try:
            number: int = self._hash_in_order
        except AttributeError:
            _m.hashed += 1
            number = self._hash_in_order = _m.hashed
        return number

    kind.__hash__ = __hash__


def _silence_sentinels(kind: Any) -> None:
    """How ``threading.Thread`` of 3.11 and 3.12 knows that it ended, without locks and their registry."""

    def _set_tstate_lock(self: Any) -> None:
        self._tstate_lock = ThreadEnd(_m.current or _m.thread)

    def _wait_for_tstate_lock(self: Any, block: bool = True, timeout: float = -1) -> None:
        end: ThreadEnd | None = self._tstate_lock
        if end is not None and (end.join(None if timeout == -1 else timeout) if block else end.is_done()):
            self._stop()

    def _stop(self: Any) -> None:
        self._is_stopped = True
        self._tstate_lock = None

    kind._set_tstate_lock = _set_tstate_lock
    kind._wait_for_tstate_lock = _wait_for_tstate_lock
    kind._stop = _stop


def silence_plumbing(threading: Any) -> None:
    """Replace the parts of a freshly executed ``threading`` that are its own bookkeeping."""
    threading._allocate_lock = QuietLock
    threading._active_limbo_lock = _real.RLock()
    threading._dangling = _Forgetful()
    if hasattr(threading, "_shutdown_locks"):
        threading._start_new_thread = _start_bootstrap
        _silence_sentinels(threading.Thread)
    threading._StartGate = StartGate
    _announce(threading)
    init = threading.Thread.__init__
    names = tuple("_StartGate" if name == "Event" else name for name in init.__code__.co_names)
    init.__code__ = init.__code__.replace(co_names=names)
    hash_in_order(threading.Thread)
    main = threading._main_thread
    main._started = StartGate()
    main._started._flag = True
    main._tstate_lock = MainEnd()  # of 3.11 and 3.12

    def is_set(self: Any) -> bool:
        """Return true if and only if the internal flag is true."""
        me = _m.current
        if me is not None:
            _m.point(me, IS_SET, self)
        return bool(self._flag)

    def set(self: Any) -> None:
        """Set the internal flag to true, and notify all threads that wait for it."""
        with self._cond:
            if _m.recorder is not None:
                _m.recorder.wrote(self)
            self._flag = True
            self._cond.notify_all()

    def clear(self: Any) -> None:
        """Reset the internal flag to false."""
        with self._cond:
            if _m.recorder is not None:
                _m.recorder.wrote(self)
            self._flag = False

    threading.Event.set = set
    threading.Event.clear = clear
    threading.Event.is_set = is_set
    threading.Event.isSet = is_set
