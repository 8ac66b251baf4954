"""The words on a certificate of the chain: each link, and what of it is stale.

It knows values and wording; it must not know colours or where the lines go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from duckrace._words import many

from .layout import Line, Span, columns, line, paragraph
from .words import gap

if TYPE_CHECKING:
    from duckrace.checks.chain import Chain, Link, Stale

STYLES: Final = {"passed": "good", "failed": "bad"}
SHOWN: Final = 12  # names of files; how many more there are is said


def of_chain(chain: Chain, stale: Sequence[Stale], width: int) -> list[Line]:
    """All links, then what is stale, then the verdict."""
    table: list[list[Span | str]] = [[(head, "dim") for head in ("", "link", "outcome", "covered", "")]]
    for name, part in (("check", chain.check), ("spec", chain.spec)):
        for link in part.links:
            outcome = (link.outcome, STYLES.get(link.outcome, "unsure"))
            table.append([name, link.name, outcome, link.covered, (link.why, "dim")])
    lines = [line(("duckrace certificate", "heading"), f"  {chain.channel}"), line(), *columns(table, [None] * 5)]
    for one in stale:
        names = list(one.changed[:SHOWN])
        if len(one.changed) > SHOWN:
            names.append(f"and {len(one.changed) - SHOWN} more")
        lines += gap(paragraph(f"The part {one.part} is stale: {', '.join(names)}.", width))
        lines.append(line(f"  {one.renew}"))
    return [*lines, line(), *brief(chain, stale)]


def brief(chain: Chain, stale: Sequence[Stale]) -> list[Line]:
    """The verdict."""
    links = [*chain.check.links, *chain.spec.links]
    failed = [link.name for link in links if link.outcome == "failed"]
    unsure = [link.name for link in links if link.outcome == "inconclusive"]
    if stale:
        return [line(("STALE", "bad"), f"  {' and '.join(part.part for part in stale)}")]
    if failed:
        return [line(("FAILED", "bad"), f"  {', '.join(failed)}")]
    if unsure:  # a limit is never a pass
        return [line(("INCONCLUSIVE", "unsure"), f"  {', '.join(unsure)}; {_counts(links)}")]
    if not any(link.outcome == "passed" for link in links):
        return [line(("NOTHING CHECKED", "unsure"), f"  {_counts(links)}")]
    whole = all(link.outcome == "passed" for link in links)
    return [line(("UP TO DATE", "good" if whole else "unsure"), f"  {_counts(links)}")]


def _counts(links: Sequence[Link]) -> str:
    passed = sum(link.outcome == "passed" for link in links)
    others = sum(link.outcome == "inconclusive" for link in links)
    unchecked = sum(link.outcome == "not checked" for link in links)
    parts = [f"{many(passed, 'link')} passed", f"{others} inconclusive" if others else ""]
    parts.append(f"{many(unchecked, 'link')} not checked, of which nothing is said" if unchecked else "")
    return ", ".join(filter(None, parts))
