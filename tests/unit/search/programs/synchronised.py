"""Small programs with known numbers of traces at granularity `sync`."""

import queue
import threading
from threading import Condition, Event, Lock, RLock, Semaphore, Thread


def together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def locked(threads, locks):
    """Each thread takes each lock once, one after another: (threads!) ** locks."""
    held = [Lock() for _ in range(locks)]

    def work():
        for lock in held:
            with lock:
                pass

    together(*[work] * threads)


def locked_2_1():
    locked(2, 1)


def locked_3_1():
    locked(3, 1)


def locked_4_1():
    locked(4, 1)


def locked_5_1():
    locked(5, 1)


def locked_2_2():
    locked(2, 2)


def locked_3_2():
    locked(3, 2)


def locked_2_3():
    locked(2, 3)


def locked_3_3():
    locked(3, 3)


def reentrant():
    lock = RLock()

    def work():
        with lock, lock:
            pass

    together(work, work)


def two_pairs():
    """Two pairs of threads that share nothing: 2 * 2."""
    one, other = Lock(), Lock()

    def work(lock):
        with lock:
            pass

    together(*(lambda lock=lock: work(lock) for lock in (one, one, other, other)))


def try_against_lock():
    """The try comes before, inside of, or after the critical section."""
    lock, seen = Lock(), []

    def tries():
        if lock.acquire(blocking=False):
            seen.append("took it")
            lock.release()

    def takes():
        with lock:
            pass

    together(tries, takes)
    return tuple(seen)


def two_tries():
    """Either one first and through, or both at once: one of them fails."""
    lock, seen = Lock(), []

    def tries(name):
        if lock.acquire(blocking=False):
            seen.append(name)
            lock.release()

    together(lambda: tries("a"), lambda: tries("b"))
    return tuple(seen)


def event():
    """Set before is_set, or after."""
    flag, seen = Event(), []
    together(flag.set, lambda: seen.append(flag.is_set()))
    return seen[0]


def lost_notify():
    """The notification comes before the wait in one order of two."""
    condition = Condition(Lock())

    def waits():
        with condition:
            condition.wait()

    def notifies():
        with condition:
            condition.notify()

    together(waits, notifies)


def semaphore():
    """Three threads, two places."""
    places = Semaphore(2)

    def work():
        with places:
            pass

    together(work, work, work)


def simple_queue():
    """Two puts in either order."""
    items = queue.SimpleQueue()
    together(lambda: items.put("a"), lambda: items.put("b"))
    return items.get() + items.get()


def put_and_get():
    """A get that waits for what is put: one order."""
    items, taken = queue.SimpleQueue(), []
    together(lambda: items.put("a"), lambda: taken.append(items.get()))
    return taken[0]


def exception_or_not():
    """Who comes second raises."""
    lock, came = Lock(), []

    def comes(name):
        with lock:
            came.append(name)
            assert came[0] == "first", "the second came first"

    together(lambda: comes("first"), lambda: comes("second"))


def time_out():
    """Only when nobody can go on: one order."""
    lock = Lock()
    with lock:
        taken = []
        thread = Thread(target=lambda: taken.append(lock.acquire(timeout=1)))
        thread.start()
        thread.join()
    return taken[0]


def alive():
    thread = Thread(target=int)
    thread.start()
    seen = thread.is_alive()
    thread.join()
    return seen


def daemon():
    """The program may end before the daemon has done its second thing."""
    first, second, seen = Lock(), Lock(), []

    def goes_on():
        with first:
            pass
        with second:
            seen.append("daemon")

    Thread(target=goes_on, daemon=True).start()
    with second:
        return len(seen)


def both_raise():
    """Each in some order, though they share nothing."""

    def raises(error):
        with Lock():
            pass
        raise error

    together(lambda: raises(ValueError("one")), lambda: raises(KeyError("two")))


def drawn(threads, plain=False):
    """A drawn program: for each thread a list of operations on two locks, an event, a condition and a queue."""
    locks, flag, items = [Lock(), Lock()], Event(), queue.SimpleQueue()
    condition, log = Condition(locks[0]), []

    def run(name, operations):
        held = []
        for operation, which in operations:
            if operation == "take":
                if which not in held:
                    locks[which].acquire()
                    held.append(which)
            elif operation == "give":
                if held:
                    locks[held.pop()].release()
            elif operation == "try":
                if which not in held:
                    taken = locks[which].acquire(blocking=False)
                    log.append((name, "try", taken))
                    held += [which] * taken
            elif operation == "locked":
                log.append((name, "locked", locks[which].locked()))
            elif operation == "set":
                flag.set()
            elif operation == "clear":
                flag.clear()
            elif operation == "is_set":
                log.append((name, "is_set", flag.is_set()))
            elif operation == "put":
                items.put(name)
            elif operation == "get":
                try:
                    log.append((name, "got", items.get_nowait()))
                except queue.Empty:
                    log.append((name, "got", None))
            elif operation == "await":
                log.append((name, "got", items.get()))
            elif operation == "notify":
                if 0 in held:
                    condition.notify()
            elif operation == "wait" and 0 in held:
                condition.wait()
        for which in held:
            locks[which].release()

    together(
        *(lambda name=name, operations=operations: run(name, operations) for name, operations in enumerate(threads))
    )
    return tuple(sorted(log))


assert threading
