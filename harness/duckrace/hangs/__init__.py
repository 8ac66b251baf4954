"""Why did it stop?  Looked up while the threads are still parked.

``waits``    who waits for what, and whether that is a cycle
``holders``  who still holds an object: frames, closures, globals, containers
``explain``  the verdict and the sentences
``state``    all that a program could go on from, as one value
``livelock`` whether threads go on for ever without getting anywhere

What a channel is, only a :class:`Provider` knows; plug-ins supply them.  Without one a hang is a DEADLOCK
with who waits on what.  It must not know search, and not which channel it looks at.
"""

from ._provider import Provider
from .explain import Diagnosis, diagnose
from .livelock import WATCHED, Watch

__all__ = ["WATCHED", "Diagnosis", "Provider", "Watch", "diagnose"]
