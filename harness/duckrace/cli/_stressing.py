"""``duckrace stress``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import click
from click.core import ParameterSource

import duckrace
from duckrace._errors import UsageError

from ._options import CORPUS, corpus_, json_, no_corpus_, option, quiet_, seed_
from ._process import Process

HISTORIES = "histories"
"""The folder of the corpus that histories are kept in."""


@click.command(short_help="Run a channel or a function on real threads.")
@click.argument("scenario", metavar="[FILE_OR_MODULE::FUNCTION]", required=False)
@option("--channel", metavar="REF", help="FILE_OR_MODULE::NAME, or a name of `duckrace list`. Default: reference.")
@option("--seconds", default=10.0, show_default=True, metavar="SECONDS", type=float, help="How long.")
@click.option(
    "--operations",
    envvar="DUCKRACE_STRESS_OPERATIONS",  # those of `verify` are others; so are its threads
    default=20_000,
    show_default=True,
    metavar="N",
    type=int,
    help="Calls in one long history.",
)
@click.option(
    "--threads",
    envvar="DUCKRACE_STRESS_THREADS",
    default=4,
    show_default=True,
    metavar="N",
    type=int,
    help="How many use a channel.",
)
@seed_
@option(
    "--switch-interval", default=1e-6, show_default=True, metavar="SECONDS", type=float,
    help="After this time a thread gives the GIL away.",
)  # fmt: skip
@option(
    "--hang", default=10.0, show_default=True, metavar="SECONDS", type=float,
    help="No call returns for so long (of a function: no run ends): a hang.",
)  # fmt: skip
@click.option(
    "--processes/--no-processes", default=True, envvar="DUCKRACE_PROCESSES",
    help="Also in child processes, where the channel can do that.",
)  # fmt: skip
@option("--save", metavar="FILE", help="Write the history of a failure here.  [default: into the corpus]")
@click.option("--judge", metavar="FILE", help="Run nothing: judge a history that was kept.")
@corpus_
@no_corpus_
@json_
@quiet_
@click.pass_obj
def stress(
    process: Process | None,
    /,
    scenario: str | None,
    channel: str | None,
    save: str | None,
    judge: str | None,
    corpus: str,
    no_corpus: bool,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> int:
    """Run a channel or FUNCTION on real threads, for what cannot be simulated; judge every history of a channel.

    \b
    Examples: duckrace stress --channel mp-queue
              duckrace stress examples/producers.py::producers
    """
    from duckrace import realthreads
    from duckrace.report.terminal import Bar

    source = click.get_current_context().get_parameter_source("channel")
    if source is ParameterSource.ENVIRONMENT and (scenario or judge):
        channel = None  # the environment says which channel, where one is wanted
    given = [name for name, value in (("FUNCTION", scenario), ("--channel", channel), ("--judge", judge)) if value]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} were given, and one run has one subject: say which.")
    if judge is not None:
        return _tell(realthreads.judge_again(judge), as_json, quiet)
    with Bar(shown=not (quiet or as_json)) as bar:

        def progress(now: duckrace.Progress) -> None:
            share = min(now.seconds / settings["seconds"], 1.0)
            bar.update("on real threads", round(100 * share), 100, f"{now.executions:,} rounds")

        ours = process is not None and process.ours
        report = realthreads.stress(scenario or channel, progress=progress, _ours=ours, **settings)
    report, wrong = _kept(report, save, None if no_corpus else corpus, realthreads.write)
    status = _tell(report, as_json, quiet)
    if wrong:
        click.echo(f"Error: {wrong}", err=True)
    return status


def _kept(
    report: duckrace.StressReport, save: str | None, corpus: str | None, write: Callable[[bytes, str], None]
) -> tuple[duckrace.StressReport, str]:
    """The report with its history in a file; and what is wrong with that, which must not cost the report."""
    if not report.history or (save is None and corpus is None):
        return report, ""
    file = save
    try:
        if file is None:
            file = _file(report, corpus or CORPUS)
        write(report.history, file)
    except (UsageError, OSError) as error:
        return report, str(error)
    return replace(report, saved=file), ""


def _file(report: duckrace.StressReport, corpus: str) -> str:
    """Named after its content, so that none is lost to another one."""
    import hashlib
    import os

    folder = os.path.join(corpus, HISTORIES)
    os.makedirs(folder, exist_ok=True)
    subject = "".join(letter if letter.isalnum() else "-" for letter in report.subject)
    return os.path.join(folder, f"{subject}-{hashlib.sha256(report.history).hexdigest()[:12]}.json")


def _tell(report: duckrace.StressReport, as_json: bool, quiet: bool) -> int:
    """Print `report`; returns the exit status."""
    from duckrace.report import as_json as documents
    from duckrace.report import stress_story, terminal

    if as_json:
        click.echo(documents.encode_stress(report))
    elif quiet:
        terminal.show(stress_story.brief(report), sys.stdout)
    else:
        terminal.show(stress_story.of_stress(report, terminal.width(sys.stdout)), sys.stdout)
    return report.verdict.exit_status
