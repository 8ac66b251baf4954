"""Two threads and one piece of memory: each scenario returns what there was to see."""

import array
import collections
import copy
import dataclasses
import enum
import heapq
import itertools
import threading
import types
from threading import Lock, Thread

count = 0


class Box:
    kind = "box"

    def __init__(self, value=0):
        self.value = value


class Slotted:
    __slots__ = ("value",)

    def __init__(self):
        self.value = 0


@dataclasses.dataclass
class Point:
    x: int


def together(*functions):
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def attribute():
    box = Box()

    def add():
        box.value += 1

    together(add, add)
    return box.value


def slot():
    box = Slotted()

    def add():
        box.value += 1

    together(add, add)
    return box.value


def class_attribute():
    Box.kind = "box"
    box, seen = Box(), []
    together(lambda: setattr(Box, "kind", "crate"), lambda: seen.append(box.kind))
    return seen[0]


def instance_over_class():
    box, seen = Box(), []

    def change():
        box.kind = "crate"

    together(change, lambda: seen.append(box.kind))
    return seen[0]


def late_attribute():
    box, seen = Box(), []

    def give():
        box.name = "x"

    together(give, lambda: seen.append(getattr(box, "name", None)))
    return seen[0]


def has_attribute():
    box = Box()

    def once():
        if not hasattr(box, "made"):
            box.made = 0
        box.made += 1

    together(once, once)
    return box.made


def module_global():
    global count
    count = 0

    def add():
        global count
        count += 1

    together(add, add)
    return count


def closure():
    total = 0

    def add():
        nonlocal total
        total += 1

    together(add, add)
    return total


def two_closures():
    """Each call has a variable of its own."""

    def counter():
        total = 0

        def add():
            nonlocal total
            total += 1

        return add

    together(counter(), counter())


def list_item():
    cells = [0]

    def add():
        cells[0] += 1

    together(add, add)
    return cells[0]


def other_items():
    cells = [0, 0]

    def write(index):
        cells[index] = 1

    together(lambda: write(0), lambda: write(1))
    return tuple(cells)


def negative_index():
    cells, seen = [1, 2], []

    def write():
        cells[1] = 3

    together(write, lambda: seen.append(cells[-1]))
    return seen[0]


def append():
    seen = []
    together(lambda: seen.append(1), lambda: seen.append(2), lambda: seen.append(3))
    return tuple(seen)


def append_and_length():
    seen, lengths = [], []
    together(lambda: seen.append(1), lambda: lengths.append(len(seen)))
    return lengths[0]


def append_and_loop():
    seen, found = [1], []

    def look():
        found.extend(x for x in seen)

    together(lambda: seen.append(2), look)
    return tuple(found)


def grows_under_a_loop():
    table, seen = {1: 1}, []

    def look():
        try:
            for key in table:
                seen.append(key)
        except RuntimeError:
            seen.append("changed")

    def grow():
        table[2] = 2

    together(grow, look)
    return tuple(seen)


def values_under_a_loop():
    table, seen = {1: 1}, []

    def look():
        for _, value in table.items():
            seen.append(value)

    def write():
        table[1] = 5

    together(write, look)
    return tuple(seen)


def pop_of_one():
    items, got = [1], []

    def take():
        try:
            items.pop()
        except IndexError:
            return
        got.append(1)

    together(take, take, take)
    return len(got)


def popleft_of_two():
    items, got = collections.deque([1, 2]), {}

    def take(name):
        got[name] = items.popleft()

    together(lambda: take("a"), lambda: take("b"))
    return got["a"], got["b"]


def dict_key():
    table, seen = {}, []

    def write():
        table["x"] = 1

    together(write, lambda: seen.append("x" in table))
    return seen[0]


def other_keys():
    table = {"x": 0, "y": 0}

    def write(key):
        table[key] = 1

    together(lambda: write("x"), lambda: write("y"))


def new_keys():
    """Each also changes the keys, in an order that iteration shows."""
    table = {}

    def write(key):
        table[key] = 1

    together(lambda: write("x"), lambda: write("y"))
    return tuple(table)


def setdefault():
    table = {}

    def claim(n):
        table.setdefault("x", n)

    together(*(lambda n=n: claim(n) for n in range(4)))
    return table["x"]


def default_dict():
    table = collections.defaultdict(list)
    together(lambda: table["x"].append(1), lambda: table["x"].append(2))
    return tuple(table["x"])


def set_add():
    seen, sizes = set(), []

    def add():
        seen.add(1)

    together(add, add, add)
    return len(seen), len(sizes)


def discard():
    seen = {1}
    together(lambda: seen.discard(1), lambda: seen.discard(1), lambda: seen.add(1))
    return 1 in seen


