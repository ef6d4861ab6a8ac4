r"""A point.

.. math:: I(\mathbf{x}) = \delta(\mathbf{x} - \mathbf{x}_0), \quad \int I \, \mathrm{d}\Omega = 1
"""

from __future__ import annotations

from typing import Any, NoReturn

import astropy.units as u

from gammapy.errors import ModelError
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.outline import point_region
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
