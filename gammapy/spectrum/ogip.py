"""OGIP spectra: PHA files of type I with their background, ARF and RMF.

The format is that of the OGIP memo OGIP/92-007 (Arnaud, George and Tennant). In the terms of a
dataset:

* A channel is good where QUALITY of the on spectrum is 0; that of the off spectrum is not asked.
* ``acceptance`` is BACKSCAL of the on spectrum; ``acceptance_off`` is BACKSCAL of the off spectrum
  times the ratio off over on of EXPOSURE and AREASCAL. So `alpha` is (BACKSCAL AREASCAL EXPOSURE)
  of the on over that of the off spectrum, and where the last two are equal the acceptances are
  the numbers in the file.
* AREASCAL of the on spectrum scales the effective area, channel by channel.
* GROUPING joins channels into bins: counts and redistribution are summed, a bin is good if all
  its channels are, its acceptances are the mean. The off spectrum follows the groups of the on.
* ``exposure`` is the effective area times EXPOSURE.
* Good time intervals are the table GTI of the on spectrum; they do not change EXPOSURE.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.data.gti import GTI
from gammapy.errors import DataError, FileFormatError, GammapyWarning, MissingFileError
from gammapy.irf.edisp import EDispKernel
from gammapy.maps.axis import MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.modeling.serialize.atomic import expand
from gammapy.spectrum.fits_file import (
    carried_tables,
    has_column,
    name_card,
    numbers,
    read_hdus,
    write_hdus,
)
from gammapy.spectrum.gti_file import carried_gti, gti_hdus
from gammapy.spectrum.ogip_response import (
    FIRST_CHANNEL,
    Response,
    arf_hdus,
    channel_range,
    ebounds_hdu,
    read_response,
    rmf_hdus,
)
from gammapy.spectrum.on_off import SpectrumDatasetOnOff

__all__ = ["read_on_off", "write_on_off"]

_SIMPLE_NAME = re.compile(r"[^,;|\[\]]{1,40}")
_CARRIED = {"REGION": "REGION"}
_CARRIED_OFF = {"REGION": "REGION_OFF"}


class _Pha(NamedTuple):
    """A spectrum file; arrays are [n_channels]."""

    path: Path
    header: fits.Header
    tables: dict[str, fits.BinTableHDU]
    channel: np.ndarray
    counts: np.ndarray
    good: np.ndarray
    grouping: np.ndarray
    backscal: np.ndarray
    areascal: np.ndarray
    exposure: float
    gti: GTI | None


# -- reading ------------------------------------------------------------------------------


def read_on_off(filename: str | Path, name: str | None = None) -> SpectrumDatasetOnOff:
    """Read a PHA file with the background, ARF and RMF that it names, beside it.

    Parameters
    ----------
    filename : str or path
        Of the PHA file.
    name : str, optional
        Of the dataset; by default OBS_ID if it is short and no list, else the name of the file
        without ``pha_obs``.

    Returns
    -------
    dataset : `SpectrumDatasetOnOff`
        Its ``meta`` has ``livetime`` and ``livetime_off`` in s, what the header says of telescope
        and object, and ``tables`` that are only kept to be written again.

    Raises
    ------
    MissingFileError
        If one of the files does not exist.
    FileFormatError
        If one is damaged, or they do not fit together.
    """
    path = expand(filename)
    on = _read_pha(path, _CARRIED)
    back = _companion(on, "BACKFILE", "off counts", "the spectrum of the off region")
    rmf = _companion(on, "RESPFILE", "energies of its channels", "the RMF")
    arf = _companion(on, "ANCRFILE") if _named(on, "ANCRFILE") else None
    off = _read_pha(back, _CARRIED_OFF)
    response = read_response(rmf, arf)
    for other, channel in ((off.path, off.channel), (response.path, response.channel)):
        if not np.array_equal(on.channel, channel):
            raise FileFormatError(
                f"{path} has the channels {_span(on.channel)} and {other} has {_span(channel)}: "
                "they must agree; pair the files that belong together"
            )
    try:
        return _build(on, off, response, name or _default_name(on))
    except DataError as error:
        raise FileFormatError(f"{path}: {error}") from None


def _span(channel: np.ndarray) -> str:
    return f"{channel[0]} to {channel[-1]} ({len(channel)})" if len(channel) else "(none)"


def _named(pha: _Pha, key: str) -> str:
    """Name of a file that a header gives; empty if it gives none."""
    name = str(pha.header.get(key, "")).strip()
    return "" if name.lower() == "none" else name


def _companion(pha: _Pha, key: str, lacks: str = "", what: str = "") -> Path:
    """Path of a file that a header names, beside the spectrum."""
    name = _named(pha, key)
    if not name:
        raise FileFormatError(
            f"{pha.path} names no {key}, so there are no {lacks}: set {key} in its header to the "
            f"name of {what}"
        )
    path = pha.path.parent / expand(name)
    if not path.exists():
        raise MissingFileError(
            f"{path}, the {key} of {pha.path.name}, does not exist: copy it there, or correct {key}"
        )
    return path


def _read_pha(path: Path, carried: dict[str, str]) -> _Pha:
    hdus = read_hdus(path)
    if "SPECTRUM" not in hdus:
        raise FileFormatError(f"{path} has no table SPECTRUM, only {[hdu.name for hdu in hdus]}")
    hdu = hdus["SPECTRUM"]
    header = hdu.header
    kind = f"{header.get('HDUCLAS3', '')} {header.get('HDUCLAS4', '')}".upper()
    if "TYPE:II" in kind or has_column(hdu, "SPEC_NUM"):
        raise FileFormatError(
            f"{path} holds several spectra (PHA type II): split it into type I files"
        )
    if not len(hdu.data):
        raise FileFormatError(f"{path}: the table SPECTRUM is empty")
    exposure = _exposure(header, path)
    if not header.get("POISSERR", True):
        warnings.warn(
            f"{path} says POISSERR = F: its counts are taken as Poisson numbers all the same, and "
            "STAT_ERR is not used",
            GammapyWarning,
            stacklevel=3,
        )
    gti, odd = carried_gti(hdus, path)
    return _Pha(
        path=path,
        header=header,
        tables={**carried_tables(hdus, carried), **odd},
        channel=numbers(hdu, "CHANNEL", path).astype(int),
        counts=_counts(hdu, path, exposure),
        good=_each(hdu, "QUALITY", path, 0.0) == 0,
        grouping=_each(hdu, "GROUPING", path, 0.0),
        backscal=_each(hdu, "BACKSCAL", path, 1.0),
        areascal=_each(hdu, "AREASCAL", path, 1.0),
        exposure=exposure,
        gti=gti,
    )


def _exposure(header: fits.Header, path: Path) -> float:
    value = header.get("EXPOSURE")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < np.inf:
        raise FileFormatError(f"{path}: EXPOSURE = {value!r}, a time above 0 s is needed")
    return float(value)


def _counts(hdu: fits.BinTableHDU, path: Path, exposure: float) -> np.ndarray:
    """Counts of COUNTS, or of RATE times EXPOSURE; whole numbers where rounding explains it."""
    if has_column(hdu, "COUNTS"):
        counts = numbers(hdu, "COUNTS", path)
    elif has_column(hdu, "RATE"):
        counts = numbers(hdu, "RATE", path) * exposure
        whole = np.rint(counts)
        if np.all(np.abs(counts - whole) <= 2e-7 * np.abs(whole) + 1e-6):  # single precision
            counts = whole
    else:
        raise FileFormatError(
            f"{path}: SPECTRUM has neither COUNTS nor RATE, only {hdu.columns.names}"
        )
    if counts.ndim != 1:
        raise FileFormatError(
            f"{path} holds several spectra (PHA type II): split it into type I files"
        )
    if np.any(counts < 0):
        i = int(np.argmax(counts < 0))
        raise FileFormatError(
            f"{path}: {counts[i]:g} counts in row {i}: counts are not negative; read the spectrum "
            "before background was subtracted"
        )
    return counts


def _each(hdu: fits.BinTableHDU, name: str, path: Path, default: float) -> np.ndarray:
    """Not negative number of each channel; one that is the same for all may be a keyword."""
    if has_column(hdu, name):
        values = numbers(hdu, name, path)
    else:
        value = hdu.header.get(name, default)
        try:
            values = np.full(len(hdu.data), float(value))
        except (TypeError, ValueError):
            raise FileFormatError(f"{path}: {name} = {value!r} is not a number") from None
    if name != "GROUPING" and not np.all(values >= 0):
        raise FileFormatError(f"{path}: {name} is {values.min()}, it must not be negative")
    return values


def _group_starts(on: _Pha) -> np.ndarray:
    """First channel (as index) of each bin: all but those with GROUPING = -1."""
    unknown = ~np.isin(on.grouping, (-1, 0, 1))
    if np.any(unknown):
        raise FileFormatError(f"{on.path}: GROUPING is {on.grouping[unknown][0]:g}: use 1, -1 or 0")
    loose = np.flatnonzero((on.grouping == -1) & (np.append(0, on.grouping[:-1]) == 0))
    if len(loose):
        raise FileFormatError(
            f"{on.path}: channel {on.channel[loose[0]]} continues a group (GROUPING = -1) that no "
            "channel starts (GROUPING = 1)"
        )
    return np.flatnonzero(on.grouping >= 0)


def _acceptances(on: _Pha, off: _Pha, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Acceptances of the on and off region in the bins that start at some channels."""
    blind = on.areascal == 0
    ratio = off.areascal / np.where(blind, 1.0, on.areascal) * (off.exposure / on.exposure)
    acceptances = np.where(blind, 0.0, on.backscal), off.backscal * ratio
    if len(starts) == len(on.channel):
        return acceptances
    alpha = acceptances[0] / np.where(acceptances[1] > 0, acceptances[1], np.inf)
    highest, lowest = np.maximum.reduceat(alpha, starts), np.minimum.reduceat(alpha, starts)
    if np.any(highest - lowest > 1e-6 * highest):
        warnings.warn(
            f"{on.path}: the ratio of on to off exposure differs inside a group of channels: its "
            "mean is used; read the spectrum without GROUPING",
            GammapyWarning,
            stacklevel=4,
        )
    sizes = np.diff(np.append(starts, len(on.channel)))
    on_mean, off_mean = (np.add.reduceat(a, starts) / sizes for a in acceptances)
    return on_mean, off_mean


