"""Thread objects, _thread, thread-local values, context variables, hooks."""

import _thread
import contextvars
import sys
import threading
import time


def _run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return threads


def names_start_anew():
    """-> {('Thread-1 (<lambda>)', 'Thread-2 (<lambda>)', 'given')}"""
    a, b = _run(lambda: None, lambda: None)
    return a.name, b.name, threading.Thread(name="given").name


def idents_are_the_same_every_time():
    """-> {(True, 3)}"""
    idents = [threading.get_ident()]
    a, b = _run(*[lambda: idents.append(threading.get_ident())] * 2)
    assert {a.ident, b.ident} < set(idents)
    assert threading.main_thread().ident == idents[0] == _thread.get_ident()
    assert a.native_id
    return sorted(idents) == [1, 1001, 1002], len(set(idents))


def who_is_there():
    """-> {3}"""
    gate, seen = threading.Event(), []

    def work():
        gate.wait()
        assert threading.current_thread() in threading.enumerate()
        assert threading.current_thread() is not threading.main_thread()

    threads = [threading.Thread(target=work) for _ in range(2)]
    assert threading.active_count() == 1
    for thread in threads:
        thread.start()
    seen.append(threading.active_count())
    assert set(threading.enumerate()) == {threading.main_thread(), *threads}
    gate.set()
    for thread in threads:
        thread.join()
    assert threading.enumerate() == [threading.current_thread()] == [threading.main_thread()]
    return seen[0]


def alive_or_not():
    """-> {True, False}"""
    thread = threading.Thread(target=lambda: None)
    assert not thread.is_alive()
    thread.start()
    seen = thread.is_alive()
    thread.join()
    assert not thread.is_alive()
    return seen


def join_with_timeout():
    """-> {(True, False, 10.0)}"""
    thread = threading.Thread(target=time.sleep, args=(10,))
    started = time.monotonic()
    thread.start()
    thread.join(4)
    early = thread.is_alive()
    assert time.monotonic() - started == 4
    thread.join(0)
    thread.join(60)
    return early, thread.is_alive(), time.monotonic() - started


def join_misuse():
    """-> {('cannot join thread before it is started', 'cannot join current thread', 'threads can only be started once')}"""
    said = []

    def attempt(call):
        try:
            call()
        except RuntimeError as error:
            said.append(str(error).lower())

    attempt(threading.Thread().join)
    attempt(threading.current_thread().join)
    (thread,) = _run(lambda: None)
    attempt(thread.start)
    return tuple(said)


def join_oneself():
    """-> FAILED: Cannot join current thread"""

    def work():
        try:
            threading.current_thread().join()
        except RuntimeError as error:
            raise RuntimeError(str(error).replace("cannot", "Cannot")) from None

    _run(work)


def join_each_other():
    """-> DEADLOCK: A waits for B to end; B waits for A to end"""
    threads, gate = {}, threading.Event()

    def work(other):
        gate.wait()
        threads[other].join()

    for name, other in ("AB", "BA"):
        threads[name] = threading.Thread(target=work, args=(other,), name=name)
        threads[name].start()
    gate.set()


def joined_by_two():
    """-> {2}"""
    slow = threading.Thread(target=time.sleep, args=(1,))
    slow.start()
    done = []

    def wait():
        slow.join()
        done.append(1)

    _run(wait, wait)
    return len(done)


def forgotten_thread_is_waited_for():
    """The interpreter joins what main left behind; its exception counts.  -> FAILED: after main"""

    def work():
        time.sleep(1)
        raise ValueError("after main")

    threading.Thread(target=work).start()


def forgotten_thread_that_waits_for_ever():
    """-> DEADLOCK: A waits"""
    threading.Thread(target=threading.Event().wait, name="A").start()


def daemon_that_waits_for_ever():
    """-> {'ended'}"""
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return "ended"


def daemon_is_cut_off_when_the_others_end():
    """-> {'ended'}"""

    def work():
        time.sleep(1)
        raise AssertionError("the program has ended long ago")

    threading.Thread(target=work, daemon=True).start()
    return "ended"


def daemon_inherited():
    """-> {True}"""
    seen = []

    def work():
        seen.append(threading.Thread().daemon)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join()
    return seen[0]


def low_level_thread():
    """-> {('arg', 'key')}"""
    lock, seen = _thread.allocate_lock(), []

    def work(arg, key):
        seen.extend([arg, key])
        assert threading.current_thread().daemon  # a dummy
        lock.release()

    lock.acquire()
    ident = _thread.start_new_thread(work, ("arg",), {"key": "key"})
    assert ident == 1001
    lock.acquire()
    return tuple(seen)


def low_level_thread_is_waited_for_by_nobody():
    """-> {'ended'}"""
    _thread.start_new_thread(time.sleep, (1,))
    return "ended"


def low_level_thread_dies():
    """-> FAILED: ValueError: boom"""

    def work():
        raise ValueError("boom")

    _thread.start_new_thread(work, ())
    time.sleep(1)


def low_level_thread_exits():
    """-> {'ended'}"""
    _thread.start_new_thread(_thread.exit, ())
    time.sleep(1)
    return "ended"


def thread_dies():
    """-> FAILED: ValueError: boom in Thread-1 (work)"""

    def work():
        raise ValueError("boom")

    _run(work)


