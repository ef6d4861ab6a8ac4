"""Files of flux points datasets: those of flux points, with masks and the statistic."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.table import Table

from gammapy.errors import DataError, FileFormatError, UnknownNameError
from gammapy.maps.region import RegionNDMap
from gammapy.spectrum.fits_file import name_card
from gammapy.spectrum.flux_points.dataset import FluxPointsDataset
from gammapy.spectrum.flux_points.file import read_table, write_table
from gammapy.spectrum.flux_points.table import from_table

__all__ = ["read_flux_points_dataset", "write_flux_points_dataset"]

_MASKS = ("mask_fit", "mask_safe")
_STATISTIC, _NAME = "STATTYPE", "NAME"


def read_flux_points_dataset(
    filename: str | os.PathLike[str], name: str | None = None
) -> FluxPointsDataset:
    """Read flux points with masks and statistic.

    Parameters
    ----------
    filename : str or path
    name : str, optional
        By default what the file says.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is no table of flux points.
    """
    table, gti = read_table(filename)
    masks: dict[str, Any] = {
        m: np.asarray(table[m]).astype(bool) for m in _MASKS if m in table.colnames
    }
    table.remove_columns(list(masks))
    stat_type = str(table.meta.pop(_STATISTIC, "chi2"))
    stated = table.meta.pop(_NAME, None)
    try:
        points = from_table(table, gti=gti)
        return FluxPointsDataset(data=points, name=name or stated, stat_type=stat_type, **masks)
    except (DataError, UnknownNameError) as error:
        raise FileFormatError(f"{filename}: {error}") from None


def write_flux_points_dataset(
    dataset: FluxPointsDataset, filename: str | os.PathLike[str], overwrite: bool = False
) -> None:
    """Write flux points with masks and statistic.

    Raises
    ------
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    points = dataset.data.copy()
    points.filter_success_nan = False
    table: Table = points.to_table()
    for name, mask in dataset.own_masks.items():
        table[name] = RegionNDMap(mask.geom, mask.data).values
    table.meta[_STATISTIC] = dataset.stat_type
    card = fits.Header()
    name_card(card, _NAME, dataset.name)
    table.meta.update(card)
    write_table(table, points.gti, filename, overwrite)
