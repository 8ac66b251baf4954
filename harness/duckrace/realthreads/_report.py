"""How a report of real threads is rendered: asked of the floor above, when one is wanted."""

from __future__ import annotations

from duckrace._data import StressReport


def render(report: StressReport) -> str:
    from duckrace.report import text

    return text.render_stress(report)
