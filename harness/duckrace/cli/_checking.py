"""``duckrace check``."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

import duckrace
from duckrace._errors import UsageError

from ._certifying import look_at_certificate, write_check
from ._options import certificate_, corpus_, deadline_, json_, no_corpus_, option, quiet_, seed_
from ._process import Process, chosen_hash_seed, fix_hash_seed, terminated_as_interrupted
from ._status import INCONCLUSIVE, WRONG_USE

if TYPE_CHECKING:
    from duckrace.checks.baseline import Comparison


@click.command(short_help="Check a channel: delivery, closing, hangs.")
@option("--channel", metavar="REF", help="FILE_OR_MODULE::NAME, or a name of `duckrace list`. Default: reference.")
@option("--profile", default="default", show_default=True, metavar="NAME", help="How much is explored.")
@click.option("--row", "rows", multiple=True, metavar="NAME", help="Only this row (repeatable); see `duckrace list`.")
@seed_
@deadline_
@corpus_
@no_corpus_
@click.option(
    "--baseline", metavar="FILE", help="Fail if less passes or is explored than FILE says; written if missing."
)
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew instead.")
@certificate_
@json_
@quiet_
@click.pass_obj
def check(
    process: Process | None,
    /,
    channel: str | None,
    no_corpus: bool,
    baseline: str | None,
    update_baseline: bool,
    certificate: str | None,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> int:
    """Check a channel against the contract: delivery, closing, hangs.

    Example: duckrace check --channel examples/broken.py::lost_wakeup
    """
    fix_hash_seed(process, chosen_hash_seed())
    settings["rows"] = settings["rows"] or None
    settings["corpus"] = None if no_corpus else settings["corpus"]
    _look_at_baseline(baseline, update_baseline, settings)
    look_at_certificate(certificate)
    from duckrace.checks import check as run
    from duckrace.report import as_json as documents
    from duckrace.report import check_story, terminal

    row = "anything"
    with terminated_as_interrupted(process), terminal.Bar(shown=not (quiet or as_json)) as bar:

        def progress(name: str, done: int, total: int) -> None:
            nonlocal row
            row = name
            bar.update(name, done, total)

        try:
            report = run(channel, progress=progress, **settings)
        except KeyboardInterrupt:
            bar.close()
            click.echo(f"Interrupted while {row} was checked: nothing can be said.", err=True)
            return INCONCLUSIVE
        specs = 0
        if certificate is not None:
            specs = write_check(report, channel, certificate, bar, rows=settings["rows"], deadline=settings["deadline"])
    compared, wrong = _compared(report, baseline, update_baseline)
    if specs:  # not a row of the check, but no pass either
        verdict = duckrace.Verdict(kind=duckrace.Kind.BUDGET, detail="the specs were not checked to the end")
        if specs == 1:
            verdict = duckrace.Verdict(kind=duckrace.Kind.FAILED, detail="the specs did not pass")
        its_row = duckrace.Row(name="specs", verdict=verdict, covered="the quick runs")
        report = replace(report, rows=(*report.rows, its_row))
    if as_json:
        click.echo(documents.encode_check(report, compared))
    elif quiet:
        terminal.show(check_story.brief(report, compared), sys.stdout)
    else:
        terminal.show(check_story.of_check(report, terminal.width(sys.stdout), compared), sys.stdout)
    if certificate is not None and not (as_json or quiet):
        click.echo(f"The certificate is {certificate}: see `duckrace certificate verify {certificate}`.")
    if wrong:
        click.echo(f"Error: {wrong}", err=True)
        return report.verdict.exit_status or WRONG_USE
    if specs:
        said = "did not pass" if specs == 1 else "were not checked to the end"
        click.echo(f"The specs {said}: see `duckrace certificate verify {certificate}`.", err=True)
    return 1 if compared is not None and compared.worse else report.verdict.exit_status


def _look_at_baseline(file: str | None, update: bool, settings: dict[str, Any]) -> None:
    """Whatever is wrong with a baseline is said before the check, which takes longer."""
    if file is None:
        if update:
            raise UsageError("--update-baseline writes the file that --baseline FILE names: say which.")
        return
    from duckrace.checks import baseline

    held = None if update else baseline.read(file)
    if held is not None:
        baseline.fit(held, file, profile=settings["profile"], seed=settings["seed"])
    else:
        baseline.writable(file)


def _compared(report: duckrace.CheckReport, file: str | None, update: bool) -> tuple[Comparison | None, str]:
    """`report` beside its baseline, or as the new one; and what is wrong with that, which must not cost the report."""
    if file is None:
        return None, ""
    from duckrace.checks import baseline

    try:
        if update or not os.path.exists(file):
            return baseline.write(report, file), ""
        return baseline.compare(report, file), ""
    except UsageError as error:
        return None, str(error)
