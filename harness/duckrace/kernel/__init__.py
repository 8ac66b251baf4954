"""The simulated machine.  Rooms, from the ground up:

``simthread``     a thread, and the words for what it is about to do
``waiting``       virtual time: timers, sleep, and what happens when nobody is ready
``machine``       threads as greenlets, the schedule point, how an execution ends
``locks``         ``Lock``, ``RLock`` and the quiet locks of ``threading``
``simplequeue``   ``SimpleQueue`` as one primitive
``looks``         steps that get a thread nowhere
``clock``         ``time``
``local``         thread-local values
``threads``       ``_thread``, and the plumbing of ``threading``
``determinism``   ``id``, ``random``, ``os.urandom``, ``datetime``
``rewrite``       source of modules under test, rewritten when loaded
``snapshot``      modules put back between executions
``world``         loads all of this under the names that programs import
``frames``        where a thread is in its program, in words
``names``         names for locks and handles, to be shown
``recorder``      the trace of an execution that is replayed to be shown
``watchdog``      notices what cannot be controlled

The kernel knows threads, time and schedule points.  It must not know channels, strategies or reports.
"""

from .machine import Machine, machine
from .simthread import BEGIN, END, EXIT, JOIN, SLEEP, START, STARTED, YIELD, SimThread, Stop, Unwind
from .world import World

__all__ = [
    "BEGIN",
    "END",
    "EXIT",
    "JOIN",
    "SLEEP",
    "START",
    "STARTED",
    "YIELD",
    "Machine",
    "SimThread",
    "Stop",
    "Unwind",
    "World",
    "machine",
]