def _build(on: _Pha, off: _Pha, response: Response, name: str) -> SpectrumDatasetOnOff:
    starts = _group_starts(on)
    acceptance, acceptance_off = _acceptances(on, off, starts)
    top = on.areascal.max()
    if top == 0:
        raise FileFormatError(f"{on.path}: AREASCAL is 0 in all channels: nothing can be predicted")
    # the largest AREASCAL goes to the exposure, the rest to the channels of the redistribution
    matrix = np.add.reduceat(response.matrix * (on.areascal / top), starts, axis=1)
    energy = _axis(response.energy[np.append(starts, len(on.channel))], "energy")
    true = _axis(response.energy_true, "energy_true")
    geom = RegionGeom([energy])
    exposure = response.area * (on.exposure * top)
    return SpectrumDatasetOnOff(
        counts=RegionNDMap(geom, np.add.reduceat(on.counts, starts)),
        counts_off=RegionNDMap(geom, np.add.reduceat(off.counts, starts)),
        acceptance=RegionNDMap(geom, acceptance),
        acceptance_off=RegionNDMap(geom, acceptance_off),
        exposure=RegionNDMap(RegionGeom([true]), exposure, unit="cm2 s"),
        edisp=EDispKernel([true, energy], matrix),
        mask_safe=RegionNDMap(geom, np.logical_and.reduceat(on.good, starts)),
        name=name,
        meta=_meta(on, off),
        gti=on.gti,
    )


