"""DataStore: observations of a folder, found by its two indices."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from gammapy.atomic import expand
from gammapy.data.hdu_index_table import HDUIndexTable
from gammapy.data.hdu_location import HDULocation
from gammapy.data.obs_table import ObservationTable
from gammapy.data.observation import RESPONSES, Observation
from gammapy.data.observations import Observations
from gammapy.dispatch import find
from gammapy.errors import (
    DataError,
    GammapyWarning,
    MissingFileError,
    OptionError,
    UnknownNameError,
)

__all__ = ["DataStore"]

#: responses that an analysis needs, by its kind
_REQUIRED: dict[str, tuple[str, ...]] = {
    "full-enclosure": ("aeff", "edisp", "psf", "bkg"),
    "point-like": ("aeff", "edisp"),
    "all-optional": (),
}


class DataStore:
    """Observations that two indices describe: one of files, one of pointings.

    Parameters
    ----------
    hdu_table : `HDUIndexTable`
    obs_table : `ObservationTable`, optional
        By default a table of the OBS_ID in the index of files.
    """

    DEFAULT_HDU_TABLE = "hdu-index.fits.gz"
    DEFAULT_OBS_TABLE = "obs-index.fits.gz"

    def __init__(
        self, hdu_table: HDUIndexTable | None = None, obs_table: ObservationTable | None = None
    ) -> None:
        if not isinstance(hdu_table, HDUIndexTable):
            raise DataError(
                f"hdu_table = {type(hdu_table).__name__}: an HDUIndexTable is needed, "
                "DataStore.from_dir reads one"
            )
        self.hdu_table = hdu_table
        if obs_table is None:
            obs_table = ObservationTable({"OBS_ID": hdu_table.obs_id_unique})
        self.obs_table = obs_table

    @classmethod
    def from_dir(
        cls,
        base_dir: str | os.PathLike[str],
        hdu_table_filename: str | os.PathLike[str] | None = None,
        obs_table_filename: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Observations of a folder.

        Parameters
        ----------
        base_dir : path
        hdu_table_filename, obs_table_filename : path, optional
            Relative to the folder; by default hdu-index.fits.gz and obs-index.fits.gz, or the same
            without ``.gz``. The second need not be there.

        Raises
        ------
        MissingFileError
            If the folder or an index that is needed does not exist.
        """
        folder = expand(base_dir)
        if not folder.is_dir():
            raise MissingFileError(
                f"base_dir = {str(folder)!r} is no folder: give the one that has the index files"
            )
        index = _index_path(folder, hdu_table_filename, cls.DEFAULT_HDU_TABLE)
        hdu_table = HDUIndexTable.read(index)
        hdu_table.base_dir = folder
        path = _index_path(folder, obs_table_filename, cls.DEFAULT_OBS_TABLE)
        there = obs_table_filename is not None or path.exists()
        return cls(hdu_table, ObservationTable.read(path) if there else None)

    @classmethod
    def from_file(
        cls,
        filename: str | os.PathLike[str],
        hdu_hdu: str = "HDU_INDEX",
        hdu_obs: str = "OBS_INDEX",
    ) -> Self:
        """Observations by a file that holds both indices.

        Parameters
        ----------
        filename : path
        hdu_hdu, hdu_obs : str
            Names of the tables.
        """
        return cls(HDUIndexTable.read(filename, hdu_hdu), ObservationTable.read(filename, hdu_obs))

    @classmethod
    def from_events_files(cls, events_paths: Iterable[Any], irfs_paths: Any = None) -> Self:
        """Observations by the files of their events.

        Parameters
        ----------
        events_paths : list of path
        irfs_paths : path or list of path, optional
            File of the responses, one for all or one for each; by default they are looked for in
            the files of the events, then by the cards CALDB and IRF in the folder $CALDB.

        Raises
        ------
        MissingFileError, FileFormatError
            If a file is absent or damaged, or has no events.
        DataError
            If two files have the same OBS_ID.
        """
        hdu_table, obs_table = find("DataStore", "index", "events")(events_paths, irfs_paths)
        return cls(hdu_table, obs_table)

    # -- observations ---------------------------------------------------------------------

    @property
    def obs_ids(self) -> np.ndarray:
        """Observations in the index of files, sorted."""
        return self.hdu_table.obs_id_unique

    def obs(
        self, obs_id: Any, required_irf: Any = "full-enclosure", require_events: bool = True
    ) -> Observation:
        """One observation; its parts are read when they are asked for.

        Parameters
        ----------
        obs_id : int or str
        required_irf : {"full-enclosure", "point-like", "all-optional"} or list of str
            Responses that must be there; a list of names among aeff, edisp, psf, bkg, rad_max.
        require_events : bool
            Events and good times must be there.

        Raises
        ------
        UnknownNameError
            If there is no such observation.
        DataError
            If a part that is needed is not in the index.
        """
        required = _required(required_irf, require_events)
        parts = self._parts(self._rows([obs_id]).get(_key(obs_id), []))
        if not parts:
            raise UnknownNameError(
                f"OBS_ID {obs_id} is not in the index of files: it has {len(self.obs_ids)} "
                "observations, see obs_ids"
            )
        return self._observation(obs_id, parts, required)

    def get_observations(
        self,
        obs_id: Any = None,
        skip_missing: bool = False,
        required_irf: Any = "full-enclosure",
        require_events: bool = True,
    ) -> Observations:
        """Several observations.

        Parameters
        ----------
        obs_id : list, optional
            By default all of the observation table.
        skip_missing : bool
            Leave out, with a warning, those that are not in the index, lack a part that is needed
            there, or whose files do not exist.
        required_irf, require_events
            As for `obs`.

        Raises
        ------
        UnknownNameError, DataError, MissingFileError
            For what would be left out, unless ``skip_missing`` is set.
        """
        required = _required(required_irf, require_events)
        wanted = self.obs_table["OBS_ID"] if obs_id is None else np.atleast_1d(obs_id)
        ids = np.asarray(wanted).tolist()
        rows = self._rows(ids)
        there: dict[str, bool] = {}
        found, left_out = [], []
        for one in ids:
            try:
                parts = self._parts(rows.get(_key(one), []))
                if not parts:
                    raise UnknownNameError(f"OBS_ID {one} is not in the index of files")
                observation = self._observation(one, parts, required)
                _check_files([parts[name] for name in required], there)
            except (UnknownNameError, DataError, MissingFileError) as error:
                if not skip_missing:
                    raise
                left_out.append((one, error))
                continue
            found.append(observation)
        if left_out:
            warnings.warn(
                f"{len(left_out)} of {len(ids)} observations are left out, the first is "
                f"{left_out[0][0]}: {left_out[0][1]}",
                GammapyWarning,
                stacklevel=2,
            )
        return Observations(found)

    def get_observation_groups(
        self, key: str, obs_id: Any = None, **kwargs: Any
    ) -> dict[str, Observations]:
        """Observations by what a column of the observation table says of them.

        Parameters
        ----------
        key : str
            Name of the column.
        obs_id : list, optional
            By default all.
        **kwargs
            As for `get_observations`.

        Returns
        -------
        groups : dict
            By ``key + "_" + value``.
        """
        if key not in self.obs_table.colnames:
            raise UnknownNameError(
                f"the observation table has no column {key!r}: {self.obs_table.colnames}"
            )
        table = self.obs_table if obs_id is None else self.obs_table.select_obs_id(obs_id)
        labels: dict[str, list[Any]] = {}
        for one, value in zip(np.asarray(table["OBS_ID"]).tolist(), table[key], strict=True):
            labels.setdefault(f"{key}_{str(value).strip()}", []).append(one)
        return {label: self.get_observations(ids, **kwargs) for label, ids in labels.items()}

    def _rows(self, obs_ids: Sequence[Any]) -> dict[Any, list[int]]:
        """Rows of the index of files, by OBS_ID."""
        column = np.asarray(self.hdu_table["OBS_ID"])
        rows: dict[Any, list[int]] = {}
        keys = {_key(one) for one in obs_ids}
        for i, one in enumerate(column.tolist()):
            if one in keys:
                rows.setdefault(one, []).append(i)
        return rows

    def _parts(self, rows: Sequence[int]) -> dict[str, HDULocation]:
        parts: dict[str, HDULocation] = {}
        for row in rows:
            location = self.hdu_table.location_info(row)
            if location.hdu_type in parts:
                raise DataError(
                    f"OBS_ID {location.obs_id} has two parts {location.hdu_type!r} in the index of "
                    f"files, of the classes {parts[location.hdu_type].hdu_class!r} and "
                    f"{location.hdu_class!r}: remove one of the rows"
                )
            parts[location.hdu_type] = location
        return parts

    def _observation(
        self, obs_id: Any, parts: dict[str, HDULocation], required: Sequence[str]
    ) -> Observation:
        missing = [name for name in required if name not in parts]
        if missing:
            raise DataError(
                f"OBS_ID {obs_id} has no {missing[0]!r} in the index of files, which is required: "
                f"there are {list(parts)}; say what is needed by required_irf= and require_events="
            )
        known: dict[str, Any] = {
            name: parts[name] for name in ("events", "gti", *RESPONSES) if name in parts
        }
        return Observation(obs_id=_key(obs_id), **known)

    # -- what is there --------------------------------------------------------------------

    def check(self, checks: Any = "all") -> list[dict[str, Any]]:
        """What is wrong with the indices and the files that they name; empty if nothing is.

        Parameters
        ----------
        checks : "all" or list of {"obs_table", "hdu_table", "files"}

        Returns
        -------
        records : list of dict
            With ``level`` ("error" or "warning"), ``obs_id``, ``hdu_type``, ``msg``. What is in
            the files is checked by `Observation.check`.
        """
        return find("DataStore", "check", "indices")(self, checks)

    def info(self, show: bool = True) -> str | None:
        """What is there as a text: printed, or returned if ``show`` is not set."""
        text = f"Data store:\n{self.hdu_table.summary()}\n\n{self.obs_table.summary()}"
        if not show:
            return text
        print(text)
        return None

    def __repr__(self) -> str:
        return f"DataStore({len(self.obs_ids)} observations, {str(self.hdu_table.base_dir)!r})"


