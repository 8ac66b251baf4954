"""Tests that cannot be explored; each says in its docstring what is said."""

import threading
import unittest

import bank
import pytest
from hypothesis import given
from hypothesis import strategies as st


def together(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.duckrace
def test_lock(lock):
    """the fixture 'lock' holds a lock of the real world, which no schedule controls: build it inside of the test."""


@pytest.mark.duckrace
def test_thread(thread):
    """the fixture 'thread' holds a thread (thread['worker'][0].thread) of the real world"""


@pytest.mark.duckrace
def test_safe(safe):
    """the fixture 'safe' holds a lock (safe.lock) of the real world"""


@pytest.mark.duckrace
def test_closure(closure):
    """the fixture 'closure' holds a condition (guard in closure) of the real world"""


@pytest.mark.duckrace
def test_bound(bound):
    """the fixture 'bound' holds a lock (bound[0].lock) of the real world"""


@pytest.mark.duckrace
def test_factory(factory):
    """the fixture 'factory' is, or holds, something of the modules under test"""


@pytest.mark.duckrace(modules=[], executions=5)
def test_factory_of_what_is_not_simulated(factory):
    """PASSED"""
    together(int)


@pytest.mark.duckrace
def test_capsys(capsys):
    """it uses capsys, which sees nothing"""


@pytest.mark.duckrace(execution=3)
def test_keyword():
    """pytest.mark.duckrace has no keyword 'execution': there are corpus, deadline, executions,"""


@pytest.mark.duckrace(20)
def test_positional():
    """pytest.mark.duckrace takes keywords only, not 20"""


@pytest.mark.duckrace(strategy="chess")
def test_strategy():
    """strategy is one of"""


@pytest.mark.duckrace(executions=0)
def test_executions():
    """executions is a whole number from 1 on, not 0"""


@pytest.mark.duckrace
async def test_async():
    """it is async, and asyncio programs cannot be explored yet"""


@pytest.mark.duckrace
@given(st.integers())
def test_hypothesis(number):
    """it is a test of Hypothesis"""


@pytest.mark.duckrace
class TestCase(unittest.TestCase):
    def test_unittest(self):
        """it is a method of a unittest.TestCase"""


@pytest.mark.duckrace
class TestSetUp:
    def setup_method(self):
        self.x = 1

    def test_setup_method(self):
        """its class has setup_method"""


@pytest.mark.duckrace
class TestSelf:
    @pytest.fixture(autouse=True)
    def prepare(self):
        self.account = bank.Account()

    def test_self(self):
        """a fixture sets self.account, but every execution makes its own instance"""


@pytest.mark.duckrace
@pytest.mark.parametrize("account", [lambda: bank.Account() for _ in range(2)][:1] or [threading.Lock()])
def test_parameter(account):
    """PASSED"""
    together(int)


if threading.current_thread().ident != 1:  # 1 is the main thread of a simulated world

    @pytest.mark.duckrace
    def test_missing():
        """its file, loaded anew, defines no 'test_missing' there"""
