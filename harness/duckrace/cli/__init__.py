"""The command line: ``explore``, ``replay``, ``check``, ``verify``, ``stress``, ``spec``,
``certificate``, ``new-channel``, ``list``.

It turns words into calls of the library and values into reports.  What is wrong with a call is said by
the library (UsageError), how a value looks by ``report``; rich is imported only where there is a terminal.

One file per command; ``_options`` are those that several have, ``_process`` fixes the hash seed.

Exit status: 0 passed, 1 a fault was found, 2 wrong use, 3 nothing can be said (budget, uncontrolled,
nondeterminism, Ctrl-C), 70 duckrace itself is broken, 141 the reader of its output went away.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

import duckrace
from duckrace._errors import UsageError

from ._certifying import certificate
from ._checking import check
from ._exploring import explore, replay
from ._listing import show_list
from ._process import Process
from ._scaffolding import new_channel
from ._speccing import spec
from ._status import BROKEN, INCONCLUSIVE, PIPE_CLOSED, WRONG_USE
from ._stressing import stress
from ._verifying import verify


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
        _show(error, sys.argv[1:] if arguments is None else arguments)
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


def _show(error: click.ClickException, arguments: Sequence[str]) -> None:
    """What is wrong in one sentence, and where the options stand; without a command, all commands."""
    if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
        error.show()
        return
    said = " ".join(error.format_message().split())
    text = said if said.endswith((".", "?", "?)")) else f"{said}."
    if isinstance(error, click.UsageError):
        named = [word for word in arguments if word in cli.commands][:1]  # what reads words knows no command
        command = error.ctx.command_path if error.ctx is not None else " ".join(["duckrace", *named])
        text += f" See `{command} --help`."
    click.echo(f"Error: {text}", err=True)


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


for command in (explore, replay, check, verify, stress, spec, certificate, new_channel, show_list):
    cli.add_command(command)