def _index_path(folder: Any, filename: Any, default: str) -> Any:
    if filename is not None:
        return folder / expand(filename)
    bare = folder / default.removesuffix(".gz")
    return bare if bare.exists() and not (folder / default).exists() else folder / default


def _key(obs_id: Any) -> Any:
    """Plain number or text."""
    return obs_id.item() if isinstance(obs_id, np.generic) else obs_id


def _required(required_irf: Any, require_events: bool) -> list[str]:
    """Names of the parts that must be there."""
    if isinstance(required_irf, str):
        if required_irf not in _REQUIRED:
            raise OptionError(
                f"required_irf = {required_irf!r}: choose one of {list(_REQUIRED)}, or a list of "
                f"{list(RESPONSES)}"
            )
        names = list(_REQUIRED[required_irf])
    else:
        names = list(required_irf or [])
    unknown = [name for name in names if name not in RESPONSES]
    if unknown:
        raise OptionError(
            f"required_irf has {unknown[0]!r}: choose from {list(RESPONSES)}, or one of "
            f"{list(_REQUIRED)}"
        )
    return (["events", "gti"] if require_events else []) + names


def _check_files(locations: Iterable[HDULocation], there: dict[str, bool]) -> None:
    """Ask for each file once; a survey names the same thousands of times."""
    for location in locations:
        path = str(location.path())
        if not there.get(path, False):
            location.check_file()
            there[path] = True
