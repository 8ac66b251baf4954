"""Memory that threads share, made visible (granularities `access` and `gil`).

``locations``   what a cell is called, and which cells are worth a schedule point
``attributes``  attributes, globals, variables of closures
``accesses``    what an operation on a list, dict, set, deque or bytearray touches
``containers``  which operation that is
``iteration``   loops over them
``values``      tests, operators, unpacking and the like, which read values as a whole
``views``       views of them
``calls``       C code and the containers it is given; objects that are new

Rewritten code (``sharing``) calls the helpers by the names in :data:`HELPERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, Final

from ..machine import machine
from . import accesses, attributes, calls, containers, iteration, values
from .locations import READ, WRITE, Access, Location, Locations, locations

HELPERS: Final[dict[str, Callable[..., Any]]] = {
    "augmented": containers.augmented,
    "called": calls.called,
    "contains": containers.contains,
    "delegated": iteration.delegated,
    "delete": attributes.delete,
    "delitem": containers.delitem,
    "fresh": calls.fresh,
    "getitem": containers.getitem,
    "iterated": iteration.iterated,
    "load": attributes.load,
    "looped": calls.looped,
    "made": attributes.made,
    "matched": values.matched,
    "namespace": attributes.namespace,
    "operated": values.operated,
    "printed": values.printed,
    "read_variable": attributes.read_variable,
    "scope": attributes.new_scope,
    "setitem": containers.setitem,
    "slice": slice,
    "spread": values.spread,
    "store": attributes.store,
    "switch": locations.switch,
    "truth": values.truth,
    "unpacking": values.unpacking,
    "write_variable": attributes.write_variable,
}


def begin(granularity: str, modules: Container[str] = ()) -> None:
    """A new session, or the end of one: nothing of the last one is kept."""
    machine.sees = granularity != "sync"
    locations.clear(granularity)
    attributes.begin(modules)
    accesses.begin()


__all__ = ["HELPERS", "READ", "WRITE", "Access", "Location", "Locations", "begin", "locations"]
