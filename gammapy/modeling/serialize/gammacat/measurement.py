"""Measurement: what one paper says of one source, and the models that follow from it."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path
from typing import Any

import astropy.units as u
from astropy.coordinates import SkyCoord

from gammapy.errors import GammapyWarning, ModelError
from gammapy.modeling.models.sky import SkyModel
from gammapy.modeling.models.spatial.base import SpatialModel
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.serialize.gammacat.measured import Measured, Readings
from gammapy.modeling.serialize.gammacat.place import Place, measured_place
from gammapy.modeling.serialize.gammacat.shape import spatial_model
from gammapy.modeling.serialize.gammacat.source import Source, whole_number
from gammapy.modeling.serialize.gammacat.spectrum import spectral_model
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.tree import read_tree

__all__ = ["Measurement"]

#: a measured position further from that of the source gets a note
FAR_OFF = 0.4 * u.deg
_URL = "https://ui.adsabs.harvard.edu/abs/{}"


class Measurement:
    """Measurement of a source in a paper.

    Parameters
    ----------
    tree : dict
        As it stands in the file, with ``source_id`` and ``reference_id`` at least.
    place : str
        Names the file in messages.
    source : `Source`, optional
        For the name, and for a position where the paper has none.
    filename : `~pathlib.Path`, optional
        Of the measurement; its flux points stand beside it.

    Attributes
    ----------
    source_id : int
    reference_id : str
        Bibcode of the paper.
    file_id : int or None
        Which of several measurements of the source in that paper.
    telescope : str or None
    source, filename, tree
        As given.

    Raises
    ------
    FileFormatError
        If the file has no ``source_id`` or no ``reference_id``.
    """

    def __init__(
        self,
        tree: Any,
        place: str,
        source: Source | None = None,
        filename: Path | None = None,
    ) -> None:
        self._node = Node(tree, place)
        if not isinstance(tree, dict):
            raise self._node.error("must be a mapping with source_id and reference_id")
        self.tree: dict[str, Any] = tree
        self.source_id = whole_number(self._node["source_id"])
        self.reference_id = self._node["reference_id"].text()
        self.file_id = self._file_id(filename)
        self.telescope: str | None = tree.get("telescope")
        self.source = source
        self.filename = filename
        self._readings = Readings()

    def _file_id(self, filename: Path | None) -> int | None:
        """Number in the name of the file, else in it: nine files have none, or that of another."""
        parts = filename.stem.split("-") if filename else []
        if len(parts) == 3 and parts[2].isdigit():
            return int(parts[2])
        return whole_number(self._node["file_id"]) if "file_id" in self._node else None

    @classmethod
    def read(cls, filename: str | os.PathLike[str], source: Source | None = None) -> Measurement:
        """Read the file of a measurement.

        Parameters
        ----------
        filename : str or path
        source : `Source`, optional

        Raises
        ------
        MissingFileError, FileFormatError
            If it is not there, or no such file.
        """
        path, tree = read_tree(filename)
        return cls(tree, str(path), source, path)

    # -- what it is -----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Unique name: "Crab nebula [2006A&A...457..899A]", or "... #2]" for one of several."""
        source = self.source.common_name if self.source else f"tev-{self.source_id:06d}"
        number = "" if self.file_id is None else f" #{self.file_id}"
        return f"{source} [{self.reference_id}{number}]"

    @property
    def url(self) -> str:
        """Page of the paper in the Astrophysics Data System."""
        return _URL.format(self.reference_id.replace("&", "%26"))

    @property
    def has_spectrum(self) -> bool:
        """True if there is a spectral model."""
        return self._has("spec", "model")

    @property
    def has_morphology(self) -> bool:
        """True if there is a morphology; it may lack a size."""
        return self._has("morph", "type")

    def _has(self, part: str, key: str) -> bool:
        return part in self._node and self._node[part].value.get(key) is not None

    @property
    def notes(self) -> list[str]:
        """How entries were read that do not say it themselves, in the models made so far."""
        return list(self._readings.notes)

    @property
    def systematic(self) -> dict[str, u.Quantity]:
        """Systematic errors, by the paths of the parameters of `sky_model`."""
        if self.has_spectrum:
            self.spectral_model()
        with contextlib.suppress(ModelError):  # a shape without a size has no errors either
            self.spatial_model()
        return dict(self._readings.systematic)

    # -- models ---------------------------------------------------------------------------

    @property
    def position(self) -> SkyCoord | None:
        """Measured position, in the frame of the paper; None if it has none."""
        return measured_place(self._node["pos"], self._readings).position if self._placed else None

    @property
    def _placed(self) -> bool:
        return bool(self.tree.get("pos"))

    def spectral_model(self) -> SpectralModel:
        """Spectrum, with statistical errors on its parameters.

        Raises
        ------
        ModelError
            If the paper has none.
        FileFormatError
            If the entry makes no sense.
        """
        if not self.has_spectrum:
            raise ModelError(
                f"{self._node.place}: {self.name} has no spectral model: see its tree, or its flux "
                "points"
            )
        return spectral_model(self._node["spec"]["model"], self._readings)

    def spatial_model(self) -> SpatialModel | None:
        """Shape at the measured position, with statistical errors; None if there is no shape.

        A shape without a position stands at that of the source.

        Raises
        ------
        ModelError
            If a size, a direction or a position that the shape needs is missing.
        FileFormatError
            If the entry makes no sense.
        """
        if not self.has_morphology:
            return None
        return spatial_model(self._node["morph"], self._place(), self._readings)

    def _place(self) -> Place:
        if self._placed:
            place = measured_place(self._node["pos"], self._readings)
            self._compare(place.position)
            return place
        position = self.source.position if self.source else None
        if position is None:
            raise ModelError(
                f"{self._node.place}: {self.name} has a shape and no position, nor has its source: "
                "take the spectral model alone"
            )
        self._readings.note(self._node["morph"], "without a position: put at that of the source")
        return Place("icrs", Measured(position.ra), Measured(position.dec))

    def _compare(self, measured: SkyCoord) -> None:
        """Note a position far from that of the source: some are slips in a digit or sign."""
        expected = self.source.position if self.source else None
        if expected is None:
            return
        distance = measured.separation(expected.transform_to(measured.frame))
        if distance > FAR_OFF:
            self._readings.note(
                self._node["pos"], f"{distance:.2f} from the position of the source, look at both"
            )

    def sky_model(self, name: str | None = None) -> SkyModel:
        """Source of spectrum and shape; its ``origin`` is this measurement.

        A shape that cannot be built (without a size, say) is left out, and a warning says so.

        Parameters
        ----------
        name : str, optional
            By default `name`.

        Raises
        ------
        ModelError
            If there is no spectrum.
        """
        spectrum = self.spectral_model()
        try:
            shape = self.spatial_model()
        except ModelError as error:
            warnings.warn(f"{error}; the model has no shape", GammapyWarning, stacklevel=2)
            shape = None
        model = SkyModel(spectrum, shape, name=name or self.name)
        model.origin = self
        return model

    def __repr__(self) -> str:
        kinds = [
            self.tree[part][key] if part == "morph" else self.tree[part][key]["type"]
            for part, key, there in (
                ("spec", "model", self.has_spectrum),
                ("morph", "type", self.has_morphology),
            )
            if there
        ]
        return f"Measurement({self.name!r}, {self.telescope}, {' '.join(kinds) or 'no model'})"
