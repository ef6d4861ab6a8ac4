"""Which kind of response a table of a FITS file holds.

The cards HDUCLAS2 and HDUCLAS4 say it in GADF and in what came before; older files have no
HDUCLAS4. What the columns are is decisive, and a card that says otherwise is an error.
"""

from __future__ import annotations

from typing import Any

from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.irf.background import Background2D, Background3D
from gammapy.irf.edisp_2d import EnergyDispersion2D
from gammapy.irf.effective_area import EffectiveAreaTable2D
from gammapy.irf.psf_gauss import EnergyDependentMultiGaussPSF
from gammapy.irf.psf_king import PSFKing
from gammapy.irf.psf_table import PSF3D

__all__ = ["CARDS", "KINDS", "kind_of"]

#: class -> short name in a dictionary of responses, and columns that tell it
KINDS: dict[type, tuple[str, frozenset[str]]] = {
    EffectiveAreaTable2D: ("aeff", frozenset({"EFFAREA", "THETA_LO"})),
    EnergyDependentMultiGaussPSF: ("psf", frozenset({"SIGMA_1", "AMPL_2", "THETA_LO"})),
    PSFKing: ("psf", frozenset({"GAMMA", "SIGMA", "THETA_LO"})),
    PSF3D: ("psf", frozenset({"RPSF", "RAD_LO", "THETA_LO"})),
    EnergyDispersion2D: ("edisp", frozenset({"MATRIX", "MIGRA_LO", "THETA_LO"})),
    Background3D: ("bkg", frozenset({"BKG", "DETX_LO", "DETY_LO"})),
    Background2D: ("bkg", frozenset({"BKG", "THETA_LO"})),
}
#: tag -> HDUCLAS2, and the name of the part that is written
CARDS: dict[str, tuple[str, str]] = {
    "aeff_2d": ("EFF_AREA", "EFFECTIVE AREA"),
    "psf_3gauss": ("RPSF", "POINT SPREAD FUNCTION"),
    "psf_king": ("RPSF", "POINT SPREAD FUNCTION"),
    "psf_table": ("RPSF", "POINT SPREAD FUNCTION"),
    "edisp_2d": ("EDISP", "ENERGY DISPERSION"),
    "bkg_2d": ("BKG", "BACKGROUND"),
    "bkg_3d": ("BKG", "BACKGROUND"),
}


def kind_of(hdu: Any) -> type | None:
    """Class of the response in a part of a file; None if it is none that is known.

    Raises
    ------
    FileFormatError
        If the card HDUCLAS4 names another kind than the columns.
    """
    if not isinstance(hdu, fits.BinTableHDU):
        return None
    names = {"BKG" if name.upper() == "BGD" else name.upper() for name in hdu.columns.names}
    kind = next((cls for cls, (_, needed) in KINDS.items() if needed <= names), None)
    said = str(hdu.header.get("HDUCLAS4", "")).strip().lower()
    if kind is not None and said in CARDS and said != kind.tag:  # type: ignore[attr-defined]
        raise FileFormatError(
            f"table {hdu.name!r}: HDUCLAS4 = {said.upper()!r}, but its columns are those of "
            f"{kind.__name__}: mend the card or the columns"
        )
    return kind
