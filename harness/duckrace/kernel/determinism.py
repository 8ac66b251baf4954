"""What world modules see instead of the sources of chance: ``id``, ``random``, ``os.urandom``, dates.

Everything here starts anew with each execution (:meth:`Chance.reset`), so that an execution depends on
its program and its schedule only.

It knows the machine's clock; it must not know which modules a world loads.
"""

from __future__ import annotations

import atexit as _atexit
import builtins
import datetime as _datetime
import os as _os
import random as _random
import types
import weakref
from collections.abc import Callable
from typing import Any

from .clock import wall
from .machine import machine


class Chance:
    """The chance of one world, decided beforehand."""

    def __init__(self) -> None:
        self._random: _random.Random | None = None
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []
        self._next = 0

    def reset(self) -> None:
        """As at the start of every execution."""
        self._random = None
        if self._next:
            self._numbers.clear()
            self._kept.clear()
        self._next = 0

    @property
    def _bits(self) -> _random.Random:
        if self._random is None:
            self._random = _random.Random(0)
        return self._random

    def urandom(self, size: int, /) -> bytes:
        return self._bits.randbytes(size)

    def getrandom(self, size: int, flags: int = 0) -> bytes:
        return self._bits.randbytes(size)

    def id(self, obj: object, /) -> int:
        """A number given when it is first asked for, unique among living objects."""
        address = builtins.id(obj)
        number = self._numbers.get(address)
        if number is None:
            self._next += 1
            number = self._numbers[address] = self._next * 16
            try:
                self._kept.append(weakref.ref(obj, lambda _: self._numbers.pop(address, None)))
            except TypeError:
                self._kept.append(obj)  # kept alive: the address must not serve a second object
        return number

    def random_module(self, module: Any) -> None:
        """Seed a freshly executed ``random`` and every ``Random()`` made without a seed."""
        chance = self
        original = module.Random.seed

        def seed(self: Any, a: Any = None, version: int = 2) -> None:
            """Initialize internal state from a seed (from the execution's own numbers if None)."""
            original(self, chance._bits.getrandbits(64) if a is None else a, version)

        module.Random.seed = seed
        module.seed = module._inst.seed
        module._inst.seed(0)


def _refuse_fork(*args: object) -> int:
    machine.stop("the program calls os.fork, which a simulated thread cannot do")
    raise AssertionError("unreachable")


def os_shadow(chance: Chance) -> types.ModuleType:
    """``os`` with seeded randomness; hooks at fork are noted and never registered."""
    module = types.ModuleType("os", _os.__doc__)
    vars(module).update(vars(_os))
    hooks: list[dict[str, Callable[[], object]]] = []
    vars(module).update(
        urandom=chance.urandom, fork=_refuse_fork, forkpty=_refuse_fork, register_at_fork=lambda **k: hooks.append(k)
    )
    if hasattr(_os, "getrandom"):
        vars(module)["getrandom"] = chance.getrandom
    return module


def atexit_shadow() -> types.ModuleType:
    """``atexit`` whose registrations end with the world instead of running when the process ends."""
    module = types.ModuleType("atexit", _atexit.__doc__)

    def register(function: Callable[..., object], /, *args: object, **kwargs: object) -> Callable[..., object]:
        return function

    vars(module).update(register=register, unregister=lambda function, /: None, _run_exitfuncs=lambda: None)
    return module


class _AnyDate(type):
    """Makes real dates count as instances of the world's class, since C code makes real ones."""

    real: type

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.real)


def datetime_shadow() -> types.ModuleType:
    """``datetime`` whose ``now`` and ``today`` read the simulated clock."""
    module = types.ModuleType("datetime", _datetime.__doc__)
    vars(module).update({k: v for k, v in vars(_datetime).items() if not k.startswith("__")})

    class date(_datetime.date, metaclass=_AnyDate):
        real = _datetime.date

        @classmethod
        def today(cls) -> Any:
            return cls.fromtimestamp(wall())

    class datetime(_datetime.datetime, metaclass=_AnyDate):
        real = _datetime.datetime

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return cls.fromtimestamp(wall(), tz)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.fromtimestamp(wall(), _datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.fromtimestamp(wall())

    for kind in (date, datetime):
        kind.__module__ = "datetime"
        kind.__qualname__ = kind.__name__
        setattr(module, kind.__name__, kind)
    return module
