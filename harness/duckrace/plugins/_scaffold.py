"""Writes the skeleton of a channel under test (``template.py``) to a file of the user's."""

from __future__ import annotations

from pathlib import Path

from duckrace._errors import UsageError

TEMPLATE = Path(__file__).with_name("template.py")


def write(file: str, force: bool = False) -> str:
    """Write it, and return its reference, ``FILE::channel``. Raises UsageError: that is no place for it."""
    path = Path(file)
    if path.suffix != ".py":
        raise UsageError(f"A channel is a Python file: call it {str(path.with_suffix('.py'))!r}, not {file!r}.")
    try:
        with path.open("w" if force else "x", encoding="utf-8") as out:
            out.write(TEMPLATE.read_text(encoding="utf-8"))
    except FileExistsError:
        raise UsageError(f"There is a {file!r} already: take another name, or overwrite it with --force.") from None
    except OSError as error:
        raise UsageError(f"{file!r} cannot be written: {error.strerror}.") from error
    return f"{file}::channel"
