"""Counts spectra in one file, in the layout that users of Gammapy know ("DL4").

Each map is a table ``NAME`` with the columns CHANNEL and DATA, and a table ``NAME_BANDS`` with the
bins of its axes: of an axis ``energy`` the columns ENERGY, E_MIN and E_MAX, of ``energy_true`` the
columns ENERGY_TRUE, ENERGY_TRUE_MIN and ENERGY_TRUE_MAX. AXCOLS1, AXCOLS2... name the columns of
the axes, the one that varies fastest first. A row of DATA belongs to a bin of the last axis.
Good time intervals are a table ``GTI``; LIVETIME, OBJECT, TELESCOP and INSTRUME stand in the first
header. Masks and the name are kept; models are not, they have their own file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import DataError, FileFormatError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.modeling.serialize.atomic import expand
from gammapy.spectrum.dataset import SpectrumDataset
from gammapy.spectrum.fits_file import (
    carried_tables,
    column_unit,
    edges,
    has_column,
    name_card,
    numbers,
    read_hdus,
    write_hdus,
)
from gammapy.spectrum.gti_file import carried_gti, gti_hdus
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["read_on_off", "read_spectrum", "write_on_off", "write_spectrum"]

#: maps of each kind and where they stand
_COMMON = {
    "counts": "COUNTS",
    "exposure": "EXPOSURE",
    "mask_safe": "MASK_SAFE",
    "mask_fit": "MASK_FIT",
}
_KNOWN = {**_COMMON, "background": "BACKGROUND"}
_ON_OFF = {
    **_COMMON,
    "counts_off": "COUNTS_OFF",
    "acceptance": "ACCEPTANCE",
    "acceptance_off": "ACCEPTANCE_OFF",
}
_MASKS = ("mask_safe", "mask_fit")
_AXES = {
    "energy": ("ENERGY", "E_MIN", "E_MAX"),
    "energy_true": ("ENERGY_TRUE", "ENERGY_TRUE_MIN", "ENERGY_TRUE_MAX"),
}
#: tables that are only kept, to be written again
_CARRIED = {"COUNTS_REGION": "REGION", "COUNTS_OFF_REGION": "REGION_OFF"}
#: entries of ``meta`` and their keywords
_TEXTS = {"object": "OBJECT", "telescop": "TELESCOP", "instrume": "INSTRUME"}


# -- reading ------------------------------------------------------------------------------


def read_spectrum(filename: str | Path, name: str | None = None) -> SpectrumDataset:
    """Read a spectrum with a known background.

    Parameters
    ----------
    filename : str or path
    name : str, optional
        Of the dataset; by default the one in the file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    FileFormatError
        If it is damaged, holds no spectrum, or one with off counts.
    """
    path = expand(filename)
    hdus = read_hdus(path)
    if "COUNTS_OFF" in hdus:
        raise FileFormatError(f"{path} has off counts: read it with SpectrumDatasetOnOff.read")
    return _read(SpectrumDataset, _KNOWN, hdus, path, name)


def read_on_off(filename: str | Path, name: str | None = None) -> SpectrumDatasetOnOff:
    """Read a spectrum with off counts; parameters and errors as for `read_spectrum`."""
    path = expand(filename)
    hdus = read_hdus(path)
    if "BACKGROUND" in hdus and "COUNTS_OFF" not in hdus:
        raise FileFormatError(
            f"{path} has a known background and no off counts: read it with SpectrumDataset.read"
        )
    return _read(SpectrumDatasetOnOff, _ON_OFF, hdus, path, name)


def _read(
    kind: Any, slots: dict[str, str], hdus: fits.HDUList, path: Path, name: str | None
) -> Any:
    if "COUNTS" not in hdus:
        raise FileFormatError(f"{path} has no table COUNTS, only {[hdu.name for hdu in hdus]}")
    try:
        maps: dict[str, Any] = {
            slot: _read_map(hdus, hdu, path, slot in _MASKS)
            for slot, hdu in slots.items()
            if hdu in hdus
        }
        if "EDISP" in hdus:
            maps["edisp"] = _read_edisp(hdus, path)
        found = name or str(hdus[0].header.get("NAME", "")).strip() or path.name.split(".fits")[0]
        gti, odd = carried_gti(hdus, path)
        meta = _read_meta(hdus[0].header)
        tables = {**carried_tables(hdus, _CARRIED), **odd}
        if tables:
            meta["tables"] = tables
        return kind(**maps, name=found, meta=meta, gti=gti)
    except DataError as error:
        raise FileFormatError(f"{path}: {error}") from None


def _read_meta(header: fits.Header) -> dict[str, Any]:
    meta: dict[str, Any] = {k: str(header[key]) for k, key in _TEXTS.items() if key in header}
    livetime = header.get("LIVETIME")
    if isinstance(livetime, int | float) and not isinstance(livetime, bool):
        meta["livetime"] = float(livetime)
    return meta


def _write_meta(header: fits.Header, meta: dict[str, Any]) -> None:
    for name, key in _TEXTS.items():
        value = meta.get(name)
        if isinstance(value, str) and value.isascii() and value.isprintable():
            header[key] = value
    if "livetime" in meta:
        header["LIVETIME"] = (float(u.Quantity(meta["livetime"], "s").value), "[s]")


def _read_map(hdus: fits.HDUList, name: str, path: Path, boolean: bool) -> RegionNDMap:
    hdu = _table(hdus, name, path)
    (axis,) = _read_axes(hdus, name, path, len(hdu.data), 1)
    values = numbers(hdu, "DATA", path)
    if values.size != axis.nbin:
        raise FileFormatError(
            f"{path}: DATA of {name} has the shape {values.shape}, one number in each of "
            f"{axis.nbin} bins is needed: only spectra of one region can be read"
        )
    if boolean:
        if not np.all(np.isin(values, (0, 1))):
            raise FileFormatError(f"{path}: DATA of {name} is {values.max():g}: use true and false")
        return RegionNDMap(RegionGeom([axis]), values != 0)
    try:
        unit = column_unit(hdu, "DATA")
    except ValueError as error:
        raise FileFormatError(f"{path}: DATA of {name}: {' '.join(str(error).split())}") from None
    return RegionNDMap(RegionGeom([axis]), values, unit)


def _read_edisp(hdus: fits.HDUList, path: Path) -> EDispKernel:
    hdu = _table(hdus, "EDISP", path)
    values = numbers(hdu, "DATA", path)
    n_true = len(values)
    values = values.reshape(n_true, -1)
    energy, true = _read_axes(hdus, "EDISP", path, n_true, values.shape[1])
    return EDispKernel([true, energy], values)


def _table(hdus: fits.HDUList, name: str, path: Path) -> fits.BinTableHDU:
    hdu = hdus[name]
    if not isinstance(hdu, fits.BinTableHDU) or not has_column(hdu, "DATA"):
        raise FileFormatError(
            f"{path}: {name} is no table with a column DATA: only spectra of one region can be read"
        )
    return hdu


def _read_axes(
    hdus: fits.HDUList, name: str, path: Path, n_rows: int, n_inner: int
) -> list[MapAxis]:
    """Axes of a map, the one that varies fastest first; ``n_inner`` bins are within a row."""
    bands = f"{name}_BANDS"
    if bands not in hdus:
        raise FileFormatError(f"{path} has no table {bands} with the energies of {name}")
    table = hdus[bands]
    if len(table.data) != n_rows * n_inner:
        raise FileFormatError(
            f"{path}: {bands} has {len(table.data)} rows, {n_rows * n_inner} are needed for {name}"
        )
    known = {f"{low},{high}": axis for axis, (_, low, high) in _AXES.items()}
    columns = [table.header.get(f"AXCOLS{i}") for i in (1, 2, 3)]
    columns = [str(c).replace(" ", "") for c in columns if c]
    wanted = ["E_MIN,E_MAX", "ENERGY_TRUE_MIN,ENERGY_TRUE_MAX"]
    fits_map = columns == wanted if name == "EDISP" else len(columns) == 1 and columns[0] in wanted
    if not fits_map:
        hint = "; make a kernel for the energies of the spectrum" if name == "EDISP" else ""
        raise FileFormatError(
            f"{path}: {bands} has the axes {columns}, "
            f"{'both' if name == 'EDISP' else 'one'} of {wanted} needed{hint}"
        )
    axes = []
    for i, column in enumerate(columns):
        _, low, high = _AXES[known[column]]
        step = slice(None, None, n_inner) if i else slice(None, n_inner if n_inner > 1 else None)
        bounds = edges(table, low, high, path, "TeV", step)
        interp = str(table.header.get(f"INTERP{i + 1}", "log")).strip()
        axes.append(MapAxis(bounds, interp=interp, name=known[column]))
    return axes


# -- writing ------------------------------------------------------------------------------


def write_spectrum(dataset: SpectrumDataset, filename: str | Path, overwrite: bool = False) -> None:
    """Write a spectrum with a known background.

    The same dataset always makes the same file; it appears whole or not at all. Models are not
    written, nor entries of ``meta`` other than ``livetime``, ``object``, ``telescop``,
    ``instrume`` and ``tables``.

    Parameters
    ----------
    dataset : `SpectrumDataset`
    filename : str or path
    overwrite : bool
        Replace a file that exists.

    Raises
    ------
    DataError
        If there are no counts.
    OverwriteError
        If the file exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    _write(dataset, _KNOWN, filename, overwrite)


