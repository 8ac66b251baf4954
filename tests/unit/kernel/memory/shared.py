"""Two threads and one piece of memory: each scenario returns what there was to see."""

import collections
import itertools
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
