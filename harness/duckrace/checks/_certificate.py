"""``duckrace.verify``: a channel against its model on all small programs, and on what exactly that was shown.

It knows versions and files; it must not know how the programs are explored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import duckrace_models
from duckrace._data import Certificate
from duckrace._settings import called, duration
from duckrace.plugins._load import load

from ._broken import statements
from ._profile import PROFILES
from ._run import Run
from ._small_programs import Size
from ._sources import hashed, of_channel, versions
from ._suite import not_claimed
from ._verification import Verification
from .outcomes import NEEDS

Announce: TypeAlias = Callable[[Certificate], None]


def verify(
    channel_under_test: object = None,
    *,
    threads: int = 3,
    operations: int = 2,
    calls: int | None = None,
    deadline: float | None = None,
    announce: Announce | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Certificate:
    """Show that a channel has exactly the outcomes of its model, on every program up to a size.

    A program has at most `threads` threads, one of which receives while the others send, with at most `operations` of
    what the channel claims in each, and at most `calls` in all (None: no further limit). Each is explored by ``dpor``
    at granularity ``sync``, completely. Nothing may happen that the model does not allow, and all that it allows must
    happen.

    `channel_under_test`: as of :func:`duckrace.check`. `deadline`: seconds of wall-clock time, then BUDGET. `announce`
    is called once, before anything is explored, with a certificate that has the programs to come. `progress` is called
    with (programs done, programs).

    Raises UsageError: as :func:`duckrace.check` does; what is no size.
    """
    size = Size(threads=threads, operations=operations, calls=calls)
    if deadline is not None:
        duration("deadline", deadline)
    called("announce", announce)
    called("progress", progress)
    started = time.perf_counter()
    run = Run(
        subject=load(channel_under_test),
        profile=PROFILES["thorough"],
        seed=0,
        deadline=deadline,
        ends=None if deadline is None else started + deadline,
        progress=None if progress is None else lambda _, done, total: progress(done, total),
    )
    verification = Verification(run, size)
    if announce is not None:
        announce(_certificate(verification, started))
    verification.go()
    return _certificate(verification, started)


def _certificate(verification: Verification, started: float) -> Certificate:
    subject, size = verification.run.subject, verification.size
    return Certificate(
        channel=subject.name,
        verdict=verification.verdict,
        size={"threads": size.threads, "operations": size.operations, "calls": size.most},
        parts=tuple(counts.part() for counts in verification.kinds.values()),
        failure=verification.failure,
        program=verification.program,
        statements=statements(verification.statements),
        skipped=not_claimed(subject, NEEDS),
        versions=versions("duckrace"),
        sources=_sources(verification.files),
        seconds=time.perf_counter() - started,
        render=_render,
    )


def _sources(loaded: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The files that the result depends on: the channel's as the world loaded them, the model's, and all of ours."""
    models, ours = Path(duckrace_models.__file__).parent, Path(__file__).parents[1]
    channel = of_channel(loaded)
    return {
        "channel": hashed(channel),
        "model": hashed(_modules(models)),
        "duckrace": hashed({name: path for name, path in _modules(ours).items() if name not in channel}),
    }


def _modules(folder: Path) -> dict[str, Path]:
    """The files of a package, by module."""
    return {
        ".".join((folder.name, *path.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in folder.rglob("*.py")
    }


def _render(certificate: Certificate) -> str:
    from duckrace.report import text  # the floor above: what it looks like is asked for only when somebody looks

    return text.render_certificate(certificate)
