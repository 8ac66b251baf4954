"""What runs in the simulated world: parallel programs on a channel, and on a user's own object.

==============  ==================================================================================
``_parts``      the three parts of a program: before, threads, after
``_watched``    a channel whose calls are recorded as a history, and judged
``channel``     runs a program on a channel that is written as data
``rules``       runs a program of rules of a user's machine
==============  ==================================================================================

They import ``threading`` and ``time`` (the world's); histories and models are the host's own, pure functions on values.
"""

from ._watched import NotLinearizable, leave, trying, watched
from .rules import running

__all__ = ["NotLinearizable", "leave", "running", "trying", "watched"]
