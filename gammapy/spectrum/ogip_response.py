"""OGIP responses: effective area (ARF) and energy redistribution (RMF).

The format is that of the OGIP memo CAL/GEN/92-002 (George et al., version of 2020 December).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import astropy.units as u
import numpy as np
from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.spectrum.fits_file import edges, has_column, numbers, read_hdus

__all__ = [
    "FIRST_CHANNEL",
    "Response",
    "arf_hdus",
    "channel_range",
    "ebounds_hdu",
    "read_response",
    "rmf_hdus",
]

#: what we write; Gammapy 2.1 does not look at TLMIN and counts from 0
FIRST_CHANNEL = 0
_MATRIX_NAMES = ("MATRIX", "SPECRESP MATRIX")


class Response(NamedTuple):
    """Area and redistribution on common energies.

    Attributes
    ----------
    path : path
        Of the RMF.
    channel : ndarray of int [n_reco]
    energy : `~astropy.units.Quantity` [n_reco + 1]
        Edges of the channels.
    energy_true : `~astropy.units.Quantity` [n_true + 1]
    area : ndarray [n_true]
        In cm2.
    matrix : ndarray [n_true, n_reco]
        Probabilities.
    """

    path: Path
    channel: np.ndarray
    energy: u.Quantity
    energy_true: u.Quantity
    area: np.ndarray
    matrix: np.ndarray


def read_response(rmf: Path, arf: Path | None) -> Response:
    """Read an RMF with its ARF.

    True energies are those of the ARF where there is one; the RMF's, often in single precision,
    must agree within 1e-4. An RMF that includes the area (HDUCLAS3 = "FULL", or a SPECRESP MATRIX
    without an ARF) is taken apart: the area is the sum of a row, so only area times probability
    has a meaning. A true bin that starts at 0 is left out if nothing comes from it.

    Parameters
    ----------
    rmf : path
    arf : path or None
        None if the spectrum names none.

    Raises
    ------
    FileFormatError
        If a file is damaged, or the two do not fit together.
    """
    hdus = read_hdus(rmf)
    hdu = _matrix_hdu(hdus, rmf)
    if "EBOUNDS" not in hdus:
        raise FileFormatError(
            f"{rmf} has no table EBOUNDS with the energies of the channels: add it"
        )
    bounds = hdus["EBOUNDS"]
    energy = edges(bounds, "E_MIN", "E_MAX", rmf, "keV")
    channel = numbers(bounds, "CHANNEL", rmf).astype(int)
    energy_true = edges(hdu, "ENERG_LO", "ENERG_HI", rmf, "keV")
    matrix = _dense_matrix(hdu, rmf, len(channel))
    kind = str(hdu.header.get("HDUCLAS3", "")).strip().upper()
    full = kind == "FULL" or (not kind and hdu.name == "SPECRESP MATRIX" and arf is None)
    if full:
        area, matrix = _taken_apart(hdu, rmf, matrix, arf)
    elif arf is None:
        raise FileFormatError(
            f"the spectrum names no ARF (ANCRFILE), and {rmf} holds probabilities without an area: "
            "set ANCRFILE to the file with the effective area"
        )
    else:
        area, energy_true = _area(arf, rmf, energy_true)
    _check_probabilities(rmf, matrix)
    return _without_zero_energy(Response(rmf, channel, energy, energy_true, area, matrix))


def _matrix_hdu(hdus: fits.HDUList, path: Path) -> fits.BinTableHDU:
    found = [hdu for hdu in hdus if hdu.name in _MATRIX_NAMES]
    if len(found) != 1:
        raise FileFormatError(
            f"{path} has {len(found)} tables MATRIX or SPECRESP MATRIX, one is needed; there are "
            f"{[hdu.name for hdu in hdus]}"
        )
    return found[0]


def _dense_matrix(hdu: fits.BinTableHDU, path: Path, n_channels: int) -> np.ndarray:
    """Matrix [n_true, n_channels] from the groups of channels of an RMF."""
    for name in ("N_GRP", "F_CHAN", "N_CHAN", "MATRIX"):
        if not has_column(hdu, name):
            raise FileFormatError(f"{path}: column {name} of {hdu.name} is missing")
    number = [name.upper() for name in hdu.columns.names].index("F_CHAN") + 1
    key = f"TLMIN{number}"
    first = int(hdu.header.get(key, 1))  # 1 by the memo
    dense = np.zeros((len(hdu.data), n_channels))
    columns = (hdu.data[name] for name in ("N_GRP", "F_CHAN", "N_CHAN", "MATRIX"))
    for i, (n_groups, starts, lengths, values) in enumerate(zip(*columns, strict=True)):
        starts, lengths, values = np.ravel(starts), np.ravel(lengths), np.ravel(values)
        if int(n_groups) > min(len(starts), len(lengths)):
            raise FileFormatError(f"{path}: row {i} of {hdu.name} has fewer groups than N_GRP says")
        used = 0
        for start, length in zip(starts[: int(n_groups)], lengths[: int(n_groups)], strict=True):
            low, high = int(start) - first, int(start) - first + int(length)
            if length and (low < 0 or high > n_channels):
                raise FileFormatError(
                    f"{path}: row {i} of {hdu.name} fills channels {low + first} to "
                    f"{high + first - 1}, but they run from {first} to {n_channels + first - 1}: "
                    f"correct F_CHAN, or {key} ({hdu.header.get(key, 'not set, so 1')})"
                )
            if used + int(length) > len(values):
                raise FileFormatError(
                    f"{path}: row {i} of {hdu.name} has fewer numbers than N_CHAN says"
                )
            dense[i, low:high] += values[used : used + int(length)]
            used += int(length)
    return dense


def _taken_apart(
    hdu: fits.BinTableHDU, path: Path, matrix: np.ndarray, arf: Path | None
) -> tuple[np.ndarray, np.ndarray]:
    if arf is not None:
        raise FileFormatError(
            f"{path} includes the effective area (HDUCLAS3 = 'FULL'), and the spectrum names the "
            f"ARF {arf}: the area would count twice; set ANCRFILE to 'none'"
        )
    column = next(c for c in hdu.columns if c.name.upper() == "MATRIX")
    area = matrix.sum(axis=1)
    probabilities = matrix / np.where(area > 0, area, 1.0)[:, None]
    return area * u.Unit((column.unit or "").strip() or "cm2").to("cm2"), probabilities


def _area(arf: Path, rmf: Path, energy_rmf: u.Quantity) -> tuple[np.ndarray, u.Quantity]:
    """Effective area [n_true] in cm2, and the energies it is given for."""
    hdus = read_hdus(arf)
    if "SPECRESP" not in hdus:
        raise FileFormatError(
            f"{arf} has no table SPECRESP with an effective area, only {[hdu.name for hdu in hdus]}"
        )
    area = numbers(hdus["SPECRESP"], "SPECRESP", arf, "cm2", "cm2")
    if np.any(area < 0):
        i = int(np.argmin(area))
        raise FileFormatError(
            f"{arf}: SPECRESP is {area[i]:g} cm2 in row {i}: areas are not negative"
        )
    energy = edges(hdus["SPECRESP"], "ENERG_LO", "ENERG_HI", arf, "keV")
    if len(energy) != len(energy_rmf):
        raise FileFormatError(
            f"{arf} has {len(energy) - 1} true energies and {rmf} has {len(energy_rmf) - 1}: they "
            "must agree; pair the files that belong together"
        )
    ours, theirs = energy.to_value("keV"), energy_rmf.to_value("keV")
    worst = int(np.argmax(np.abs(ours - theirs) / np.where(ours > 0, ours, 1.0)))
    if np.abs(ours[worst] - theirs[worst]) > 1e-4 * ours[worst]:
        raise FileFormatError(
            f"{arf} has the true energy {ours[worst]:g} keV where {rmf} has {theirs[worst]:g} keV: "
            "they must agree within 1e-4; pair the files that belong together"
        )
    return area, energy


def _check_probabilities(path: Path, matrix: np.ndarray) -> None:
    if not np.all(np.isfinite(matrix)) or np.any(matrix < 0):
        i, j = np.argwhere(~(matrix >= 0) | ~np.isfinite(matrix))[0]
        raise FileFormatError(
            f"{path}: MATRIX is {matrix[i, j]} in row {i}: probabilities must be finite and "
            "not negative"
        )
    sums = matrix.sum(axis=1)
    i = int(np.argmax(sums))
    if sums[i] > 1.001:
        raise FileFormatError(
            f"{path}: row {i} of MATRIX sums to {sums[i]:g}, probabilities sum to at most 1; if it "
            "includes the effective area, set HDUCLAS3 to 'FULL' there and ANCRFILE to 'none'"
        )


def _without_zero_energy(response: Response) -> Response:
    """Leave out a true bin that starts at 0: most spectra have no integral from there."""
    start = response.energy_true[0]
    if start > 0:
        return response
    seen = response.area[0] * response.matrix[0].sum()
    if start < 0 or seen > 0:
        raise FileFormatError(
            f"{response.path}: the first true bin starts at {start:g} and has an area of {seen:g} "
            "cm2, but spectra have no integral from 0: raise ENERG_LO there and in the ARF, "
            f"e.g. to {0.1 * response.energy_true[1]:g}"
        )
    return response._replace(
        energy_true=response.energy_true[1:], area=response.area[1:], matrix=response.matrix[1:]
    )


# -- writing ------------------------------------------------------------------------------


def _table(name: str, columns: list[fits.Column], **keywords: str) -> fits.BinTableHDU:
    hdu = fits.BinTableHDU.from_columns(columns, name=name)
    for key, value in {"HDUCLASS": "OGIP", "HDUCLAS1": "RESPONSE", **keywords}.items():
        hdu.header[key] = value
    for key in ("TELESCOP", "INSTRUME", "FILTER"):
        hdu.header[key] = "none"
    return hdu


def arf_hdus(energy_true: u.Quantity, area: np.ndarray) -> list[fits.hdu.base._BaseHDU]:
    """ARF from edges [n_true + 1] and area [n_true] in cm2."""
    bounds = energy_true.to_value("keV")
    columns = [
        fits.Column("ENERG_LO", "D", unit="keV", array=bounds[:-1]),
        fits.Column("ENERG_HI", "D", unit="keV", array=bounds[1:]),
        fits.Column("SPECRESP", "D", unit="cm2", array=area),
    ]
    table = _table("SPECRESP", columns, HDUCLAS2="SPECRESP", HDUVERS="1.1.0")
    return [fits.PrimaryHDU(), table]


def ebounds_hdu(energy: u.Quantity) -> fits.BinTableHDU:
    """Table of channels, counted from `FIRST_CHANNEL`, from their edges [n_reco + 1]."""
    bounds = energy.to_value("keV")
    columns = [
        fits.Column("CHANNEL", "J", array=np.arange(len(bounds) - 1) + FIRST_CHANNEL),
        fits.Column("E_MIN", "D", unit="keV", array=bounds[:-1]),
        fits.Column("E_MAX", "D", unit="keV", array=bounds[1:]),
    ]
    hdu = _table("EBOUNDS", columns, HDUCLAS2="EBOUNDS", HDUVERS="1.2.0", CHANTYPE="PI")
    hdu.header["DETCHANS"] = len(bounds) - 1
    channel_range(hdu.header, 1, len(bounds) - 1)
    return hdu


def channel_range(header: fits.Header, column: int, n_channels: int) -> None:
    """State the range of the channels in a column (its number, from 1)."""
    header[f"TLMIN{column}"] = FIRST_CHANNEL
    header[f"TLMAX{column}"] = FIRST_CHANNEL + n_channels - 1


def rmf_hdus(
    energy_true: u.Quantity, energy: u.Quantity, matrix: np.ndarray
) -> list[fits.hdu.base._BaseHDU]:
    """RMF from edges and probabilities [n_true, n_reco]: runs of numbers above zero, in double."""
    starts, lengths, values = [], [], []
    for row in matrix:
        padded = np.concatenate([[False], row > 0, [False]]).astype(np.int8)
        starts.append(np.flatnonzero(np.diff(padded) == 1))
        lengths.append(np.flatnonzero(np.diff(padded) == -1) - starts[-1])
        values.append(row[row > 0])
    bounds = energy_true.to_value("keV")
    columns = [
        fits.Column("ENERG_LO", "D", unit="keV", array=bounds[:-1]),
        fits.Column("ENERG_HI", "D", unit="keV", array=bounds[1:]),
        fits.Column("N_GRP", "I", array=[len(s) for s in starts]),
        fits.Column("F_CHAN", "PJ()", array=_ragged([s + FIRST_CHANNEL for s in starts], np.int32)),
        fits.Column("N_CHAN", "PJ()", array=_ragged(lengths, np.int32)),
        fits.Column("MATRIX", "PD()", array=_ragged(values, np.float64)),
    ]
    keywords = {"HDUCLAS2": "RSP_MATRIX", "HDUCLAS3": "REDIST", "HDUVERS": "1.3.0"}
    hdu = _table("MATRIX", columns, CHANTYPE="PI", **keywords)
    hdu.header["DETCHANS"] = matrix.shape[1]
    hdu.header["NUMGRP"] = sum(map(len, starts))
    hdu.header["NUMELT"] = sum(map(len, values))
    hdu.header["LO_THRES"] = 0.0
    channel_range(hdu.header, 4, matrix.shape[1])
    return [fits.PrimaryHDU(), hdu, ebounds_hdu(energy)]


def _ragged(rows: list[np.ndarray], dtype: type) -> np.ndarray:
    array = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        array[i] = np.asarray(row, dtype=dtype)
    return array
