"""``duckrace explore`` and ``duckrace replay``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

import duckrace

from ._options import corpus_, deadline_, json_, no_corpus_, option, quiet_, seed_
from ._process import Process, chosen_hash_seed, fix_hash_seed

if TYPE_CHECKING:
    from duckrace._settings import Progress


@click.command(short_help="Explore the interleavings of a function.")
@click.argument("scenario", metavar="FILE_OR_MODULE::FUNCTION")
@option(
    "--strategy", default="portfolio", show_default=True, metavar="NAME", help="Who goes next; see `duckrace list`."
)
@option(
    "--executions", "-n", metavar="N", type=int, help="How many at most.  [default: 1000 samples; all by dpor and dfs]"
)
@option(
    "--preemptions", metavar="N", type=int, help="At most so many switches away from a thread that could go on (dfs)."
)
@seed_
@option("--max-steps", default=20_000, show_default=True, metavar="N", type=int, help="Schedule points per execution.")
@option("--granularity", default="sync", show_default=True, metavar="NAME", help="Where threads may switch.")
@option("--timeouts", default="idle", show_default=True, metavar="NAME", help="When time-outs may fire.")
@option("--gc", default="between", show_default=True, metavar="NAME", help="When the cycle collector may run.")
@click.option(
    "--modules",
    "-m",
    multiple=True,
    metavar="PACKAGE",
    envvar="DUCKRACE_MODULES",
    help="Simulate this package, and only those named (repeatable). Default: all pure-Python ones.",
)
@option(
    "--thread-exceptions",
    default="fail",
    show_default=True,
    type=click.Choice(["fail", "ignore"]),
    help="What an exception that a thread does not catch means.",
)
@option(
    "--watchdog",
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Without a schedule point for so long: UNCONTROLLED (0: never).",
)
@option("--keep-going", is_flag=True, default=False, help="Do not end at the first failing execution.")
@click.option(
    "--minimize/--no-minimize",
    default=True,
    envvar="DUCKRACE_MINIMIZE",
    help="Reduce the schedule of a failure to what matters, or show it as it was found.",
)
@deadline_
@corpus_
@no_corpus_
@json_
@quiet_
@click.pass_obj
def explore(
    process: Process | None, /, scenario: str, no_corpus: bool, as_json: bool, quiet: bool, **settings: Any
) -> int:
    """Explore the interleavings of FUNCTION, which takes no arguments and starts threads.

    Example: duckrace explore examples/producers_hang.py::producers_hang
    """
    fix_hash_seed(process, chosen_hash_seed())
    from duckrace.report.terminal import Bar

    settings["modules"] = settings["modules"] or None
    settings["corpus"] = None if no_corpus else settings["corpus"]
    with Bar(shown=not (quiet or as_json)) as bar:

        def progress(now: Progress) -> None:
            pace = f"{now.executions / now.seconds:,.0f}/s" if now.seconds else ""
            failed = f", {now.failed:,} failed" if now.failed else ""
            total = now.executions if now.total == sys.maxsize else now.total
            bar.update(now.doing, now.executions, total, pace + failed)

        result = duckrace.explore(scenario, progress=progress, **settings)
    return _tell(result, as_json, quiet)


@click.command(short_help="Run again the one execution that a token names.")
@click.argument("token")
@click.option("--force", is_flag=True, help="Replay although the source or the Python version is another one.")
@json_
@quiet_
@click.pass_obj
def replay(process: Process | None, /, token: str, force: bool, as_json: bool, quiet: bool) -> int:
    """Run again the one execution that TOKEN names ("-": read it from standard input)."""
    from duckrace import _token

    if token == "-":
        token = sys.stdin.read()
    token = token.replace("duckrace replay", "").strip()  # the whole line was pasted
    held = _token.decode(token).hash_seed
    fix_hash_seed(process, held if held.isdigit() else chosen_hash_seed(), {"-": token})
    return _tell(duckrace.replay(token, force=force), as_json, quiet)


def _tell(result: duckrace.Result, as_json: bool, quiet: bool) -> int:
    """Print `result`; returns the exit status."""
    from duckrace.report import as_json as documents
    from duckrace.report import story, terminal

    if as_json:
        click.echo(documents.encode_result(result))
    elif quiet:
        terminal.show(story.brief(result), sys.stdout)
    else:
        terminal.show(story.of_result(result, terminal.width(sys.stdout)), sys.stdout)
    return result.verdict.exit_status
