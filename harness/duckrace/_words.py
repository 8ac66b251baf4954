"""Numbers in sentences.

It knows English; it must not know what is counted.
"""

from __future__ import annotations


def many(number: int, one: str) -> str:
    """``1 thread``, ``1,000 threads``."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"


def some(number: int, total: int, one: str) -> str:
    """``7 threads`` if these are all, else ``7 of 9 threads``."""
    return many(number, one) if number == total else f"{number:,} of {many(total, one)}"
