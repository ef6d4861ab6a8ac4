"""Maps of what one pointing sees, where that depends on the distance from its axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gammapy.makers.field_of_view import Pointings, blocks, direction_of, orientations
from gammapy.makers.responses import last_offset

__all__ = ["put_by_offset"]


def put_by_offset(
    target: Any,
    pointing: Any,
    response: Any,
    values: Callable[[np.ndarray], np.ndarray],
    use_region_center: bool = True,
) -> None:
    """Put values on a map of zeros, in place, up to the last offset of a response.

    Parameters
    ----------
    target : `~gammapy.maps.Map`
    pointing : `~astropy.coordinates.SkyCoord` or `~gammapy.data.FixedPointingInfo`
    response : `~gammapy.irf.IRF`
        With an axis ``offset``.
    values : callable
        Values [n, ...] at offsets [n] in deg; the other axes are those of the map.
    use_region_center : bool
        True for the centre of a region, False for the mean over it.

    Raises
    ------
    DataError
        If the pointing is no position.
    """
    axes, times = orientations(direction_of(pointing), "RADEC")
    one = Pointings.of(axes, times, [0], target.geom.frame)
    reach = np.array([last_offset(response)])
    for block in blocks(target.geom, use_region_center):
        if len(block.reached(one, reach)):
            seen = block.seen(one, reach)
            found = np.zeros((len(block.vector), *target.data.shape[:-2]))
            found[seen.pixel] = values(seen.offset)
            block.fill(target.data, found)
