"""``duckrace certificate``: is what a certificate says still so?  And how `check` and `spec` write one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

import duckrace
from duckrace._errors import UsageError

from ._options import json_

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

    Nothing is checked again. Exit status: 0 all are the same and nothing failed, 1 something is stale or failed.

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
    failed = [link for part in (held.check, held.spec) for link in part.links if link.outcome == "failed"]
    return 1 if found or failed else 0


def look_at_certificate(file: str | None) -> None:
    """Whatever is wrong with a certificate's place is said before the check, which takes longer."""
    if file is not None:
        from duckrace.checks import chain

        chain.writable(file)
        if os.path.exists(file):
            chain.read(file)  # nothing else is overwritten


def write_check(report: duckrace.CheckReport, channel: str | None, file: str, bar: Bar) -> int:
    """Put what `check` did into the certificate; the exit status of what it did besides.

    A thorough check makes the quick runs of `spec`, too, unless the file has its part and that is up to date. Any other
    leaves that part as it is.
    """
    from duckrace.checks import ROWS, chain

    reference, part = chain.of_check(report, channel, ROWS, file)
    spec = chain.read(file).spec if os.path.exists(file) else None
    status = 0
    if report.profile == "thorough" and not (spec is not None and chain.up_to_date(spec)):
        try:
            made = _quick_spec(bar)
            spec, status = chain.of_spec(made, file, quick=True), made.exit_status
        except UsageError as error:
            spec = chain.unchecked_spec(file, str(error))
        except KeyboardInterrupt:
            spec = chain.unchecked_spec(file, "interrupted")
    elif spec is None:
        spec = chain.unchecked_spec(file, f"the profile {report.profile} does not run it")
    chain.write(chain.Chain(channel=reference, check=part, spec=spec), file)
    return status


def write_spec(report: Report, file: str, *, quick: bool) -> None:
    """Put what `spec` did into the certificate, beside what `check` did if it is there."""
    from duckrace.checks import ROWS, chain

    part = chain.of_spec(report, file, quick=quick)
    if os.path.exists(file):
        held = chain.read(file)
        chain.write(chain.Chain(channel=held.channel, check=held.check, spec=part), file)
    else:
        chain.write(chain.Chain(check=chain.unchecked_check(file, ROWS), spec=part), file)


def _quick_spec(bar: Bar) -> Report:
    from duckrace.formal import load_entries
    from duckrace.formal._manifest import choose

    from ._spec_runs import make

    return make(choose(load_entries(), quick=True), bar)
