"""Tables that spectral models are made of, in their files."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np

from gammapy.errors import FileFormatError, MissingFileError
from gammapy.modeling.models.spectral.darkmatter import PrimarySpectra
from gammapy.modeling.serialize.atomic import expand

__all__ = ["PPPC4", "read_absorption", "read_pppc4"]

PPPC4 = "$GAMMAPY_DATA/dark_matter_spectra/PPPC4DMID/AtProduction_gammas.dat"


def _existing(filename: Any) -> tuple[Path, int]:
    """Path of a file that is there, and the time of its last change."""
    path = expand(filename)
    if path.is_file():
        return path, path.stat().st_mtime_ns
    hint = "give the right name"
    if "$GAMMAPY_DATA" in str(filename):
        folder = os.environ.get("GAMMAPY_DATA")
        hint = "set the environment variable GAMMAPY_DATA to the folder of the data files"
        hint += f" (it is {folder!r})" if folder else " (it is not set)"
    raise MissingFileError(f"{filename}: there is no such file; {hint}")


def read_absorption(filename: Any) -> tuple[u.Quantity, u.Quantity, u.Quantity]:
    """Energies, redshifts and transmissions of an XSPEC table model of the EBL.

    The energy of a bin is the geometric mean of its edges, which are in keV unless their columns
    say otherwise. A redshift that comes twice, with the same spectrum, is taken once.

    Returns
    -------
    energy : `~astropy.units.Quantity` [n_energy]
    redshift : `~astropy.units.Quantity` [n_redshift]
    transmission : `~astropy.units.Quantity` [n_redshift, n_energy]
        In the precision of the file.
    """
    return _read_absorption(*_existing(filename))


@lru_cache(maxsize=8)
def _read_absorption(path: Path, changed: int) -> tuple[u.Quantity, u.Quantity, u.Quantity]:
    from astropy.io import fits

    try:
        with fits.open(path, memmap=False) as hdus:
            edges, spectra = hdus["ENERGIES"], hdus["SPECTRA"]
            unit = u.Unit(edges.columns["ENERG_LO"].unit or "keV")
            low, high = (edges.data[k].astype(float) for k in ("ENERG_LO", "ENERG_HI"))
            redshift = spectra.data["PARAMVAL"].astype(float).reshape(-1)
            values = spectra.data["INTPSPEC"]
            values = values.astype(values.dtype.newbyteorder("="))
    except (OSError, KeyError, ValueError) as error:
        raise FileFormatError(
            f"{path}: is no XSPEC table model with the extensions ENERGIES (ENERG_LO, ENERG_HI) "
            f"and SPECTRA (PARAMVAL, INTPSPEC): {error}"
        ) from None
    redshift, first, which = np.unique(redshift, return_index=True, return_inverse=True)
    if not np.array_equal(values, values[first][which]):
        raise FileFormatError(f"{path}: a redshift comes twice with different spectra; remove one")
    return np.sqrt(low * high) * unit, redshift * u.one, values[first] * u.one


_GREEK = {"Mu": "mu", "Tau": "tau", "Nu": "nu_", "Gamma": "gamma"}


def read_pppc4() -> PrimarySpectra:
    """Photons at production of PPPC 4 DM ID, for all channels."""
    return _read_pppc4(*_existing(PPPC4))


@lru_cache(maxsize=2)
def _read_pppc4(path: Path, changed: int) -> PrimarySpectra:
    try:
        with open(path, encoding="ascii") as file:
            header = file.readline().split()
            data = np.loadtxt(file, ndmin=2)
        if header[:2] != ["mDM", "Log[10,x]"] or data.shape[1:] != (len(header),):
            raise ValueError(f"the columns are {header[:3]}")
    except ValueError as error:
        raise FileFormatError(
            f"{path}: is no table of PPPC 4 DM ID, which has the columns mDM, Log[10,x] and those "
            f"of the channels: {error}"
        ) from None
    mass, log10_x = np.unique(data[:, 0]), np.unique(data[:, 1])
    order = np.lexsort((data[:, 1], data[:, 0]))
    shape = (len(mass), len(log10_x))
    if len(data) != shape[0] * shape[1]:
        raise FileFormatError(f"{path}: has rows missing or twice; get the file again")
    values = {
        _channel(name): data[order, 2 + i].reshape(shape) for i, name in enumerate(header[2:])
    }
    return PrimarySpectra(mass * u.GeV, log10_x, values)


def _channel(column: str) -> str:
    r"""Name of a channel from the title of its column: "\[Tau]L" is "tauL"."""
    for letter, text in _GREEK.items():
        column = column.replace(f"\\[{letter}]", text)
    return column
