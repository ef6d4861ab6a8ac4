"""Every deliberate fault turns a test red; see `tests/faults`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import FAULTS, flux_points, looks_and_files

ROOT = Path(__file__).parents[1]

RUN = """
import sys
sys.path.insert(0, ".")
from tests.faults import install
install({stage!r})
import pytest
sys.exit(pytest.main([*{tests!r}.split(), "-x", "-q", "--no-header", "-p", "no:cacheprovider"]))
"""
#: without plugins a run starts in half the time
ENVIRONMENT = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


#: run by ``-m slow``: what lies above models, likelihood and fit, and most of the rest
SAMPLE = 6
ABOVE = {fault.stage for fault in (*flux_points.FAULTS, *looks_and_files.FAULTS)}
RUNS = [
    pytest.param(
        fault,
        id=fault.stage.replace(" ", "-"),
        marks=[pytest.mark.slow] if fault.stage in ABOVE or i % SAMPLE else [],
    )
    for i, fault in enumerate(FAULTS)
]


@pytest.mark.parametrize("fault", RUNS)
def test_a_fault_turns_a_test_red(fault):
    if fault.data and fault.data not in os.environ:
        pytest.skip(f"{fault.tests} needs {fault.data}")
    script = RUN.format(stage=fault.stage, tests=fault.tests)
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    # 1: tests ran and some failed; anything else is a broken run, not a red test
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-2000:] + done.stderr[-500:]
    assert " failed" in done.stdout.splitlines()[-1], done.stdout[-2000:]


def test_stages_are_named_once():
    stages = [fault.stage for fault in FAULTS]
    assert len(set(stages)) == len(stages)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.stage.replace(" ", "-"))
def test_a_fault_fits_its_module(fault):
    """One text to replace, however the code has moved; seen at once, without a run."""
    path = ROOT.joinpath(*fault.module.split(".")).with_suffix(".py")
    found = path.read_text().count(fault.right)
    assert found == 1, f"{fault.right!r} stands {found} times in {path}"
    assert all((ROOT / test.partition("::")[0]).exists() for test in fault.tests.split())
