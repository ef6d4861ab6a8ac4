"""Every deliberate fault turns a test red; see `tests/faults.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import FAULTS

ROOT = Path(__file__).parents[1]

RUN = """
import sys
sys.path.insert(0, ".")
from tests.faults import install
install({stage!r})
import pytest
sys.exit(pytest.main([{tests!r}, "-x", "-q", "--no-header", "-p", "no:cacheprovider"]))
"""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.stage.replace(" ", "-"))
def test_a_fault_turns_a_test_red(fault):
    if fault.data and fault.data not in os.environ:
        pytest.skip(f"{fault.tests} needs {fault.data}")
    script = RUN.format(stage=fault.stage, tests=fault.tests)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    # 1: tests ran and some failed; anything else is a broken run, not a red test
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-2000:] + done.stderr[-500:]
    assert " failed" in done.stdout.splitlines()[-1], done.stdout[-2000:]


def test_stages_are_named_once():
    stages = [fault.stage for fault in FAULTS]
    assert len(set(stages)) == len(stages)
