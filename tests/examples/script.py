"""Runs an example as ``python EXAMPLE.py`` would, and hands over what it has defined."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(name: str, folder: Path) -> tuple[dict[str, Any], list[int]]:
    """Run a script of ``examples/`` in a folder, where it must leave nothing.

    Returns
    -------
    names : dict
        What it has defined.
    shown : list of int
        Number of figures at each ``plt.show()``; no window opens.
    """
    path = EXAMPLES / name
    names: dict[str, Any] = {"__file__": str(path), "__name__": "__main__"}
    with _figures() as shown, contextlib.chdir(folder):
        exec(compile(path.read_text(), str(path), "exec"), names)
        assert os.listdir() == []
    return names, shown


@contextlib.contextmanager
def _figures() -> Iterator[list[int]]:
    plt = pytest.importorskip("matplotlib.pyplot")
    plt.switch_backend("agg")
    plt.close("all")
    shown: list[int] = []

    def show() -> None:
        shown.append(len(plt.get_fignums()))
        plt.close("all")

    with mock.patch.object(plt, "show", show):
        yield shown
    plt.close("all")
