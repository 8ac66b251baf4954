"""``duckrace new-channel``."""

from __future__ import annotations

import shlex

import click


@click.command("new-channel", short_help="Write the skeleton of a channel to check.")
@click.argument("file", metavar="FILE")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
def new_channel(file: str, force: bool) -> int:
    """Write a small channel to FILE that can be checked as it stands, to be replaced by your own.

    Example: duckrace new-channel mychannel.py
    """
    from duckrace.plugins import _scaffold

    reference = _scaffold.write(file, force)
    click.echo(f"{file} is a channel that works. Put yours in its place; to check it:\n")
    click.echo(shlex.join(["duckrace", "check", "--channel", reference]))
    return 0