def thread_leaves_by_system_exit():
    """-> {'ended'}"""

    def work():
        sys.exit(3)

    _run(work)
    return "ended"


def excepthook_of_the_program():
    """Who handles what threads do not catch has caught it.  -> {('ValueError', 'A')}"""
    said = []
    threading.excepthook = lambda args: said.append((args.exc_type.__name__, args.thread.name))

    def work():
        raise ValueError("boom")

    thread = threading.Thread(target=work, name="A")
    thread.start()
    thread.join()
    return said[0]


def excepthook_is_back():
    """-> FAILED: ValueError: boom"""
    assert threading.excepthook is threading.__excepthook__

    def work():
        raise ValueError("boom")

    _run(work)


def subclass():
    """-> {42}"""

    class Worker(threading.Thread):
        def __init__(self):
            super().__init__()
            self.value = None

        def run(self):
            with threading.Lock():
                self.value = 42

    worker = Worker()
    worker.start()
    worker.join()
    return worker.value


def grandchildren():
    """-> {'MainThread/A/B'}"""
    said = []

    def inner():
        said.append(f"{threading.main_thread().name}/A/{threading.current_thread().name}")

    def outer():
        thread = threading.Thread(target=inner, name="B")
        thread.start()
        thread.join()

    thread = threading.Thread(target=outer, name="A")
    thread.start()
    thread.join()
    return said[0]


def local_values():
    """-> {(1, 2, 'main')}"""
    here = threading.local()
    here.value = "main"
    seen = []

    def work(value):
        assert not hasattr(here, "value")
        here.value = value
        with threading.Lock():
            seen.append(here.value)

    _run(lambda: work(1), lambda: work(2))
    return (*sorted(seen), here.value)


def shared_values():
    """-> {(1, 2), (1, 1), (2, 2)}"""
    here = type("", (), {})()
    seen = []

    def work(value):
        here.value = value
        with threading.Lock():
            pass
        seen.append(here.value)

    _run(lambda: work(1), lambda: work(2))
    return tuple(sorted(seen))


class _Local(threading.local):
    made = 0

    def __init__(self, start, *, step):
        type(self).made += 1
        self.start = start
        self.step = step


def local_subclass():
    """Its __init__ runs once in every thread that looks at it, with the same arguments.  -> {(3, 7, 2)}"""
    here = _Local(7, step=2)
    here.start += 100

    def work():
        assert here.start == 7
        here.start += 1
        assert here.start == 8

    _run(work, work)
    assert here.start == 107
    return _Local.made, here.start - 100, here.step


class _Noted:
    dropped = []

    def __del__(self):
        self.dropped.append(threading.get_ident())


def local_values_die_with_their_thread():
    """-> {(True, False)}"""
    here = threading.local()

    def work():
        here.value = _Noted()

    (thread,) = _run(work)
    return _Noted.dropped == [thread.ident], hasattr(here, "value")


def local_misuse():
    """-> FAILED: Initialization arguments are not supported"""
    _run(lambda: None)
    threading.local(1)


_STYLE = contextvars.ContextVar("style", default="plain")


def context_is_fresh_per_thread():
    """-> {('plain', 'plain', 'main')}"""
    seen = []
    assert _STYLE.get() == "plain"
    _STYLE.set("main")

    def work():
        seen.append(_STYLE.get())
        _STYLE.set("mine")
        with threading.Lock():
            assert _STYLE.get() == "mine"

    _run(work, work)
    return (*seen, _STYLE.get())


def context_handed_over():
    """-> {'main'}"""
    _STYLE.set("main")
    context, seen = contextvars.copy_context(), []

    def work():
        context.run(lambda: seen.append(_STYLE.get()))

    _run(work)
    return seen[0]


def exception_state_is_per_thread():
    """-> {(None, 'KeyError')}"""
    seen = {}

    def quiet():
        with threading.Lock():
            seen["quiet"] = sys.exc_info()[0]

    def loud():
        try:
            raise KeyError
        except KeyError:
            with threading.Lock():
                seen["loud"] = sys.exc_info()[0].__name__

    _run(quiet, loud)
    return seen["quiet"], seen["loud"]


def generators_may_be_handed_over():
    """-> {(0, 1, 2)}"""
    lock, got = threading.Lock(), []

    def numbers():
        for i in range(3):
            with threading.Lock():
                yield i

    source = numbers()

    def take():
        with lock:
            got.append(next(source))

    _run(take, take, take)
    return tuple(got)


def finalizer_takes_a_lock():
    """-> {('begin', 'finalized', 'end'), ('finalized', 'begin', 'end'), ('begin', 'end', 'finalized')}"""
    lock, log = threading.Lock(), []

    class Owner:
        def __del__(self):
            with lock:
                log.append("finalized")

    def other():
        log.append("begin")
        with lock:
            pass
        with lock:
            log.append("end")

    def drop(owner):
        del owner

    owner = [Owner()]
    _run(other, lambda: drop(owner.pop()))
    return tuple(log)


def recursion_ends_at_the_same_depth():
    """-> ONE"""
    depths = []

    def deeper(depth):
        try:
            return deeper(depth + 1)
        except RecursionError:
            return depth

    def work():
        depths.append(deeper(0))
        inner = threading.Thread(target=lambda: depths.append(deeper(0)))
        inner.start()
        inner.join()

    _run(work)
    depths.append(deeper(0))
    return tuple(depths)