def counter_next():
    numbers, got = itertools.count(), {}

    def take(name):
        got[name] = next(numbers)

    together(lambda: take("a"), lambda: take("b"))
    return got["a"], got["b"]


def one_iterator():
    work, got = iter([1, 2]), {"a": 0, "b": 0}

    def take(name):
        for _ in work:
            got[name] += 1

    together(lambda: take("a"), lambda: take("b"))
    return got["a"], got["b"]


def guarded():
    lock, box = Lock(), Box()

    def add():
        with lock:
            box.value += 1

    together(add, add)
    return box.value


def read_only():
    box = Box(5)
    together(*[lambda: box.value] * 3)


def given_away():
    """Written before a start, read by the thread; written by the thread, read after its end."""
    box = Box(5)
    box.value = 6

    def use():
        box.value += 1

    together(use)
    return box.value


def handed_over():
    """Used by two threads that never live at once."""
    box = Box()

    def use():
        box.value += 1

    together(use)
    together(use)
    return box.value


def calls_between():
    box = Box()

    def add():
        value = box.value
        int("1")
        box.value = value + 1

    together(add, add)
    return box.value


def python_between():
    box = Box()

    def get():
        return box.value

    def add():
        box.value = get() + 1

    together(add, add)
    return box.value


def loop_between():
    box = Box()

    def add():
        value = box.value
        for _ in "ab":
            pass
        box.value = value + 1

    together(add, add)
    return box.value


def lost():
    assert attribute() == 2


def shared_in_some_orders():
    """`after` is written by a second thread only where that saw what the first one did."""
    box, after, seen = Box(), Box(), []

    def first():
        box.value = 1
        seen.append(after.value)

    def second():
        if box.value:
            after.value = 1

    together(second, first)
    return box.value + after.value - 1, seen[0]


# -- values that are used as a whole ----------------------------------------------------------------------------------


def seen_while(change, look):
    """What `look` returns while another thread makes the change."""
    seen = []
    together(change, lambda: seen.append(look()))
    return seen[0]


def tested_by_if():
    stack, got = [1], []

    def take():
        if stack:
            try:
                got.append(stack.pop())
            except IndexError:
                got.append(None)

    together(take, take)
    return tuple(got)


def tested_by_while():
    work = [1]

    def look():
        while work:
            return "some"
        return "none"

    return seen_while(work.pop, look)


def tested_by_not():
    table = {}
    return seen_while(lambda: table.update(x=1), lambda: not table)


def tested_by_or():
    numbers = []
    return seen_while(lambda: numbers.append(1), lambda: len(numbers or [1, 2, 3]))


def tested_by_and():
    numbers = []
    return seen_while(lambda: numbers.append(1), lambda: 7 if numbers and True else 8)


def tested_by_bool():
    numbers = []
    return seen_while(lambda: numbers.append(1), lambda: bool(numbers))


def tested_by_assert():
    numbers = []

    def look():
        try:
            assert numbers
        except AssertionError:
            return "none"
        return "some"

    return seen_while(lambda: numbers.append(1), look)


def tested_by_comprehension():
    rows = [[], [1]]
    return seen_while(lambda: rows[0].append(1), lambda: len([row for row in rows if row]))


def spread_in_call():
    numbers = [1]
    return seen_while(lambda: numbers.append(2), lambda: (lambda *args: args)(*numbers))


def spread_names_in_call():
    table = {"a": 1}
    return seen_while(lambda: table.update(a=2), lambda: dict(b=0, **table)["a"])


def spread_in_list():
    numbers = [1]
    return seen_while(lambda: numbers.append(2), lambda: len([*numbers]))


def spread_in_dict():
    table = {"a": 1}
    return seen_while(lambda: table.update(b=2), lambda: len({**table}))


def spread_in_tuple():
    numbers = [1]
    return seen_while(lambda: numbers.append(2), lambda: (*numbers,))


def yielded_from():
    numbers = [1]

    def each():
        yield from numbers

    return seen_while(lambda: numbers.append(2), lambda: tuple(each()))


def unpacked():
    numbers = [1, 2]

    def look():
        first, *rest = numbers
        return first, *rest

    return seen_while(lambda: numbers.append(3), look)


def unpacked_by_a_loop():
    row = [1, 2]
    return seen_while(lambda: row.reverse(), lambda: [(a, b) for a, b in [row]] == [(1, 2)])


def matched_sequence():
    numbers = [1]

    def look():
        match numbers:
            case [_]:
                return "one"
            case [_, _]:
                return "two"

    return seen_while(lambda: numbers.append(2), look)


def matched_mapping():
    table = {"kind": 1}

    def look():
        match table:
            case {"kind": kind}:
                return kind

    return seen_while(lambda: table.update(kind=2), look)


def matched_attribute():
    box = Box(1)

    def look():
        match box:
            case Box(value=1):
                return "one"
        return "other"

    return seen_while(lambda: setattr(box, "value", 2), look)


