"""A plain reader of OGIP spectra, and the folding of a spectrum with their response, in loops."""

from pathlib import Path
from typing import Any

import numpy as np
from astropy import units as u
from astropy.io import fits
from numpy.typing import ArrayLike, NDArray


def read_ogip(pha_path: str | Path) -> dict[str, Any]:
    """Read a counts spectrum with the background, ARF and RMF that its header names.

    Follows OGIP/92-007 (spectra) and CAL/GEN/92-002 (responses). A channel is good where QUALITY
    of the ON spectrum is 0. The background ratio is
    alpha = EXPOSURE BACKSCAL AREASCAL of ON over the same of OFF. Energies of the ARF are kept, the
    RMF's (often in single precision) only checked against them.

    Returns
    -------
    dataset : dict
        counts_on, counts_off, alpha, mask (bool), each of shape (n_reco,); livetime in s;
        energy_true (n_true + 1,) and energy (n_reco + 1,) edges in TeV; area (n_true,) in cm2;
        matrix (n_true, n_reco), the probability of each channel for each true energy.

    Raises
    ------
    ValueError
        If the files do not fit together: other channels, other energies, gaps between bins.
    """
    path = Path(pha_path)
    header = fits.getheader(path, "SPECTRUM")
    with fits.open(path.parent / header["RESPFILE"]) as rmf:
        channels = [int(channel) for channel in rmf["EBOUNDS"].data["CHANNEL"]]
        energy = _edges(rmf["EBOUNDS"], "E_MIN", "E_MAX")
        name = "MATRIX" if "MATRIX" in rmf else "SPECRESP MATRIX"
        matrix = _dense_matrix(rmf[name], len(channels))
        rmf_energy_true = _edges(rmf[name], "ENERG_LO", "ENERG_HI")
    with fits.open(path.parent / header["ANCRFILE"]) as arf:
        energy_true = _edges(arf["SPECRESP"], "ENERG_LO", "ENERG_HI")
        area = _column(arf["SPECRESP"], "SPECRESP", "cm2")
    same_length = len(rmf_energy_true) == len(energy_true)
    if not same_length or np.max(np.abs(rmf_energy_true / energy_true - 1)) > 1e-6:
        raise ValueError(f"{path}: the true energies of ARF and RMF must agree: pair the files")
    on = _read_counts(path, channels)
    off = _read_counts(path.parent / header["BACKFILE"], channels)
    return {
        "counts_on": on["counts"],
        "counts_off": off["counts"],
        "alpha": on["exposure"] * on["scale"] / (off["exposure"] * off["scale"]),
        "mask": on["quality"] == 0,
        "livetime": on["exposure"],
        "energy_true": energy_true,
        "energy": energy,
        "area": area,
        "matrix": matrix,
    }


def fold(
    flux_integrals: ArrayLike, area: ArrayLike, livetime: float, matrix: ArrayLike
) -> NDArray[np.float64]:
    """Predicted counts: sum over true bins of flux integral x area x livetime x matrix.

    Parameters
    ----------
    flux_integrals : array-like, shape (n_true,)
        In s-1 cm-2.
    area : array-like, shape (n_true,)
        In cm2.
    livetime : float
        In s.
    matrix : array-like, shape (n_true, n_reco)
        Probability of each reconstructed bin.
    """
    flux_integrals, area = np.asarray(flux_integrals, float), np.asarray(area, float)
    matrix = np.asarray(matrix, float)
    if not len(flux_integrals) == len(area) == len(matrix):
        raise ValueError(
            f"flux_integrals ({len(flux_integrals)}), area ({len(area)}) and matrix ({len(matrix)} "
            "rows) must have one entry for each true bin"
        )
    predicted = np.zeros(matrix.shape[1])
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            predicted[j] += flux_integrals[i] * area[i] * livetime * matrix[i, j]
    return predicted


def _column(hdu: fits.BinTableHDU, name: str, unit: str) -> NDArray[np.float64]:
    factor = u.Unit(hdu.columns[name].unit).to(unit)
    return np.array([float(value) * factor for value in hdu.data[name]])


def _edges(hdu: fits.BinTableHDU, low: str, high: str) -> NDArray[np.float64]:
    lows, highs = _column(hdu, low, "TeV"), _column(hdu, high, "TeV")
    if np.any(np.abs(lows[1:] / highs[:-1] - 1) > 1e-6) or np.any(lows >= highs):
        raise ValueError(f"{low}, {high} of {hdu.name} must be touching, rising bins: sort them")
    return np.append(lows, highs[-1])


def _dense_matrix(hdu: fits.BinTableHDU, n_channels: int) -> NDArray[np.float64]:
    """Unpack the groups of an RMF: each row's MATRIX is the concatenation of its groups."""
    number = hdu.columns.names.index("F_CHAN") + 1
    first_channel = hdu.header.get(f"TLMIN{number}", 1)
    dense = np.zeros((len(hdu.data), n_channels))
    for i, row in enumerate(hdu.data):
        starts, lengths = np.atleast_1d(row["F_CHAN"]), np.atleast_1d(row["N_CHAN"])
        values = np.atleast_1d(row["MATRIX"])
        used = 0
        for group in range(int(row["N_GRP"])):
            start = int(starts[group]) - first_channel
            length = int(lengths[group])
            if start < 0 or start + length > n_channels:
                raise ValueError(
                    f"{hdu.name} row {i}: channels {start} to {start + length} must lie in "
                    f"0 to {n_channels}: correct F_CHAN or its TLMIN{number}"
                )
            for k in range(length):
                dense[i, start + k] = values[used + k]
            used += length
    return dense


def _read_counts(path: Path, channels: list[int]) -> dict[str, Any]:
    with fits.open(path) as hdus:
        hdu = hdus["SPECTRUM"]
        found = [int(channel) for channel in hdu.data["CHANNEL"]]
        if found != channels:
            raise ValueError(f"{path}: CHANNEL must be as in EBOUNDS of the RMF: pair the files")
        backscal = _column_or_keyword(hdu, "BACKSCAL", 1.0)
        areascal = _column_or_keyword(hdu, "AREASCAL", 1.0)
        return {
            "counts": np.array([float(value) for value in hdu.data["COUNTS"]]),
            "quality": _column_or_keyword(hdu, "QUALITY", 0.0),
            "scale": backscal * areascal,
            "exposure": float(hdu.header["EXPOSURE"]),
        }


def _column_or_keyword(hdu: fits.BinTableHDU, name: str, default: float) -> NDArray[np.float64]:
    """OGIP writes a quantity that is the same in all channels as a keyword."""
    if name in hdu.columns.names:
        return np.array([float(value) for value in hdu.data[name]])
    return np.full(len(hdu.data), float(hdu.header.get(name, default)))
