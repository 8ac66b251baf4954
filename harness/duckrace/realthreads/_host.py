"""The interpreter and the machine that real threads run on: without them a rate says nothing.

It knows the host; it must not know what is run on it.
"""

from __future__ import annotations

import os
import platform
import sys
import sysconfig

from duckrace._data import Host


def host() -> Host:
    """This interpreter, as it is now: an extension module may have switched the GIL on."""
    return Host(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        free_threaded=bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        gil=getattr(sys, "_is_gil_enabled", lambda: True)(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )
