"""Catalogues of gamma-ray sources, as models and flux points."""

from gammapy.catalog.catalog import CATALOG_REGISTRY, SourceCatalog, SourceCatalogObject
from gammapy.catalog.fermi_3fhl import SourceCatalog3FHL, SourceCatalogObject3FHL
from gammapy.catalog.gammacat import SourceCatalogGammaCat, SourceCatalogObjectGammaCat
from gammapy.catalog.gammacat_papers import GammaCat
from gammapy.catalog.hawc import (
    SourceCatalog2HWC,
    SourceCatalog3HWC,
    SourceCatalogObject2HWC,
    SourceCatalogObject3HWC,
)
from gammapy.catalog.hgps import (
    SourceCatalogHGPS,
    SourceCatalogObjectHGPS,
    SourceCatalogObjectHGPSComponent,
)
from gammapy.catalog.large_scale import SourceCatalogLargeScaleHGPS
from gammapy.catalog.lhaaso import SourceCatalog1LHAASO, SourceCatalogObject1LHAASO

__all__ = [
    "CATALOG_REGISTRY",
    "GammaCat",
    "SourceCatalog",
    "SourceCatalog1LHAASO",
    "SourceCatalog2HWC",
    "SourceCatalog3FHL",
    "SourceCatalog3HWC",
    "SourceCatalogGammaCat",
    "SourceCatalogHGPS",
    "SourceCatalogLargeScaleHGPS",
    "SourceCatalogObject",
    "SourceCatalogObject1LHAASO",
    "SourceCatalogObject2HWC",
    "SourceCatalogObject3FHL",
    "SourceCatalogObject3HWC",
    "SourceCatalogObjectGammaCat",
    "SourceCatalogObjectHGPS",
    "SourceCatalogObjectHGPSComponent",
]
