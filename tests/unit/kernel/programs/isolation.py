"""What an execution leaves behind does not reach the next one: all of these count how often they ran."""

import collections
import contextvars
import dataclasses
import datetime
import enum
import functools
import itertools
import os
import queue
import random
import secrets
import threading
import time
import types
import uuid


def _thread(function=lambda: None):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


_number = 0
_gone = "here"


def module_globals():
    """-> {(1, 'here')}"""
    global _number, _gone, _new
    _thread()
    _number += 1
    found = _gone
    del _gone
    assert "_new" not in globals()
    _new = 1
    return _number, found


_list, _dict, _set, _deque = [1], {"a": []}, {1}, collections.deque([1], maxlen=9)
_default, _ordered, _counter = collections.defaultdict(list), collections.OrderedDict(a=1), collections.Counter("a")
_bytes, _nested = bytearray(b"a"), ([], {"deep": [{"deeper": set()}]})


def containers():
    """-> {(2, 3, 2, 2, 1, 2, 2, 2, 1, 1)}"""
    _thread()
    _list.append(2)
    _dict["a"].append(1)
    _dict["b"] = 1
    _set.add(2)
    _deque.append(2)
    _default["a"].append(1)
    _ordered["b"] = 2
    _counter["b"] += 1
    _bytes.extend(b"b")
    _nested[0].append(1)
    _nested[1]["deep"][0]["deeper"].add(1)
    return (
        len(_list),
        len(_dict) + len(_dict["a"]),
        len(_set),
        len(_deque),
        len(_default["a"]),
        len(_ordered),
        sum(_counter.values()),
        len(_bytes),
        len(_nested[0]),
        len(_nested[1]["deep"][0]["deeper"]),
    )


_sorted_keys = {"b": 1, "a": 2}


def order_of_a_dict():
    """-> {'ba'}"""
    _thread()
    found = "".join(_sorted_keys)
    _sorted_keys["b"] = _sorted_keys.pop("b")
    return found


class _Registry:
    members = []
    made = 0
    ids = itertools.count(1)

    def __init__(self):
        type(self).made += 1
        self.members.append(self)
        self.id = next(self.ids)


class _Child(_Registry):
    pass


def class_attributes():
    """-> {(1, 1, 1, 0)}"""
    _thread()
    assert not hasattr(_Registry, "later")
    _Registry.later = 1
    made = _Registry()
    assert "made" not in vars(_Child)
    _Child.made = 0
    _Registry.__init__ = lambda self: None
    return made.made, len(_Registry.members), made.id, _Child.made


class _Slotted:
    __slots__ = ("later", "value")

    def __init__(self):
        self.value = 0


@dataclasses.dataclass
class _Config:
    values: list = dataclasses.field(default_factory=list)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)


_slotted, _config, _space = _Slotted(), _Config(), types.SimpleNamespace(n=0, items=[])


def objects():
    """-> {(1, 1, 1, 1)}"""
    _thread()
    _slotted.value += 1
    assert not hasattr(_slotted, "later")
    _slotted.later = 1
    _config.values.append(1)
    _config.lock.acquire()
    _space.n += 1
    _space.items.append(1)
    return _slotted.value, len(_config.values), _space.n, len(_space.items)


_lock, _rlock, _cond, _event = threading.Lock(), threading.RLock(), threading.Condition(), threading.Event()
_semaphore, _queue, _simple = threading.Semaphore(1), queue.Queue(), queue.SimpleQueue()
_barrier = threading.Barrier(2)


def locks_of_modules():
    """-> {'free'}"""
    assert not _lock.locked()
    assert not _event.is_set()
    assert _queue.empty()
    assert _simple.empty()
    assert not _barrier.broken

    def take():
        assert _rlock.acquire(blocking=False)
        assert _semaphore.acquire(blocking=False)
        assert _cond.acquire(blocking=False)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    _lock.acquire()
    _event.set()
    _queue.put(1)
    _simple.put(1)
    _barrier.abort()
    return "free"


