"""Exit statuses, besides 0 for passed and 1 for a fault that was found."""

from __future__ import annotations

from typing import Final

WRONG_USE: Final = 2
INCONCLUSIVE: Final = 3
BROKEN: Final = 70  # EX_SOFTWARE
PIPE_CLOSED: Final = 141  # what shells show for a program that a closed pipe ended