def _axis(energy: u.Quantity, name: str) -> MapAxis:
    return MapAxis(energy, interp="log" if energy[0] > 0 else "lin", name=name)


def _meta(on: _Pha, off: _Pha) -> dict[str, Any]:
    meta: dict[str, Any] = {"livetime": on.exposure, "livetime_off": off.exposure}
    for key in ("OBS_ID", "OBJECT", "TELESCOP", "INSTRUME"):
        if value := _only_value(on.header, key):
            meta[key.lower()] = value
    tables = {**on.tables, **off.tables}
    return {**meta, "tables": tables} if tables else meta


def _only_value(header: fits.Header, key: str) -> str:
    """Value of a keyword; empty if there is none, or several (stacked runs have many OBS_ID)."""
    value = str(header[key]).strip() if key in header and header.count(key) == 1 else ""
    return "" if value.lower() in ("none", "unknown") else value


def _default_name(on: _Pha) -> str:
    observation = _only_value(on.header, "OBS_ID")
    if _SIMPLE_NAME.fullmatch(observation):
        return observation
    stem = on.path.name.split(".fits")[0]
    return stem.removeprefix("pha_obs") or stem


# -- writing ------------------------------------------------------------------------------


def write_on_off(
    dataset: SpectrumDatasetOnOff, filename: str | Path, overwrite: bool = False
) -> None:
    """Write a PHA file ``NAME.fits``, and beside it ``NAME_bkg``, ``NAME_arf`` and ``NAME_rmf``.

    All four files appear or none. The same dataset always makes the same files. Energies are
    written in keV, as the format wants it. EXPOSURE is ``meta["livetime"]`` in s, or 1 s; the
    ARF is the exposure over it. What the format cannot hold: `mask_fit` (a warning says so),
    models, and other entries of ``meta``. A dataset without ``edisp`` is written with a
    redistribution of perfect energies, one without ``mask_safe`` with all channels good.

    Parameters
    ----------
    dataset : `SpectrumDatasetOnOff`
    filename : str or path
        Of the PHA file.
    overwrite : bool
        Replace files that exist.

    Raises
    ------
    DataError
        If the dataset has no counts, off counts, acceptances or exposure.
    OverwriteError
        If one of the files exists and ``overwrite`` is not set.
    MissingFileError
        If the folder does not exist.
    """
    path = expand(filename)
    for slot in ("counts", "counts_off", "acceptance", "acceptance_off", "exposure"):
        if getattr(dataset, slot) is None:
            raise DataError(
                f"{dataset.name}: OGIP files need {slot}, which is not set: set it, or write with "
                "format='gadf'"
            )
    if dataset.mask_fit is not None:
        warnings.warn(
            f"{dataset.name}: OGIP files have no place for mask_fit, it is not written: write with "
            "format='gadf' to keep it",
            GammapyWarning,
            stacklevel=3,
        )
    livetime = _livetime(dataset)
    names = {key: _beside(path, key) for key in ("bkg", "arf", "rmf")}
    true, energy = dataset.exposure.geom.axes[0], dataset.energy_axis
    exposure = dataset.exposure.values * dataset.exposure.unit.to("cm2 s")
    kernel = dataset.edisp or EDispKernel.from_diagonal_response(true, energy)
    files = {
        names["arf"]: arf_hdus(true.edges, exposure / livetime),
        names["rmf"]: rmf_hdus(true.edges, energy.edges, kernel.data),
        names["bkg"]: _pha_hdus(dataset, livetime, None),
        path: _pha_hdus(dataset, livetime, names),
    }
    write_hdus(files, overwrite)


