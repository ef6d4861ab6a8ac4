"""Binned data on the sky and along energy and time."""

from gammapy.maps.axis import MapAxes, MapAxis
from gammapy.maps.coordinates import MapCoord
from gammapy.maps.geometry import WcsGeom
from gammapy.maps.map import Map
from gammapy.maps.region import RegionNDMap
from gammapy.maps.region_geometry import RegionGeom
from gammapy.maps.time_axis import TimeMapAxis
from gammapy.maps.wcs_map import WcsNDMap

__all__ = [
    "Map",
    "MapAxes",
    "MapAxis",
    "MapCoord",
    "RegionGeom",
    "RegionNDMap",
    "TimeMapAxis",
    "WcsGeom",
    "WcsNDMap",
]
