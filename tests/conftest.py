"""What holds for the whole test run."""

import os
from pathlib import Path

import pytest

#: pytest's own is 1e-12, larger than most fluxes in their units: `approx` of one could not fail
type(pytest.approx(1.0)).DEFAULT_ABSOLUTE_TOLERANCE = 0.0


def _skips_that_count(config: pytest.Config) -> int:
    """The number of skipped tests and modules, where GAMMAPY_NO_SKIPS=1 forbids them."""
    if os.environ.get("GAMMAPY_NO_SKIPS") != "1":
        return 0
    # With pytest-xdist the workers have no terminal; only the controller counts.
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", ())) if reporter else 0


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and _skips_that_count(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    count = _skips_that_count(config)
    if count:
        terminalreporter.write_line(
            f"GAMMAPY_NO_SKIPS=1: {count} skipped, so the run fails (reasons in the summary).",
            red=True,
        )


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of test data, $GAMMAPY_DATA."""
    if not os.environ.get("GAMMAPY_DATA"):
        pytest.skip("GAMMAPY_DATA is not set: it names the folder this test reads")
    return Path(os.environ["GAMMAPY_DATA"])
