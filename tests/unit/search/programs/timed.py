"""Small programs whose waits have a limit of time."""

import queue
import threading
import time
from threading import Condition, Event, Lock, Thread


def together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def lock():
    """The lock is taken before, after or instead of the time-out."""
    one, taken = Lock(), []

    def limited():
        taken.append(one.acquire(timeout=1))
        if taken[0]:
            one.release()

    def holds():
        with one:
            pass

    together(limited, holds)
    return taken[0]


def condition():
    """Notified before the wait (and so not at all), in time, or too late: before or after the lock is taken again."""
    ready, flag, notified = Condition(), [], []

    def waits():
        with ready:
            if not flag:
                notified.append(ready.wait(1))

    def sets():
        with ready:
            flag.append(1)
            ready.notify()

    together(waits, sets)
    return notified


def event():
    flag, seen = Event(), []
    together(lambda: seen.append(flag.wait(1)), flag.set)
    return seen[0]


def put_or_not():
    items = queue.SimpleQueue()

    def gets():
        try:
            got.append(items.get(timeout=1))
        except queue.Empty:
            got.append(None)

    got = []
    together(gets, lambda: items.put(1))
    return got[0]


def joined():
    """The end before the wait, in it, after it and seen, after it and not seen."""
    thread = Thread(target=lambda: None)
    thread.start()
    thread.join(1)
    alive = thread.is_alive()
    thread.join()
    return alive


def sleepers():
    """Who sleeps longer may wake first; the clock is where the later one left it."""
    began, woke = time.monotonic(), []

    def sleeps(seconds):
        time.sleep(seconds)
        woke.append((seconds, time.monotonic() - began))

    together(lambda: sleeps(1), lambda: sleeps(2))
    return tuple(woke)


def never_early():
    """A wait whose time is up has lasted so long at least, and the clock never goes back."""
    lock, items, ready, flag = Lock(), queue.SimpleQueue(), Condition(), Event()
    lock.acquire()
    child = Thread(target=flag.wait)

    def limited(name, wait):
        def run():
            began = time.monotonic()
            try:
                in_time = wait()
            except queue.Empty:
                in_time = False
            now = time.monotonic()
            assert now >= began
            assert in_time or now >= began + 2, (name, now - began)

        return run

    def waits():
        with ready:
            return ready.wait(2)

    child.start()
    together(
        limited("lock", lambda: lock.acquire(timeout=2)),
        limited("queue", lambda: items.get(timeout=2)),
        limited("condition", waits),
        limited("event", lambda: threading.Event().wait(2)),
        limited("join", lambda: child.join(2)),
        limited("sleep", lambda: time.sleep(2)),
        limited("another", lambda: time.sleep(3)),
    )
    flag.set()
    child.join()


def answer():
    """A plain mistake: the answer comes while the one who asked gives up, and is taken for that to the next question."""
    answers, asked = queue.SimpleQueue(), queue.SimpleQueue()

    def serves():
        for _ in range(2):
            answers.put(asked.get())

    server = Thread(target=serves)
    server.start()
    got = []
    for question in ("one", "two"):
        asked.put(question)
        try:
            got.append(answers.get(timeout=5))
        except queue.Empty:
            got.append("")
    server.join()
    assert got[1] in ("", "two"), f"the answer to 'two' is {got[1]!r}"


def polls():
    """Looks now and then whether another thread is done: a time-out that always fires first would never end it."""
    done, rounds = Event(), []

    def works():
        lock = Lock()
        for _ in range(10):
            with lock:
                pass
        done.set()

    def looks():
        while not done.wait(0.1):
            rounds.append(1)

    together(works, looks)


def served_by_a_daemon():
    """The main thread waits for what the daemon, which looks for work now and then, does not do: a hang."""
    work, result = queue.SimpleQueue(), queue.SimpleQueue()

    def serves():
        while True:
            try:
                work.get(timeout=0.1)
            except queue.Empty:
                pass

    Thread(target=serves, daemon=True).start()
    work.put(1)
    result.get()


def timer():
    fired = []
    alarm = threading.Timer(5, fired.append, [1])
    alarm.start()
    alarm.cancel()
    alarm.join()
    return len(fired)


def drawn(threads):
    """A drawn program: for each thread a list of operations on a lock, an event, a condition and a queue."""
    one, other, flag, items = Lock(), Lock(), Event(), queue.SimpleQueue()
    ready, log = Condition(one), []

    def run(name, operations):
        held = False

        def note(operation, value):
            log.append((name, operation, value))

        for operation, seconds in operations:
            if operation == "take":
                if not held:
                    held = one.acquire()
            elif operation == "limited":
                if not held:
                    held = one.acquire(timeout=seconds)
                    note(operation, held)
            elif operation == "give":
                if held:
                    one.release()
                    held = False
            elif operation == "try":
                if not held:
                    held = one.acquire(blocking=False)
                    note(operation, held)
            elif operation == "another":
                if other.acquire(timeout=seconds):
                    other.release()
                else:
                    note(operation, False)
            elif operation == "set":
                flag.set()
            elif operation == "await":
                note(operation, flag.wait(seconds))
            elif operation == "put":
                items.put(name)
            elif operation == "get":
                try:
                    note(operation, items.get(timeout=seconds))
                except queue.Empty:
                    note(operation, None)
            elif operation == "notify":
                if held:
                    ready.notify()
            elif operation == "wait":
                if held:
                    note(operation, ready.wait(seconds))
            elif operation == "sleep":
                time.sleep(seconds)
            elif operation == "clock":
                note(operation, time.monotonic())
        if held:
            one.release()

    first, *others = enumerate(threads)
    started = [Thread(target=run, args=other) for other in others]
    for thread in started:
        thread.start()
    run(*first)
    for thread in started:
        thread.join()
    return tuple(sorted(log, key=repr))
