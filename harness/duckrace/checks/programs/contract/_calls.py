"""How a case makes calls: those that may block in a thread of their own, and what they raised.

Simulated time moves only when nobody can go on. So after :func:`rest` every call is through or really blocked,
whatever the schedule was, and a call that took no simulated time never waited.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any, Final, TypeVar

from .._errors import foreign, shown

REST: Final = 1e-6  # seconds of simulated time
LONG: Final = 1_000.0  # seconds: nobody waits that long

Error = TypeVar("Error", bound=BaseException)


def rest() -> None:
    """Until every other thread is through or blocked."""
    time.sleep(REST)


def made(plugin: Any, capacity: int | None) -> tuple[Any, Any]:
    """A channel: None is ``channel()``, n is ``sync_channel(n)``."""
    tx, rx = plugin.channel() if capacity is None else plugin.sync_channel(capacity)
    return tx, rx


class Begun:
    """A call in a thread of its own, which rests before it looks."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.value: Any = None
        self.error: BaseException | None = None
        self.done = False
        Thread(target=self._run, args=(function, arguments), name=f"caller of {_name(function)}", daemon=True).start()
        rest()

    def _run(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        try:
            self.value = function(*arguments)
        except Exception as error:
            self.error = error.with_traceback(None)  # which would keep the handles of this frame alive
        self.done = True
        del function, arguments

    @property
    def blocked(self) -> bool:
        """Is it still waiting?"""
        rest()
        return not self.done

    def returned(self) -> Any:
        """What it returned."""
        assert not self.blocked, "the call still blocks, and must have returned"
        assert self.error is None, f"the call raised {shown(self.error)}, and must have returned"
        return self.value

    def raised(self, kind: type[Error]) -> Error:
        """What it raised."""
        assert not self.blocked, f"the call still blocks, and must have raised {kind.__qualname__}"
        assert self.error is not None, f"the call returned {self.value!r}, and must have raised {kind.__qualname__}"
        told = f"the call raised {shown(self.error)}, not {kind.__qualname__}{foreign(self.error)}"
        assert isinstance(self.error, kind), told
        return self.error


def raises(kind: type[Error], function: Callable[..., Any], *arguments: Any) -> Error:
    """The error of a call that must raise it; made by this thread, so it must not block."""
    try:
        value = function(*arguments)
    except kind as error:
        return error.with_traceback(None)
    except Exception as error:
        raise AssertionError(
            f"{_name(function)} raised {shown(error)}, not {kind.__qualname__}{foreign(error)}"
        ) from None
    raise AssertionError(f"{_name(function)} returned {value!r}, and must raise {kind.__qualname__}")


def sending(tx: Any, *values: Any) -> Begun:
    """Send all of `values` in a thread."""

    def send() -> None:
        for value in values:
            tx.send(value)

    return Begun(send)


def _name(function: Callable[..., Any]) -> str:
    return str(getattr(function, "__name__", function))
