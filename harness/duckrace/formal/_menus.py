"""The configurations whose state graphs are compared, read from the specs without TLC.

Which there are is in the manifest (runs ``graph/...``), what their callers do is in ``Menus.tla``. That module is
written in a small part of TLA+: definitions, with parameters perhaps, whose bodies are values and uses of definitions.
They are put in for their names here, as TLC does. Whether it came to the same is checked where TLC prints its menu, and
by the number of edges that the manifest says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ._graph import Menu
from ._manifest import Run, load_manifest, read_spec
from ._values import Value, parse_value

GRAPHS: Final = "graph/"
MODULES: Final = ("ChannelWords.tla", "Menus.tla")

_COMMENT: Final = re.compile(r"\(\*.*?\*\)|\\\*[^\n]*", re.DOTALL)
_DEFINITION: Final = re.compile(
    r"^(\w+)(?:\(([^)]*)\))? ==\s*(.*?)(?=^\w+(?:\([^)]*\))? ==|^-{4}|^={4}|\Z)", re.M | re.S
)
_WORD: Final = re.compile(r'"[^"]*"|\b\w+\b(?!\s*\|->)')  # the name of a field is none


@dataclass(frozen=True, slots=True)
class Definition:
    """An operator of TLA+."""

    parameters: tuple[str, ...]
    body: str


def graph_runs() -> dict[str, Run]:
    """The runs that compare graphs, by their names without ``graph/``."""
    return {run.name.removeprefix(GRAPHS): run for run in load_manifest() if run.compares and run.accepted}


def menu_of(run: Run) -> Menu:
    """What the callers do in a run of the manifest that compares graphs."""
    capacity = run.constants["Capacity"]
    return Menu(
        capacity=capacity if isinstance(capacity, int) else None,  # the only name for a capacity is Unbounded
        senders=value_of(str(run.constants["Tx"])),
        calls=value_of(str(run.constants["Menu"])),
    )


@cache
def value_of(name: str) -> Value:
    """The value of a definition of ``Menus.tla``. Raises ValueError if there is none, or it is more than a value."""
    return parse_value(_put_in(name, definitions()).strip())


@cache
def definitions() -> dict[str, Definition]:
    """Those of the modules."""
    found = {}
    for module in MODULES:
        for name, parameters, body in _DEFINITION.findall(_COMMENT.sub("", read_spec(module))):
            names = tuple(part.strip() for part in parameters.split(",")) if parameters else ()
            found[name] = Definition(names, body.strip())
    return found


def _put_in(text: str, known: dict[str, Definition]) -> str:
    """`text` with the bodies of definitions in the place of their names."""
    done, begin = "", 0
    while (word := _WORD.search(text, begin)) is not None:
        done += text[begin : word.start()]
        begin = word.end()
        definition = known.get(word[0])
        if definition is None:
            done += word[0]
            continue
        body = definition.body
        if definition.parameters:
            end = text.index(")", begin)  # arguments are words
            arguments = (part.strip() for part in text[begin + 1 : end].split(","))
            given = dict(zip(definition.parameters, arguments, strict=True))
            body = _WORD.sub(lambda found, given=given: given.get(found[0], found[0]), body)  # type: ignore[misc]
            begin = end + 1
        done += _put_in(body, known)
    return done + text[begin:]
