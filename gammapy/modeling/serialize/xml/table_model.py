"""Files of Gammalib's TableModel: spectra on a grid of parameters.

They are laid out like the table models of XSPEC, in the extensions PARAMETERS, ENERGIES and
SPECTRA; but a spectrum is differential, and not integrated over its bins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import FileFormatError
from gammapy.maps import MapAxis, RegionNDMap
from gammapy.modeling.models.spectral.template_nd import TemplateNDSpectralModel

__all__ = ["FILE_KEY", "read_table_model"]

#: under which the ``meta`` of a model says its file
FILE_KEY = "table_model"
#: by which a value of a parameter may miss a node of the grid
_ROUNDING = 1e-6


def read_table_model(path: Path, unit: u.UnitBase) -> TemplateNDSpectralModel:
    """Model of a file; its parameters have the names, values and bounds that are there.

    Parameters
    ----------
    path : `~pathlib.Path`
    unit : `~astropy.units.Unit`
        Of the spectra.

    Raises
    ------
    FileFormatError
        If the file is damaged, or no spectrum is there for a point of the grid.
    ModelError
        If a parameter has a name that cannot be one of ours, or one value only.
    """
    from astropy.io import fits

    try:
        with fits.open(path, memmap=False) as hdus:
            rows, table, spectra = (hdus[k].data for k in ("PARAMETERS", "ENERGIES", "SPECTRA"))
            ends = [table[key].astype(float) for key in ("ENERG_LO", "ENERG_HI")]
            energy = u.Quantity(np.sqrt(ends[0] * ends[1]), table.columns["ENERG_LO"].unit or "keV")
            nodes = [np.ravel(row["VALUE"])[: row["NUMBVALS"]].astype(float) for row in rows]
            points = spectra["PARAMVAL"].astype(float).reshape(len(spectra), len(rows))
            values = spectra["INTPSPEC"].astype(float).reshape(len(spectra), len(energy))
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        text = " ".join(str(error).split())
        raise FileFormatError(f"{path}: is no table of spectra: {text}") from None
    axes = [MapAxis.from_nodes(energy, interp="log", name="energy_true")]
    for row, values_of_one in zip(rows, nodes, strict=True):
        axes.append(MapAxis.from_nodes(values_of_one, interp="lin", name=row["NAME"].strip()))
    grid = _grid(path, nodes, points, values)
    table_map = RegionNDMap.create(axes=axes, data=grid, unit=unit)
    model = TemplateNDSpectralModel(table_map, {"values_scale": "lin"}, {FILE_KEY: str(path)})
    for row, parameter in zip(rows, model.own_parameters.values(), strict=True):
        value, low, high = (float(row[key]) for key in ("INITIAL", "MINIMUM", "MAXIMUM"))
        parameter.restate(value, parameter.unit, low, high, frozen=bool(row["DELTA"] < 0))
    return model


def _grid(path: Path, nodes: list[Any], points: Any, values: Any) -> np.ndarray:
    """Spectra [n_last, ..., n_first, n_energy], as a map has them."""
    shape = [len(row) for row in nodes]
    grid = np.full((*shape, values.shape[1]), np.nan)
    for point, spectrum in zip(points, values, strict=True):
        place = [int(np.argmin(np.abs(row - x))) for row, x in zip(nodes, point, strict=True)]
        there = np.array([row[i] for row, i in zip(nodes, place, strict=True)])
        if not np.allclose(there, point, rtol=_ROUNDING):
            raise FileFormatError(f"{path}: a spectrum at {point} is not on the grid of parameters")
        grid[tuple(place)] = spectrum
    if np.any(np.isnan(grid)):
        raise FileFormatError(f"{path}: {len(points)} spectra do not fill a grid of {shape}")
    return np.transpose(grid, (*range(len(shape))[::-1], len(shape)))