def write_on_off(
    dataset: SpectrumDatasetOnOff, filename: str | Path, overwrite: bool = False
) -> None:
    """Write a spectrum with off counts; parameters and errors as for `write_spectrum`."""
    _write(dataset, _ON_OFF, filename, overwrite)


def _write(dataset: Any, slots: dict[str, str], filename: str | Path, overwrite: bool) -> None:
    if dataset.counts is None:
        raise DataError(f"{dataset.name}: there are no counts to write: set counts, or call fake()")
    primary = fits.PrimaryHDU()
    name_card(primary.header, "NAME", dataset.name)
    _write_meta(primary.header, dataset.meta)
    hdus: list[Any] = [primary]
    tables = dataset.meta.get("tables", {})
    for slot, name in slots.items():
        value = getattr(dataset, slot)
        if value is not None:
            hdus += _map_hdus(name, value.values, list(value.geom.axes), value.unit)
            hdus += _region_hdus(tables, name)
    if dataset.edisp is not None:
        hdus += _edisp_hdus(dataset, tables)
    hdus += gti_hdus(dataset)
    write_hdus({expand(filename): hdus}, overwrite)


def _region_hdus(tables: dict[str, Any], name: str) -> list[Any]:
    """The region that was read, for each map: a reader may want it to be the same in all."""
    table = tables.get("REGION_OFF" if name == "COUNTS_OFF" else "REGION")
    return [fits.BinTableHDU(table.data, table.header, name=f"{name}_REGION")] if table else []


