"""A program of rules as a Python file, which `duckrace explore FILE::scenario` runs.

It knows programs as data, and where the machine is; it must not know how they are run.
"""

from __future__ import annotations

from collections.abc import Iterator

from duckrace._scenario import Reference

from ._kept import Kept
from ._values import Program, Step


def written(program: Program, machine: Reference) -> str:
    """The file."""
    return "\n".join(_lines(program, machine))


def _lines(program: Program, machine: Reference) -> Iterator[str]:
    used = {one for steps in program.workers for _, pairs in steps for _, one in pairs if isinstance(one, Kept)}
    kept = {(one.thread, one.step) for one in used}
    if machine.search:
        yield "import sys"
        yield ""
    yield "from duckrace.stateful.programs import running, together"
    yield ""
    if machine.search:
        yield f"sys.path.insert(0, {machine.search[0]!r})"
    first = machine.name.partition(".")[0]
    yield f"from {machine.module} import {first}"
    yield ""
    yield ""
    yield "def scenario():"
    yield f"    on = running({machine.name})"
    names = ["before", *(f"thread_{n}" for n in range(1, len(program.threads) + 1)), "after"]
    for number, (name, steps) in enumerate(zip(names, program.workers, strict=True)):
        if steps:
            yield ""
            yield f"    def {name}():"
            for place, step in enumerate(steps):
                yield f"        {_step(step, number, place, (number, place) in kept)}"
        last = number == len(program.threads)
        together = [names[number]] if number in (0, len(names) - 1) else names[1:-1] if last else []
        if together and (steps or (last and number)):
            yield ""
            yield f"    together({', '.join(together)})"
            yield "    on.stop()"
    yield "    on.judge()"
    yield ""


def _step(step: Step, number: int, place: int, kept: bool) -> str:
    name, pairs = step
    arguments = ", ".join(f"{argument}={_value(one)}" for argument, one in pairs)
    call = f"on.{name}({arguments})"
    return f"on.value_{number}_{place} = {call}" if kept else call


def _value(one: object) -> str:
    if not isinstance(one, Kept):
        return repr(one)
    return f"on.value_{one.thread}_{one.step}"
