"""What rewritten code must still do: `everything` returns what each part did, as plain text."""

# ruff: noqa: B007, B023, C416, UP008

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import inspect
import sys
import traceback
from contextlib import contextmanager
from threading import Thread
from typing import NamedTuple

TOTAL = 0
TABLE = {"a": 1}


class Base:
    """Its docstring."""

    shared = 1

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self.__secret = size * 2

    def secret(self):
        self.__secret += 1
        return self.__secret

    def who(self):
        return "base"

    @property
    def double(self):
        return self.size * 2

    @double.setter
    def double(self, value):
        self.size = value // 2

    @classmethod
    def make(cls):
        return cls(7)

    @staticmethod
    def twice(value):
        return value * 2


class Child(Base):
    def __init__(self):
        super().__init__(3)
        super(Child, self).__setattr__("extra", 4)

    def who(self):
        return "child of " + super().who() + " " + __class__.__name__


class __Private:
    def set(self):
        self.__x = 1
        return vars(self)


class Slotted:
    __slots__ = ("x", "y")

    def __init__(self):
        self.x = 1
        self.x += 2


class Counting(dict):
    def __missing__(self, key):
        self[key] = len(self)
        return self[key]


class Stack(list):
    def push(self, value):
        self.append(value)
        return self

    def __getitem__(self, index):
        return ("mine", list.__getitem__(self, index))


@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: int = 0
    tags: list[str] = dataclasses.field(default_factory=list)

    def moved(self, dx: int) -> Point:
        return dataclasses.replace(self, x=self.x + dx)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int


class Colour(enum.Enum):
    RED = 1
    BLUE = 2

    @property
    def title(self):
        return self.name.title()


class Flags(enum.IntFlag):
    A = 1
    B = 2


class Pair(NamedTuple):
    left: int
    right: int = 2


class Lazy:
    @functools.cached_property
    def value(self):
        return [1]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return name.upper()


class Descriptor:
    def __get__(self, obj, owner):
        return "got" if obj is not None else self

    def __set__(self, obj, value):
        obj.__dict__["stored"] = value


class Described:
    field = Descriptor()


def attributes():
    base, child, slotted = Base(), Child(), Slotted()
    base.double = 10
    base.size += 1
    Base.shared += 1
    base.shared += 5
    del slotted.x
    described = Described()
    described.field = 3
    lazy = Lazy()
    return (
        base.size, base.double, base.secret(), base.shared, Base.shared, Base.make().size, base.twice(2), child.who(),
        child.extra, sorted(vars(child)), hasattr(slotted, "x"), hasattr(slotted, "y"), getattr(base, "none", "default"),
        described.field, described.stored, lazy.value, lazy.value, lazy.other, sorted(vars(lazy)),
        getattr(lazy, "_x", None), sorted(__Private().set()),
    )  # fmt: skip


def classes():
    return (
        Point(1).moved(2), Point(1) < Point(2), Frozen(1), Colour.RED.title, Colour(2), Colour["RED"] is Colour.RED,
        Flags.A | Flags.B, Pair(1), Pair(1)._replace(left=3), Base.__doc__, [c.name for c in Colour],
        Point.__init__.__annotations__, Point.moved.__annotations__, inspect.signature(Base.__init__).parameters.keys(),
    )  # fmt: skip


