"""The protocol by which a benchmark drives two interpreters in turn.

A worker is a long-lived process that runs one file of ``workers/``. The file has a dictionary
``TASKS`` of functions that take keywords and return a dictionary; each worker has the task
``describe`` besides. One line of JSON asks,
``{"task": name, "arguments": {...}}``, and one answers, ``{"answer": {...}}`` or
``{"error": text}``.
This file imports the standard library only, so any interpreter can be the peer.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
#: both sides compute on one thread
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class WorkerError(RuntimeError):
    """A worker failed; the text has its traceback."""


class Side:
    """One side of a comparison: an interpreter and where it finds its packages.

    Parameters
    ----------
    name : str
        In tables.
    python : str
        Path of the interpreter.
    checkout : bool
        True if it imports ``gammapy`` from this checkout, False if from its own environment.
    """

    def __init__(self, name: str, python: str, checkout: bool) -> None:
        self.name = name
        # a process that starts in another folder would look there; links must stay, they are venvs
        self.python = os.path.abspath(python) if os.sep in python else python
        self.environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        self.environment.update(dict.fromkeys(THREADS, "1"))
        if checkout:
            self.environment["PYTHONPATH"] = str(CHECKOUT)

    def wall_time(self, *arguments: str) -> tuple[float, str]:
        """Seconds from start to end of a new process, and what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            begin = time.perf_counter()
            done = subprocess.run(
                [self.python, *arguments],
                env=self.environment,
                cwd=folder,  # python -c imports from the working folder first
                capture_output=True,
                text=True,
            )
            seconds = time.perf_counter() - begin
        if done.returncode != 0:
            raise WorkerError(f"{self.name}: {arguments} failed\n{done.stderr}")
        return seconds, done.stdout


class Worker:
    """Runs the tasks of one file in a process of one side.

    Parameters
    ----------
    side : `Side`
    file : path
        In ``workers/``.
    """

    def __init__(self, side: Side, file: str | Path) -> None:
        self.side = side
        self._process = subprocess.Popen(
            [side.python, str(HERE / "peer.py"), str(HERE / "workers" / file)],
            env=side.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, task: str, **arguments: Any) -> dict[str, Any]:
        """Run one task and wait for its answer.

        Raises
        ------
        WorkerError
            If the task raised, or the process ended.
        """
        pipe, back = self._process.stdin, self._process.stdout
        assert pipe is not None  # for the type checker: both were asked for
        assert back is not None
        try:
            print(json.dumps({"task": task, "arguments": arguments}), file=pipe, flush=True)
            line = back.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            code = self._process.wait()
            raise WorkerError(f"{self.side.name}: the worker ended with status {code} at {task!r}")
        reply = json.loads(line)
        if "error" in reply:
            raise WorkerError(f"{self.side.name}: {task!r} failed\n{reply['error']}")
        return reply["answer"]

    def close(self) -> None:
        """End the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def alternate(number: int, sides: Sequence[Any]) -> list[Any]:
    """The sides in the order of a round: who begins changes from round to round."""
    return list(sides) if number % 2 == 0 else list(reversed(sides))


def describe() -> dict[str, str]:
    """Versions of the packages that do the work."""
    import platform
    from importlib import metadata

    import gammapy

    packages = ("numpy", "scipy", "astropy", "iminuit", "regions")
    found = {name: metadata.version(name) for name in packages}
    return {"python": platform.python_version(), "gammapy": gammapy.__version__, **found}


def serve(tasks: dict[str, Any], requests: TextIO, replies: TextIO) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        try:
            if request["task"] not in tasks:
                raise KeyError(f"no task {request['task']!r}: known are {sorted(tasks)}")
            reply = {"answer": tasks[request["task"]](**request["arguments"])}
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), file=replies, flush=True)


def main() -> None:
    # what a task prints must not get between the answers
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tasks = runpy.run_path(sys.argv[1], run_name="worker")["TASKS"]
    serve({"describe": describe, **tasks}, sys.stdin, replies)


if __name__ == "__main__":
    main()
