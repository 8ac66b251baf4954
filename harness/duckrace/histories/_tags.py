"""Tags: a message as one integer that says who sent it, and which of the sender's it is."""

from __future__ import annotations

from typing import Final

NUMBERS: Final = 32
"""Bits of a message's number; the sender is above them."""

_MASK: Final = (1 << NUMBERS) - 1
# The hash of an integer is the integer, and a dict looks at its low bits first. Were those the number alone, the
# messages of all senders would meet in one place of the monitor's dict.
APART: Final = 0x9E3779B1


def tag(sender: int, number: int) -> int:
    """The message `number` of `sender`: the sender below 2**30, the number below 2**32."""
    return sender << NUMBERS | (number + sender * APART & _MASK)


def untag(tagged: int) -> tuple[int, int]:
    """Sender and number."""
    sender = tagged >> NUMBERS
    return sender, tagged - sender * APART & _MASK
