"""The state of a program as one value: equal values, equal states.

It is what all threads are about to do, where they are in their code, and everything that their variables and the
globals of the modules under test lead to, by structure and not by address: containers, attributes, closures,
generators and iterators. Only moments of one execution are compared.

What cannot be looked into raises :class:`Opaque`, as does what is too large: then nothing is known. How far the
iterator of a ``for`` loop has come stands in no variable: threads inside of one are told apart. No code of the program
runs.

It knows Python's objects and the simulated ones; it must not know why states are compared.
"""

from __future__ import annotations

import _random
import collections
import datetime
import decimal
import dis
import io
import re
import sys
import types
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from duckrace.kernel import SimThread, machine
from duckrace.kernel.locks import Lock

MOST: Final = 20_000  # objects

_ATOMS: Final = frozenset(
    {
        type(None), bool, int, float, complex, str, bytes, type(...), type(NotImplemented), range, re.Pattern,
        types.CodeType, datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone,
        decimal.Decimal, types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType,
        types.MemberDescriptorType, types.GetSetDescriptorType, types.ClassMethodDescriptorType,
    }
)  # fmt: skip
_CONSTANT: Final = (types.ModuleType, property, classmethod, staticmethod, io.IOBase)
_ITERATORS: Final = frozenset(
    {type(iter(empty)) for empty in ("", b"", (), list[int](), range(0), range(1 << 70), dict[int, int](), set[int]())}
    | {type(reversed(list[int]())), type(iter(dict[int, int]().items())), type(iter(dict[int, int]().values()))}
    | {enumerate, zip, map, filter, reversed}
)
_CONTENTS: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (dict, lambda obj: [part for pair in dict.items(obj) for part in pair]),
    (list, lambda obj: list.copy(obj)),  # as a bound method it has a type of its own
    (tuple, lambda obj: list(tuple.__iter__(obj))),
    (collections.deque, lambda obj: list(collections.deque.__iter__(obj))),
    (set, lambda obj: list(set.__iter__(obj))),
    (frozenset, lambda obj: list(frozenset.__iter__(obj))),
    (bytearray, lambda obj: [bytes(obj)]),
    (int, lambda obj: [int.__index__(obj)]),
    (float, lambda obj: [float.__float__(obj)]),
    (str, lambda obj: [str.__str__(obj)]),
    (_random.Random, lambda obj: [hash(_random.Random.getstate(obj))]),
    (BaseException, lambda obj: [BaseException.__getattribute__(obj, "args")]),
)
_KNOWN: Final = frozenset({object, *(base for base, _ in _CONTENTS), collections.OrderedDict, collections.defaultdict})


class Opaque(Exception):
    """There is something in the state that cannot be compared."""


