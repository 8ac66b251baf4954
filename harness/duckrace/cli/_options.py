"""Options that several commands have. Each one that takes a value is also an environment variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

CORPUS: Final = ".duckrace"  # that of _corpus, which is not imported for a word

Command = TypeVar("Command", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    """An option that takes a value; DUCKRACE_<NAME> sets it too."""
    return click.option(*names, envvar="DUCKRACE_" + names[0].strip("-").replace("-", "_").upper(), **settings)


json_ = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of the report.")
quiet_ = click.option("-q", "--quiet", is_flag=True, help="No progress, and only the verdict.")
seed_ = option("--seed", default=0, show_default=True, metavar="N", type=int, help="Chooses the samples.")
deadline_ = option(
    "--deadline", metavar="SECONDS", type=click.FloatRange(min=0, min_open=True), help="End after this time, as BUDGET."
)
corpus_ = option(
    "--corpus", default=CORPUS, show_default=True, metavar="DIR", help="Failures are kept here and replayed first."
)
no_corpus_ = click.option("--no-corpus", is_flag=True, envvar="DUCKRACE_NO_CORPUS", help="Keep and replay none.")
certificate_ = option("--certificate", metavar="FILE", help="Write what was checked, on which files, as JSON.")
