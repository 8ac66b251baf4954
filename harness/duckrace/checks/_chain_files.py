"""The files that a certificate of the chain is about: which those are, their hashes, and where they are now.

Of the channel: every Python file that is executed when the plug-in is loaded and makes its channels, wherever it is,
but for the standard library, duckrace (a group of its own), and installed distributions that are not the channel's
own. Of those the version is enough: nobody edits them. It knows files; it must not know what a certificate looks like.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Final

import duckrace_models
import duckrace_specs
from duckrace._scenario import Reference
from duckrace.plugins._load import files_behind, load

from ._sources import hashed, of_channel

INSTALLED: Final = frozenset(("site-packages", "dist-packages"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Those of a channel."""

    hashes: dict[str, str]
    """Module, SHA-256."""
    elsewhere: dict[str, str]
    """Module, path: where Python would not look for it, unless the channel is loaded."""
    distributions: dict[str, str]
    """Those that are not the channel's own: name, version."""


def our_files(*what: str) -> dict[str, dict[str, str]]:
    """The hashes of our own files: ``spec``, ``model``, ``duckrace``."""
    specs, models, ours = Path(duckrace_specs.__file__).parent, Path(duckrace_models.__file__).parent, Path(__file__)
    groups = {
        "spec": {path.name: path for path in specs.iterdir() if path.suffix in (".tla", ".cfg", ".toml")},
        "model": {path.name: path for path in models.rglob("*.py")},
        "duckrace": {str(path.relative_to(ours.parents[1])): path for path in ours.parents[1].rglob("*.py")},
    }
    return {name: hashed(groups[name]) for name in what}


def files_of(channel: str | None, reference: Reference) -> Files:
    """Those of this channel. Raises UsageError as `load` does."""
    loaded = of_channel(files_behind(reference)) | {reference.module: reference.path}
    packages = packages_distributions()
    own = {
        distribution
        for module in (reference.module, *load(channel).modules)
        for distribution in packages.get(_top(module), ())
        if module not in loaded or _installed(loaded[module])
    }
    files: dict[str, Path] = {}
    others: set[str] = set()
    for module, path in loaded.items():
        distributions = packages.get(_top(module), []) if _installed(path) and _top(module) != "duckrace" else []
        if distributions and own.isdisjoint(distributions):
            others.update(distributions)
        else:
            files[module] = path
    return Files(
        hashes=hashed(files),
        elsewhere={
            module: _shown(path) for module, path in files.items() if not _same(_place_of(module, reference), path)
        },
        distributions=versions_now(others),
    )


def files_now(reference: Reference, modules: Collection[str], elsewhere: Mapping[str, str]) -> dict[str, str]:
    """The hashes of the files that these modules are now; nothing is imported, and what is gone is left out."""
    found: dict[str, str] = {}
    for module in modules:
        try:
            at = elsewhere.get(module)
            place = Path(at) if at is not None else _place_of(module, reference)
            if place is not None and place.is_file():
                found |= hashed({module: place})
        except (OSError, ValueError, ImportError):  # nothing that can be read is of that name
            continue
    return found


def _place_of(module: str, plugin: Reference) -> Path | None:
    """Where a world would find this module now: nothing is imported for that."""
    if module == plugin.module:
        return plugin.path
    top, *rest = module.split(".")
    for folder in plugin.search:
        stem = Path(folder, top, *rest)
        if (place := _source(stem)) is not None:
            return place
    for finder in sys.meta_path:  # of an editable installation, too
        spec = finder.find_spec(top, None) if hasattr(finder, "find_spec") else None
        if spec is None:
            continue
        if not rest:
            return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
        for folder in spec.submodule_search_locations or ():
            if (place := _source(Path(folder, *rest))) is not None:
                return place
    return None


def _source(stem: Path) -> Path | None:
    """A package stands before a module of its name."""
    return next((place for place in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")) if place.is_file()), None)


def _same(place: Path | None, path: Path) -> bool:
    return place is not None and os.path.realpath(place) == os.path.realpath(path)


def _shown(path: Path) -> str:
    """As short as a reference is written: a certificate may be looked at in another checkout."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _installed(path: Path) -> bool:
    return not INSTALLED.isdisjoint(path.parts)


def _top(module: str) -> str:
    return module.partition(".")[0]


def versions_now(distributions: Collection[str]) -> dict[str, str]:
    """Of those of these distributions that are installed."""
    found: dict[str, str] = {}
    for name in sorted(distributions):
        try:
            found[name] = version(name)
        except (PackageNotFoundError, ValueError):  # the latter for what is no name
            continue
    return found
