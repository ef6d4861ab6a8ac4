"""A run of ``gammapy npred`` that is killed and started again leaves the same bytes."""

import re
import sys
import time

import numpy as np
import pytest

from tests.cli.survey_run import contents, finish, killed, start, undisturbed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """What an undisturbed run leaves, and how long it takes."""
    return undisturbed(tmp_path_factory.mktemp("undisturbed"))


def check(folder, expected, seconds, shares):
    """Kill at these shares of the time that a run takes; how many tiles were kept each time."""
    kept = []
    for share in shares:
        killed(folder, share * seconds)
        before = contents(folder) if not (folder / "a.fits.gz.tiles").exists() else {}
        told = finish(folder)
        assert contents(folder) == expected, f"after {share * seconds:.2f} s: {told}"
        assert not before or before.items() <= expected.items()
        found = re.search(r"(\d+) of \d+ tiles are finished already", told)
        kept.append(int(found[1]) if found else 0)
    return kept


def test_three_moments(run, tmp_path):
    expected, seconds = run
    assert sorted(expected) == ["a.fits.gz", "a.report.yaml"]
    kept = check(tmp_path / "a", expected, seconds, [0.3, 0.7, 0.9])
    assert max(kept) > 0, "no run was killed when it had tiles"


@pytest.mark.slow
def test_twenty_random_moments(run, tmp_path):
    expected, seconds = run
    shares = np.random.default_rng(20).uniform(0.0, 1.05, 20)
    kept = check(tmp_path / "a", expected, seconds, shares)
    print(f"{seconds:.1f} s; tiles kept: {kept}")
    assert len(set(kept)) > 3


def test_no_process_outlives_the_one_that_leads(tmp_path):
    """Those that compute tiles end when it is killed."""
    if sys.platform != "linux":
        pytest.skip("children are found in /proc")
    process = start(tmp_path)
    children, until = set(), time.monotonic() + 120
    tile = tmp_path / "a.fits.gz.tiles"
    while not list(tile.glob("tile-*")) and time.monotonic() < until:
        children |= offspring(process.pid)
        time.sleep(0.02)
    children |= offspring(process.pid)
    process.kill()
    process.wait()
    assert len(children) >= 2
    until = time.monotonic() + 30
    while any(map(is_alive, children)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(is_alive, children))


def offspring(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            found = {int(child) for child in file.read().split()}
    except FileNotFoundError:
        return set()
    return found.union(*map(offspring, found))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
