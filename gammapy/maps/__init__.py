"""Binned data on the sky and along energy and time."""

from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.maps.region import RegionGeom, RegionNDMap
from gammapy.maps.time_axis import TimeMapAxis

__all__ = ["MapAxes", "MapAxis", "RegionGeom", "RegionNDMap", "TimeMapAxis"]
