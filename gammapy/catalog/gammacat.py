"""The merged catalogue of gamma-cat, with one chosen measurement for each source.

All measurements of a source, and their systematic errors, are in the files of single papers:
`gammapy.catalog.GammaCat`.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.table import Table

from gammapy.catalog.catalog import SourceCatalog, SourceCatalogObject
from gammapy.catalog.table_file import catalog_path, read_tables
from gammapy.errors import DataError, FileFormatError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.serialize.gammacat.measurement import Measurement
from gammapy.modeling.serialize.gammacat.merged import measurement_of_row
from gammapy.modeling.serialize.tree import read_tree
from gammapy.spectrum.flux_points.points import FluxPoints

__all__ = ["SourceCatalogGammaCat", "SourceCatalogObjectGammaCat"]

_POINTS = ("e_ref", "e_min", "e_max", "dnde", "dnde_err", "dnde_errp", "dnde_errn", "dnde_ul")
_UNITS = {"e": "TeV", "dnde": "cm-2 s-1 TeV-1"}


class SourceCatalogObjectGammaCat(SourceCatalogObject):
    """Source of gamma-cat."""

    name_key = "common_name"
    position_keys = ("ra", "dec")

    @cached_property
    def measurement(self) -> Measurement:
        """What the row says, with its reference and the systematic errors."""
        return measurement_of_row(self.data, f"gamma-cat {self.name!r}")

    def spectral_model(self) -> SpectralModel | None:
        """Spectrum of the chosen paper; None if there is none."""
        return self.measurement.spectral_model() if self.measurement.has_spectrum else None

    def spatial_model(self) -> SpatialModel | None:
        """Shape at the position that was measured; None if there is none.

        Raises
        ------
        ModelError
            If the size of the shape is not known.
        """
        return self.measurement.spatial_model()

    def sky_model(self) -> SkyModel:
        """Source of both.

        Raises
        ------
        ModelError
            If there is no spectral model.
        """
        return self.measurement.sky_model(name=self.name)

    @property
    def flux_points_table(self) -> Table | None:
        """Table of the flux points; None if there are none.

        Raises
        ------
        DataError
            If the file has fewer than it states, as the YAML and ECSV files of the catalogue do.
        """
        stated = self.data.get("sed_n_points", np.nan)
        if np.isnan(stated) or stated < 1:
            return None
        columns = {name: np.atleast_1d(_floats(self.data[f"sed_{name}"])) for name in _POINTS}
        known = np.isfinite(columns["e_ref"])
        if np.count_nonzero(known) < stated:
            raise DataError(
                f"{self.name}: the file has {np.count_nonzero(known)} of {int(stated)} flux "
                "points: read the catalogue in FITS, or the file of the paper with GammaCat"
            )
        table = Table(meta={"SED_TYPE": "dnde"})
        for name, values in columns.items():
            if np.any(np.isfinite(values[known])):
                table[name] = values[known]
                table[name].unit = _UNITS[name.partition("_")[0]]
        if "dnde_ul" in table.colnames:
            table["is_ul"] = np.isfinite(table["dnde_ul"])
        return table

    @property
    def flux_points(self) -> FluxPoints | None:
        """Flux points, with the spectral model for reference if there is one; None without any.

        Raises
        ------
        DataError
            If the file has fewer than it states, or an energy comes twice.
        """
        table = self.flux_points_table
        if table is None:
            return None
        return FluxPoints.from_table(table, reference_model=self.spectral_model())


class SourceCatalogGammaCat(SourceCatalog):
    """Open catalogue of gamma-ray sources, merged.

    Parameters
    ----------
    filename : str or path
        In FITS, ECSV or YAML.
    """

    tag = ["gamma-cat"]
    description = "An open catalog of gamma-ray sources"
    source_object_class = SourceCatalogObjectGammaCat

    def __init__(
        self,
        filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/gammacat/gammacat.fits.gz",
    ) -> None:
        path = catalog_path(filename)
        table = _yaml_table(path) if path.suffix in (".yaml", ".yml") else read_tables(path)[0]
        aliases = ("other_names", "gamma_names")
        super().__init__(table, source_name_key="common_name", source_name_alias=aliases)

    @property
    def positions(self) -> SkyCoord:
        """Positions of the objects that the sources are named after."""
        return super().positions


def _floats(values: Any) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(getattr(values, "value", values), dtype=float), np.nan)


def _yaml_table(path: Path) -> Table:
    """Table of the YAML file, a list of rows."""
    _, tree = read_tree(path)
    try:
        rows = [dict(row) for row in tree]
        return Table(rows=rows)
    except (TypeError, ValueError) as error:
        raise FileFormatError(
            f"{path} is not the merged catalogue of gamma-cat, a list of rows ({error})"
        ) from None
