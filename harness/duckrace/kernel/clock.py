"""The simulated ``time``: virtual, exact, and still until nobody is ready.

``monotonic``, ``perf_counter`` and ``time`` read the machine's nanoseconds; ``sleep`` is a schedule
point.  Reading the clock is none.

It knows the machine; it must not know threads or how modules are loaded.
"""

from __future__ import annotations

import time as _real
import types
from typing import Any, Final

from .machine import machine
from .waiting import NANOSECONDS

EPOCH_NS: Final = 1_700_000_000 * NANOSECONDS  # added to the machine's clock: what time.time() shows

_m = machine


def monotonic() -> float:
    if _m.free:
        _m.look_at_clock()
    return _m.now / NANOSECONDS


def monotonic_ns() -> int:
    if _m.free:
        _m.look_at_clock()
    return _m.now


def wall() -> float:
    if _m.free:
        _m.look_at_clock()
    return (EPOCH_NS + _m.now) / NANOSECONDS


def wall_ns() -> int:
    if _m.free:
        _m.look_at_clock()
    return EPOCH_NS + _m.now


def sleep(seconds: float, /) -> None:
    if not isinstance(seconds, (int, float)) and not hasattr(seconds, "__index__"):
        raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer")
    if seconds != seconds:
        raise ValueError("Invalid value NaN (not a number)")
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if seconds > 9223372036.0:
        raise OverflowError("timestamp out of range for platform time_t")
    _m.sleep(seconds)


def time_module() -> types.ModuleType:
    """A new simulated ``time`` for one world."""
    module = types.ModuleType("time", _real.__doc__)
    vars(module).update({k: v for k, v in vars(_real).items() if not k.startswith("__")})

    def defaulting(name: str) -> Any:
        real = getattr(_real, name)

        def convert(seconds: float | None = None, /) -> Any:
            return real(wall() if seconds is None else seconds)

        convert.__name__ = name
        return convert

    def text(name: str) -> Any:
        real = getattr(_real, name)

        def render(*args: Any) -> Any:
            missing = 1 if name == "strftime" else 0
            return real(*args) if len(args) > missing else real(*args, _real.localtime(wall()))

        render.__name__ = name
        return render

    vars(module).update(
        {
            "sleep": sleep,
            "time": wall,
            "time_ns": wall_ns,
            **dict.fromkeys(("monotonic", "perf_counter", "process_time", "thread_time"), monotonic),
            **dict.fromkeys(("monotonic_ns", "perf_counter_ns", "process_time_ns", "thread_time_ns"), monotonic_ns),
            **{name: defaulting(name) for name in ("gmtime", "localtime", "ctime")},
            **{name: text(name) for name in ("asctime", "strftime")},
        }
    )
    return module
