"""The TLA+ specs of the channel, as package data: ``.tla`` modules, ``.cfg`` configurations and ``manifest.toml``.

Read them with ``importlib.resources``, or run them with ``duckrace spec``; docs/formal.md says where to begin.
"""
