"""Where models are on the sky: which of them a region holds."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy.coordinates import SkyCoord
from astropy.wcs import WCS

from gammapy.errors import ModelError

__all__ = ["held_by_regions", "regions_of"]

#: pixels of the tangential plane in which a region is looked at, in deg
_PIXEL = 0.01


def held_by_regions(position: SkyCoord | None, regions: Any, wcs: WCS | None = None) -> bool:
    """True if a position lies in one of some regions.

    Parameters
    ----------
    position : `~astropy.coordinates.SkyCoord` or None
        None lies in no region.
    regions : str, `~regions.SkyRegion` or iterable of them
        A text is in the format of ds9.
    wcs : `~astropy.wcs.WCS`, optional
        Plane in which the regions are drawn; by default one that is tangential at each region.

    Raises
    ------
    ModelError
        If a region is none, or has no centre and there is no plane.
    """
    if position is None:
        return False
    return any(_holds(region, position, wcs) for region in regions_of(regions))


def regions_of(regions: Any) -> list[Any]:
    """Regions of the sky as a list, also from a text of ds9."""
    from regions import Regions, SkyRegion

    if isinstance(regions, str):
        regions = Regions.parse(regions, format="ds9")
    several = isinstance(regions, Regions | list | tuple)
    found = list(regions) if several else [regions]
    for region in found:
        if not isinstance(region, SkyRegion):
            raise ModelError(
                f"{region!r} is not a region of the sky: use one of the package regions, e.g. "
                "CircleSkyRegion(center, radius)"
            )
    return found


def _holds(region: Any, position: SkyCoord, wcs: WCS | None) -> bool:
    wcs = _tangential(region) if wcs is None else wcs
    x, y = position.transform_to(_frame(wcs)).to_pixel(wcs)
    if not np.isfinite(x + y):  # behind the plane
        return False
    return bool(region.contains(position, wcs))


def _frame(wcs: WCS) -> Any:
    from astropy.wcs.utils import wcs_to_celestial_frame

    return wcs_to_celestial_frame(wcs)


def _tangential(region: Any) -> WCS:
    center = getattr(region, "center", None)
    if center is None:
        vertices = getattr(region, "vertices", None)
        if vertices is None:
            raise ModelError(f"{region!r} has no centre: give the wcs in which it is drawn")
        center = SkyCoord(vertices.cartesian.mean(), frame=vertices.frame.replicate_without_data())
    center = center.icrs
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [center.ra.deg, center.dec.deg]
    wcs.wcs.cdelt = [-_PIXEL, _PIXEL]
    return wcs
