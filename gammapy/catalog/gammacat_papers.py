"""GammaCat: every measurement of every source that gamma-cat collected, side by side."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from astropy.table import Table

from gammapy.catalog.catalog import no_source
from gammapy.catalog.table_file import catalog_path
from gammapy.errors import FileFormatError, GammapyWarning, UnknownNameError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.serialize.gammacat.files import by_number
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.gammacat.source import Source
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["GammaCat"]

_FILE = re.compile(r"tev-(\d+)")


class GammaCat:
    """Folder of gamma-cat's own files, one per source and paper.

    The files are read when the object is made.

    Parameters
    ----------
    folder : str or path
        The folder that holds ``data`` and ``sources``.

    Raises
    ------
    MissingFileError, FileFormatError
        If it is not there, or holds something else.
    """

    def __init__(self, folder: str | os.PathLike[str] = "$GAMMAPY_DATA/gamma-cat/input") -> None:
        self.folder = catalog_path(folder)
        files = sorted((self.folder / "data").glob("*/*/tev-*.yaml"), key=by_number)
        if not files:
            raise FileFormatError(
                f"{self.folder} has no files data/<year>/<paper>/tev-*.yaml: give the folder "
                "'input' of gamma-cat"
            )
        paths = sorted((self.folder / "sources").glob("tev-*.yaml"))
        self.sources = {source.source_id: source for source in map(Source.read, paths)}
        self._measurements: dict[int, list[Measurement]] = {}
        for path in files:
            found = Measurement.read(path)
            found.source = self.sources.get(found.source_id)
            self._measurements.setdefault(found.source_id, []).append(found)

    # -- sources --------------------------------------------------------------------------

    @cached_property
    def _ids(self) -> dict[str, int]:
        """Number of each name; common names go before the others."""
        ids = {source.common_name: number for number, source in self.sources.items()}
        for number, source in self.sources.items():
            for name in source.names:
                ids.setdefault(name, number)
        return ids

    def source_id(self, source: str | int) -> int:
        """Number of a source, from its number or one of its names.

        Raises
        ------
        UnknownNameError
            If there is no such source; names that come close are listed.
        """
        number = self._ids.get(source) if isinstance(source, str) else source
        if number not in self._measurements and number not in self.sources:
            raise UnknownNameError(no_source(source, self._ids, self))
        return int(number)

    def measurements(self, source: str | int | None = None) -> list[Measurement]:
        """Measurements of a source, or all, in the order of the papers.

        Parameters
        ----------
        source : str or int, optional
            Name or number.

        Raises
        ------
        UnknownNameError
            If there is no such source.
        """
        if source is None:
            return list(self)
        return list(self._measurements.get(self.source_id(source), []))

    def to_models(self, source: str | int | None = None) -> Models:
        """Models of all measurements with a spectrum, of a source or of all.

        They are named after the source and the paper; the measurement stands in ``origin``.
        """
        chosen = [m for m in self.measurements(source) if m.has_spectrum]
        return Models([measurement.sky_model() for measurement in chosen])

    def table(self, source: str | int | None = None) -> Table:
        """Overview: a row for each measurement."""
        rows = [
            {
                "source_id": m.source_id,
                "name": m.name,
                "telescope": m.telescope or "",
                "spectrum": m.tree["spec"]["model"].get("type", "") if m.has_spectrum else "",
                "morphology": m.tree["morph"]["type"] if m.has_morphology else "",
                "n_seds": len(self.sed_files(m)),
            }
            for m in self.measurements(source)
        ]
        return Table(rows=rows)

    # -- flux points ----------------------------------------------------------------------

    def sed_files(self, measurement: Measurement | None = None) -> list[Path]:
        """Files of flux points of a measurement, or all.

        Those of a paper that has several measurements of the source belong to the one of the same
        number; a file of no number of its own belongs to all of them.
        """
        if measurement is None:
            return sorted((self.folder / "data").glob("*/*/tev-*-sed*.ecsv"))
        if measurement.filename is None:
            return []
        folder, stem = measurement.filename.parent, f"tev-{measurement.source_id:06d}"
        files = sorted(folder.glob(f"{stem}-sed*.ecsv"))
        if measurement.file_id is None:
            return files
        own = [folder / f"{stem}-sed-{measurement.file_id}.ecsv", folder / f"{stem}-sed.ecsv"]
        return [file for file in files if file in own]

    def flux_points(self, source: str | int) -> dict[str, FluxPoints]:
        """Flux points of a source from all papers, by the path of the file below ``data``.

        A file whose energies come twice is left out, and a warning says so.
        """
        number = self.source_id(source)
        found = {}
        for path in self.sed_files():
            match = _FILE.match(path.name)
            if match is None or int(match[1]) != number:
                continue
            try:
                found[str(path.relative_to(self.folder / "data"))] = FluxPoints.read(path)
            except FileFormatError as error:
                warnings.warn(f"{error}; left out", GammapyWarning, stacklevel=2)
        return found

    def __iter__(self) -> Iterator[Measurement]:
        return (m for number in sorted(self._measurements) for m in self._measurements[number])

    def __len__(self) -> int:
        return sum(map(len, self._measurements.values()))

    def __repr__(self) -> str:
        return f"GammaCat({len(self)} measurements of {len(self._measurements)} sources)"
