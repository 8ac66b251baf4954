"""TLA+ values, as TLC prints them, as Python values.

    "a"              str                     <<1, 2>>             tuple
    1, TRUE          int, bool               {1, 2}               frozenset
    [a |-> 1]        Record                  (1 :> 2 @@ 3 :> 4)   Record
    a model value    ModelValue

A record and a function are one thing in TLA+, and TLC prints a function over strings as a record.
All of them are hashable, and compare by what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

Value: TypeAlias = Any  # str | int | bool | tuple[Value, ...] | frozenset[Value] | Record | ModelValue

_MARK: Final = re.compile(r'"(?:[^"\\]|\\.)*"|<<|>>|\|->|:>|@@|[\[\]{}(),]')
_OPENS: Final = {"<<": ">>", "{": "}", "[": "]", "(": ")"}
_CLOSES: Final = frozenset(_OPENS.values())
_ESCAPES: Final = re.compile(r"\\(.)")


class ModelValue(str):
    """A name that is equal to nothing but itself; never equal to a string of TLA+ in a sound spec."""

    __slots__ = ()


class Record(Mapping[Any, Any]):
    """A TLA+ function: immutable and hashable."""

    __slots__ = ("_hash", "_items")

    def __init__(self, items: Mapping[Any, Any]) -> None:
        self._items = dict(items)
        self._hash: int | None = None

    def __getitem__(self, key: Any) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return self._items == other._items if isinstance(other, Record) else NotImplemented

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self._items.items()))
        return self._hash

    def __repr__(self) -> str:
        return f"Record({self._items!r})"


@lru_cache(maxsize=1 << 18)
def parse_value(text: str) -> Value:
    """One TLA+ value. Raises ValueError for what is none.

    Remembered by its text, parts too: the states of one graph have most of their values in common.
    """
    text = text.strip()
    for opens, closes in _OPENS.items():
        if text.startswith(opens):
            if len(text) < len(opens) + len(closes) or not text.endswith(closes):
                break
            return _compound(opens, text[len(opens) : -len(closes)])
    if text[:1] == '"' and _MARK.fullmatch(text):
        return _ESCAPES.sub(r"\1", text[1:-1])
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"\w+", text):
        return ModelValue(text)
    raise ValueError(f"not a TLA+ value: {text!r}")


def parse_state(text: str) -> dict[str, Value]:
    """A state: lines ``/\\ variable = value``, or one without ``/\\``. A value may go on over several lines."""
    state: dict[str, Value] = {}
    for part in re.split(r"(?:^|\n)/\\ ", text.strip()):
        if not part:
            continue
        name, equals, value = part.partition(" = ")
        if not equals:
            raise ValueError(f"not a variable and its value: {part!r}")
        state[name] = parse_value(value)
    return state


def _compound(opens: str, inside: str) -> Value:
    if opens in ("<<", "{"):
        items = [parse_value(part) for part in _split(inside, ",")]
        return tuple(items) if opens == "<<" else frozenset(items)
    arrow, separator = ("|->", ",") if opens == "[" else (":>", "@@")
    fields: dict[Value, Value] = {}
    for part in _split(inside, separator):
        key, *values = _split(part, arrow)
        if len(values) != 1:
            raise ValueError(f"{arrow} expected once in {part!r}")
        fields[key.strip() if opens == "[" else parse_value(key)] = parse_value(values[0])
    return Record(fields)


def _split(text: str, separator: str) -> list[str]:
    """`text` at the separators that are inside of nothing; no parts if it is empty."""
    parts: list[str] = []
    expected: list[str] = []
    begin = 0
    for mark in _MARK.finditer(text):
        found = mark[0]
        if found in _OPENS:
            expected.append(_OPENS[found])
        elif found in _CLOSES:
            if not expected or expected.pop() != found:
                raise ValueError(f"{found} closes nothing in {text!r}")
        elif found == separator and not expected:
            parts.append(text[begin : mark.start()])
            begin = mark.end()
    if expected:
        raise ValueError(f"{expected[-1]} is missing in {text!r}")
    return [*parts, text[begin:]] if text.strip() else []
