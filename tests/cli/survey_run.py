"""Run ``gammapy`` in a process of its own, which can be killed at any moment."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.cli.survey_files import RESPONSES, SKY

ROOT = Path(__file__).parents[2]
#: six tiles
TILES = 6
LINE = ["npred", SKY, *RESPONSES, "--width", "6,3", "--binsz", "0.02", "--energy", "1,10,3"]
LINE += ["--energy-true", "0.5,20,6", "--background", "--workers", "2", "-o", "a.fits.gz"]
CODE = "from gammapy.cli import main; main(prog_name='gammapy')"


def start(folder: Path, output: int = subprocess.DEVNULL) -> subprocess.Popen:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", CODE, *map(str, LINE)]
    return subprocess.Popen(
        line, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
    )


def finish(folder: Path) -> str:
    """Run to the end; what it told."""
    process = start(folder, subprocess.PIPE)
    told = process.communicate()[0].decode()
    assert process.returncode == 0, told
    return told


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def killed(folder: Path, tiles: int, delay: float) -> bool:
    """A run in an empty folder that is killed some time after so many tiles are finished.

    False if it had come to its end before.

    In tiles and not in seconds, so that the moments are the same on a busy machine.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    process = start(folder)
    while process.poll() is None and len(finished(folder)) < tiles:
        time.sleep(0.005)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return process.returncode == -signal.SIGKILL


def finished(folder: Path) -> list[Path]:
    """Files of finished tiles."""
    return list((folder / "a.fits.gz.tiles").glob("tile-*"))
