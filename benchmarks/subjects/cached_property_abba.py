"""CPython up to 3.11, `functools.cached_property` (gh-87634): one lock per property, shared by all instances.

* cached_property_abba: x of one object reads y of another, and y of a third reads x of a fourth: two threads, each
  inside one property's lock and waiting for the other's.

Right: 2 and 2. Since 3.12 the property has no lock, and there is nothing to find.
"""

from functools import cached_property
from threading import Thread


class Node:
    def __init__(self, other=None):
        self.other = other

    @cached_property
    def x(self):
        return 1 if self.other is None else self.other.y + 1

    @cached_property
    def y(self):
        return 1 if self.other is None else self.other.x + 1


def cached_property_abba():
    first, second = Node(Node()), Node(Node())
    values = {}

    def read_x():
        values["x"] = first.x

    def read_y():
        values["y"] = second.y

    threads = [Thread(target=read_x, name="A"), Thread(target=read_y, name="B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == {"x": 2, "y": 2}, values
