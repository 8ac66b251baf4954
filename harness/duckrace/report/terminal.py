"""Reports in colour, and the progress bar, both by rich.

Nothing here starts a thread: the bar is drawn when somebody tells it something (a thread of rich's own
would run in the middle of an exploration), and it leaves ``sys.stdout`` alone, which is captured then.

It knows how styles look; it must not know what the lines say.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from .layout import WIDTH, Line, plain

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STYLES = {
    "good": "bold green",
    "bad": "bold red",
    "unsure": "bold yellow",
    "heading": "bold",
    "dim": "dim",
    "command": "bold cyan",
}
PATIENCE = 0.5  # seconds before the bar appears: what is over sooner needs none
THREADS = ("cyan", "magenta", "green", "yellow", "blue", "red")


def width(stream: IO[str]) -> int:
    """Columns for a report on `stream`: the terminal's, within reason."""
    try:
        return max(60, min(os.get_terminal_size(stream.fileno()).columns, 120))
    except (OSError, ValueError):
        return WIDTH


def show(lines: Sequence[Line], stream: IO[str]) -> None:
    """Print lines, in colour where `stream` is a terminal and NO_COLOR is not set."""
    if not coloured(stream):
        print(plain(lines), file=stream)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    for spans in lines:
        text = Text()
        for part, style in spans:
            text.append(part, _look(style))
        console.print(text, soft_wrap=True)  # the terminal wraps: a line to paste stays one line


def coloured(stream: IO[str]) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _look(style: str) -> str:
    if style.startswith("thread "):
        return THREADS[int(style.removeprefix("thread ")) % len(THREADS)]
    return STYLES.get(style, "")


class Bar:
    """A progress bar on stderr; with ``shown=False`` it is nothing.  A context manager."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._progress: Progress | None = None
        self._appears = time.monotonic() + PATIENCE
        if self._shown:  # imported now: inside an exploration an import would be one more thing that can go wrong
            import rich.console
            import rich.progress  # noqa: F401

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Take it off the screen."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def update(self, what: str, done: int, total: int, more: str = "") -> None:
        """Draw it anew."""
        if not self._shown:
            return
        if self._progress is None:
            if time.monotonic() < self._appears:
                return
            self._progress = self._started(what, done, total, more)
        self._progress.update(self._task, description=what, completed=done, total=total, more=more)
        self._progress.refresh()

    def _started(self, what: str, done: int, total: int, more: str) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
            TextColumn("{task.fields[more]}"),
            console=Console(file=sys.stderr, no_color=bool(os.environ.get("NO_COLOR")) or None),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task: TaskID = progress.add_task(what, completed=done, total=total, more=more)
        progress.start()
        return progress
