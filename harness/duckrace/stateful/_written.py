"""A program on a channel as a Python file: what a report shows, and `duckrace explore FILE::scenario` runs.

It knows programs as data, and where the channel under test is; it must not know how they are run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from duckrace._scenario import Reference
from duckrace_models import RECEIVER

from ._values import Program, Step


def written(program: Program, plugin: Reference, *, waits: bool, said: str = "", token: str = "") -> str:
    """The file. `said`: what is wrong, in a sentence; `token`: replays the schedule that shows it."""
    return "\n".join(_lines(program, plugin, waits, said, token))


def _lines(program: Program, plugin: Reference, waits: bool, said: str, token: str) -> Iterator[str]:
    yield f'"""{said or "A program on a channel."}'
    yield ""
    timers = f" --timeouts {program.timeouts}" if program.timeouts != "idle" else ""
    yield f"duckrace explore FILE.py::scenario{timers}    looks for it with other schedules as well"
    if token:
        yield f"duckrace replay {token}"
    yield '"""'
    yield ""
    yield from _imports(program, plugin)
    yield ""
    yield ""
    yield "def scenario():"
    names = "".join(f', "{name}"' for name in program.senders)
    yield f"    on = watched(channel_under_test, {program.capacity}{names})"
    if program.before:
        yield ""
        yield "    def before():"
        yield from _body(program.before)
        yield ""
        yield "    on.together(before)"
    for number, steps in enumerate(program.threads, start=1):
        yield ""
        yield f"    def thread_{number}():"
        yield from _body(steps)
    if program.threads:
        yield ""
        yield f"    on.together({', '.join(f'thread_{n}' for n in range(1, len(program.threads) + 1))})"
    if program.after:
        yield ""
        yield "    def after():"
        yield from _body(program.after)
        yield ""
        yield "    on.together(after)"
    yield f"    on.judge({'' if waits else 'waits=False'})"
    yield ""


def _imports(program: Program, plugin: Reference) -> Iterator[str]:
    operations = {step[0] for steps in program.workers for step in steps}
    helpers = ["leave"] * ("leave" in operations)
    helpers += ["trying"] * bool(operations - {"clone", "del", "leave", "with", "drop"})
    helpers.append("watched")
    module = plugin.module
    first, _, rest = plugin.name.partition(".")
    if plugin.search:
        yield "import sys"
        yield ""
    yield f"from duckrace.stateful.programs import {', '.join(helpers)}"
    yield ""
    if plugin.search:
        yield f"sys.path.insert(0, {plugin.search[0]!r})"
    if rest:
        yield f"from {module} import {first}"
        yield ""
        yield f"channel_under_test = {plugin.name}"
    else:
        yield f"from {module} import {first} as channel_under_test"


def _body(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        yield from (f"        {line}" for line in lines(step))


def lines(step: Step) -> list[str]:
    """A step as it is written."""
    operation, handle, *rest = step
    on = f"on.{handle}"
    if operation == "clone":
        return [f"on.{rest[0]} = {on}.clone({rest[0]!r})"]
    if operation == "del":
        return [f"del {on}"]
    if operation == "leave":
        return [f"leave(on, {handle!r})"]
    if operation == "with":
        return [f"with {on}:", "    pass"]
    if operation == "drop":
        return [f"{on}.drop()"]
    if operation == "next":
        return [f"trying(next, {on})"]
    arguments = "".join(f", {value!r}" for value in rest)
    return [f"trying({on}.{operation}{arguments})"]


def shown(step: Step) -> str:
    """A step in a few words: ``tx1.send(11)``."""
    operation, handle, *rest = step
    if operation == "clone":
        return f"{rest[0]} = {handle}.clone()"
    if operation in ("del", "leave"):
        return f"del {handle}"
    if operation in ("next", "with"):
        return f"next(iter({RECEIVER}))" if operation == "next" else f"with {handle}: pass"
    return f"{handle}.{operation}({', '.join(map(repr, rest))})"
