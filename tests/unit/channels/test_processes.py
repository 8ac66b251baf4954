"""Forked children and the end of the interpreter: contract 91, 92."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import duckrace.channels

SAY = """
import os
def say(what):
    os.write(1, f"{what}\\n".encode())    # in one piece, whoever else writes
"""


def run(script, timeout=40):
    """What the script prints, and it ends by itself."""
    path = os.pathsep.join([str(Path(duckrace.channels.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SAY + textwrap.dedent(script)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_91_a_forked_child_cannot_use_a_handle_and_its_drop_is_silent():
    assert run("""
        import os, threading
        from duckrace.channels import *
        from duckrace.channels import handle_core
        tx, rx = sync_channel(1)
        tx.send("kept")
        handle_core(tx).lock.acquire()      # as if another thread were inside at the fork
        pid = os.fork()
        if pid == 0:
            uses = [lambda: tx.send(1), lambda: tx.try_send(1), lambda: tx.send_timeout(1, 0), tx.clone, rx.recv,
                    rx.try_recv, lambda: rx.recv_timeout(0), rx.iter, tx.is_disconnected, tx.__enter__]
            for use in uses:
                try:
                    use()
                except ForkedError as error:
                    assert "child" in str(error)
                else:
                    os._exit(1)
            tx.drop(); rx.drop()
            del tx, rx
            ctx, crx = channel()            # a channel of the child's own works
            ctx.send(1)
            os._exit(0 if crx.recv() == 1 else 2)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        handle_core(tx).lock.release()
        pid = os.fork()
        if pid == 0:
            core = handle_core(rx)
            rx.drop()
            os._exit(0 if list(core.buffer) == ["kept"] and not core.deferred else 3)   # no finalizer of a message runs
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert rx.recv() == "kept"
        assert not rx.is_disconnected() and not tx.is_disconnected()
        print("ok")
        """) == ["ok"]


def test_92_threads_that_wait_for_each_other_do_not_hold_up_the_exit():
    out = run("""
        import threading
        from duckrace.channels import *
        tx, rx = channel()
        stx, srx = sync_channel(1); stx.send(0)
        ztx, zrx = sync_channel(0)
        def attempt(name, call, error):
            try: call()
            except error as e: say(name)
        for args in [("recv", rx.recv, RecvError), ("send", lambda: stx.send(1), SendError),
                     ("offer", lambda: ztx.send(1), SendError)]:
            threading.Thread(target=attempt, args=args).start()
        tx2, rx2 = channel()
        threading.Thread(target=lambda: say("iter%s" % list(rx2))).start()
        tx3, rx3 = channel()
        threading.Thread(target=attempt, args=("timeout", lambda: rx3.recv_timeout(3600),
                         RecvTimeoutError.Disconnected)).start()
        """)
    assert sorted(out) == ["iter[]", "offer", "recv", "send", "timeout"]


def test_92_executors_that_came_later():
    assert (
        run("""
        import threading, time
        from duckrace.channels import *
        tx, rx = channel()
        def recv(rx):
            try: rx.recv()
            except RecvError: say("closed")
        threading.Thread(target=recv, args=(rx,)).start()
        time.sleep(0.1)
        from concurrent.futures import ThreadPoolExecutor
        executor = ThreadPoolExecutor(2)
        tx2, rx2 = channel()
        executor.submit(recv, rx2)
        executor.submit(say, "ran")
        """).count("closed")
        == 2
    )


def test_92_a_thread_that_still_runs_is_left_to_finish():
    assert run("""
        import threading, time
        from duckrace.channels import *
        tx, rx = channel()
        def work():
            time.sleep(0.5)
            tx.send("late")
        threading.Thread(target=lambda: say(rx.recv())).start()
        threading.Thread(target=work).start()
        """) == ["late"]


def test_92_one_after_the_other():
    assert run("""
        import threading
        from duckrace.channels import *
        tx, rx = channel()
        tx2, rx2 = channel()
        def first():
            for _ in rx: pass
            say("first")
            for _ in rx2: pass                  # waits again
            say("second")
        threading.Thread(target=first).start()
        """) == ["first", "second"]


def test_92_a_call_that_waits_only_after_the_exit_began():
    assert run("""
        import threading, time
        from duckrace.channels import *
        tx, rx = channel()
        def late():
            time.sleep(0.2)
            say(list(rx))
        threading.Thread(target=late).start()
        """) == ["[]"]


def test_92_without_the_private_interface_channels_still_work():
    assert run("""
        import threading
        del threading._register_atexit, threading._threading_atexits
        threading._threading_atexits = []
        from duckrace.channels import *
        tx, rx = channel()
        thread = threading.Thread(target=lambda: say(list(rx)))
        thread.start()
        tx.send(1)
        tx.drop()
        thread.join()
        """) == ["[1]"]


def test_92_nothing_is_registered_before_somebody_waits():
    assert run("""
        import threading
        before = len(threading._threading_atexits)
        from duckrace.channels import *
        tx, rx = channel()
        tx.send(1); rx.recv()
        print(len(threading._threading_atexits) - before)
        try: rx.recv_timeout(0.001)
        except TimeoutError: pass
        try: rx.recv_timeout(0.001)
        except TimeoutError: pass
        print(len(threading._threading_atexits) - before, threading.active_count())
        """) == ["0", "1", "1"]
