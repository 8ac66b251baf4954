"""References: ``FILE_OR_MODULE::NAME`` and functions, resolved to a file and a name without importing them.

The scenario itself is loaded by a world.  Everything that can be wrong with a reference is said here in
one sentence.

It knows files and signatures; it must not know how anything is run.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import pkgutil
import sys
from ast import Module
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Protocol

from ._errors import UsageError

SEPARATOR = "::"
NEAR = 0.75  # how much a name must be like another one to be meant as it


class Embedding(Protocol):
    """What a test framework adds to a scenario that it runs itself, inside of its own process."""

    @property
    def command(self) -> str:
        """What to put before a token to replay it."""
        ...

    def before(self, tree: Module, source: bytes, path: str) -> None:
        """Change the tree of a module of the world in place, before it is loaded."""

    def scenario(self, module: Any, world: Any) -> Callable[[], object]:
        """What an execution runs: called for each world that is made, before it is frozen.  Raises UsageError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where an object of the program under test is defined."""

    text: str  # as it is written in a token
    path: Path
    module: str  # the name that it gets in a world
    name: str  # may be dotted
    search: tuple[str, ...] = ()  # folders that its imports are looked up in first
    arguments: tuple[Any, ...] = ()  # what a program of a check is called with: plain data and References
    embedding: Embedding | None = None

    def digest(self) -> str:
        """A short hash of the source, that of its arguments (a channel under test) included."""
        parts = [self, *(value for value in self.arguments if isinstance(value, Reference))]
        return hashlib.sha256(b"".join(part.path.read_bytes() for part in parts)).hexdigest()[:16]


def resolve(scenario: str | Callable[[], object] | Reference) -> Reference:
    """The reference behind a string or a function.  Raises UsageError."""
    if isinstance(scenario, Reference):
        return scenario
    return _from_text(scenario) if isinstance(scenario, str) else _from_function(scenario)


def _from_text(text: str) -> Reference:
    place, separator, name = text.rpartition(SEPARATOR)
    if not separator or not place or not name:
        raise UsageError(f"{text!r} is not FILE_OR_MODULE::NAME, for example 'examples/hello.py::hello'.")
    if place.endswith(".py") or os.sep in place:
        path = Path(place)
        if not path.is_file():
            raise UsageError(f"There is no file {place!r} (looked in {Path.cwd()}).")
        return _at(path.resolve(), name)
    try:
        spec = importlib.util.find_spec(place)
    except (ImportError, ValueError, AttributeError) as error:
        raise UsageError(f"There is no module {place!r}: {error}.") from error
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        raise UsageError(f"There is no Python module {place!r} on the path; for a file write 'folder/file.py::{name}'.")
    return Reference(text=text, path=Path(spec.origin), module=place, name=name)


def _from_function(function: Callable[[], object]) -> Reference:
    if not inspect.isfunction(function):
        raise UsageError(f"A scenario is a function without arguments or 'FILE_OR_MODULE::NAME', not {function!r}.")
    name = function.__qualname__
    if "<lambda>" in name or "<locals>" in name:
        what = "a lambda" if "<lambda>" in name else "defined inside another function"
        raise UsageError(
            f"The scenario {name!r} is {what}: the simulated world loads its file anew and cannot find it there. "
            "Define it at the top level of a module."
        )
    path = inspect.getsourcefile(function)
    if path is None or not Path(path).is_file():
        raise UsageError(f"The scenario {name!r} has no source file (typed at a prompt?): put it into one.")
    spec = getattr(sys.modules.get(function.__module__), "__spec__", None)
    if spec is not None and function.__module__ != "__main__" and _importable(function.__module__, path):
        return Reference(
            text=f"{function.__module__}{SEPARATOR}{name}",
            path=Path(path).resolve(),
            module=function.__module__,
            name=name,
        )
    return _at(Path(path).resolve(), name)


def _importable(module: str, path: str) -> bool:
    """Would importing `module` in another process find this file?"""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return False
    return (
        spec is not None
        and spec.has_location
        and spec.origin is not None
        and os.path.samefile(spec.origin, path)
        and "." not in module
    )


def _at(path: Path, name: str) -> Reference:
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    relative = os.path.relpath(path)
    text = f"{path if relative.startswith('..') else relative}{SEPARATOR}{name}"
    module = ".".join(parts)
    if len(parts) == 1 and importlib.util.find_spec(module) is not None and not _importable(module, str(path)):
        module = f"{module}_scenario"  # a file called queue.py must not shadow the module
    return Reference(text=text, path=path, module=module, name=name, search=(str(folder),))


def pack(arguments: Sequence[Any]) -> list[Any]:
    """Arguments as plain data: a reference becomes ``{"ref": text}``."""
    return [{"ref": value.text} if isinstance(value, Reference) else value for value in arguments]


def unpack(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments that :func:`pack` packed."""
    return tuple(
        _from_text(value["ref"]) if isinstance(value, dict) and set(value) == {"ref"} else value for value in arguments
    )


