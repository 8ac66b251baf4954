"""Condition, Semaphore, Event, Barrier, Timer."""

import threading
import time


def _run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def condition_with_predicate():
    """-> {[1]}"""
    cond, items, got = threading.Condition(), [], []

    def put():
        with cond:
            items.append(1)
            cond.notify()

    def get():
        with cond:
            while not items:
                cond.wait()
            got.append(items.pop())

    _run(put, get)
    return got


def condition_lost_notify():
    """-> DEADLOCK: notify"""
    cond = threading.Condition()

    def put():
        with cond:
            cond.notify()

    def get():
        with cond:
            cond.wait()

    _run(get, put)


def condition_notify_one_of_two():
    """-> DEADLOCK: notify"""
    cond, items = threading.Condition(), []

    def put():
        with cond:
            items.extend([1, 2])
            cond.notify()

    def get():
        with cond:
            while not items:
                cond.wait()
            items.pop()

    _run(get, get, put)


def condition_notify_all():
    """-> {0}"""
    cond, items = threading.Condition(), []

    def put():
        with cond:
            items.extend([1, 2])
            cond.notify_all()

    def get():
        with cond:
            while not items:
                cond.wait()
            items.pop()

    _run(get, get, put)
    return len(items)


def condition_if_instead_of_while():
    """-> FAILED: IndexError"""
    cond, items = threading.Condition(), []

    def put():
        with cond:
            items.append(1)
            cond.notify_all()

    def get():
        with cond:
            if not items:
                cond.wait()
            items.pop()
            items.append(None)
            items.pop()

    _run(get, get, put)


def condition_wait_for():
    """-> {True}"""
    cond, items, said = threading.Condition(threading.Lock()), [], []

    def get():
        with cond:
            said.append(cond.wait_for(lambda: items))

    def put():
        with cond:
            items.append(1)
            cond.notify()

    _run(get, put)
    return bool(said[0])


def condition_wait_for_times_out():
    """-> {(False, 2.5)}"""
    cond = threading.Condition()
    started = time.monotonic()
    with cond:
        threading.Thread(target=lambda: None).start()
        said = cond.wait_for(lambda: False, timeout=2.5)
    return said, time.monotonic() - started


def condition_wait_times_out():
    """-> {(False, 0.25)}"""
    cond = threading.Condition()
    _run(lambda: None)
    started = time.monotonic()
    with cond:
        said = cond.wait(0.25)
    return said, time.monotonic() - started


def condition_wait_in_time():
    """-> {(True, 0.0), (False, 5.0)}"""
    cond, said = threading.Condition(), []

    def get():
        started = time.monotonic()
        with cond:
            got = cond.wait(5)
        said.append((got, time.monotonic() - started))

    def put():
        with cond:
            cond.notify()

    _run(get, put)
    return said[0]


def condition_on_a_recursive_lock():
    """wait gives back every hold, and takes all of them again.  -> {True}"""
    cond, items = threading.Condition(threading.RLock()), []

    def get():
        with cond, cond:
            while not items:
                cond.wait()
            assert cond._is_owned()
        assert not cond._is_owned()

    def put():
        with cond:
            items.append(1)
            cond.notify()

    _run(get, put)
    return True


def condition_without_its_lock():
    """-> FAILED: cannot wait on un-acquired lock"""
    threading.Thread(target=lambda: None).start()
    threading.Condition().wait()


def condition_is_fifo():
    """-> {'ab'}"""
    cond, waiting, woken = threading.Condition(), [], []

    def wait(name):
        with cond:
            waiting.append(name)
            cond.wait()
            woken.append(name)
            cond.notify()

    a = threading.Thread(target=wait, args="a")
    b = threading.Thread(target=wait, args="b")
    a.start()
    while len(waiting) < 1:
        time.sleep(0)
    b.start()
    while len(waiting) < 2:
        time.sleep(0)
    with cond:
        cond.notify()
    a.join()
    b.join()
    return "".join(woken)


def semaphore_admits_two():
    """-> {1, 2}"""
    gate, lock, inside = threading.Semaphore(2), threading.Lock(), {"now": 0, "most": 0}

    def enter():
        with gate:
            with lock:
                inside["now"] += 1
                inside["most"] = max(inside["most"], inside["now"])
            with lock:
                inside["now"] -= 1

    _run(enter, enter, enter)
    return inside["most"]


