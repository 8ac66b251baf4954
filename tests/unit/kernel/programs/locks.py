"""Lock and RLock."""

import _thread
import threading


def _together(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def lock_excludes():
    """-> {2}"""
    lock, state = threading.Lock(), {"n": 0}

    def add():
        with lock:
            seen = state["n"]
            other = threading.Lock()
            with other:  # a schedule point in the middle
                state["n"] = seen + 1

    _together(add, add)
    return state["n"]


def lock_left_out():
    """-> {1, 2}"""
    state = {"n": 0}

    def add():
        seen = state["n"]
        with threading.Lock():
            state["n"] = seen + 1

    _together(add, add)
    return state["n"]


def lock_orders():
    """-> {'abc', 'acb', 'bac', 'bca', 'cab', 'cba'}"""
    lock, order = threading.Lock(), []

    def enter(name):
        with lock:
            order.append(name)

    _together(*[lambda name=name: enter(name) for name in "abc"])
    return "".join(order)


def lock_tries():
    """A try on a lock of another thread may fail; on a free one it succeeds.  -> {True, False}"""
    lock = threading.Lock()
    found = []

    def try_it():
        got = lock.acquire(blocking=False)
        found.append(got)
        if got:
            lock.release()

    def hold():
        with lock:
            pass

    _together(hold, try_it)
    return found[0]


def lock_locked():
    """-> {True, False}"""
    lock, seen = threading.Lock(), []

    def hold():
        with lock:
            pass

    _together(hold, lambda: seen.append(lock.locked()))
    return seen[0]


def lock_timeout_expires():
    """-> {False}"""
    lock = threading.Lock()
    lock.acquire()
    got = []
    _together(lambda: got.append(lock.acquire(timeout=1)))
    return got[0]


def lock_timeout_meets_release():
    """-> {True}"""
    lock = threading.Lock()
    lock.acquire()
    got = []
    thread = threading.Thread(target=lambda: got.append(lock.acquire(timeout=1)))
    thread.start()
    lock.release()
    thread.join()
    return got[0]


def lock_released_by_another_thread():
    """-> {'released'}"""
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.release)
    thread.start()
    lock.acquire()
    thread.join()
    return "released"


def lock_misuse():
    """-> {'done'}"""
    lock = threading.Lock()

    def refused(kind, call, *args, **kwargs):
        try:
            call(*args, **kwargs)
        except kind:
            return
        raise AssertionError(f"{call}{args}{kwargs} raised no {kind}")

    refused(RuntimeError, lock.release)
    refused(ValueError, lock.acquire, False, 1)
    refused(ValueError, lock.acquire, True, -2)
    refused(OverflowError, lock.acquire, True, threading.TIMEOUT_MAX * 2)
    refused(TypeError, lock.acquire, True, "1")
    assert isinstance(lock, _thread.LockType)
    assert "unlocked" in repr(lock)
    with lock:
        assert "<locked" in repr(lock)
    _together(lambda: None)
    return "done"


def lock_taken_twice():
    """-> DEADLOCK: which it holds itself"""
    lock = threading.Lock()

    def twice():
        with lock, lock:
            pass

    _together(twice)


def lock_never_released():
    """-> DEADLOCK: held by"""
    lock = threading.Lock()

    def keep():
        lock.acquire()

    _together(keep, keep)


def lock_cycle_of_two():
    """-> DEADLOCK: waits to acquire lock#"""
    one, two = threading.Lock(), threading.Lock()

    def first():
        with one, two:
            pass

    def second():
        with two, one:
            pass

    _together(first, second)


def lock_order_of_two():
    """-> {None}"""
    one, two = threading.Lock(), threading.Lock()

    def both():
        with one, two:
            pass

    _together(both, both)


def lock_cycle_of_three():
    """-> DEADLOCK: C waits to acquire"""
    locks = [threading.Lock() for _ in range(3)]

    def take(i):
        with locks[i], locks[(i + 1) % 3]:
            pass

    threads = [threading.Thread(target=take, args=(i,), name="ABC"[i]) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rlock_recursion():
    """-> {2}"""
    lock, state = threading.RLock(), {"n": 0}

    def add():
        with lock:
            seen = state["n"]
            with lock, lock, threading.Lock():
                state["n"] = seen + 1
            assert lock._is_owned()
        assert not lock._is_owned()

    _together(add, add)
    return state["n"]


def rlock_released_too_early():
    """-> {1, 2}"""
    lock, state = threading.RLock(), {"n": 0}

    def add():
        lock.acquire()
        lock.acquire()
        seen = state["n"]
        lock.release()
        lock.release()
        with threading.Lock():
            state["n"] = seen + 1

    _together(add, add)
    return state["n"]


def rlock_held_once_too_often():
    """-> DEADLOCK: waits to acquire"""
    lock = threading.RLock()

    def add():
        lock.acquire()
        lock.acquire()
        lock.release()

    _together(add, add)


def rlock_foreign_release():
    """-> {'refused'}"""
    lock = threading.RLock()
    lock.acquire()
    said = []

    def release():
        try:
            lock.release()
        except RuntimeError as error:
            said.append(str(error))

    _together(release)
    assert said == ["cannot release un-acquired lock"]
    lock.release()
    try:
        lock.release()
    except RuntimeError:
        return "refused"


def rlock_tries():
    """-> {(True, False), (True, True)}"""
    lock = threading.RLock()
    got = []

    def hold():
        with lock:
            assert lock.acquire(blocking=False)
            with threading.Lock():
                pass
            lock.release()

    def try_it():
        got.append(lock.acquire(timeout=0))
        if got[0]:
            lock.release()

    _together(hold, try_it)
    return True, got[0]


def rlock_of_python_source():
    """-> {1}"""
    lock = threading._PyRLock()
    state = []

    def add():
        with lock, lock:
            state.append(1)

    _together(add, add)
    return state[0]
