"""Reports for programs: one JSON document, versioned.

``format`` rises when a key changes its meaning or goes; new keys may come at any time.  Outcomes are
``[repr, count]`` pairs, since JSON has no keys but strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from duckrace._data import Certificate, CheckReport, Failure, Result, Row, StressReport, Verdict

if TYPE_CHECKING:
    from duckrace.checks.baseline import Comparison
    from duckrace.checks.chain import Chain, Stale
    from duckrace.checks.counterexamples import Replayed
    from duckrace.formal import Proof, Proved, Report, Run, TraceRun

FORMAT: Final = 1


def encode_result(result: Result) -> str:
    """`result` as ``{"format": 1, "kind": "result", ...}``."""
    return _encode(
        {
            "format": FORMAT,
            "kind": "result",
            "scenario": result.scenario,
            **_verdict(result.verdict),
            "executions": result.executions,
            "failed": result.failed,
            "traces": result.traces,
            "exhaustive": result.exhaustive,
            "outcomes": [[repr(value), count] for value, count in result.outcomes.items()],
            "strategy": result.strategy,
            "granularity": result.granularity,
            "timeouts": result.timeouts,
            "gc": result.gc,
            "seed": result.seed,
            "steps": result.steps,
            "threads": result.threads,
            "seconds": result.seconds,
            "lost": result.lost,
            "notes": result.notes,
            "failures": [_failure(failure) for failure in result.failures],
        }
    )


def encode_check(report: CheckReport, compared: Comparison | None = None) -> str:
    """`report` as ``{"format": 1, "kind": "check", ...}``; what is worse than its baseline does not pass."""
    worse = compared is not None and bool(compared.worse)
    return _encode(
        {
            "format": FORMAT,
            "kind": "check",
            "channel": report.channel,
            **_verdict(report.verdict),
            "profile": report.profile,
            "seed": report.seed,
            "seconds": report.seconds,
            "notes": report.notes,
            "rows": [_row(row) for row in report.rows],
            "baseline": None if compared is None else msgspec.to_builtins(compared),
            **({"passed": False, "exit_status": 1} if worse else {}),
        }
    )


def encode_spec(report: Report, replays: Mapping[str, Replayed] | None = None) -> str:
    """`report` as ``{"format": 1, "kind": "spec", ...}``; counterexamples in words, and what came of them on a channel.

    `replays`: by the name of the run.
    """
    from duckrace.formal import translate, translate_difference

    return _encode(
        {
            "format": FORMAT,
            "kind": "spec",
            "passed": report.ok,
            "exit_status": report.exit_status,
            "seconds": report.seconds,
            "jar": report.jar,
            "runs": [
                {
                    **_run(one.run),
                    "finding": one.finding,
                    "passed": one.ok,
                    "violated": one.violated,
                    "found_generated": one.answer.generated,
                    "found_distinct": one.answer.distinct,
                    "depth": one.answer.depth,
                    "seconds": one.answer.seconds,
                    "message": one.answer.message,
                    "found_edges": one.edges,
                    "only": None if one.difference is None else one.difference.only,
                    "trace": msgspec.to_builtins(
                        translate(one.answer) if one.difference is None else translate_difference(one.difference)
                    ),
                    "loops_to": one.answer.loops_to,
                    "replayed": _replayed((replays or {}).get(one.run.name)),
                }
                for one in report.checked
            ],
            "proofs": [_proved(one) for one in report.proved],
            "traces": [
                {
                    **_traced(one.run),
                    "finding": one.finding,
                    "passed": one.ok,
                    "found_rejected": one.rejected[0],
                    "event": one.rejected[1],
                    "traces": len(one.reading.traces),
                    "different": one.reading.different,
                    "events": one.reading.events,
                    "message": one.reading.message,
                }
                for one in report.traces
            ],
        }
    )


def encode_runs(runs: Sequence[Run], proofs: Sequence[Proof] = (), traces: Sequence[TraceRun] = ()) -> str:
    """What is before it is run, as ``{"format": 1, "kind": "spec-runs", ...}``."""
    return _encode(
        {
            "format": FORMAT,
            "kind": "spec-runs",
            "runs": [_run(run) for run in runs],
            "proofs": [_proof(proof) for proof in proofs],
            "traces": [_traced(run) for run in traces],
        }
    )


def _replayed(one: Replayed | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "channel": one.channel,
        "executions": one.executions,
        "way": None if one.failure is None else one.way,
        "verdict": None if one.failure is None else one.failure.kind,
        "message": one.why if one.failure is None else one.failure.message,
        "schedule": None if one.failure is None else one.failure.schedule,
    }


def _proved(one: Proved) -> dict[str, Any]:
    from duckrace.formal import translate_difference, translate_state, translate_step

    found = one.counterexample
    return {
        **_proof(one.proof),
        "finding": one.finding,
        "passed": one.ok,
        "seconds": one.seconds,
        "statements": [{**msgspec.to_builtins(each), "proved": each.proved} for each in one.statements],
        "never": one.never,
        "found_queries": one.queries,
        "found_distinct": one.states,
        "found_edges": one.edges,
        "only": None if one.difference is None else "proof" if one.difference.only == "spec" else "model",
        "trace": [] if one.difference is None else msgspec.to_builtins(translate_difference(one.difference)),
        "counterexample": None
        if found is None
        else {
            "statement": found.statement,
            "step": found.step,
            "caller": found.caller,
            "capacity": found.capacity,
            "before": msgspec.to_builtins(translate_state(found.before)),
            "after": msgspec.to_builtins(translate_step(found.before, found.after)),
        },
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {**msgspec.to_builtins(proof), "link": proof.link}


def _traced(run: TraceRun) -> dict[str, Any]:
    return {
        "name": run.name,
        "shows": run.shows,
        "control": run.control,
        "rejected": run.rejected,
        "programs": run.programs,
        "samples": run.samples,
        "least": run.least,
        "quick": run.quick,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "module": run.module,
        "config": run.config,
        "constants": dict(run.constants),
        "mistake": run.mistake,
        "channel": run.channel,
        "control": run.control,
        "without": run.without,
        "expect": run.expect,
        "link": run.link,
        "shows": run.shows,
        "generated": run.generated,
        "distinct": run.distinct,
        "edges": run.edges,
        "quick": run.quick,
    }


def encode_certificate(certificate: Certificate) -> str:
    """`certificate` as ``{"format": 1, "kind": "certificate", ...}``."""
    return _encode(
        {
            "format": FORMAT,
            "kind": "certificate",
            "channel": certificate.channel,
            **_verdict(certificate.verdict),
            "size": dict(certificate.size),
            "programs": certificate.programs,
            "done": certificate.done,
            "parts": msgspec.to_builtins(certificate.parts),
            "strategy": certificate.strategy,
            "granularity": certificate.granularity,
            "skipped": certificate.skipped,
            "versions": dict(certificate.versions),
            "sources": {
                what: [{"module": name, "sha256": digest} for name, digest in files.items()]
                for what, files in certificate.sources.items()
            },
            "seconds": certificate.seconds,
            "program": certificate.program,
            "statements": msgspec.to_builtins(certificate.statements),
            "failure": None if certificate.failure is None else _failure(certificate.failure),
        }
    )


def encode_stale(file: str, chain: Chain, stale: Sequence[Stale]) -> str:
    """What is stale in a certificate of the chain, as ``{"format": 1, "kind": "chain-verify", ...}``."""
    from duckrace.checks.chain import status

    links = [link for part in (chain.check, chain.spec) for link in part.links]
    found = status(chain, stale)
    return _encode(
        {
            "format": FORMAT,
            "kind": "chain-verify",
            "file": file,
            "passed": found == 0,
            "exit_status": found,
            "stale": msgspec.to_builtins(stale),
            "failed": [link.name for link in links if link.outcome == "failed"],
            "inconclusive": [link.name for link in links if link.outcome == "inconclusive"],
            "not_checked": [link.name for link in links if link.outcome == "not checked"],
        }
    )


def encode_stress(report: StressReport) -> str:
    """`report` as ``{"format": 1, "kind": "stress", ...}``; the history of a failure is in the file `saved`."""
    return _encode(
        {
            "format": FORMAT,
            "kind": "stress",
            "subject": report.subject,
            "of": report.kind,
            **_verdict(report.verdict),
            "host": msgspec.to_builtins(report.host),
            "operations": report.operations,
            "executions": report.executions,
            "histories": report.histories,
            "undecided": report.undecided,
            "specification": report.specification,
            "covered": [{"channel": name, "histories": number} for name, number in report.covered.items()],
            "outcomes": [[repr(value), count] for value, count in report.outcomes.items()],
            "threads": report.threads,
            "seed": report.seed,
            "switch_interval": report.switch_interval,
            "seconds": report.seconds,
            "working": report.working,
            "rate": report.rate,
            "skipped": report.skipped,
            "notes": report.notes,
            "saved": report.saved,
            "failure": None if report.failure is None else _failure(report.failure),
        }
    )


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.kind,
        "detail": verdict.detail,
        "passed": verdict.passed,
        "exit_status": verdict.exit_status,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        **_verdict(row.verdict),
        "covered": row.covered,
        "executions": row.executions,
        "seconds": row.seconds,
        "program": row.program,
        "skipped": row.skipped,
        "statements": msgspec.to_builtins(row.statements),
        "failure": None if row.failure is None else _failure(row.failure),
    }


def _failure(failure: Failure) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(failure)
    found["replay"] = f"duckrace replay {failure.schedule}" if failure.schedule else None
    return found


def _encode(document: dict[str, Any]) -> str:
    return msgspec.json.encode(_clean(document)).decode()


def _clean(value: Any) -> Any:
    """Lone surrogates (a program may print them) have no place in UTF-8: they are escaped."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(part) for part in value]
    return value
