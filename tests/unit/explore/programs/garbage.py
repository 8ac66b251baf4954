"""Cyclic garbage whose destructors do something. All names without an underscore are scenarios."""

import queue
import threading
import time
import weakref
from threading import Lock, Thread


class _Speaks:
    """In a cycle with itself, so that only the collector frees it."""

    def __init__(self, last_words):
        self.me = self
        self.last_words = last_words

    def __del__(self):
        self.last_words()


def _together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def bpo_14976():
    """`Queue.put` called by a destructor while its thread is inside of `Queue.get_nowait`."""
    tasks = queue.Queue()
    tasks.put("task")

    def works():
        _Speaks(lambda: tasks.put("cleanup"))
        tasks.get_nowait()

    worker = Thread(target=works, name="worker")
    worker.start()
    worker.join()
    return tasks.qsize()


def remedy():
    """The same with the queue that was made for it."""
    tasks = queue.SimpleQueue()
    tasks.put("task")

    def works():
        _Speaks(lambda: tasks.put("cleanup"))
        tasks.get_nowait()

    _together(works)
    return tasks.qsize()


def callback():
    """Not a destructor, but the callback of a weak reference takes the lock that its thread holds."""
    lock = Lock()

    class Plain:
        pass

    def called(reference):
        with lock:
            pass

    def works():
        plain = Plain()
        plain.me = plain
        reference = weakref.ref(plain, called)
        del plain
        with lock:
            pass
        return reference

    _together(works)


def once():
    """Each finalizer runs once, also of what comes back to life; weak references are empty before."""
    log, kept = [], []
    lock = Lock()

    class Returns:
        def __init__(self):
            self.me = self
            log.append(weakref.ref(self))

        def __del__(self):
            assert log[0]() is None
            log.append("gone")
            kept.append(self)

    def works():
        Returns()
        with lock:
            pass
        if kept:
            assert kept.pop().me
        with lock:
            pass

    _together(works)
    assert log.count("gone") <= 1
    return log.count("gone")


def both_or_none():
    """Two in one cycle go together."""
    gone = []
    lock = Lock()

    def works():
        one, other = _Speaks(lambda: gone.append(1)), _Speaks(lambda: gone.append(2))
        one.me, other.me = other, one
        del one, other
        with lock:
            pass

    _together(works)
    return sorted(gone)


HELD = []


def alive():
    """Cycles that are held in every way that there is: none is garbage."""
    gone = []
    lock, handed = Lock(), queue.SimpleQueue()

    def speaks(name="main"):
        return _Speaks(lambda: gone.append(name))

    def generates(held):
        yield
        yield held

    HELD.append(speaks())
    handed.put(speaks())
    own = threading.local()
    own.held = speaks()
    in_closure = speaks()
    suspended = generates(speaks())
    next(suspended)
    timer = threading.Timer(1, print, [speaks()])

    def works(name, held):
        variable = speaks(name)
        with lock:
            assert "main" not in gone
            assert name not in gone
        return in_closure, variable, held

    threads = [Thread(target=works, args=[name, speaks(name)]) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "main" not in gone
    assert all((HELD, handed.get(), own.held, suspended, timer))


def waits_in_there():
    """A destructor that waits lets other threads go on; nobody collects meanwhile."""
    lock, gone = Lock(), []
    inside, passed = [], []

    def last_words():
        assert not inside
        inside.append(1)
        time.sleep(1)
        gone.append(1)
        inside.pop()

    def leaves():
        _Speaks(last_words)
        with lock:
            pass
        _Speaks(last_words)
        with lock:
            pass

    def passes():
        with lock:
            passed.extend(inside)

    _together(leaves, passes)
    return len(gone), len(passed)


def raises():
    """What comes out of a destructor goes nowhere."""
    lock = Lock()

    def works():
        _Speaks(lambda: 1 / 0)
        with lock:
            pass

    _together(works)


def blocked():
    """The collector comes while its thread is about to wait, with and without a limit of time."""
    lock, event, gone = Lock(), threading.Event(), []
    lock.acquire()

    def waits():
        _Speaks(lambda: gone.append(1))
        taken = lock.acquire(timeout=1)
        if not taken:
            _Speaks(lambda: gone.append(2))
            event.wait()
            assert lock.acquire()
        lock.release()

    thread = Thread(target=waits)
    thread.start()
    _Speaks(lambda: gone.append(3))
    threading.Event().wait(2)
    lock.release()
    event.set()
    _Speaks(lambda: gone.append(4))
    thread.join()
    return len(gone) == len(set(gone))


def shared():
    """A destructor that changes what another thread reads: for finer granularities."""

    class Counter:
        def __init__(self):
            self.value = 0
            self.names = {}

    counter = Counter()

    def works():
        _Speaks(leave)
        counter.names["works"] = counter.value

    def leave():
        counter.value = counter.value + 1

    def counts():
        counter.value = counter.value + 1
        counter.names["counts"] = counter.value

    _together(works, counts)
    return counter.value
