"""Views of containers: whose memory it is that they show.

It knows the built-in views; it must not know accesses.
"""

from __future__ import annotations

import collections
import gc
import types
from typing import Any, Final

_ordered: Final = collections.OrderedDict[int, int]()
KEYS: Final[tuple[type, ...]] = (type({}.keys()), type(_ordered.keys()))
VALUES: Final[tuple[type, ...]] = (type({}.values()), type(_ordered.values()))
ITEMS: Final[tuple[type, ...]] = (type({}.items()), type(_ordered.items()))
_VIEWS: Final = frozenset((*KEYS, *VALUES, *ITEMS, types.MappingProxyType))


def seen_through(value: Any) -> Any:
    """The dict that a view shows; anything else is itself."""
    if type(value) not in _VIEWS:
        return value
    found = gc.get_referents(value)  # a view refers to nothing else, and has no other way to its dict
    return found[0] if found and isinstance(found[0], dict) else value


def shown(value: Any) -> str:
    """What a view shows of its dict: ``keys``, ``values`` or ``items``; nothing: it is no view."""
    kind = type(value)
    if kind not in _VIEWS:
        return ""
    return "values" if kind in VALUES else "items" if kind in ITEMS else "keys"