def view_of_keys():
    table = {1: 1}
    keys = table.keys()
    return seen_while(lambda: table.update({2: 2}), lambda: len(keys))


def printed():
    numbers = [[1]]
    return seen_while(lambda: numbers[0].append(2), lambda: f"{numbers}")


def compared():
    numbers, others = [1], [1]
    return seen_while(lambda: others.append(2), lambda: numbers == others)


def added():
    numbers, others = [1], [2]
    return seen_while(lambda: others.append(3), lambda: tuple(numbers + others))


def compared_dataclasses():
    one, other = Point(1), Point(1)
    return seen_while(lambda: setattr(other, "x", 2), lambda: one == other)


def copied():
    numbers = [[1]]
    return seen_while(lambda: numbers[0].append(2), lambda: len(copy.deepcopy(numbers)[0]))


def pushed_on_a_heap():
    numbers = []
    together(lambda: heapq.heappush(numbers, 1), lambda: heapq.heappush(numbers, 2))
    return tuple(numbers)


def method_of_the_type():
    numbers = []
    together(lambda: list.append(numbers, 1), lambda: list.append(numbers, 2))
    return tuple(numbers)


def whole_after_growth():
    """What is there when it reads, not when it waits for its turn."""
    numbers = [1]

    def change():
        numbers.append(2)
        numbers[1] = 5

    return seen_while(change, lambda: sum(numbers))


def counter_from_nothing():
    counts = collections.Counter()

    def add():
        counts["x"] += 1

    together(add, add)
    return counts["x"]


class Filling(dict):
    def __missing__(self, key):
        self[key] = value = object()
        return value


def stored_where_missing():
    table, got = Filling(), []
    together(lambda: got.append(table["x"]), lambda: got.append(table["x"]))
    return got[0] is got[1]


# -- attributes of all kinds ------------------------------------------------------------------------------------------


class Retry(Exception):
    pass


def twice_plus_one(obj):
    obj.n = 0

    def add():
        obj.n += 1

    together(add, add)
    return obj.n


def of_an_exception():
    return twice_plus_one(Retry())


def of_a_function():
    def function():
        pass

    return twice_plus_one(function)


def of_a_namespace():
    return twice_plus_one(types.SimpleNamespace())


def of_a_module():
    return twice_plus_one(types.ModuleType("made"))


class Passing:
    def __getattribute__(self, name):
        return super().__getattribute__(name)

    def __setattr__(self, name, value):
        super().__setattr__(name, value)


def passed_on():
    return twice_plus_one(Passing())


@dataclasses.dataclass(frozen=True)
class Frozen:
    n: int = 0


def frozen():
    box = Frozen()

    def add():
        object.__setattr__(box, "n", box.n + 1)

    together(add, add)
    return box.n


class Lazy:
    def __getattr__(self, name):
        self.__dict__[name] = value = object()
        return value


def made_where_missing():
    lazy, got = Lazy(), []
    together(lambda: got.append(lazy.part), lambda: got.append(lazy.part))
    return got[0] is got[1]


def by_its_names():
    box = Box(0)

    def add():
        vars(box)["value"] = box.__dict__["value"] + 1

    together(add, add)
    return box.value


def names_and_attribute():
    box = Box(0)
    return seen_while(lambda: vars(box).update(value=1), lambda: box.value)


def of_an_array():
    cells = array.array("i", [0])

    def add():
        cells[0] += 1

    together(add, add)
    return cells[0]


# -- generators, keys, the list of threads ----------------------------------------------------------------------------


def one_generator():
    """Nothing can be seen of its inside."""
    numbers, got = (n for n in (1, 2)), []
    together(lambda: got.append(next(numbers)), lambda: got.append(next(numbers)))
    return tuple(got)


def generator_that_is_busy():
    box, got = Box(0), []

    def count():
        while True:
            box.value += 1
            yield box.value

    numbers = count()

    def take():
        try:
            got.append(next(numbers))
        except ValueError:
            got.append("busy")

    def change():
        box.value = 10

    together(take, take, change)
    return "busy" in got


class Same:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        return True


def keys_that_are_equal():
    class Key(Same):
        pass

    table, got = {Key(): "a"}, []

    def write():
        table[Key()] = "b"

    together(write, lambda: got.append(table[Key()]))
    return got[0]


class Level(enum.IntEnum):
    LOW = 1


def key_of_an_enum():
    table = {1: "a"}

    def write():
        table[1] = "b"

    return seen_while(write, lambda: table[Level.LOW])


def number_of_threads():
    thread = Thread(target=int)
    thread.start()
    found = threading.active_count()
    thread.join()
    return found


def list_of_threads():
    seen = []
    together(int, lambda: seen.append(len(threading.enumerate())))
    return seen[0]
