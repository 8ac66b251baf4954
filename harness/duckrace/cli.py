"""The command line: ``explore``, ``replay``, ``check``, ``new-channel``, ``list``.

It turns words into calls of the library and values into reports.  What is wrong with a call is said by
the library (UsageError), how a value looks by ``report``; rich is imported only where there is a terminal.

Exit status: 0 passed, 1 a fault was found, 2 wrong use, 3 nothing can be said (budget, uncontrolled,
nondeterminism, Ctrl-C), 70 duckrace itself is broken, 141 the reader of its output went away.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import click

import duckrace

from ._errors import UsageError

if TYPE_CHECKING:
    from ._settings import Progress
    from .checks.baseline import Comparison

WRONG_USE: Final = 2
INCONCLUSIVE: Final = 3
BROKEN: Final = 70  # EX_SOFTWARE
PIPE_CLOSED: Final = 141  # what shells show for a program that a closed pipe ended

HASH_SEED: Final = "0"
CORPUS: Final = ".duckrace"  # that of _corpus, which is not imported for a word

STRATEGIES: Final = {
    "pct": "priorities that change at a few random steps: good at bugs that need few switches",
    "portfolio": "the others by turns (default)",
    "random": "any thread that can go on, each as likely",
}
CHECKS: Final = {
    "contract": "every numbered statement of the channel contract, by itself",
    "conformance": "call by call, is it what its model says?",
    "delivery": "messages keep their order and arrive exactly once",
    "closure": "the last drop closes, in every way in which a handle can be dropped",
    "hangs": "what must not hang never does, and what must is told for what it is",
}
PROFILES: Final = {"default": "under a minute", "quick": "a few seconds"}
TIMEOUT_WORDS: Final = {"idle": "a time-out fires when no thread can go on without it (default)"}

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Whose process this is: only our own may be replaced by one with another hash seed."""

    ours: bool = False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; without `arguments`, those of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a report must not die of its own typography
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())  # as `python -m` does: MODULE::NAME is looked up here
    process = Process(ours=arguments is None)
    try:
        status = cli.main(arguments, prog_name="duckrace", standalone_mode=False, obj=process)
        sys.stdout.flush()
        return int(status or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except UsageError as error:
        click.echo(f"Error: {error}", err=True)
        return WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted before anything could be said.", err=True)
        return INCONCLUSIVE
    except (BrokenPipeError, SystemExit):  # the latter is click's word for the former
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more to flush into the pipe
        return PIPE_CLOSED
    except Exception:
        return _broken()


def _broken() -> int:
    import platform
    import traceback

    traceback.print_exc()
    click.echo(
        "Error: duckrace itself is broken here, not the program under test. Please report it with the lines above, "
        f"duckrace {_version()}, Python {platform.python_version()}.",
        err=True,
    )
    return BROKEN


def _version() -> str:
    from importlib.metadata import PackageNotFoundError

    try:
        return duckrace.__version__
    except PackageNotFoundError:
        return "(not installed)"


def _show_version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        click.echo(f"duckrace {_version()}")
        context.exit()


# -- options ------------------------------------------------------------------------------------------------


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that takes a value; DUCKRACE_<NAME> sets it too."""
    return click.option(*names, envvar="DUCKRACE_" + names[0].strip("-").replace("-", "_").upper(), **settings)


_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the report.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No progress, and only the verdict.")
_seed = _option("--seed", default=0, show_default=True, metavar="N", type=int, help="Chooses the samples.")
_deadline = _option(
    "--deadline", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True), help="End after this time, as BUDGET."
)
_corpus = _option(
    "--corpus", default=CORPUS, show_default=True, metavar="DIR", help="Failures are kept here and replayed first."
)
_no_corpus = click.option("--no-corpus", is_flag=True, envvar="DUCKRACE_NO_CORPUS", help="Keep and replay none.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Print it and exit."
)
def cli() -> None:
    """Drive concurrent Python code through its thread interleavings on purpose.

    \b
    Exit status: 0 passed, 1 a fault was found, 2 wrong use,
    3 nothing can be said (budget, uncontrolled, nondeterminism, Ctrl-C).
    """


# -- explore and replay -------------------------------------------------------------------------------------


@cli.command(short_help="Explore the interleavings of a function.")
@click.argument("scenario", metavar="FILE_OR_MODULE::FUNCTION")
@_option(
    "--strategy", default="portfolio", show_default=True, metavar="NAME", help="Who goes next; see `duckrace list`."
)
@_option("--executions", "-n", default=1_000, show_default=True, metavar="N", type=int, help="How many at most.")
@_seed
@_option("--max-steps", default=20_000, show_default=True, metavar="N", type=int, help="Schedule points per execution.")
@_option("--granularity", default="sync", show_default=True, metavar="NAME", help="Where threads may switch.")
@_option("--timeouts", default="idle", show_default=True, metavar="NAME", help="When time-outs may fire.")
@click.option(
    "--modules",
    "-m",
    multiple=True,
    metavar="PACKAGE",
    envvar="DUCKRACE_MODULES",
    help="Simulate this package, and only those named (repeatable). Default: all pure-Python ones.",
)
@_option(
    "--thread-exceptions",
    default="fail",
    show_default=True,
    type=click.Choice(["fail", "ignore"]),
    help="What an exception that a thread does not catch means.",
)
@_option(
    "--watchdog",
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Without a schedule point for so long: UNCONTROLLED (0: never).",
)
@click.option("--keep-going", is_flag=True, help="Do not end at the first failing execution.")
@_deadline
@_corpus
@_no_corpus
@_json
@_quiet
@click.pass_obj
def explore(
    process: Process | None, /, scenario: str, no_corpus: bool, as_json: bool, quiet: bool, **settings: Any
) -> int:
    """Explore the interleavings of FUNCTION, which takes no arguments and starts threads.

    Example: duckrace explore examples/producers_hang.py::producers_hang
    """
    _fix_hash_seed(process, _chosen_hash_seed())
    from .report.terminal import Bar

    settings["modules"] = settings["modules"] or None
    settings["corpus"] = None if no_corpus else settings["corpus"]
    with Bar(shown=not (quiet or as_json)) as bar:

        def progress(now: Progress) -> None:
            pace = f"{now.executions / now.seconds:,.0f}/s" if now.seconds else ""
            failed = f", {now.failed:,} failed" if now.failed else ""
            bar.update("exploring", now.executions, now.total, pace + failed)

        result = duckrace.explore(scenario, progress=progress, **settings)
    return _tell(result, as_json, quiet)


@cli.command(short_help="Run again the one execution that a token names.")
@click.argument("token")
@click.option("--force", is_flag=True, help="Replay although the source or the Python version is another one.")
@_json
@_quiet
@click.pass_obj
def replay(process: Process | None, /, token: str, force: bool, as_json: bool, quiet: bool) -> int:
    """Run again the one execution that TOKEN names ("-": read it from standard input)."""
    from . import _token

    if token == "-":
        token = sys.stdin.read()
    token = token.replace("duckrace replay", "").strip()  # the whole line was pasted
    held = _token.decode(token).hash_seed
    _fix_hash_seed(process, held if held.isdigit() else _chosen_hash_seed(), {"-": token})
    return _tell(duckrace.replay(token, force=force), as_json, quiet)


def _tell(result: duckrace.Result, as_json: bool, quiet: bool) -> int:
    """Print `result`; returns the exit status."""
    from .report import as_json as documents
    from .report import story, terminal

    if as_json:
        click.echo(documents.encode_result(result))
    elif quiet:
        terminal.show(story.brief(result), sys.stdout)
    else:
        terminal.show(story.of_result(result, terminal.width(sys.stdout)), sys.stdout)
    return result.verdict.exit_status


# -- check --------------------------------------------------------------------------------------------------


@cli.command(short_help="Check a channel: delivery, closing, hangs.")
@_option("--channel", metavar="REF", help="FILE_OR_MODULE::NAME, or a name of `duckrace list`. Default: reference.")
@_option("--profile", default="default", show_default=True, metavar="NAME", help="How much is explored.")
@click.option("--row", "rows", multiple=True, metavar="NAME", help="Only this row (repeatable); see `duckrace list`.")
@_seed
@_deadline
@_corpus
@_no_corpus
@click.option(
    "--baseline", metavar="FILE", help="Fail if less passes or is explored than FILE says; written if missing."
)
@click.option("--update-baseline", is_flag=True, help="Write the baseline anew instead.")
@_json
@_quiet
@click.pass_obj
def check(
    process: Process | None,
    /,
    channel: str | None,
    no_corpus: bool,
    baseline: str | None,
    update_baseline: bool,
    as_json: bool,
    quiet: bool,
    **settings: Any,
) -> int:
    """Check a channel against the contract: delivery, closing, hangs.

    Example: duckrace check --channel examples/broken.py::lost_wakeup
    """
    _fix_hash_seed(process, _chosen_hash_seed())
    settings["rows"] = settings["rows"] or None
    settings["corpus"] = None if no_corpus else settings["corpus"]
    _look_at_baseline(baseline, update_baseline, settings)
    from .checks import check as run
    from .report import as_json as documents
    from .report import check_story, terminal

    row = "anything"
    with terminal.Bar(shown=not (quiet or as_json)) as bar:

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
    compared, wrong = _compared(report, baseline, update_baseline)
    if as_json:
        click.echo(documents.encode_check(report, compared))
    elif quiet:
        terminal.show(check_story.brief(report, compared), sys.stdout)
    else:
        terminal.show(check_story.of_check(report, terminal.width(sys.stdout), compared), sys.stdout)
    if wrong:
        click.echo(f"Error: {wrong}", err=True)
        return report.verdict.exit_status or WRONG_USE
    return 1 if compared is not None and compared.worse else report.verdict.exit_status


def _look_at_baseline(file: str | None, update: bool, settings: dict[str, Any]) -> None:
    """Whatever is wrong with a baseline is said before the check, which takes longer."""
    if file is None:
        if update:
            raise UsageError("--update-baseline writes the file that --baseline FILE names: say which.")
        return
    from .checks import baseline

    held = None if update else baseline.read(file)
    if held is not None:
        baseline.fit(held, file, profile=settings["profile"], seed=settings["seed"])
    else:
        baseline.writable(file)


def _compared(report: duckrace.CheckReport, file: str | None, update: bool) -> tuple[Comparison | None, str]:
    """`report` beside its baseline, or as the new one; and what is wrong with that, which must not cost the report."""
    if file is None:
        return None, ""
    from .checks import baseline

    try:
        if update or not os.path.exists(file):
            return baseline.write(report, file), ""
        return baseline.compare(report, file), ""
    except UsageError as error:
        return None, str(error)


# -- new-channel --------------------------------------------------------------------------------------------


@cli.command("new-channel", short_help="Write the skeleton of a channel to check.")
@click.argument("file", metavar="FILE")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def new_channel(file: str, force: bool) -> int:
    """Write a small channel to FILE that can be checked as it stands, to be replaced by your own.

    Example: duckrace new-channel mychannel.py
    """
    from .plugins import _scaffold

    reference = _scaffold.write(file, force)
    click.echo(f"{file} is a channel that works. Put yours in its place; to check it:\n")
    click.echo(shlex.join(["duckrace", "check", "--channel", reference]))
    return 0


# -- list ---------------------------------------------------------------------------------------------------


@cli.command("list", short_help="List what there is to choose from.")
@_json
def show_list(as_json: bool) -> int:
    """List strategies, granularities, rows of `check` and known channels."""
    known = _known()
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode({"format": 1, "kind": "list", **known}))
        return 0
    wide = max(len(name) for names in known.values() for name in names)
    for title, names in known.items():
        click.echo(title)
        for name, meaning in names.items():
            click.echo(f"  {name:<{wide}}  {meaning}".rstrip())
    return 0


def _known() -> dict[str, dict[str, str]]:
    """What there is to choose from, with a few words on each."""
    from . import checks, search
    from ._settings import GRANULARITIES, TIMEOUTS
    from .plugins._known import KNOWN
    from .plugins._load import installed
    from .report.story import SWITCHES

    return {
        "strategies": {name: STRATEGIES.get(name, "") for name in search.STRATEGIES},
        "granularities": {name: SWITCHES.get(name, "") for name in GRANULARITIES},
        "timeouts": {name: TIMEOUT_WORDS.get(name, "") for name in TIMEOUTS},
        "checks": {name: CHECKS.get(name, "") for name in checks.ROWS},
        "profiles": {name: PROFILES.get(name, "") for name in checks.PROFILES},
        "channels": {**{name: known.words for name, known in KNOWN.items()}, **installed()},
    }


# -- the hash seed ------------------------------------------------------------------------------------------


def _chosen_hash_seed() -> str:
    """That of the caller if it is a fixed one."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    return seed if seed.isdigit() else HASH_SEED


def _fix_hash_seed(process: Process | None, seed: str, instead: dict[str, str] | None = None) -> None:
    """Begin again with PYTHONHASHSEED=`seed`, unless this process has it: the order of sets must not be chance.

    `instead` replaces arguments (standard input can be read only once).
    """
    if process is None or not process.ours or sys.flags.ignore_environment:
        return
    if os.environ.get("PYTHONHASHSEED") == seed:
        return
    _begin_again([sys.executable, *((instead or {}).get(part, part) for part in sys.orig_argv[1:])], seed)


def _begin_again(command: list[str], seed: str) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, {**os.environ, "PYTHONHASHSEED": seed})
