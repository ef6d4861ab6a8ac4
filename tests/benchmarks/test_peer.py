"""The protocol of the benchmarks, with a toy worker in this interpreter."""

import sys

import pytest

from benchmarks.peer import Side, Worker, WorkerError, alternate

TOY = """
import os, sys

def double(x):
    print("chatter that must not get between the answers")
    return {"doubled": 2 * x}

def environment(name):
    return {"value": os.environ.get(name)}

def leave():
    sys.exit(3)

TASKS = {"double": double, "environment": environment, "leave": leave}
"""


@pytest.fixture
def toy(tmp_path):
    file = tmp_path / "toy.py"
    file.write_text(TOY)
    return file


@pytest.fixture
def side():
    return Side("here", sys.executable, checkout=True)


def test_answers_and_chatter(side, toy):
    with Worker(side, toy) as worker:
        assert worker("double", x=3) == {"doubled": 6}
        assert worker("double", x=[1]) == {"doubled": [1, 1]}


@pytest.mark.parametrize(
    ("task", "arguments", "message"),
    [
        ("double", {"x": None}, "TypeError"),
        ("double", {"y": 1}, "unexpected keyword"),
        ("triple", {}, r"no task 'triple': known are \['describe', 'double'"),
    ],
)
def test_an_error_of_a_task_comes_back_and_the_worker_lives(side, toy, task, arguments, message):
    with Worker(side, toy) as worker:
        with pytest.raises(WorkerError, match=message):
            worker(task, **arguments)
        assert worker("double", x=1) == {"doubled": 2}


def test_a_worker_that_ends_is_an_error(side, toy):
    with Worker(side, toy) as worker, pytest.raises(WorkerError, match="ended with status 3"):
        worker("leave")


def test_environment_of_the_two_sides(toy, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    for checkout in (True, False):
        with Worker(Side("one", sys.executable, checkout), toy) as worker:
            assert worker("environment", name="OMP_NUM_THREADS") == {"value": "1"}
            path = worker("environment", name="PYTHONPATH")["value"]
            assert (path is not None) == checkout
            assert path != "elsewhere"


def test_wall_time(side):
    seconds, printed = side.wall_time("-c", "print(6 * 7)")
    assert printed == "42\n"
    assert 0 < seconds < 60
    with pytest.raises(WorkerError, match="ZeroDivisionError"):
        side.wall_time("-c", "1 / 0")


def test_a_relative_interpreter(monkeypatch, tmp_path):
    link = tmp_path / "bin" / "python"
    link.parent.mkdir()
    link.symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    side = Side("here", "bin/python", checkout=False)
    assert side.wall_time("-c", "print(1)")[1] == "1\n"


def test_who_begins_changes():
    assert [alternate(i, ["a", "b"])[0] for i in range(4)] == ["a", "b", "a", "b"]