def _livetime(dataset: SpectrumDatasetOnOff) -> float:
    value = dataset.meta.get("livetime", 1.0)
    try:
        seconds = float(value.to_value("s") if isinstance(value, u.Quantity) else value)
    except (TypeError, ValueError):
        seconds = np.nan
    if not 0 < seconds < np.inf:
        raise DataError(
            f"{dataset.name}: meta['livetime'] = {value!r} is not a time above 0 s: "
            "correct or drop it"
        )
    return seconds


def _beside(path: Path, what: str) -> Path:
    suffix = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    return path.with_name(f"{path.name.removesuffix(suffix)}_{what}{suffix}")


def _pha_hdus(
    dataset: SpectrumDatasetOnOff, livetime: float, names: dict[str, Path] | None
) -> list[Any]:
    """Spectrum of the on region, which names its companions, or without names of the off region."""
    counts = (dataset.counts if names else dataset.counts_off).values
    acceptance = (dataset.acceptance if names else dataset.acceptance_off).values
    n_channels = len(counts)
    safe = dataset.mask_safe
    good = np.ones(n_channels, dtype=bool) if safe is None else safe.values
    whole = np.array_equal(counts, np.rint(counts)) and counts.max() < 2**31
    columns = [
        fits.Column("CHANNEL", "J", array=np.arange(n_channels) + FIRST_CHANNEL),
        # without a unit, which the format allows: Gammapy 2.1 cannot add counts in "count"
        fits.Column("COUNTS", "J" if whole else "D", array=counts),
        fits.Column("QUALITY", "I", array=np.where(good, 0, 5)),  # 5: set bad by the user
        fits.Column("BACKSCAL", "D", array=acceptance),
    ]
    hdu = fits.BinTableHDU.from_columns(columns, name="SPECTRUM")
    header = hdu.header
    channel_range(header, 1, n_channels)
    header.update({"HDUCLASS": "OGIP", "HDUCLAS1": "SPECTRUM", "HDUVERS": "1.2.1"})
    header.update({"HDUCLAS2": "TOTAL" if names else "BKG", "HDUCLAS3": "COUNT"})
    header.update({"HDUCLAS4": "TYPE:I", "CHANTYPE": "PI", "DETCHANS": n_channels})
    header.update({"EXPOSURE": livetime, "AREASCAL": 1.0, "GROUPING": 0, "POISSERR": True})
    header.update({"SYS_ERR": 0, "CORRFILE": "none", "CORRSCAL": 1.0, "FILTER": "none"})
    for key in ("TELESCOP", "INSTRUME", "OBJECT"):
        value = str(dataset.meta.get(key.lower(), "none"))
        header[key] = value if value.isascii() and value.isprintable() else "none"
    keys = {"ANCRFILE": "arf", "RESPFILE": "rmf", "BACKFILE": "bkg"}
    for key, what in keys.items():
        header[key] = names[what].name if names else "none"
    if names:
        name_card(header, "OBS_ID", dataset.name)
    kept = _CARRIED if names else _CARRIED_OFF
    tables = dataset.meta.get("tables", {})
    more = [
        fits.BinTableHDU(tables[k].data, tables[k].header, name=n)
        for n, k in kept.items()
        if k in tables
    ]
    if names:
        more += gti_hdus(dataset)
    return [fits.PrimaryHDU(), hdu, ebounds_hdu(dataset.energy_axis.edges), *more]
