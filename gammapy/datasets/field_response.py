"""Response of an instrument over a field, by the terms that it knows or those that are found."""

from __future__ import annotations

import numpy as np

from gammapy.datasets.instrument import Instrument
from gammapy.datasets.lattice_response import LatticeResponse
from gammapy.datasets.terms_response import TermsResponse
from gammapy.datasets.varying_response import VaryingResponse

__all__ = ["field_response"]


def field_response(
    instrument: Instrument,
    axes: np.ndarray,
    frame: str,
    half: float,
    frequency_max: float = np.inf,
    steady: bool = False,
) -> VaryingResponse:
    """Response on a square about a direction.

    Parameters
    ----------
    instrument : `Instrument`
    axes : ndarray [3, 3]
        Unit vectors to the east and north and outwards of the middle.
    frame : str
        Of the axes.
    half : float
        Half the width of the square, in deg.
    frequency_max : float
        Frequency in rad per deg beyond which the source has nothing that could be seen, so that
        kernels may differ there.
    steady : bool
        True if the kernel of the middle will do, where others are not known anyway.
    """
    terms = instrument.terms()
    if terms is not None:
        return TermsResponse(instrument, terms, axes, frame, half, frequency_max)
    return LatticeResponse(instrument, axes, frame, half, frequency_max, steady)
