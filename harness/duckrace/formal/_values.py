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

_TOKEN: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?\d+|<<|>>|\|->|:>|@@|[\[\]{}(),]|\w+)')
_CLOSES: Final = {"<<": ">>", "{": "}", "[": "]", "(": ")"}
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


@lru_cache(maxsize=65536)
def parse_value(text: str) -> Value:
    """One TLA+ value. Raises ValueError for what is none.

    Remembered by its text: the states of one graph have most of their values in common.
    """
    tokens = _tokens(text)
    value, position = _value(tokens, 0)
    if position != len(tokens):
        raise ValueError(f"more than one TLA+ value: {text!r}")
    return value


def parse_state(text: str) -> dict[str, Value]:
    """A state: the lines ``/\\ variable = value`` (one variable may stand without ``/\\``)."""
    parts = re.split(r"(?:^|\n)\s*/\\ ", "\n" + text.strip())
    state: dict[str, Value] = {}
    for part in parts:
        if not part.strip():
            continue
        name, equals, value = part.strip().partition(" = ")
        if not equals:
            raise ValueError(f"not a variable and its value: {part!r}")
        state[name.strip()] = parse_value(value)
    return state


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise ValueError(f"not TLA+ at {text[position : position + 20]!r}")
        found.append(match[1])
        position = match.end()
    return found


def _value(tokens: list[str], at: int) -> tuple[Value, int]:
    token = _peek(tokens, at)
    if token in ("[", "("):
        return _function(tokens, at + 1, _CLOSES[token])
    if token in ("<<", "{"):
        items: list[Value] = []
        closes = _CLOSES[token]
        at += 1
        while _peek(tokens, at) != closes:
            item, at = _value(tokens, at)
            items.append(item)
            if _peek(tokens, at) == ",":
                at += 1
            elif tokens[at] != closes:
                raise ValueError(f"no comma before {tokens[at]!r}")
        return (tuple(items) if token == "<<" else frozenset(items)), at + 1
    if token[0] == '"':
        return _ESCAPES.sub(r"\1", token[1:-1]), at + 1
    if token in ("TRUE", "FALSE"):
        return token == "TRUE", at + 1
    if token.lstrip("-").isdigit():
        return int(token), at + 1
    if re.fullmatch(r"\w+", token):
        return ModelValue(token), at + 1
    raise ValueError(f"no TLA+ value begins with {token!r}")


def _function(tokens: list[str], at: int, closes: str) -> tuple[Record, int]:
    arrow, separator = ("|->", ",") if closes == "]" else (":>", "@@")
    items: dict[Value, Value] = {}
    while _peek(tokens, at) != closes:
        if closes == "]":
            key: Value = tokens[at]
            at += 1
        else:
            key, at = _value(tokens, at)
        if _peek(tokens, at) != arrow:
            raise ValueError(f"{arrow} expected, not {tokens[at]!r}")
        items[key], at = _value(tokens, at + 1)
        if _peek(tokens, at) == separator:
            at += 1
        elif tokens[at] != closes:
            raise ValueError(f"{separator} expected, not {tokens[at]!r}")
    return Record(items), at + 1


def _peek(tokens: list[str], at: int) -> str:
    if at >= len(tokens):
        raise ValueError("the TLA+ value ends too early")
    return tokens[at]
