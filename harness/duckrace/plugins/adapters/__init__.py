"""Channels known by name, one per file: what others have made, as plug-ins.

``reference``      the channel of ``duckrace.channels``
``model``          the models of the contract, run under one lock: the checks must accept what they check against
``queue_queue``    ``queue.Queue``, which nobody can close
``queue_shutdown`` ``queue.Queue`` with the ``shutdown()`` of Python 3.13
``simple_queue``   ``queue.SimpleQueue``
``mp_queue``       ``multiprocessing.Queue``, and ``mp_pipe`` its ``Pipe``: for real threads and processes only
``pychan``         ``chan.Chan`` of the package chan
``_answers``       what a call raises for what the model answers
``_handles``       senders and receivers over any pipe
``_drops``         ... that count who is left

A simulated world loads these files anew, so they import what they adapt and nothing of duckrace but its channels and
models. An adapter translates names, errors and units; it mends nothing: what a library cannot do is not claimed.
"""
