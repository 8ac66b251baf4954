"""``duckrace certificate``: is what a certificate says still so?  And how `check` and `spec` write one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

import duckrace
from duckrace._errors import UsageError
from duckrace._words import many

from ._options import json_
from ._status import INCONCLUSIVE

if TYPE_CHECKING:
    from duckrace.formal import Report
    from duckrace.report.terminal import Bar


@click.group(short_help="Look at a certificate.")
def certificate() -> None:
    """Look at a file that `check --certificate` or `spec --certificate` wrote."""


@certificate.command("verify", short_help="Say what of a certificate is stale.")
@click.argument("file")
@json_
def verify_certificate(file: str, as_json: bool) -> int:
    """Compare the files that the certificate was made from with those that there are now, and say what is stale.

    Nothing is checked again. Exit status: 0 all are the same, and what was checked passed; 1 something is stale or
    failed; 3 something is inconclusive, or nothing was checked.

    Example: duckrace certificate verify certificate.json
    """
    from duckrace.checks import chain
    from duckrace.report import as_json as documents
    from duckrace.report import chain_story, terminal

    held = chain.read(file)
    found = chain.stale(held)
    if as_json:
        click.echo(documents.encode_stale(file, held, found))
    else:
        terminal.show(chain_story.of_chain(held, found, terminal.width(sys.stdout)), sys.stdout)
    return chain.status(held, found)


def look_at_certificate(file: str | None) -> None:
    """Whatever is wrong with a certificate's place is said before the check, which takes longer."""
    if file is not None:
        from duckrace.checks import chain

        chain.writable(file)
        if os.path.exists(file):
            chain.read(file)  # nothing else is overwritten


class _CutError(Exception):
    """There is no time for the runs of the specs, or no more: why."""


def write_check(
    report: duckrace.CheckReport,
    channel: str | None,
    file: str,
    bar: Bar,
    *,
    rows: Collection[str] | None = None,
    deadline: float | None = None,
) -> int:
    """Put what `check` did into the certificate; the exit status of what it did besides.

    A thorough check makes the quick runs of `spec`, too, unless the file has its part and that is up to date. Any other
    leaves that part as it is, and so does one that is interrupted, or for which no time is left.
    """
    from duckrace.checks import ROWS, chain

    left = None if deadline is None else max(0.0, deadline - report.seconds)
    ends = None if left is None else time.monotonic() + left
    reference, part = chain.of_check(report, channel, ROWS, file, asked=rows or (), deadline=deadline)
    spec = chain.read(file).spec if os.path.exists(file) else None
    status = 0
    if report.profile == "thorough" and not (spec is not None and chain.up_to_date(spec)):
        try:
            if report.cut or left == 0.0:
                raise _CutError(report.cut or f"the deadline of {deadline:g} s")
            made = _quick_spec(bar, ends, deadline)
            spec, status = chain.of_spec(made, file, quick=True), made.exit_status
        except UsageError as error:
            spec = chain.unchecked_spec(file, str(error))
        except (KeyboardInterrupt, _CutError) as cut:
            status = INCONCLUSIVE
            spec = chain.unchecked_spec(file, str(cut) or "interrupted") if spec is None else spec
    elif spec is None:
        spec = chain.unchecked_spec(file, f"the profile {report.profile} does not run it")
    chain.write(chain.Chain(channel=reference, check=part, spec=spec), file)
    return status


def refuse_to_lose(file: str | None, chosen: Collection[str]) -> None:
    """Raise UsageError if the certificate says of other runs of the specs than these what is still so."""
    from duckrace.checks import chain

    if file is None or not os.path.exists(file):
        return
    lost = chain.lost(chain.read(file).spec, chosen)
    if lost:
        raise UsageError(
            f"The certificate {file} has {many(len(lost), 'run')} that this command does not make, {lost[0]} first: "
            "that would be lost. Make all runs, name another file, or delete this one."
        )


def write_spec(report: Report, file: str, *, quick: bool, only: Sequence[str] = ()) -> None:
    """Put what `spec` did into the certificate, beside what `check` did if it is there."""
    from duckrace.checks import ROWS, chain

    part = chain.of_spec(report, file, quick=quick, only=only)
    if os.path.exists(file):
        held = chain.read(file)
        chain.write(chain.Chain(channel=held.channel, check=held.check, spec=part), file)
    else:
        chain.write(chain.Chain(check=chain.unchecked_check(file, ROWS), spec=part), file)


def _quick_spec(bar: Bar, ends: float | None, deadline: float | None) -> Report:
    """Raises _CutError when it `ends`, on the clock of time.monotonic."""
    from duckrace.formal import load_entries
    from duckrace.formal._manifest import choose

    from ._spec_runs import make

    def show(what: str, done: int, of: int, more: str) -> None:
        if ends is not None and time.monotonic() > ends:
            raise _CutError(f"the deadline of {deadline:g} s")
        bar.update(what, done, of, more)

    return make(choose(load_entries(), quick=True), show)
