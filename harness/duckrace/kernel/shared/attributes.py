"""Accesses to attributes, globals and variables of closures, as rewritten code makes them.

What counts is where a value is found: an attribute of the instance, a plain value in its class. Functions, properties
and other descriptors are looked up as always and are no event; what a property does is.

It knows Python's attribute lookup; it must not know syntax.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Container
from typing import Any, Final, TypeAlias

from duckrace.kernel.machine import SimThread, machine

from .accesses import PLAIN, base_of
from .containers import Method, method
from .locations import READ, WRITE, Access, Location, Named, locations

Load: TypeAlias = Callable[[SimThread, Any, str], Any]

_m = machine
_MISSING: Final = object()
_FUNCTIONS: Final = (types.FunctionType, classmethod, staticmethod)

# How an attribute of a class is found: not at all worth an event, in the instance only, or also in this class.
_SKIP: Final = object()
_OWN: Final = object()

_how: dict[tuple[type, str], Any] = {}
_loads: dict[type, Load | None] = {}
_fields: dict[tuple[type, str], tuple[str, ...]] = {}
_under_test: Container[str] = ()


def begin(modules: Container[str]) -> None:
    """A new session with the names of the modules under test (more may come while it is loaded)."""
    global _under_test
    _how.clear()
    _loads.clear()
    _fields.clear()
    _under_test = modules


def load(obj: Any, name: str) -> Any:
    """``obj.name``"""
    me = _m.current
    if me is not None:
        try:
            how = _loads[type(obj)]
        except KeyError:
            how = _loads[type(obj)] = _loader(type(obj))
        if how is not None:
            return how(me, obj, name)
    return getattr(obj, name)


def looked_at(obj: Any, name: str) -> None:
    """``getattr``, ``hasattr``: the event of a load."""
    me = _m.current
    if me is not None and tracked(type(obj)):
        _read(me, obj, name)


def made(value: Any) -> Any:
    """What a call or an operator has returned, or what is about to be stored where others see it: named now, if it is
    new, by the thread that has it first."""
    kind = type(value)
    if kind not in PLAIN and (me := _m.current) is not None and (base_of(kind) is not None or tracked_instance(kind)):
        locations.name(me, value)
    return value


def store(value: Any, obj: Any, name: str) -> None:
    """``obj.name = value``"""
    made(value)
    changed(obj, name)
    setattr(obj, name, value)


def delete(obj: Any, name: str) -> None:
    """``del obj.name``"""
    changed(obj, name)
    delattr(obj, name)


def read_variable(scope: Any, name: str) -> None:
    """A variable of a closure, or a global where `scope` is the name of a module."""
    me = _m.current
    if me is not None:
        locations.happens(me, READ, _variable(me, scope, name).read)


def write_variable(value: Any, scope: Any, name: str) -> Any:
    """The same, about to become `value`."""
    me = _m.current
    if me is not None:
        made(value)
        locations.happens(me, WRITE, _variable(me, scope, name).write)
    return value


class Scope:
    """One call of a function whose variables others share."""

    __slots__ = ("__weakref__",)


def new_scope() -> Scope:
    """Made where such a call begins."""
    scope = Scope()
    me = _m.current
    if me is not None:
        locations.fresh(me, scope, "closure")
    return scope


# -- where things are found ---------------------------------------------------------------------------------


def tracked(kind: type) -> bool:
    """Do instances of this type have attributes whose accesses are events?"""
    try:
        how = _loads[kind]
    except KeyError:
        how = _loads[kind] = _loader(kind)
    return how is _read_and_load or (how is _of_container and kind.__module__ in _under_test)


def tracked_instance(kind: type) -> bool:
    """The same of objects that are neither a class nor a module."""
    return tracked(kind) and not issubclass(kind, (type, types.ModuleType))


def _loader(kind: type) -> Load | None:
    if base_of(kind) is not None:
        return _of_container
    if issubclass(kind, types.ModuleType) or (
        issubclass(kind, type) and kind.__getattribute__ is type.__getattribute__
    ):
        return _read_and_load
    flags: int = kind.__flags__  # type: ignore[assignment,unused-ignore]  # a property of type
    heap = flags & (1 << 9)  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by a C module as one
    python = heap and kind.__getattribute__ is object.__getattribute__ and not _ours(kind)
    return _read_and_load if python and kind.__module__ not in ("re", "_thread", "functools") else None


def _ours(kind: type) -> bool:
    """Is it a part of the simulated machine, or of the interpreter's own library?"""
    module = kind.__module__
    return module.startswith("duckrace.kernel") or (module not in _under_test and not _derived(kind))


def _derived(kind: type) -> bool:
    return any(base.__module__ in _under_test for base in kind.__mro__)


def _of_container(me: SimThread, obj: Any, name: str) -> Any:
    found = method(me, obj, name)
    if type(found) is not Method and type(obj).__module__ in _under_test:
        _read(me, obj, name)
        return getattr(obj, name)
    return found


def _read_and_load(me: SimThread, obj: Any, name: str) -> Any:
    _read(me, obj, name)
    return getattr(obj, name)


