"""What a test marked with ``pytest.mark.duckrace`` means.  Imported when the first one is run.

``settings``    which setting comes from where
``subject``     which tests can be explored, and where the world finds them
``values``      what may be handed into a world, and how
``embedding``   the test in its world: arguments, rewritten asserts, skips
``run``         one test from set-up to report
``replaying``   ``--duckrace-replay``
``summary``     the last lines of a run

It knows pytest and :func:`duckrace.explore`.  It must not know how an exploration works, nor how the report of
a failure is worded.
"""
