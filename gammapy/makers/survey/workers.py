"""Processes that compute tiles.

Always other processes, and one thread in each: so the numbers do not depend on how many there are.
They are started anew, not forked, write their tiles themselves, and end when the one that leads
does, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

import numpy as np

from gammapy.errors import DataError, GammapyError, GammapyWarning
from gammapy.makers.survey.memory import in_words
from gammapy.makers.survey.store import TileStore
from gammapy.makers.survey.tiles import Tile, tile_geom
from gammapy.maps import WcsGeom

__all__ = ["Job", "compute_tile", "finished_tiles"]

#: of the libraries that may bring threads of their own
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Job(NamedTuple):
    """What a process needs to compute any tile."""

    #: values [planes, y, x] of a geometry
    task: Callable[[WcsGeom], np.ndarray]
    geom: WcsGeom
    store: TileStore
    #: bytes that a process may take; 0 for any number
    memory: int = 0


class _Answer(NamedTuple):
    tile: Tile
    told: list[str]
    error: Exception | None


def compute_tile(job: Job, tile: Tile) -> list[str]:
    """Compute a tile and keep it.

    Returns
    -------
    list of str
        Warnings.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", GammapyWarning)
        geom = tile_geom(job.geom, tile)
        job.store.save(tile, _on_sky(job.task(geom), geom))
    return [str(w.message) for w in caught]


def _on_sky(values: np.ndarray, geom: WcsGeom) -> np.ndarray:
    """Values with zeros where a projection has pixels off the sky."""
    if np.all(np.isfinite(values)):
        return values
    off = np.isnan(geom.to_image().get_coord().lon.value)
    return np.where(off, 0.0, values)


def finished_tiles(job: bytes, tiles: Sequence[Tile], workers: int) -> Iterator[list[str]]:
    """Compute tiles; yields the warnings of each, as soon as it is kept.

    Parameters
    ----------
    job : bytes
        A pickled `Job`.
    tiles : sequence of `Tile`
        In the order in which they are begun.
    workers : int
        Number of processes.

    Raises
    ------
    GammapyError
        If a tile cannot be computed.
    DataError
        If a process is killed. Tiles that are finished stay, in both cases.
    """
    waiting = list(tiles)
    with _started(job, min(workers, len(waiting))) as connections:
        busy: dict[Any, Tile] = {}
        for connection in connections:
            _hand_out(connection, waiting, busy)
        while busy:
            for ready in wait(list(busy)):
                yield _received(ready, busy.pop(ready))
                _hand_out(ready, waiting, busy)


def _hand_out(connection: Any, waiting: list[Tile], busy: dict[Any, Tile]) -> None:
    if waiting:
        tile = waiting.pop(0)
        busy[connection] = tile
        with suppress(BrokenPipeError):  # its end is noticed when the answer does not come
            connection.send(tile)


def _received(connection: Any, tile: Tile) -> list[str]:
    try:
        answer: _Answer = connection.recv()
    except (EOFError, ConnectionResetError):
        raise DataError(
            f"a process ended while it computed {tile}, perhaps for want of memory: the same "
            "command goes on with the tiles that are finished; use fewer --workers"
        ) from None
    if answer.error is not None:
        raise answer.error
    return answer.told


@contextmanager
def _started(job: bytes, workers: int) -> Iterator[list[Connection]]:
    """Connections to processes, which end with the block."""
    context = multiprocessing.get_context("spawn")
    processes, connections = [], []
    try:
        with _one_thread():
            for _ in range(workers):
                ours, theirs = context.Pipe()
                process = context.Process(target=_work, args=(theirs,), daemon=True)
                process.start()
                theirs.close()
                processes.append(process)
                connections.append(ours)
        for connection in connections:
            with suppress(BrokenPipeError):
                connection.send_bytes(job)
        yield connections
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.terminate()
            process.join()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Environment of processes that start in the block: libraries read it when they are loaded."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


# -- in the other process -----------------------------------------------------------------


def _work(connection: Any) -> None:
    """Compute the tiles that come, until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that leads decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        content = connection.recv_bytes()
        try:
            job = pickle.loads(content)
            _limit(job.memory)
            failed = None
        except Exception as error:
            failed = _plain("the models and responses cannot be handed on", error)
        while True:
            tile = connection.recv()
            connection.send(_Answer(tile, [], failed) if failed else _answer(job, tile))


def _limit(memory: int) -> None:
    """Let the system refuse more memory, so that no other program is harmed."""
    with suppress(ImportError, OSError, ValueError):  # not all systems can
        import resource

        if memory:
            resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _answer(job: Job, tile: Tile) -> _Answer:
    try:
        return _Answer(tile, compute_tile(job, tile), None)
    except MemoryError:
        return _Answer(
            tile,
            [],
            DataError(
                f"{tile} takes more than the {in_words(job.memory)} of memory that a process may "
                "take: the same command goes on with the tiles that are finished; give it more "
                "--memory or fewer --workers"
            ),
        )
    except Exception as error:
        return _Answer(tile, [], _plain(str(tile), error))


def _plain(what: str, error: Exception) -> Exception:
    """An error that can be handed on, with the place where it arose if that was not on purpose."""
    if isinstance(error, GammapyError | OSError):
        kind = DataError if isinstance(error, GammapyError) else OSError
        return kind(f"{what}: {error}")
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}, line {last.lineno}"
    return DataError(f"{what}: {type(error).__name__} in {place}: {error}")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