def found_in(namespace: object, reference: Reference) -> object:
    """The object that `reference` names in its loaded module.  Raises UsageError."""
    found = namespace
    for part in reference.name.split("."):
        found = getattr(found, part, None)
        if found is None:
            names = sorted(n for n, v in vars(namespace).items() if inspect.isfunction(v) and not n.startswith("_"))
            known = f" It defines {', '.join(names)}." if names else ""
            raise UsageError(f"{shown(reference)} defines no {reference.name!r}.{known}")
    return found


def check_packages(packages: Collection[str], search: Sequence[str], imported: Collection[str]) -> None:
    """Raise UsageError for a package that cannot be found: it would silently simulate nothing.

    `search`: folders to look into first; `imported`: modules that the program has, wherever it found them.
    """
    for name in packages:
        if name in imported or any(module.startswith(f"{name}.") for module in imported) or _findable(name, search):
            continue
        near = get_close_matches(name, sorted({*imported, *_top_level(search)}), n=1, cutoff=NEAR)
        meant = f" (did you mean {near[0]!r}?)" if near else ""
        raise UsageError(f"modules names {name!r}, and there is no such package on the path{meant}.")


def _findable(name: str, search: Sequence[str]) -> bool:
    """Would importing `name` find something? Nothing is imported to know that."""
    top, *rest = name.split(".")
    spec = PathFinder.find_spec(top, list(search)) if search else None
    if spec is None:
        try:
            spec = importlib.util.find_spec(top)
        except (ImportError, ValueError):  # ValueError: a module that was made by hand
            return top in sys.modules
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return False
        top = f"{top}.{part}"
        spec = PathFinder.find_spec(top, spec.submodule_search_locations)
    return spec is not None


def _top_level(search: Sequence[str]) -> set[str]:
    """The names of all modules on the path."""
    return {module.name for module in pkgutil.iter_modules([*search, *sys.path])}


def scenario_in(namespace: object, reference: Reference, arguments: Sequence[object]) -> Callable[[], object]:
    """The scenario that `reference` names, fit to be run with `arguments`.  Raises UsageError."""
    found = found_in(namespace, reference)
    if not callable(found):
        raise UsageError(f"{reference.text} is {type(found).__name__}, not a function.")
    if inspect.iscoroutinefunction(found):
        raise UsageError(f"{reference.text} is a coroutine: asyncio programs cannot be explored yet.")
    if arguments:
        return partial(found, *arguments)
    try:
        needed = [
            p.name
            for p in inspect.signature(found).parameters.values()
            if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
    except (TypeError, ValueError):
        needed = []
    if needed:
        raise UsageError(
            f"{reference.text} takes arguments ({', '.join(needed)}): a scenario is called without any. "
            "Write a function that builds what it tests and calls this one."
        )
    return found


def shown(reference: Reference) -> str:
    return reference.text.partition(SEPARATOR)[0]
