"""examples/redis_pipeline.py against a real redis-server on loopback."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

redis = pytest.importorskip("redis", reason="the redis client is not installed")

PROGRAM = Path(__file__).parents[2] / "examples" / "redis_pipeline.py"
SERVER = shutil.which("redis-server")

pytestmark = pytest.mark.skipif(SERVER is None, reason="the program redis-server is missing")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> bool:
    with redis.Redis(port=port) as client:
        for _ in range(500):
            if server.poll() is not None:
                return False  # another program took the port
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return True
    return False


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    assert SERVER is not None
    for _ in range(3):
        port = free_port()
        command = [SERVER, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            if wait_until_ready(port, server):
                yield f"redis://127.0.0.1:{port}/0"
                return
        finally:
            server.terminate()
            server.wait(timeout=10)
    pytest.fail("redis-server did not start")


def test_every_item_is_read_and_processed(redis_url: str) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM],
        env=os.environ | {"REDIS_URL": redis_url, "ITEMS": "100"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Processed 100 items: {sum(i * i for i in range(100))}\n"


def test_without_a_server_the_program_fails_instead_of_hanging() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM],
        env=os.environ | {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "ConnectionError" in done.stderr
