"""Histories in files, so that nothing that was found is lost: written as JSON, read and judged again.

It knows the file; what a log is as plain data is known by `histories.keeping`.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from duckrace._data import Kind, StressReport, Verdict
from duckrace._errors import UsageError
from duckrace.histories import ThreadLog, keeping

from ._host import host
from ._rules import Rules, judged

FORMAT: Final = 1
KIND: Final = "history"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known of a history to judge it."""

    channel: str
    capacity: int | None
    order: str
    empty: str
    full: str
    senders: list[str]
    """Sender handles that were there at the start."""
    says: str
    """What was found when it was kept."""
    format: int = FORMAT
    kind: str = KIND


class _File(Kept, frozen=True, kw_only=True):
    log: dict[str, Any]


def encode(kept: Kept, log: ThreadLog) -> bytes:
    """The file."""
    return msgspec.json.encode(_File(**msgspec.structs.asdict(kept), log=keeping.plain(log)))


def decode(data: bytes, place: str) -> tuple[Kept, ThreadLog]:
    """What `encode` wrote. Raises UsageError, in one sentence."""
    try:
        header = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{place} is no history that `duckrace stress --save` wrote: {error}.") from error
    if header.get("kind") != KIND:
        raise UsageError(f"{place} is no history that `duckrace stress --save` wrote.")
    if header.get("format") != FORMAT:
        raise UsageError(
            f"{place} is of format {header.get('format')!r}, and this version of duckrace reads format {FORMAT}."
        )
    try:
        file = msgspec.convert(header, _File)
        return file, keeping.log_of(file.log)
    except (msgspec.MsgspecError, UsageError) as error:
        raise UsageError(f"{place} is damaged: {error}.") from error


def write(data: bytes, file: str | os.PathLike[str]) -> None:
    """Raises UsageError: it cannot be written."""
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise UsageError(f"{os.fspath(file)} cannot be written: {error.strerror}.") from error


def judge_again(file: str | os.PathLike[str]) -> StressReport:
    """Judge the history in a file that `StressReport.history` was written to. Raises UsageError: it is none."""
    from ._channel import named, told
    from ._report import render

    place = os.fspath(file)
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}.") from error
    kept, log = decode(data, place)
    started = time.perf_counter()
    judgement = judged(
        log, kept.capacity, Rules(order=kept.order, empty=kept.empty, full=kept.full), senders=kept.senders
    )
    seconds = time.perf_counter() - started
    verdict, failure = Verdict(kind=Kind.PASSED, detail="judged again"), None
    if judgement.kind == "unknown":
        verdict = Verdict(kind=Kind.BUDGET, detail=f"not decided: {judgement.why}")
    elif judgement.violation is not None:
        verdict, failure = told(judgement, named(kept.capacity), 0)
    return StressReport(
        subject=f"{kept.channel} ({place})",
        kind="history",
        verdict=verdict,
        host=host(),
        operations=sum(len(buffer) for buffer in log.buffers()) // 2,
        histories=int(judgement.kind != "unknown"),
        undecided=int(judgement.kind == "unknown"),
        specification=judgement.specification,
        covered={named(kept.capacity): 1},
        failure=failure,
        history=data,
        saved=place,
        seconds=seconds,
        notes=() if not kept.says else (f"When it was kept: {kept.says}.",),
        render=render,
    )
