"""The first LHAASO catalogue (Cao et al. 2024, ApJS 271, 25).

A source was seen by KM2A above 25 TeV, by WCDA from 1 to 25 TeV, or by both, with a power law, a
position and a size from each. The size ``r39`` holds 39 % of a Gaussian: it is its sigma.
"""

from __future__ import annotations

import os
from typing import Any

import astropy.units as u

from gammapy.catalog.catalog import SourceCatalog, SourceCatalogObject
from gammapy.catalog.parameter_errors import CONTAINED_95, position_errors, with_errors
from gammapy.catalog.table_file import read_tables
from gammapy.errors import ModelError, UnknownNameError
from gammapy.modeling.models.collection import Models
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spatial.gaussian import GaussianSpatialModel
from gammapy.modeling.models.spatial.point import PointSpatialModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel

__all__ = ["SourceCatalog1LHAASO", "SourceCatalogObject1LHAASO"]

INSTRUMENTS = ("KM2A", "WCDA")
#: where both meet, and ends of no meaning
WINDOWS = {"WCDA": ("1 GeV", "25 TeV"), "KM2A": ("25 TeV", "1 EeV")}


class SourceCatalogObject1LHAASO(SourceCatalogObject):
    """Source of 1LHAASO."""

    position_keys = ("RAJ2000", "DECJ2000")
    position_frame = "fk5"

    @property
    def instruments(self) -> list[str]:
        """Which of "KM2A" and "WCDA" have measured a spectrum."""
        return [name for name in INSTRUMENTS if self.data[f"N0{self._suffix(name)}"].value > 0]

    def _suffix(self, which: str) -> str:
        """End of the names of the columns."""
        if which not in INSTRUMENTS:
            raise UnknownNameError(
                f"which = {which!r} must be one of {list(INSTRUMENTS)}"
                + (" here; sky_model and to_models know 'both'" if which == "both" else "")
            )
        # a star marks what the paper says more of
        return "" if self.data["Model_a"].rstrip("*") == which else "_b"

    def _measured(self, which: str) -> str:
        suffix = self._suffix(which)
        if which not in self.instruments:
            raise ModelError(
                f"{self.name} was not seen by {which}, there are only limits (data['N0_ul"
                f"{suffix}']): take which={self.instruments[0]!r}"
            )
        return suffix

    @property
    def position(self) -> Any:
        """Position by the instrument that stands first in the table, else by the other."""
        seen = {self._suffix(name): name for name in self.instruments}
        return self.spatial_model(seen[min(seen)]).position

    def spectral_model(self, which: str) -> PowerLawSpectralModel:
        """Power law at 50 TeV (KM2A) or 3 TeV (WCDA).

        Parameters
        ----------
        which : {"KM2A", "WCDA"}

        Raises
        ------
        ModelError
            If there are only limits.
        """
        end = self._measured(which)
        model = PowerLawSpectralModel(
            amplitude=self.given(f"N0{end}"),
            index=self.given(f"gamma{end}"),
            reference=self.given(f"E0{end}"),
        )
        errors = {"amplitude": self.data[f"N0_err{end}"], "index": self.data[f"gamma_err{end}"]}
        return with_errors(model, **errors)

    def spatial_model(self, which: str) -> SpatialModel:
        """Gaussian, or a point if there is a limit on the size only; see `spectral_model`."""
        end = self._measured(which)
        place = {
            "lon_0": self.given(f"RAJ2000{end}", "deg"),
            "lat_0": self.given(f"DECJ2000{end}", "deg"),
        }
        size = self.data[f"r39{end}"]
        model: SpatialModel = PointSpatialModel(frame="fk5", **place)
        if size.value > 0:
            model = GaussianSpatialModel(frame="fk5", sigma=size, **place)
            with_errors(model, sigma=self.data[f"r39_err{end}"])
        return position_errors(model, self.data[f"pos_err{end}"] / CONTAINED_95)

    def sky_model(self, which: str = "both") -> SkyModel | None:
        """Source as one instrument has seen it.

        Parameters
        ----------
        which : {"both", "KM2A", "WCDA"}
            "both" stands for the only one that has seen it.

        Returns
        -------
        `SkyModel` or None
            None if that instrument has not seen it.

        Raises
        ------
        ModelError
            If both have seen it, and ``which`` does not tell one: see `sky_models`.
        """
        if which == "both":
            if len(self.instruments) > 1:
                raise ModelError(
                    f"{self.name} was seen by both instruments, at different places and sizes: "
                    "take which='KM2A' or 'WCDA', or sky_models(), a model for each energy range"
                )
            which = self.instruments[0]
        self._suffix(which)
        if which not in self.instruments:
            return None
        return SkyModel(self.spectral_model(which), self.spatial_model(which), name=self.name)

    def sky_models(self, which: str = "both") -> list[SkyModel]:
        """Models that together are the source: one, or two that take turns at 25 TeV.

        These are named after the source and the instrument.
        """
        if which != "both" or len(self.instruments) == 1:
            model = self.sky_model(which)
            return [] if model is None else [model]
        found = []
        for name in self.instruments:
            window = EnergyWindowNormSpectralModel(*map(u.Quantity, WINDOWS[name]))
            spectrum: Any = self.spectral_model(name) * window
            shape = self.spatial_model(name)
            found.append(SkyModel(spectrum, shape, name=f"{self.name} {name}"))
        return found


class SourceCatalog1LHAASO(SourceCatalog):
    """First LHAASO catalogue."""

    tag = ["1LHAASO"]
    description = "1LHAASO catalog from the LHAASO observatory"
    source_object_class = SourceCatalogObject1LHAASO

    def __init__(
        self, filename: str | os.PathLike[str] = "$GAMMAPY_DATA/catalogs/1LHAASO_catalog.fits"
    ) -> None:
        super().__init__(read_tables(filename)[0])

    def to_models(self, which: str = "both") -> Models:
        """Models of all sources; of those seen by both instruments two, see `sky_models`.

        Parameters
        ----------
        which : {"both", "KM2A", "WCDA"}
        """
        return self._to_models(which)

    def _models_of(self, source: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return source.sky_models(*args, **kwargs)
