"""What the checks run: programs that a simulated world loads.

Each takes the plug-in first, then plain data, uses the channel by its protocol only, and raises what is wrong as an
AssertionError. They import ``duckrace.channels`` (the world's, for its errors) and ``duckrace_models`` (values and
pure functions), and nothing else of the project.

==================  ===========================================================================
``shape``           is this object a plug-in at all?
``reference``       the reference channel as a plug-in
``conformance``     a list of calls, one after another, compared with the model
``delivery``        producers and a consumer; who received what, in which order
``closure``         every way in which a handle can be dropped, and what its peers must see
``hangs``           programs that must not hang, and programs that must
==================  ===========================================================================
"""