def items():
    numbers = [3, 1, 2]
    numbers[0], numbers[-1] = numbers[-1], numbers[0]
    numbers[1:2] = [7, 8]
    numbers[0] += 10
    del numbers[0]
    matrix = [[0] * 2 for _ in range(2)]
    matrix[1][0] = 5
    table = {"x": 1, **TABLE}
    table["y"] = table.setdefault("z", 4)
    table["x"] += 1
    del table["a"]
    counts = Counting()
    first, second = counts["p"], counts["q"]
    stack = Stack().push(1).push(2)
    groups = collections.defaultdict(list)
    groups["k"].append(1)
    tally = collections.Counter("hello")
    tally["l"] += 1
    ordered = collections.OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    queue = collections.deque([1, 2, 3], 3)
    queue.append(4)
    queue[0] = 9
    chars = bytearray(b"abc")
    chars[0] = 65
    chars += b"!"
    one = {1, 2}
    one |= {3}
    one.discard(1)
    other = numbers
    other += [1]
    return (
        numbers, other is numbers, matrix, table, first, second, dict(counts), stack[0], stack[-1], dict(groups), tally, ordered,
        list(queue), chars, one, 2 in one, 9 not in one, "x" in table, numbers[::-1], "abc"[1], (1, 2)[0], len(table),
        sorted(table.items()), [k for k in table], {k: v for k, v in table.items()}, list(reversed(numbers)), max(numbers),
        sum(numbers), list(zip(numbers, "ab", strict=False)), list(enumerate(one)), any(x > 5 for x in numbers),
        numbers.index(8), table.get("q"), table.pop("q", 0), numbers.pop(), queue.popleft(), list(map(str, numbers)),
        next(iter(numbers)), [*numbers, *one], {**table}, numbers.append.__name__, numbers.copy() == numbers,
    )  # fmt: skip


def variables():
    global TOTAL
    TOTAL = 0
    TOTAL += 2
    count, names = 0, []

    def bump(by=1):
        nonlocal count
        count += by
        names.append(count)
        return count

    bump()
    bump(by=2)
    functions = [lambda n=n: n + count for n in range(2)]
    later = [lambda: n for n in range(2)]
    if (seen := bump()) and seen > 3:
        count = seen * 10
    for count in range(3):
        pass
    total = 0
    for total, names[0] in [(1, 2)]:
        pass
    try:
        raise ValueError("x")
    except ValueError as error:
        text = str(error)
    first, *rest = names
    del first
    return TOTAL, count, names, [f() for f in functions], [f() for f in later], seen, total, text, rest


def flow():
    done = []

    @contextmanager
    def manager(name):
        done.append("enter " + name)
        try:
            yield name
        finally:
            done.append("exit " + name)

    box = Base()
    with manager("a") as box.size, manager("b") as done[0:0]:
        pass
    for box.size in range(3):
        if box.size == 1:
            continue
        if box.size > 5:
            break
    else:
        done.append("else")
    n = 3
    while n:
        n -= 1
        if n == 1:
            continue
    match {"kind": "point", "at": (1, 2)}:
        case {"kind": Colour.RED}:
            found = "colour"
        case {"kind": str() as kind, "at": (x, y)} if x < y:
            found = (kind, x, y)

    def numbers(limit):
        received = yield "start"
        for i in range(limit):
            received = yield (i, received)
        return "end"

    def outer():
        result = yield from numbers(2)
        yield result

    generator = outer()
    sent = [next(generator), generator.send("one"), generator.send("two"), next(generator)]
    return done, box.size, n, found, sent, f"{box.size!r:>4} {box.double + 1}", [i for i in range(3) if i in (0, 2)]


def fails():
    box = Base()
    return box.size + [1, 2][5]


def places():
    try:
        fails()
    except IndexError as error:
        frame = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == __file__][-1]
        lines = (frame.line, frame.name, str(error))
    this = sys._getframe()
    return (
        lines, this.f_lineno - places.__code__.co_firstlineno, inspect.getsource(fails), fails.__doc__, items.__name__,
        sorted(name for name in locals() if not name.startswith("__")), Base.secret.__qualname__, places.__module__ == __name__,
    )  # fmt: skip


def lifetimes():
    gone = []

    class Noisy:
        def __init__(self, name):
            self.name = name

        def __del__(self):
            gone.append(self.name)

    held = [Noisy("a"), Noisy("b")]
    held[0].name += "!"
    held.pop(0)
    gone.append("popped")
    box = Base()
    box.size = Noisy("c")
    box.size = None
    gone.append("replaced")
    for held[0].name in ("d",):
        pass
    del held
    gone.append("end")
    return gone


PARTS = (attributes, classes, items, variables, flow, places, lifetimes)


def everything():
    thread = Thread(target=int)
    thread.start()
    thread.join()
    Base.shared = 1
    return "\n".join(repr(part()) for part in PARTS)