def _read(me: SimThread, obj: Any, name: str) -> None:
    if isinstance(obj, (types.ModuleType, type)):
        access = _in_namespace(me, obj, name)
    else:
        access = _in_instance(me, obj, name)
    if access is not None:
        locations.happens(me, READ, access)


def changed(obj: Any, name: str) -> None:
    """``setattr``, ``delattr``: the event of a store."""
    me = _m.current
    if me is None or not tracked(type(obj)):
        return
    if isinstance(obj, types.ModuleType):
        access = _global(obj.__name__, name).write if obj.__name__ in _under_test else None
    elif isinstance(obj, type):
        access = _attribute(me, obj, name).write if obj.__module__ in _under_test else None
    else:
        access = _attribute(me, obj, name).write if _resolved(type(obj), name) is not _SKIP else None
    if access is not None:
        locations.happens(me, WRITE, access)


def _in_namespace(me: SimThread, obj: Any, name: str) -> Access | None:
    """Of a module or a class."""
    if isinstance(obj, types.ModuleType):
        if obj.__name__ not in _under_test or isinstance(vars(obj).get(name), (*_FUNCTIONS, type, types.ModuleType)):
            return None
        return _global(obj.__name__, name).read
    for base in obj.__mro__ or ():  # a metaclass may be asked before there is one
        if name in base.__dict__:
            value = base.__dict__[name]
            if base.__module__ not in _under_test or hasattr(type(value), "__get__"):
                return None
            return _attribute(me, base, name).read
    return _attribute(me, obj, name).read if obj.__module__ in _under_test else None


def _in_instance(me: SimThread, obj: Any, name: str) -> Access | None:
    how = _how.get((type(obj), name))
    if how is None:
        how = _resolved(type(obj), name)
    if how is _SKIP:
        return None
    location = _attribute(me, obj, name)
    if how is _OWN:
        return location.read
    names = getattr(obj, "__dict__", None)
    if names is not None and name in names:
        return location.read
    return Access(((location, False), (_attribute(me, how, name), False)))


def location_of(me: SimThread, obj: Any, name: str) -> Location:
    """Of an attribute of an instance."""
    return _attribute(me, obj, name)


def plain(kind: type, name: str) -> bool:
    """Is an attribute of this name a value, and not what a property or a method makes?"""
    return _resolved(kind, name) is not _SKIP


def fields_of(value: Any, method: str) -> tuple[str, ...]:
    """The fields that a method reads which ``dataclasses`` has written for this class; none for any other."""
    kind = type(value)
    names = _fields.get((kind, method))
    if names is None:
        fields: Any = getattr(kind, "__dataclass_fields__", None)
        written: Any = getattr(kind, method, None) if fields else None
        written = getattr(written, "__wrapped__", written)
        code = getattr(written, "__code__", None)
        if code is None or code.co_filename != "<string>" or not tracked_instance(kind):
            names = ()
        else:
            uses = "repr" if method == "__repr__" else "compare"
            names = tuple(name for name, field in fields.items() if getattr(field, uses) and plain(kind, name))
        _fields[kind, method] = names
    return names


def _resolved(kind: type, name: str) -> Any:
    """How the attribute `name` of an instance is found; a class, if a plain value stands there."""
    how = _how.get((kind, name))
    if how is None:
        how = _how[kind, name] = _resolve(kind, name)
    return how


def _resolve(kind: type, name: str) -> Any:
    if name.startswith("__") and name.endswith("__"):
        return _SKIP
    for base in kind.__mro__:
        if name in base.__dict__:
            value = base.__dict__[name]
            if isinstance(value, types.MemberDescriptorType):
                return _OWN
            if isinstance(value, _FUNCTIONS) or hasattr(type(value), "__set__"):
                return _SKIP
            if hasattr(type(value), "__get__"):  # an instance's own value would come first, as of cached_property
                return _OWN
            return base if base.__module__ in _under_test else _OWN
    return _OWN


def _attribute(me: SimThread, obj: Any, name: str) -> Location:
    if isinstance(obj, type):
        return _class_attribute(obj, name)
    named = locations.name(me, obj)
    location = named.cells.get(name)
    return location if location is not None else locations.location(named, name, f".{name}")


def _class_attribute(kind: type, name: str) -> Location:
    key = ("class", kind.__module__, kind.__qualname__)
    return _of_namespace(key, name, f"{kind.__qualname__}.{name}")


def _global(module: str, name: str) -> Location:
    return _of_namespace(("module", module), name, f"the global {name}")


def _variable(me: SimThread, scope: Any, name: str) -> Location:
    if isinstance(scope, str):
        return _global(scope, name)
    named: Named = locations.name(me, scope)
    location = named.cells.get(name)
    if location is None:
        location = locations.location(named, name, "")
        location.label = f"the variable {name}"
    return location


def _of_namespace(key: tuple[object, ...], name: str, label: str) -> Location:
    location = locations.known.get((key, name))
    if location is None:
        location = locations.known[key, name] = Location(label)
    return location