def _edisp_hdus(dataset: Any, tables: dict[str, Any]) -> list[Any]:
    true, energy = dataset.edisp.axes
    hdus = _map_hdus("EDISP", dataset.edisp.data, [energy, true], u.dimensionless_unscaled)
    hdus += _region_hdus(tables, "EDISP")
    if dataset.exposure is not None:
        # the exposure again, on a single bin of energy: Gammapy looks for it beside the kernel
        whole = MapAxis(energy.edges[[0, -1]], energy.interp, "energy")
        exposure = dataset.exposure
        hdus += _map_hdus("EDISP_EXPOSURE", exposure.values[:, None], [whole, true], exposure.unit)
        hdus += _region_hdus(tables, "EDISP_EXPOSURE")
    return hdus


def _map_hdus(
    name: str, values: np.ndarray, axes: list[MapAxis], unit: u.UnitBase
) -> list[fits.BinTableHDU]:
    """Tables of a map; ``values`` [n] or [n_last, n_first], ``axes`` fastest first."""
    n_rows = len(values)
    shape = (*values.shape, 1, 1)
    dim = ",".join(str(n) for n in reversed(shape[1:]))
    size = values.size // n_rows
    code = "L" if values.dtype == bool else "D"
    columns = [
        fits.Column("CHANNEL", "J", array=np.arange(n_rows)),
        fits.Column(
            "DATA",
            f"{size}{code}",
            dim=f"({dim})",
            unit=_unit_text(unit),
            array=values.reshape(shape),
        ),
    ]
    grids = np.meshgrid(*(np.arange(axis.nbin) for axis in reversed(axes)), indexing="ij")
    rows = [grid.ravel() for grid in reversed(grids)]  # bin of each axis in each row, fastest first
    bands = [fits.Column("CHANNEL", "K", array=np.arange(len(rows[0])))]
    for axis, index in zip(axes, rows, strict=True):
        centre = axis.center.value
        for column, array in zip(
            _AXES[axis.name], (centre, axis.edges_min.value, axis.edges_max.value), strict=True
        ):
            bands.append(
                fits.Column(column, "D", unit=axis.unit.to_string("fits"), array=array[index])
            )
    hdus = [
        fits.BinTableHDU.from_columns(columns, name=name),
        fits.BinTableHDU.from_columns(bands, name=f"{name}_BANDS"),
    ]
    for hdu in hdus:
        for i, axis in enumerate(axes, start=1):
            hdu.header[f"AXCOLS{i}"] = ",".join(_AXES[axis.name][1:])
            hdu.header[f"INTERP{i}"] = axis.interp
    return hdus


def _unit_text(unit: u.UnitBase) -> str:
    return "" if unit == u.dimensionless_unscaled else unit.to_string("fits")
