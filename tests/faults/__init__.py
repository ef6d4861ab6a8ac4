"""Deliberate faults, most of them of 1%, one or more per stage.

Each is a replacement in the text of one module. `tests/test_faults.py` runs the named tests on the
faulty package and demands that one turns red: a stage whose fault goes unseen is not tested.
The text stands once in its module; the tests are few and fast, those nearest to the code.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any

from tests.faults import fits, flux_points, likelihood, looks_and_files, spectra
from tests.faults.fault import Fault

__all__ = ["FAULTS", "Fault", "install"]

FAULTS = (
    *spectra.FAULTS,
    *likelihood.FAULTS,
    *fits.FAULTS,
    *flux_points.FAULTS,
    *looks_and_files.FAULTS,
)


class _FaultyLoader(SourceFileLoader):
    """Loads a module with a replacement in its text, past the bytecode cache."""

    fault: Fault

    def get_code(self, fullname: str) -> Any:
        text = self.get_data(self.path).decode()
        if text.count(self.fault.right) != 1:
            raise RuntimeError(f"fault {self.fault.stage!r} no longer fits {self.path}")
        return compile(text.replace(self.fault.right, self.fault.wrong), self.path, "exec")


class _FaultyFinder:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != self.fault.module:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None
        assert spec.origin is not None
        loader = _FaultyLoader(name, spec.origin)
        loader.fault = self.fault
        return importlib.util.spec_from_file_location(name, spec.origin, loader=loader)


def install(stage: str) -> None:
    """Make the package faulty at one stage; before it is imported."""
    fault = next(fault for fault in FAULTS if fault.stage == stage)
    assert fault.module not in sys.modules
    sys.meta_path.insert(0, _FaultyFinder(fault))  # type: ignore[arg-type]
