"""Real threads: what cannot be simulated is stressed, and what it shows is judged like everything else.

=============  ====================================================================================
``_stress``    the function that users call: what is meant, for how long, the report
``_channel``   rounds with a channel: drawn, run, recorded, judged
``_plan``      who does what, drawn from a seed; ``_work``: a thread that does it
``_crew``      threads that begin together, and the watchdog; ``_children``: processes instead
``_rules``     what is asked of a history, and who decides it
``_scenario``  a scenario, again and again
``_keep``      histories in files
``_host``      the interpreter and its GIL; ``_report``: the way up to what a person sees
=============  ====================================================================================

Nothing here controls a thread: a pass is a number of samples, and a program that fails may pass the next time. So every
failure keeps its history. Only `_stress` loads plug-ins; only `_rules` asks whether a history is right.
"""

from ._keep import judge_again, write
from ._stress import stress

__all__ = ["judge_again", "stress", "write"]
