"""``duckrace verify``."""

from __future__ import annotations

import sys
from typing import Any

import click

import duckrace

from ._options import deadline_, json_, option, quiet_
from ._process import Process, chosen_hash_seed, fix_hash_seed
from ._status import INCONCLUSIVE


@click.command(short_help="Prove a channel right on all small programs.")
@option("--channel", metavar="REF", help="FILE_OR_MODULE::NAME, or a name of `duckrace list`. Default: reference.")
@option("--threads", default=3, show_default=True, metavar="N", type=int, help="At most; one receives, the rest send.")
@option("--operations", default=2, show_default=True, metavar="N", type=int, help="Of one thread, at most.")
@option("--calls", metavar="N", type=int, help="Of all threads together, at most. Default: no further limit.")
@deadline_
@json_
@quiet_
@click.pass_obj
def verify(process: Process | None, /, channel: str | None, as_json: bool, quiet: bool, **settings: Any) -> int:
    """Prove that a channel does exactly what its model allows, on all programs up to a size.

    Every interleaving of every program is explored: nothing illegal happens, and everything legal can happen.

    Example: duckrace verify --channel queue --operations 1
    """
    fix_hash_seed(process, chosen_hash_seed())
    from duckrace.checks import verify as run
    from duckrace.report import as_json as documents
    from duckrace.report import certificate_story, terminal

    def announce(plan: duckrace.Certificate) -> None:
        if not (quiet or as_json):
            terminal.show(certificate_story.of_plan(plan, terminal.width(sys.stdout)), sys.stdout)
            sys.stdout.flush()

    with terminal.Bar(shown=not (quiet or as_json)) as bar:
        try:
            found = run(
                channel, announce=announce, progress=lambda done, of: bar.update("verifying", done, of), **settings
            )
        except KeyboardInterrupt:
            bar.close()
            click.echo("Interrupted: nothing can be said.", err=True)
            return INCONCLUSIVE
    if as_json:
        click.echo(documents.encode_certificate(found))
    elif quiet:
        terminal.show(certificate_story.brief(found), sys.stdout)
    else:
        terminal.show(certificate_story.of_certificate(found, terminal.width(sys.stdout)), sys.stdout)
    return found.verdict.exit_status
