"""A method of the reference with a line or two changed: what a slip of the hand would make of it.

The rest is the real implementation as it stands. Where a line is not there any more, nothing is edited in silence.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


def edited(method: Callable[..., Any], *changes: tuple[str, str]) -> Any:
    """The method with each (old, new) text exchanged; what is new may have lines of its own, indented as in the file.

    Raises ValueError for a text that is not there exactly once.
    """
    source = inspect.getsource(method)
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(
                f"{method.__qualname__} has {source.count(old)} times {old!r}: the mutant needs a new look"
            )
        source = source.replace(old, new)
    scope: dict[str, Any] = {}
    code = compile(f"if True:\n{source}", f"<{method.__qualname__}, edited>", "exec", dont_inherit=True)
    exec(code, method.__globals__, scope)
    return scope[method.__name__]
