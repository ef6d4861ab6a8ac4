"""Binned data on the sky and along energy."""

from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap

__all__ = ["MapAxes", "MapAxis", "RegionGeom", "RegionNDMap"]
