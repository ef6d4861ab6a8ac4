"""A small OGIP spectrum with its companions, written without our writer.

Four channels, three true bins; the second row of the matrix has two groups, the third none.
"""

from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits

ENERGY = np.array([1.0, 2.0, 4.0, 8.0, 16.0])  # TeV
ENERGY_TRUE = np.array([0.5, 2.0, 8.0, 32.0])  # TeV
AREA = np.array([1e8, 2e8, 3e8])  # cm2
MATRIX = np.array([[0.5, 0.25, 0, 0], [0, 0.5, 0, 0.25], [0, 0, 0, 0]])
COUNTS = np.array([7, 0, 3, 2])
COUNTS_OFF = np.array([20, 10, 0, 5])
EXPOSURE = 100.0  # s
IN_TEV = {"TeV": 1.0, "keV": 1e9, "": 1e9}


def write(folder: Path, **changes: Any) -> Path:
    """Write pha.fits, bkg.fits, arf.fits and rmf.fits; the path of the first.

    Parameters
    ----------
    folder : path
    changes : dict
        ``pha``, ``bkg``, ``arf``, ``rmf`` are arguments of the functions below.
    """
    names = {"ANCRFILE": "arf.fits", "RESPFILE": "rmf.fits", "BACKFILE": "bkg.fits"}
    pha = changes.get("pha", {})
    pha = {**pha, "header": {**names, **pha.get("header", {})}}
    spectrum(folder / "pha.fits", **{"counts": COUNTS, **pha})
    spectrum(
        folder / "bkg.fits", **{"counts": COUNTS_OFF, "backscal": 5.0, **changes.get("bkg", {})}
    )
    arf(folder / "arf.fits", **changes.get("arf", {}))
    rmf(folder / "rmf.fits", **changes.get("rmf", {}))
    return folder / "pha.fits"


def table(path: Path, columns: list[fits.Column], name: str, header: dict[str, Any]) -> Any:
    hdu = fits.BinTableHDU.from_columns(columns, name=name)
    for key, value in header.items():
        hdu.header[key] = value
    return hdu


def spectrum(
    path: Path,
    counts: Any = None,
    rate: Any = None,
    first: int = 1,
    backscal: Any = 1.0,
    columns: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
) -> None:
    """Spectrum; a backscal that is a number becomes a keyword."""
    n = len(counts if rate is None else rate)
    parts = [fits.Column("CHANNEL", "J", array=np.arange(n) + first)]
    if rate is not None:
        parts.append(fits.Column("RATE", "E", array=rate))
    else:
        parts.append(fits.Column("COUNTS", "D", array=counts))
    for name, values in (columns or {}).items():
        code = "D" if np.asarray(values).dtype.kind == "f" else "I"
        parts.append(fits.Column(name, code, array=values))
    cards = {"EXPOSURE": EXPOSURE, "BACKSCAL": backscal, "HDUCLAS4": "TYPE:I", **(header or {})}
    cards = {key: value for key, value in cards.items() if value is not None}
    fits.HDUList([fits.PrimaryHDU(), table(path, parts, "SPECTRUM", cards)]).writeto(
        path, overwrite=True
    )


def arf(
    path: Path,
    area: Any = AREA,
    edges: Any = ENERGY_TRUE,
    unit: str = "keV",
    area_unit: str = "cm2",
) -> None:
    bounds = np.asarray(edges) * IN_TEV[unit]
    parts = [
        fits.Column("ENERG_LO", "D", unit=unit or None, array=bounds[:-1]),
        fits.Column("ENERG_HI", "D", unit=unit or None, array=bounds[1:]),
        fits.Column("SPECRESP", "D", unit=area_unit or None, array=area),
    ]
    fits.HDUList([fits.PrimaryHDU(), table(path, parts, "SPECRESP", {})]).writeto(
        path, overwrite=True
    )


def rmf(
    path: Path,
    matrix: Any = MATRIX,
    edges: Any = ENERGY_TRUE,
    energy: Any = ENERGY,
    unit: str = "keV",
    first: int = 1,
    tlmin: int | None = None,
    layout: str = "variable",
    name: str = "MATRIX",
    header: dict[str, Any] | None = None,
) -> None:
    """RMF; ``layout`` is variable, fixed (padded vectors) or scalar (one group of all channels)."""
    matrix, bounds = np.asarray(matrix, dtype=float), np.asarray(edges) * IN_TEV[unit]
    n = matrix.shape[1]
    rows = [groups(row, first) for row in matrix]
    parts = [
        fits.Column("ENERG_LO", "E", unit=unit or None, array=bounds[:-1]),
        fits.Column("ENERG_HI", "E", unit=unit or None, array=bounds[1:]),
    ]
    if layout == "scalar":
        ones = np.ones(len(rows), dtype=int)
        parts += [
            fits.Column("N_GRP", "I", array=ones),
            fits.Column("F_CHAN", "I", array=ones * first),
            fits.Column("N_CHAN", "I", array=ones * n),
            fits.Column("MATRIX", f"{n}D", array=matrix),
        ]
    else:
        columns = [[row[i] for row in rows] for i in range(3)]
        number = [len(starts) for starts, _, _ in rows]
        parts.append(fits.Column("N_GRP", "I", array=number))
        for label, code, column in zip(("F_CHAN", "N_CHAN", "MATRIX"), "IID", columns, strict=True):
            width = max(max(map(len, column)), 1)
            if layout == "fixed":
                padded = np.array([np.pad(c, (0, width - len(c))) for c in column])
                form = code if width == 1 else f"{width}{code}"
                parts.append(fits.Column(label, form, array=padded if width > 1 else padded[:, 0]))
            else:
                ragged = np.empty(len(column), dtype=object)
                ragged[:] = [np.array(c, dtype="f8" if code == "D" else "i2") for c in column]
                parts.append(fits.Column(label, f"P{code}()", array=ragged))
    cards = {**({} if tlmin is None else {"TLMIN4": tlmin}), **(header or {})}
    in_unit = np.asarray(energy) * IN_TEV[unit]
    bands = [
        fits.Column("CHANNEL", "J", array=np.arange(len(energy) - 1) + first),
        fits.Column("E_MIN", "D", unit=unit or None, array=in_unit[:-1]),
        fits.Column("E_MAX", "D", unit=unit or None, array=in_unit[1:]),
    ]
    hdus = [fits.PrimaryHDU(), table(path, parts, name, cards), table(path, bands, "EBOUNDS", {})]
    fits.HDUList(hdus).writeto(path, overwrite=True)


def groups(row: Any, first: int) -> tuple[list[int], list[int], list[float]]:
    """First channels, lengths and numbers of the runs above zero."""
    starts, lengths, values = [], [], []
    inside = False
    for i, value in enumerate(row):
        if value > 0:
            if not inside:
                starts.append(i + first)
                lengths.append(0)
            lengths[-1] += 1
            values.append(float(value))
        inside = value > 0
    return starts, lengths, values
