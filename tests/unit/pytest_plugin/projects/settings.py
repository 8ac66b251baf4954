import threading

import pytest


def together(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.duckrace
def test_default():
    together(int, int)


@pytest.mark.duckrace(executions=5, strategy="random")
def test_marked():
    together(int, int)


@pytest.mark.duckrace(executions=6, seed=3)
class TestClass:
    def test_of_class(self):
        together(int, int)

    @pytest.mark.duckrace(executions=4)
    def test_nearest_mark(self):
        together(int, int)
