"""``duckrace list``: what there is to choose from, with a few words on each."""

from __future__ import annotations

from typing import Final

import click

from ._options import json_

STRATEGIES: Final = {
    "dfs": "every order, those with the fewest preemptions first; --preemptions bounds it",
    "dpor": "every order of dependent operations, once: proves, up to the size of the program",
    "pct": "priorities that change at a few random steps: good at bugs that need few switches",
    "portfolio": "surw, random, pos and pct by turns; the report says who found it (default)",
    "pos": "a new priority for every step, and for those that race with it: good where few threads race a lot",
    "random": "any thread that can go on, each as likely",
    "source": "as dpor, with less to remember and more executions: to check it",
    "surw": "all orders on one object, another one each time, as likely: good where many threads do the same",
    "urw": "all interleavings as likely, by the lengths of threads seen before",
}
CHECKS: Final = {
    "contract": "every numbered statement of the channel contract, by itself",
    "conformance": "call by call, is it what its model says?",
    "delivery": "messages keep their order and arrive exactly once",
    "closure": "the last drop closes, in every way in which a handle can be dropped",
    "hangs": "what must not hang never does, and what must is told for what it is",
    "linearizable": "generated programs: one order explains what their threads were told",
    "blocked": "blocked calls justified: who waits when nobody can go on is right to",
    "outcomes": "small programs, every interleaving: exactly what the model allows (profile thorough)",
    "transitions": "every transition of the spec, along paths that are driven step by step (profile thorough)",
}
PROFILES: Final = {
    "default": "under a minute",
    "quick": "a few seconds",
    "thorough": "some minutes: more samples, and the rows outcomes and transitions",
}
TIMEOUT_WORDS: Final = {
    "idle": "a time-out fires when no thread can go on without it (default)",
    "free": "a time-out may fire as soon as the wait has begun, or late: finds what needs one at a bad moment",
}
GC_WORDS: Final = {
    "between": "the cycle collector runs between executions only (default)",
    "scheduled": "it may also run at schedule points: finds destructors that come at a bad moment",
}


@click.command("list", short_help="List what there is to choose from.")
@json_
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
    from duckrace import checks, search
    from duckrace._settings import GC, GRANULARITIES, TIMEOUTS
    from duckrace.plugins._known import KNOWN
    from duckrace.plugins._load import installed
    from duckrace.report.granularity import SWITCHES

    return {
        "strategies": {name: STRATEGIES.get(name, "") for name in search.STRATEGIES},
        "granularities": {name: SWITCHES.get(name, "") for name in GRANULARITIES},
        "timeouts": {name: TIMEOUT_WORDS.get(name, "") for name in TIMEOUTS},
        "gc": {name: GC_WORDS.get(name, "") for name in GC},
        "checks": {name: CHECKS.get(name, "") for name in checks.ROWS},
        "profiles": {name: PROFILES.get(name, "") for name in checks.PROFILES},
        "channels": {**{name: known.words for name, known in KNOWN.items()}, **installed()},
    }
