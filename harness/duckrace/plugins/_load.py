"""A channel under test: named in one of four ways, found, and looked at.

================================  ==============================================================
``None``                          the channel of ``duckrace.channels``
``"FILE_OR_MODULE::NAME"``        an object at the top level of a file or a module
``"name"``                        one of ``_known``, or an entry point of the group ``duckrace.channels``
an object                         one that stands at the top level of an imported module
================================  ==============================================================

Whatever it is, it becomes a reference, and the plug-in is loaded in a simulated world only: what it does at import
or in its factories happens there. Only plain data comes back. What is wrong with its shape is said in one sentence.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import entry_points
from typing import Any, Final

from duckrace._errors import UsageError
from duckrace._scenario import SEPARATOR, Reference, resolve
from duckrace._session import Session
from duckrace._settings import Settings
from duckrace.kernel import SimThread, Stop, machine
from duckrace.kernel.world import under_test

from ._known import KNOWN, place_of, real_only
from ._protocol import CAPABILITIES
from .adapters.reference import reference as reference_channel

GROUP: Final = "duckrace.channels"
LOOK: Final = "duckrace.checks.programs.shape::describe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A channel under test, as the checks outside of the world know it."""

    name: str
    reference: Reference  # of the plug-in: the first argument of every program
    capabilities: frozenset[str]
    modules: tuple[str, ...]  # what a world loads anew, besides the plug-in's own file
    explained: bool = False  # the diagnosis of a hang can tell who holds its handles

    def claims(self, *capabilities: str) -> bool:
        """Does the plug-in claim all of these?"""
        return self.capabilities.issuperset(capabilities)

    @property
    def capacities(self) -> tuple[int | None, ...]:
        """The bounds to try, simplest first: None is ``channel()``, 0 a rendezvous."""
        kinds: tuple[tuple[str, tuple[int | None, ...]], ...] = (
            ("unbounded", (None,)),
            ("bounded", (1, 2, 3)),
            ("rendezvous", (0,)),
        )
        return tuple(bound for kind, bounds in kinds if kind in self.capabilities for bound in bounds)


def load(channel: object = None) -> Subject:
    """The channel under test behind `channel`. Raises UsageError: it cannot be found, has another shape, or cannot be
    simulated."""
    reference = find(channel)
    if real_only(reference.text):
        raise UsageError(_real_only(channel if isinstance(channel, str) else reference.text))
    found, _ = _looked_at(reference)
    if not found["simulated"]:
        raise UsageError(_real_only(reference.text))
    known = set(CAPABILITIES)
    unknown = sorted(set(found["capabilities"]) - known)
    if unknown:
        raise UsageError(
            f"{reference.text} claims {', '.join(map(repr, unknown))}, which is no capability: "
            f"there are {', '.join(CAPABILITIES)}."
        )
    if found["problem"]:
        raise UsageError(f"{reference.text} is not a channel under test: {found['problem']}.")
    modules = tuple(found["modules"])
    on_its_own = reference.search and "." not in reference.module
    if not on_its_own and not under_test(reference.module, modules):
        modules += (reference.module.partition(".")[0],)  # its package is under test too
    return Subject(
        name=found["name"],
        reference=reference,
        capabilities=frozenset(found["capabilities"]),
        modules=modules,
        explained=found["explained"],
    )


def _real_only(channel: str) -> str:
    return (
        f"The channel {channel!r} cannot be simulated, since it needs real threads: "
        f"`duckrace stress --channel {channel}` runs it on them."
    )


def find(channel: object) -> Reference:
    """Where the plug-in is defined. Raises UsageError."""
    if channel is None or channel is reference_channel:
        channel = "reference"
    if isinstance(channel, Reference):
        return channel
    if not isinstance(channel, str):
        return resolve(_place_of(channel))
    if SEPARATOR in channel:
        return resolve(channel)
    if channel in KNOWN:
        return resolve(place_of(channel))
    points = installed()
    if channel in points:
        return resolve(points[channel])
    names = [*KNOWN, *sorted(points)]
    near = get_close_matches(channel, names, n=1)
    meant = f" (did you mean {near[0]!r}?)" if near else ""
    raise UsageError(
        f"There is no channel {channel!r}{meant}: known by name are {', '.join(names)}. "
        f"Any other is named by 'FILE_OR_MODULE::NAME' (or an entry point of the group {GROUP!r})."
    )


