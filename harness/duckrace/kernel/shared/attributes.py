"""Accesses to attributes, globals and variables of closures, as rewritten code makes them.

What counts is where a value is found: an attribute of the instance, a plain value in its class. Functions, properties
and other descriptors are looked up as always and are no event; what a property does is.

It knows Python's attribute lookup; it must not know syntax.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Container
from typing import Any, Final, TypeAlias

from duckrace.kernel.machine import machine
from duckrace.kernel.simthread import SimThread

from .accesses import PLAIN, base_of
from .containers import Method, method
from .locations import READ, WRITE, Access, Location, Named, locations

Load: TypeAlias = Callable[[SimThread, Any, str], Any]

_m = machine
_LOOKUP: Final = object.__getattribute__
_FUNCTIONS: Final = (types.FunctionType, classmethod, staticmethod)

# How an attribute of a class is found: not at all worth an event, in the instance only, or also in this class.
_SKIP: Final = object()
_OWN: Final = object()

_how: dict[tuple[type, str], Any] = {}
_loads: dict[type, Load | None] = {}
_keeps: dict[type, bool] = {}
_methods: dict[tuple[type, str], bool] = {}
_fields: dict[tuple[type, str], tuple[str, ...]] = {}
_under_test: Container[str] = ()


def begin(modules: Container[str]) -> None:
    """A new session with the names of the modules under test (more may come while it is loaded)."""
    global _under_test
    _how.clear()
    _loads.clear()
    _fields.clear()
    _keeps.clear()
    _methods.clear()
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


def looked_up(me: SimThread, obj: Any, name: str) -> None:
    """``object.__getattribute__(obj, name)``: the same, whatever its class does with attributes."""
    if keeps(type(obj)) or tracked(type(obj)):
        _read(me, obj, name)


def made(value: Any) -> Any:
    """What a call or an operator has returned, or what is about to be stored where others see it: named now, if it is
    new, by the thread that has it first."""
    kind = type(value)
    if kind not in PLAIN and (me := _m.current) is not None and (base_of(kind) is not None or tracked_instance(kind)):
        locations.name(me, value)
    return value


def namespace(function: Any, obj: Any) -> Any:
    """``vars(obj)``"""
    value = function(obj)
    if (me := _m.current) is not None and not issubclass(type(obj), (type, types.ModuleType)):
        shows(me, obj, value)
    return value


def shows(me: SimThread, obj: Any, names: Any) -> None:
    """The ``__dict__`` of `obj` is looked at: its items are the attributes."""
    if type(names) is dict and keeps(type(obj)):
        locations.namespace(me, obj, names)


def store(value: Any, obj: Any, name: str) -> None:
    """``obj.name = value``"""
    made(value)
    changes(obj, name, "__setattr__")
    setattr(obj, name, value)


def delete(obj: Any, name: str) -> None:
    """``del obj.name``"""
    changes(obj, name, "__delattr__")
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
    return (keeps(kind) and kind is not types.FunctionType) or (tracked(kind) and base_of(kind) is not None)


def _loader(kind: type) -> Load | None:
    if base_of(kind) is not None:
        return _of_container
    if issubclass(kind, types.ModuleType) or (
        issubclass(kind, type) and kind.__getattribute__ is type.__getattribute__
    ):
        return _read_and_load
    return _read_and_load if keeps(kind) and type(kind.__getattribute__) is types.WrapperDescriptorType else None


def keeps(kind: type) -> bool:
    """Are attributes kept in the instances of this type, in a way that is Python's own?"""
    found = _keeps.get(kind)
    if found is None:
        found = _keeps[kind] = _kept(kind)
    return found


def _kept(kind: type) -> bool:
    if kind is types.FunctionType or kind is types.SimpleNamespace:
        return True
    if base_of(kind) is not None or issubclass(kind, (type, types.ModuleType)):
        return False
    flags: int = kind.__flags__  # type: ignore[assignment,unused-ignore]  # a property of type
    heap = flags & (1 << 9)  # Py_TPFLAGS_HEAPTYPE: made by a class statement, or by a C module as one
    lookup: Any = kind.__getattribute__
    if type(lookup) is types.WrapperDescriptorType:  # all of these look as object's own does
        plain = issubclass(lookup.__objclass__, (BaseException, types.SimpleNamespace)) or lookup is _LOOKUP
    else:
        plain = type(lookup) is types.FunctionType
    return bool(heap and plain and not _ours(kind) and kind.__module__ not in ("re", "_thread", "functools"))


def _by_python(kind: type, method: str) -> bool:
    """Is this method rewritten code, which makes its own accesses?"""
    found = _methods.get((kind, method))
    if found is None:
        function = getattr(kind, method)
        code = getattr(function, "__code__", None)
        found = code is not None and code.co_filename != "<string>" and function.__module__ in _under_test
        _methods[kind, method] = found
    return found


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
    value = getattr(obj, name)
    if name == "__dict__":
        shows(me, obj, value)
    return value


def _read(me: SimThread, obj: Any, name: str) -> None:
    # Not isinstance, which would ask the object's own `__getattribute__` for its class.
    if issubclass(type(obj), (types.ModuleType, type)):
        access = _in_namespace(me, obj, name)
    else:
        access = _in_instance(me, obj, name)
    if access is not None:
        locations.happens(me, READ, access)


def changes(obj: Any, name: str, method: str) -> None:
    """``setattr``, ``delattr``: the event of a store."""
    if not _by_python(type(obj), method):
        changed(obj, name)


def changed(obj: Any, name: str) -> None:
    """The same, past what its class does with attributes."""
    me = _m.current
    if me is None or not (tracked(type(obj)) or keeps(type(obj))):
        return
    if issubclass(type(obj), types.ModuleType):
        location = _of_module(me, obj, name)
        access = location.write if location is not None else None
    elif issubclass(type(obj), type):
        access = _attribute(me, obj, name).write if obj.__module__ in _under_test else None
    else:
        access = _attribute(me, obj, name).write if _resolved(type(obj), name) is not _SKIP else None
    if access is not None:
        locations.happens(me, WRITE, access)


def _in_namespace(me: SimThread, obj: Any, name: str) -> Access | None:
    """Of a module or a class."""
    if issubclass(type(obj), types.ModuleType):
        if isinstance(vars(obj).get(name), (*_FUNCTIONS, type, types.ModuleType)):
            return None
        location = _of_module(me, obj, name)
        return location.read if location is not None else None
    for base in obj.__mro__ or ():  # a metaclass may be asked before there is one
        if name in base.__dict__:
            value = base.__dict__[name]
            if base.__module__ not in _under_test or hasattr(type(value), "__get__"):
                return None
            return _attribute(me, base, name).read
    return _attribute(me, obj, name).read if obj.__module__ in _under_test else None


def _of_module(me: SimThread, obj: types.ModuleType, name: str) -> Location | None:
    known = vars(obj).get("__name__")
    if type(known) is not str or known in _under_test:
        return _global(known, name) if type(known) is str else None
    made = vars(obj).get("__spec__", obj) is None and known not in sys.modules  # by the program, and not imported
    return _attribute(me, obj, name) if made and not name.startswith("__") else None


def _in_instance(me: SimThread, obj: Any, name: str) -> Access | None:
    how = _how.get((type(obj), name))
    if how is None:
        how = _resolved(type(obj), name)
    if how is _SKIP:
        return None
    location = _attribute(me, obj, name)
    if how is _OWN:
        return location.read
    try:
        names = _LOOKUP(obj, "__dict__")
    except AttributeError:
        names = ()
    if name in names:
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
    if issubclass(type(obj), type):
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
