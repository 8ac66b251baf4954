"""``duckrace spec``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ._certifying import look_at_certificate, refuse_to_lose, write_spec
from ._options import certificate_, json_, option, quiet_
from ._process import Process, terminated_as_interrupted
from ._status import INCONCLUSIVE

if TYPE_CHECKING:
    from duckrace import formal
    from duckrace.checks.counterexamples import Replayed
    from duckrace.report.terminal import Bar

ALGORITHM = "MCMutex"  # the module whose counterexamples are sequences of calls, looks and sleeps


@click.command(short_help="Check the TLA+ specs of the channel with TLC, and with z3.")
@click.option("--only", metavar="NAME", multiple=True, help="Only runs with NAME in their name. Can be repeated.")
@click.option("--quick", is_flag=True, help="Only the subset that takes under two minutes.")
@click.option("--list", "as_list", is_flag=True, help="Show the runs, and make none.")
@click.option(
    "--traces", is_flag=True, help="Show the counterexamples of the mutants, too, and replay them on a channel."
)
@click.option(
    "--channel",
    metavar="FILE_OR_MODULE::NAME",
    help="With --traces: replay counterexamples of the algorithm on this channel. Default: one with the same mistake.",
)
@option("--jobs", "-j", metavar="N", type=click.IntRange(min=1), help="Runs of TLC at a time; default: one per CPU.")
@option(
    "--spec-limit",
    "limit",
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop a run of TLC after this time; z3 has a limit of steps.",
)
@certificate_
@json_
@quiet_
@click.pass_obj
def spec(
    process: Process | None,
    /,
    only: tuple[str, ...],
    quick: bool,
    as_list: bool,
    traces: bool,
    channel: str | None,
    jobs: int | None,
    limit: float,
    certificate: str | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Check that the channel's specs have their properties, that its algorithm refines its spec, that recorded
    executions are behaviours of the spec, that what it promises is true for any number of threads and messages, and
    that mutants of all of it are rejected.

    Needs the extra `formal`: python -m pip install 'duckrace[formal]'.

    Example: duckrace spec --only mutant/no-second-try --traces
    """
    from duckrace import formal
    from duckrace._errors import UsageError
    from duckrace.formal._manifest import choose
    from duckrace.report import as_json as documents
    from duckrace.report import spec_story, terminal

    from ._spec_runs import make

    if channel is not None and not traces:
        raise UsageError("--channel names what counterexamples are replayed on: it needs --traces.")
    chosen = choose(formal.load_entries(), only, quick=quick)
    if as_list:
        if as_json:
            click.echo(
                documents.encode_runs(
                    [one for one in chosen if isinstance(one, formal.Run)],
                    [one for one in chosen if isinstance(one, formal.Proof)],
                    [one for one in chosen if isinstance(one, formal.TraceRun)],
                )
            )
        else:
            terminal.show(spec_story.of_list(chosen), sys.stdout)
        return 0
    look_at_certificate(certificate)
    refuse_to_lose(certificate, [one.name for one in chosen])
    with terminated_as_interrupted(process), terminal.Bar(shown=not (quiet or as_json)) as bar:
        try:
            report = make(chosen, bar.update, jobs=jobs, limit=limit)
            replays = _replays(report, channel, bar) if traces else {}
        except KeyboardInterrupt:
            bar.close()
            click.echo("Interrupted: nothing can be said.", err=True)
            return INCONCLUSIVE
    if certificate is not None:
        write_spec(report, certificate, quick=quick, only=only)
    if as_json:
        click.echo(documents.encode_spec(report, replays))
    elif quiet:
        terminal.show(spec_story.brief(report), sys.stdout)
    else:
        width = terminal.width(sys.stdout)
        terminal.show(spec_story.of_report(report, width, traces=traces, replays=replays), sys.stdout)
    return report.exit_status


def _replays(report: formal.Report, channel: str | None, bar: Bar) -> dict[str, Replayed]:
    """What came of the counterexamples of the algorithm on channels: `channel`, or each on its own. By run."""
    on = {
        one.run.name: (one, channel or one.run.channel)
        for one in report.checked
        if one.answer.trace and (one.run.channel or (channel and one.run.module == ALGORITHM))
    }
    if not on:
        return {}
    from duckrace.checks.counterexamples import replayed  # Hypothesis, which takes a while to load

    found: dict[str, Replayed] = {}
    for name, (one, its) in on.items():
        bar.update("replay", len(found), len(on), name)
        found[name] = replayed(one, its)
    return found