def semaphore_too_wide():
    """-> {1, 2, 3}"""
    gate, lock, inside = threading.Semaphore(3), threading.Lock(), {"now": 0, "most": 0}

    def enter():
        with gate:
            with lock:
                inside["now"] += 1
                inside["most"] = max(inside["most"], inside["now"])
            with lock:
                inside["now"] -= 1

    _run(enter, enter, enter)
    return inside["most"]


def semaphore_times_out():
    """-> {(False, False, 3.0)}"""
    gate = threading.Semaphore(0)
    _run(lambda: None)
    started = time.monotonic()
    return gate.acquire(blocking=False), gate.acquire(timeout=3), time.monotonic() - started


def semaphore_released_many():
    """-> {2}"""
    gate, done = threading.Semaphore(0), []

    def enter():
        gate.acquire()
        done.append(1)

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.release(2)
    for thread in threads:
        thread.join()
    return len(done)


def semaphore_released_once_for_two():
    """-> DEADLOCK: notify"""
    gate = threading.Semaphore(0)
    threads = [threading.Thread(target=gate.acquire) for _ in range(2)]
    for thread in threads:
        thread.start()
    gate.release()
    for thread in threads:
        thread.join()


def bounded_semaphore():
    """-> FAILED: Semaphore released too many times"""
    gate = threading.BoundedSemaphore(1)

    def enter():
        with gate:
            pass

    _run(enter, enter)
    gate.release()


def event_wakes_all():
    """-> {2}"""
    event, seen = threading.Event(), []

    def wait():
        assert event.wait()
        seen.append(event.is_set())

    _run(wait, wait, event.set)
    assert event.is_set()
    event.clear()
    assert not event.is_set()
    return len(seen)


def event_seen_early_or_late():
    """is_set is a choice of its own.  -> {True, False}"""
    event, seen = threading.Event(), []
    _run(event.set, lambda: seen.append(event.is_set()))
    return seen[0]


def event_cleared_too_early():
    """-> {True}"""
    event, woken = threading.Event(), []

    def wait():
        woken.append(event.wait())

    def pulse():
        event.set()
        event.clear()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    pulse()
    event.set()
    thread.join()
    return woken[0]


def event_pulse_missed():
    """-> DEADLOCK: notify"""
    event = threading.Event()

    def pulse():
        event.set()
        event.clear()

    _run(event.wait, pulse)


def event_times_out():
    """-> {(False, 1.5)}"""
    event = threading.Event()
    _run(lambda: None)
    started = time.monotonic()
    return event.wait(1.5), time.monotonic() - started


def barrier_meets():
    """-> {((0, 1, 2), 1)}"""
    ran, places = [], []
    barrier = threading.Barrier(3, action=lambda: ran.append(1))

    def meet():
        places.append(barrier.wait())

    _run(meet, meet, meet)
    return tuple(sorted(places)), len(ran)


def barrier_twice():
    """-> {4}"""
    barrier, log = threading.Barrier(2), []

    def meet():
        for turn in range(2):
            log.append(turn)
            barrier.wait()

    _run(meet, meet)
    assert log == [0, 0, 1, 1]
    return len(log)


def barrier_one_short():
    """-> DEADLOCK: notify"""
    barrier = threading.Barrier(3)
    _run(barrier.wait, barrier.wait)


def barrier_breaks_after_its_timeout():
    """-> {(2.0, True)}"""
    barrier = threading.Barrier(2, timeout=2)
    _run(lambda: None)
    started = time.monotonic()
    try:
        barrier.wait()
    except threading.BrokenBarrierError:
        return time.monotonic() - started, barrier.broken


def barrier_aborted():
    """-> {'broken'}"""
    barrier, said = threading.Barrier(2), []

    def meet():
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            said.append("broken")

    _run(meet, barrier.abort)
    return said[0]


def timer_fires():
    """-> {30.0}"""
    fired, started = [], time.monotonic()
    timer = threading.Timer(30, lambda: fired.append(time.monotonic() - started))
    timer.start()
    timer.join()
    return fired[0]


def timer_cancelled():
    """Time does not pass while somebody can go on, so a cancelled timer never fires.  -> {()}"""
    fired = []
    timer = threading.Timer(0.001, fired.append, args=(1,))
    timer.start()
    for _ in range(20):
        time.sleep(0)
    timer.cancel()
    timer.join()
    return tuple(fired)


def timer_cancelled_too_late():
    """-> {(1,)}"""
    fired = []
    timer = threading.Timer(1, fired.append, args=(1,))
    timer.start()
    time.sleep(2)
    timer.cancel()
    timer.join()
    return tuple(fired)