def installed() -> dict[str, str]:
    """The channels of installed packages: name -> ``MODULE::NAME``."""
    return {point.name: f"{point.module}{SEPARATOR}{point.attr}" for point in entry_points(group=GROUP)}


def _place_of(channel: object) -> str:
    """``FILE_OR_MODULE::NAME`` of an object that stands at the top level of a module."""
    if isinstance(channel, (int, float, bytes)):  # some module has the same one, which means nothing
        raise UsageError(f"A channel under test is a plug-in object or 'FILE_OR_MODULE::NAME', not {channel!r}.")
    own = getattr(channel, "__module__", None) or type(channel).__module__
    modules = [sys.modules.get(own), *list(sys.modules.values())]
    for module in modules:
        path = getattr(module, "__file__", None)
        if module is None or not path or not path.endswith(".py"):
            continue
        for name, value in vars(module).items():
            if value is channel:
                importable = module.__name__ != "__main__" and _finds(module.__name__, path)
                return f"{module.__name__ if importable else path}{SEPARATOR}{name}"
    raise UsageError(
        f"{channel!r} stands at the top level of no module: the simulated world loads a channel anew and has to find "
        "it there. Assign it to a global name of its file."
    )


def _finds(module: str, path: str) -> bool:
    """Would importing `module` find this file, in another process too?"""
    spec: ModuleSpec | None = None
    folders: Sequence[str] | None = None
    for end in [*(i for i, letter in enumerate(module) if letter == "."), len(module)]:
        spec = PathFinder.find_spec(module[:end], folders)
        if spec is None:
            return False
        folders = spec.submodule_search_locations
    return spec is not None and spec.origin is not None and os.path.realpath(spec.origin) == os.path.realpath(path)


def files_behind(reference: Reference) -> dict[str, str]:
    """Python files of which loading the plug-in, and making a channel of each kind that it claims, executes something:
    module -> path. All but the standard library's, and those that no world has a copy of. Raises UsageError."""
    return _looked_at(reference)[1]


def _looked_at(reference: Reference) -> tuple[Mapping[str, Any], dict[str, str]]:
    """What the plug-in says of itself, and what is wrong with it, from inside a world; and the files of that world."""
    look = replace(resolve(LOOK), arguments=(reference,))
    try:
        with Session(look, Settings()) as session:
            why = session.execute(_first)
            if session.grown():
                session.regrow()
                why = session.execute(_first)
            value, error = machine.value, machine.error
            files = dict(session.world.sources)
    except UsageError as wrong:
        raise UsageError(_of_the_plugin(wrong, look, reference)) from wrong
    if why != "stop" and isinstance(value, dict):
        return value, files  # a thread that its factories started may go on: whether it ends is a matter of the checks
    raise UsageError(f"{reference.text} cannot be looked at: {_said(error)}.")


def _said(error: BaseException | None) -> str:
    if error is None:
        return "it waits for ever"
    if isinstance(error, Stop):
        return str(error)
    return f"it raised {type(error).__name__}" + (f": {error}" if str(error) else "")


def _of_the_plugin(wrong: UsageError, look: Reference, plugin: Reference) -> str:
    """The message of a world that could not be loaded, with the plug-in's name in it."""
    text = str(wrong)
    cause, line = wrong.__cause__, None
    traceback = cause.__traceback__ if cause is not None and not isinstance(cause, SyntaxError) else None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == str(plugin.path):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    if text.startswith(look.text):
        text = plugin.text + text[len(look.text) :]
    return f"{text.removesuffix('.')} (line {line})." if line else text


def _first(ready: list[SimThread], running: SimThread) -> SimThread:
    return running if running in ready else ready[0]
