"""``--duckrace-replay TOKEN``: the one test that the token names, and of it one execution.

The token is read before anything is collected, so that a damaged one is told at once.

It knows tokens and pytest's collection; it must not know how a schedule is run.
"""

from __future__ import annotations

import os
from typing import Final

import pytest

from _duckrace_pytest import MARKER
from duckrace import _token
from duckrace._errors import UsageError

TOKEN: Final = pytest.StashKey[_token.Token]()


def check(config: pytest.Config) -> None:
    """Decode the token.  Raises pytest.UsageError."""
    try:
        token = _token.decode(str(config.getoption("duckrace_replay")))
    except UsageError as wrong:
        raise pytest.UsageError(str(wrong)) from None
    if not token.command:
        raise pytest.UsageError(
            f"This token is of {token.scenario}, which is no test that pytest ran: use `duckrace replay`."
        )
    config.stash[TOKEN] = token


def header(config: pytest.Config) -> list[str]:
    """What is replayed, and whether this process is fit for it."""
    token = config.stash[TOKEN]
    lines = [f"duckrace: replays one execution of {token.scenario}"]
    here = os.environ.get("PYTHONHASHSEED", "random")
    if here != token.hash_seed:
        what = "not set" if here == "random" else here
        needs = (
            f"call pytest with PYTHONHASHSEED={token.hash_seed}"
            if token.hash_seed.isdigit()
            else "the token was made without a fixed one"
        )
        lines.append(f"duckrace: PYTHONHASHSEED is {what}, so the order of a set may be another one: {needs}")
    return lines


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the token's test only.  Raises pytest.UsageError if it was not collected."""
    wanted = config.stash[TOKEN].scenario
    chosen = [item for item in items if item.nodeid == wanted]
    if not chosen:  # called from another folder: a root directory of its own
        tails = [
            item for item in items if f"/{wanted}".endswith(f"/{item.nodeid}") or item.nodeid.endswith(f"/{wanted}")
        ]
        chosen = tails if len(tails) == 1 else []
    if not hasattr(config, "workerinput"):
        if not chosen:
            raise pytest.UsageError(
                f"--duckrace-replay: the token is of {wanted}, which is not among the {len(items):,} tests collected."
            )
        if chosen[0].get_closest_marker(MARKER) is None:
            raise pytest.UsageError(f"--duckrace-replay: {wanted} does not carry the marker {MARKER!r} any more.")
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
