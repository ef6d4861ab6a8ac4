"""What an observation brings with it, before it is reduced to maps."""

from gammapy.data.events import EventList
from gammapy.data.filters import ObservationFilter
from gammapy.data.groups import PointingGroup, group_pointings
from gammapy.data.gti import GTI
from gammapy.data.hdu_index_table import HDUIndexTable
from gammapy.data.hdu_location import HDULocation
from gammapy.data.obs_table import ObservationTable
from gammapy.data.observation import Observation
from gammapy.data.observation_meta import ObservationMetaData
from gammapy.data.observations import Observations
from gammapy.data.pointing import FixedPointingInfo, PointingMode
from gammapy.data.store import DataStore

__all__ = [
    "GTI",
    "DataStore",
    "EventList",
    "FixedPointingInfo",
    "HDUIndexTable",
    "HDULocation",
    "Observation",
    "ObservationFilter",
    "ObservationMetaData",
    "ObservationTable",
    "Observations",
    "PointingGroup",
    "PointingMode",
    "group_pointings",
]