class State:
    """`value` is the state of this moment; `looping` are the numbers of threads inside of ``for`` loops, of which it is
    known only if they have made no step in between."""

    def __init__(
        self,
        modules: Mapping[str, types.ModuleType],
        threads: Sequence[tuple[SimThread, list[types.FrameType]]],
        chance: object = None,
    ) -> None:
        """`modules`: those under test. `threads`: those that are alive, with their stacks, the innermost frame first.
        `chance`: where random numbers come from. Raises Opaque."""
        self._modules = modules
        self._found: list[object] = [machine.now]
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []  # their addresses must not serve other objects meanwhile
        self._waiting: list[object] = []
        self.looping: set[int] = set()
        for thread, stack in threads:
            self._found += (thread.n, thread.op, len(stack))
            self._add(thread.obj)
            for frame in stack:
                if _loops(frame):
                    self.looping.add(thread.n)
                self._frame(frame)
        for module in modules.values():
            self._names(vars(module))
        self._add(chance)
        while self._waiting:
            self._look_into(self._waiting.pop())
        self.value = hash(tuple(self._found)), len(self._found)

    def _frame(self, frame: types.FrameType) -> None:
        self._found += (id(frame.f_code), frame.f_lasti)
        if frame.f_code.co_name != "<module>":
            self._add(dict(frame.f_locals))

    def _add(self, obj: object) -> None:
        """The next thing in the state."""
        kind = type(obj)
        if kind in _ATOMS:
            self._found += (id(kind), obj if kind is not types.BuiltinFunctionType else obj.__name__)  # type: ignore[attr-defined]
            if kind is types.BuiltinFunctionType and not isinstance(obj.__self__, types.ModuleType):  # type: ignore[attr-defined]
                self._add(obj.__self__)  # type: ignore[attr-defined]
            return
        number = self._numbers.get(id(obj))
        if number is None:
            number = self._numbers[id(obj)] = len(self._numbers)
            if number > MOST:
                raise Opaque
            self._kept.append(obj)
            self._waiting.append(obj)
        self._found += ("object", number)

    def _look_into(self, obj: Any) -> None:
        kind = type(obj)
        self._found.append(id(kind))
        if isinstance(obj, SimThread):
            self._found += (obj.n, obj.done)
        elif isinstance(obj, Lock):
            owner = obj.owner
            self._found.append(owner.n if isinstance(owner, SimThread) else owner is not None)
        elif isinstance(obj, type):
            self._class(obj)
        elif isinstance(obj, _CONSTANT):
            pass
        elif kind is types.FunctionType:
            self._found.append(id(obj.__code__))
            self._all(obj.__closure__ or (), obj.__defaults__ or (), obj.__dict__)
        elif kind is types.CellType:
            self._cell(obj)
        elif kind is types.MethodType:
            self._all(obj.__func__, obj.__self__)
        elif kind is types.GeneratorType:
            if obj.gi_frame is not None:
                if _loops(obj.gi_frame):
                    raise Opaque
                self._frame(obj.gi_frame)
        elif isinstance(obj, weakref.ref):
            self._add(weakref.ref.__call__(obj))
        elif kind in _ITERATORS or kind.__module__ in ("itertools", "functools"):
            self._reduced(obj)
        else:
            self._instance(obj, kind)

    def _all(self, *parts: object) -> None:
        for part in parts:
            self._add(part)

    def _cell(self, cell: types.CellType) -> None:
        try:
            self._add(cell.cell_contents)
        except ValueError:
            self._found.append("empty")

    def _class(self, kind: type) -> None:
        """Its own attributes; what the interpreter's library does in its classes is not of the program."""
        if kind.__module__ in self._modules:
            self._names(vars(kind))

    def _names(self, names: Mapping[str, object]) -> None:
        """What stands in a module or a class, without what the interpreter puts there."""
        for name, value in names.items():
            if not name.startswith("__"):
                self._all(name, value)

    def _reduced(self, iterator: Any) -> None:
        """How far it is."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self._add(iterator.__reduce__())
            except Exception as error:
                raise Opaque from error

    def _instance(self, obj: Any, kind: type) -> None:
        contents = next((contents for base, contents in _CONTENTS if isinstance(obj, base)), None)
        if contents is not None:
            parts = contents(obj)
            self._found.append(len(parts))
            self._all(*parts)
        if not all(base in _KNOWN or _is_python(base) for base in kind.__mro__):
            raise Opaque
        for base in kind.__mro__:
            for name, member in vars(base).items():
                if isinstance(member, types.MemberDescriptorType):
                    self._member(obj, name, member)
        try:
            self._add(dict(object.__getattribute__(obj, "__dict__")))
        except AttributeError:
            pass

    def _member(self, obj: object, name: str, member: types.MemberDescriptorType) -> None:
        try:
            self._all(name, member.__get__(obj, type(obj)))
        except AttributeError:
            self._found.append("unset")


def _is_python(kind: type) -> bool:
    """Was it made by a class statement, so that its state stands in attributes? So do those of exceptions."""
    heap = kind.__flags__ & (1 << 9)  # Py_TPFLAGS_HEAPTYPE: by a class statement, or by a C module as one
    source = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return bool(heap and source.endswith(".py")) or (kind.__module__ == "builtins" and issubclass(kind, BaseException))


def _loops(frame: types.FrameType) -> bool:
    """Is it inside of a ``for`` loop?"""
    return any(start < frame.f_lasti < end for start, end in _for_loops(frame.f_code))


@lru_cache(maxsize=1_000)
def _for_loops(code: types.CodeType) -> list[tuple[int, int]]:
    """From where to where in its bytecode, in bytes."""
    return [(step.offset, step.argval) for step in dis.get_instructions(code) if step.opname == "FOR_ITER"]