_ids = itertools.count(10, 5)
_next_id = itertools.count().__next__


def _make_counter():
    counter, calls = itertools.count(1), []

    def number():
        calls.append(1)
        return next(counter), len(calls)

    return number


_closed = _make_counter()


def _by_default(seen=[], *, cache={}, ids=itertools.count()):  # noqa: B006
    seen.append(1)
    cache[len(cache)] = 1
    return len(seen), len(cache), next(ids)


def _marked():
    _marked.calls = getattr(_marked, "calls", 0) + 1
    return _marked.calls


def counters_and_functions():
    """-> {(10, 0, (1, 1), (1, 1, 0), 1)}"""
    _thread()
    return next(_ids), _next_id(), _closed(), _by_default(), _marked()


_calls = []


@functools.lru_cache
def _cached(n):
    _calls.append(n)


@functools.singledispatch
def _kind(value):
    return "any"


def caches():
    """-> {(1, 'any')}"""
    _thread()
    _cached(1)
    found = _kind("text")
    _kind.register(str, lambda value: "text")
    return len(_calls), found


class _Colour(enum.Enum):
    RED = 1


def members():
    """-> {None}"""
    _thread()
    found = getattr(_Colour.RED, "note", None)
    _Colour.RED.note = "seen"
    return found


_here = threading.local()
_here.items = ["import"]


def local_of_a_module():
    """-> {(2, False)}"""
    had = hasattr(_here, "later")
    _here.items.append("run")
    _here.later = 1

    def other():
        assert not hasattr(_here, "items")
        _here.items = []

    _thread(other)
    return len(_here.items), had


_style = contextvars.ContextVar("style", default="plain")


def context_of_a_module():
    """-> {'plain'}"""
    _thread()
    found = _style.get()
    _style.set("changed")
    return found


_dice = random.Random(7)


def chance():
    """-> {(True, True)}"""
    _thread()
    drawn = (
        random.random(),
        random.Random().random(),
        random.SystemRandom().random(),
        _dice.random(),
        uuid.uuid4(),
        uuid.uuid1().time,
        os.urandom(8),
        secrets.token_hex(4),
        id(_dice),
        id(object()),
        time.time(),
        datetime.datetime.now(),
        random.sample(range(100), 5),
    )
    text = repr(drawn)
    return text == repr(drawn), len({random.random() for _ in range(9)}) == 9


def chance_in_words():
    """One value for all executions: the draws are returned.  -> ONE"""
    _thread()
    return f"{random.random()} {random.Random().random()} {_dice.random()} {uuid.uuid4()} {os.urandom(4)} {id(_dice)}"


def chance_in_words_2():
    """The rest of them.  -> ONE"""
    _thread()
    object_ids = [id(object()) for _ in range(3)]
    return f"{uuid.uuid1()} {secrets.token_hex(4)} {object_ids} {time.time()} {random.sample(range(99), 3)}"


def seeded_by_the_program():
    """-> {(0.8444218515250481, 0.7579544029403025)}"""
    _thread()
    random.seed(0)
    return random.random(), random.random()


def names_of_threads():
    """-> {'Thread-1'}"""
    _thread()
    return threading.Thread().name.replace("2", "1")


def enumerate_after_leftovers():
    """-> {1}"""
    found = threading.active_count()
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    return found


def sets_of_threads():
    """A set of threads has the same order every time.  -> ONE"""
    threads = {threading.Thread(target=int) for _ in range(9)}
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return " ".join(thread.name for thread in threads)


def environment():
    """-> {None}"""
    _thread()
    found = os.environ.get("DUCKRACE_TEST_LEFT_BEHIND")
    os.environ["DUCKRACE_TEST_LEFT_BEHIND"] = "1"
    del os.environ["DUCKRACE_TEST_LEFT_BEHIND"]
    return found
