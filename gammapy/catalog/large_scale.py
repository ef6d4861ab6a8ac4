"""The large-scale component of the H.E.S.S. Galactic plane survey.

It is a Gaussian in latitude whose height, centre and width change with longitude (Abdalla et al.
2018, A&A 612, A1).
"""

from __future__ import annotations

from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import Angle, SkyCoord
from astropy.table import Table

__all__ = ["SourceCatalogLargeScaleHGPS"]


class SourceCatalogLargeScaleHGPS:
    """Emission along the Galactic plane, linear between the longitudes of the table.

    Parameters
    ----------
    table : `~astropy.table.Table`
        ``GLON`` and, there, ``Surface_Brightness``, ``GLAT``, ``Width`` with their errors.
    """

    def __init__(self, table: Table) -> None:
        lon = Angle(table["GLON"].quantity).wrap_at("180d").to_value("deg")
        order = np.argsort(lon)
        self._lon = lon[order].astype(float)
        self._columns = {
            name: u.Quantity(table[name].quantity[order], dtype=float)
            for name in table.colnames
            if name != "GLON"
        }

    def _at(self, name: str, glon: Any) -> u.Quantity:
        lon = Angle(glon).wrap_at("180d").to_value("deg")
        column = self._columns[name]
        # the survey ends there, the emission is not known beyond
        values = np.interp(lon, self._lon, column.value, left=0.0, right=0.0)
        return u.Quantity(values, column.unit)

    def peak_brightness(self, glon: Any) -> u.Quantity:
        """Largest surface brightness (> 1 TeV) at a longitude; zero outside the survey."""
        return self._at("Surface_Brightness", glon)

    def peak_brightness_error(self, glon: Any) -> u.Quantity:
        """Error of `peak_brightness`."""
        return self._at("Surface_Brightness_Err", glon)

    def peak_latitude(self, glon: Any) -> u.Quantity:
        """Latitude where the emission is brightest."""
        return self._at("GLAT", glon)

    def peak_latitude_error(self, glon: Any) -> u.Quantity:
        """Error of `peak_latitude`."""
        return self._at("GLAT_Err", glon)

    def width(self, glon: Any) -> u.Quantity:
        """Sigma of the Gaussian in latitude."""
        return self._at("Width", glon)

    def width_error(self, glon: Any) -> u.Quantity:
        """Error of `width`."""
        return self._at("Width_Err", glon)

    def evaluate(self, position: SkyCoord) -> u.Quantity:
        """Surface brightness at positions.

        Parameters
        ----------
        position : `~astropy.coordinates.SkyCoord` [...]
        """
        galactic = position.galactic
        width = self.width(galactic.l)
        safe = np.where(width.value > 0, width.value, 1.0) * width.unit
        distance = ((galactic.b - self.peak_latitude(galactic.l)) / safe).to_value("")
        return self.peak_brightness(galactic.l) * np.exp(-0.5 * distance**2)
