"""The runs of TLC that there are, and what each has to come to: ``duckrace_specs/manifest.toml``.

A run is a module, a configuration (a .cfg file), and the constants that it puts in place of those of the file. A
*mutant* is its control run with one mistake switched on, and nothing else changed: so a mutant that is rejected is
rejected for its mistake. The manifest is data; what is wrong with it is said by ValueError, for it is ours.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final, Protocol, TypeVar

from duckrace._errors import UsageError

PACKAGE: Final = "duckrace_specs"
ACCEPTED: Final = "accepted"
GRAPH: Final = "MCChannelGraph"
LINKS: Final = {
    "Refines": "refinement",
    "NobodyIsForgotten": "deadlock freedom",
    "OnlyTheRightOnesStandStill": "deadlock freedom",
    "MutexLive": "liveness",
    "Live": "liveness",
    "Graph": "model ≡ spec",
}
"""What kind of check a formula is; the others are invariants of what was sent and received: safety. ``Graph`` is no
formula: it says that the state graph of the spec is that of the Python model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of TLC."""

    name: str
    module: str
    config: str
    """The name of a .cfg file, without its ending."""
    constants: Mapping[str, int | bool | str] = field(default_factory=dict)
    """Constants put in place of those of the file. A string names an operator of the module."""
    mistake: str = ""
    """The mistake that is switched on: the value of the constant Bug or Fault."""
    control: str = ""
    """The run that is the same without the mistake."""
    without: tuple[str, ...] = ()
    """Invariants of the file that are not checked: those that would speak before the one that is meant."""
    expect: str = ACCEPTED
    """`accepted`, or the name of the formula that has to be violated."""
    shows: str
    generated: int = 0
    distinct: int = 0
    """States that an accepted run has to have: a spec with fewer says less."""
    edges: int = 0
    """Of a run that compares graphs: how many there have to be, labels told apart."""
    seconds: float = 0.0
    """Roughly, on a busy machine."""
    large: bool = False
    """Whether it is made only when it is named in full."""
    quick: bool = False
    """Whether it belongs to the subset that every test run has."""
    channel: str = ""
    """Of a mutant of the algorithm: ``FILE::NAME`` of a channel with the same mistake. The file is part of a checkout,
    not of what is installed."""

    @property
    def accepted(self) -> bool:
        """Whether the run has to pass."""
        return self.expect == ACCEPTED

    @property
    def compares(self) -> bool:
        """Whether the state graph is compared with that of the model."""
        return self.config == GRAPH

    @property
    def link(self) -> str:
        """What kind of check has to reject it; empty if none has."""
        return "" if self.accepted else LINKS.get(self.expect, "safety")


@cache
def load_manifest() -> tuple[Run, ...]:
    """The runs of the manifest, mutants after the run that controls them."""
    return read_manifest(read_spec("manifest.toml"))


def read_manifest(text: str) -> tuple[Run, ...]:
    """The runs of this text. Raises ValueError if it makes no sense."""
    document = tomllib.loads(text)
    runs: dict[str, Run] = {}
    for entry in document.get("run", []):
        _add(runs, Run(**_known(entry)))
    for entry in document.get("mutant", []):
        control = runs.get(entry["control"])
        if control is None or not control.accepted:
            raise ValueError(f"{entry['name']}: its control {entry['control']!r} is no run that is accepted")
        if not entry.get("mistake") or entry.get("expect", ACCEPTED) == ACCEPTED:
            raise ValueError(f"{entry['name']}: a mutant has a mistake, and a formula that rejects it")
        _add(
            runs,
            Run(module=control.module, config=control.config, constants=control.constants, **_known(entry)),
        )
    return tuple(runs.values())


class Entry(Protocol):
    """What can be chosen: a run, or a proof."""

    @property
    def name(self) -> str: ...
    @property
    def quick(self) -> bool: ...
    @property
    def large(self) -> bool: ...


E = TypeVar("E", bound=Entry)


def choose(runs: Sequence[E], only: Sequence[str] = (), *, quick: bool = False) -> tuple[E, ...]:
    """The runs whose names contain one of `only`, and of those the quick ones; large ones only by their full name.

    Raises UsageError if there are none.
    """
    for part in only:
        if not any(part in run.name for run in runs):
            raise UsageError(f"No run has {part!r} in its name; `duckrace spec --list` shows the names.")
    chosen = [run for run in runs if not only or any(part in run.name for part in only)]
    chosen = [run for run in chosen if (run.quick or not quick) and (run.name in only or not run.large)]
    if not chosen:
        which = "quick runs" if quick else "runs that need not be named in full"
        raise UsageError(f"None of the {which} has {' or '.join(map(repr, only))} in its name.")
    return tuple(chosen)


def configuration(run: Run) -> str:
    """The text of the .cfg file that TLC is given for this run."""
    text = read_spec(f"{run.config}.cfg")
    for name, value in run.constants.items():
        text = _replace(run, text, rf"^(\s*){name}\s*(?:=|<-).*$", f"{name} {_constant(value)}")
    if run.mistake and not run.compares:  # then it is one of the model
        text = _replace(run, text, r'^(\s*)(Bug|Fault)\s*= "none"$', rf'\2 = "{run.mistake}"')
    for name in run.without:
        text = _replace(run, text, rf"^()[ \t]+{name}\n", "")
    return text


def formulas(run: Run) -> dict[str, str]:
    """What the run checks: the name of each formula, and whether it is an INVARIANT or a PROPERTY."""
    found: dict[str, str] = {"Graph": "GRAPH"} if run.compares else {}
    section = ""
    for line in configuration(run).splitlines():
        words = line.partition("\\*")[0].split()
        if not words:
            continue
        if words[0] in ("INVARIANT", "INVARIANTS", "PROPERTY", "PROPERTIES"):
            section = words.pop(0)[:5]
        elif words[0].isupper() and not line[0].isspace():
            section = ""
        if section:
            found |= dict.fromkeys(words, "INVARIANT" if section == "INVAR" else "PROPERTY")
    return found


@cache
def spec_modules() -> Mapping[str, str]:
    """The texts of all modules, by name."""
    files = resources.files(PACKAGE).iterdir()
    return {file.name[:-4]: file.read_text(encoding="utf-8") for file in files if file.name.endswith(".tla")}


def read_spec(name: str) -> str:
    """The text of one file of the specs."""
    return (resources.files(PACKAGE) / name).read_text(encoding="utf-8")


def _known(entry: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in entry.items() if name in Run.__slots__}
    if len(known) < len(entry):
        raise ValueError(f"{entry.get('name')}: unknown keys {sorted(set(entry) - set(known))}")
    return known | {"without": tuple(entry.get("without", ()))}


def _add(runs: dict[str, Run], run: Run) -> None:
    if run.name in runs:
        raise ValueError(f"two runs are named {run.name!r}")
    runs[run.name] = run
    if not run.accepted and run.expect not in formulas(run):
        raise ValueError(f"{run.name}: {run.config}.cfg does not check {run.expect}")


def _replace(run: Run, text: str, pattern: str, by: str) -> str:
    text, times = re.subn(pattern, rf"\g<1>{by}", text, flags=re.MULTILINE)
    if times != 1:
        raise ValueError(f"{run.name}: {run.config}.cfg has not one line like {pattern!r}, but {times}")
    return text


def _constant(value: int | bool | str) -> str:
    if isinstance(value, bool):
        return "= TRUE" if value else "= FALSE"
    return f"= {value}" if isinstance(value, int) else f"<- {value}"
