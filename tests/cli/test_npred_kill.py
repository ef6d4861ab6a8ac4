"""A run of ``gammapy npred`` that is killed and started again leaves the same bytes."""

import re
import sys
import time

import numpy as np
import pytest

from tests.cli.survey_run import TILES, contents, finish, finished, killed, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What an undisturbed run leaves."""
    folder = tmp_path_factory.mktemp("undisturbed")
    told = finish(folder)
    assert f"{TILES} tiles" in told
    assert sorted(contents(folder)) == ["a.fits.gz", "a.report.yaml"]
    return contents(folder)


def check(folder, expected, tiles, delay):
    """Kill a run, start it again; how many tiles were kept, None if the map was there.

    Whatever it left: the map is not there, or is whole. A run that ended before it could be killed
    proves nothing: it is done again, and killed earlier.
    """
    while not killed(folder, tiles, delay):
        assert delay > 1e-4, "the run always ends before it is killed"
        delay /= 2
    left = folder / "a.fits.gz"
    assert not left.exists() or left.read_bytes() == expected["a.fits.gz"]
    told = finish(folder)
    assert contents(folder) == expected, f"killed {delay:.3f} s after {tiles} tiles: {told}"
    if "made of the same" in told:
        return None
    found = re.search(r"(\d+) of 6 tiles are finished already", told)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    ("tiles", "delay"),
    [
        pytest.param(0, 1.0, marks=pytest.mark.slow),
        (2, 0.0),
        pytest.param(TILES, 0.02, marks=pytest.mark.slow),
    ],
)
def test_three_moments(expected, tmp_path, tiles, delay):
    kept = check(tmp_path / "a", expected, tiles, delay)
    assert kept is None or kept >= tiles


@pytest.mark.slow
def test_twenty_random_moments(expected, tmp_path):
    rng = np.random.default_rng(20)
    kept = []
    for tiles in rng.permutation(np.arange(20) % (TILES + 1)).tolist():
        delay = rng.uniform(0.0, 1.5 if tiles == 0 else 0.08)
        kept.append(check(tmp_path / "a", expected, tiles, delay))
    print(f"killed {len(kept)} times; tiles kept: {kept}")
    assert len(kept) == 20
    assert kept.count(None) <= 5, "too many runs were killed when the map was there"
    assert len(set(kept)) > 3


def test_no_process_outlives_the_one_that_leads(tmp_path):
    """Those that compute tiles end when it is killed."""
    if sys.platform != "linux":
        pytest.skip("children are found in /proc")
    process = start(tmp_path)
    children, until = set(), time.monotonic() + 120
    while not finished(tmp_path) and time.monotonic() < until:
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
