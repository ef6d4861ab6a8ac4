r"""A point.

.. math:: I(\mathbf{x}) = \delta(\mathbf{x} - \mathbf{x}_0), \quad \int I \, \mathrm{d}\Omega = 1
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import astropy.units as u
import numpy as np

from gammapy.errors import ModelError
from gammapy.maps.geometry import WcsGeom
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.integration import Energies, Patch, center_in
from gammapy.modeling.models.spatial.outline import point_region
from gammapy.modeling.models.spatial.pixel_block import MapPixels
from gammapy.modeling.parameter import Parameter

__all__ = ["PointSpatialModel"]


class PointSpatialModel(SpatialModel):
    """All of the source at one position.

    Its brightness is a delta function: it has counts, seen through an instrument, and no values.
    """

    tag = ["PointSpatialModel", "point"]
    lon_0 = Parameter("lon_0", "0 deg")
    lat_0 = Parameter("lat_0", "0 deg", min=-90, max=90)

    @staticmethod
    def evaluate(lon: Any, lat: Any, lon_0: Any, lat_0: Any) -> NoReturn:
        """There is no formula.

        Raises
        ------
        ModelError
            Always.
        """
        raise ModelError(
            "PointSpatialModel has no values in sr-1, it is a delta function: predict its counts "
            "with a dataset, or use a narrow GaussianSpatialModel"
        )

    def patches(
        self,
        geom: WcsGeom | MapPixels,
        energies: Energies | None = None,
        oversampling_factor: int | None = None,
    ) -> Iterator[Patch]:
        """Bilinear weights of the centres of the four pixels about the point.

        So its centroid is kept, and it moves smoothly. What falls on pixels beyond the edge of the
        map is not there: the weights of tiles that make up a map add to 1.
        """
        pixels = MapPixels.of(geom)
        n_y, n_x = pixels.data_shape
        center = center_in(self, pixels)
        assert center is not None
        x, y = (float(p[0]) for p in pixels.pixels(*center))
        if not (np.isfinite(x) and np.isfinite(y)):
            return
        period = pixels.period
        turns = np.arange(-np.ceil(n_x / period), np.ceil(n_x / period) + 1) if period else [0.0]
        row = int(np.floor(y))
        for turn in turns:
            at = x + turn * period
            column = int(np.floor(at))
            across, along = (np.array([1 - t, t]) for t in (y - row, at - column))
            columns = slice(max(column, 0), min(column + 2, n_x))
            rows = slice(max(row, 0), min(row + 2, n_y))
            if columns.stop > columns.start and rows.stop > rows.start:
                share = np.outer(
                    across[rows.start - row : rows.stop - row],
                    along[columns.start - column : columns.stop - column],
                )
                yield Patch(columns, rows, share[None])

    def region_integrals(self, geom: Any, energies: Energies | None = None) -> np.ndarray:
        """One if the point is in the region of a geometry, zero if not."""
        return np.array([float(np.all(geom.contains(self.position)))])

    def evaluate_geom(self, geom: Any) -> u.Quantity:
        """What a pixel holds of the point, over its solid angle, in sr-1."""
        held = self.integrate_geom(geom).data
        angle = np.nan_to_num(geom.solid_angle().to_value("sr"))
        return u.Quantity(np.where(angle > 0, held / np.where(angle > 0, angle, 1.0), 0.0), "sr-1")

    @property
    def evaluation_radius(self) -> u.Quantity:
        """Zero."""
        return 0 * u.deg

    @property
    def evaluation_bin_size_min(self) -> u.Quantity:
        """Zero."""
        return 0 * u.deg

    def to_region(self, **kwargs: Any) -> Any:
        """The position."""
        self.check_values()
        return point_region(self, **kwargs)
