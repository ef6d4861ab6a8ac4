"""From models to elements: spectra, shapes and courses in time, in a dialect.

Scales are powers of ten, negative for indices, as the tools write them. What the dialect cannot say
of a model that it can say at all goes into the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from lxml import etree

from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.constant import ConstantSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spectral.absorption import (
    EBL_DATA_BUILTIN,
    EBLAbsorptionNormSpectralModel,
)
from gammapy.modeling.models.spectral.base import SpectralModel
from gammapy.modeling.models.spectral.bins import BinsSpectralModel
from gammapy.modeling.models.spectral.compound import CompoundSpectralModel
from gammapy.modeling.models.spectral.exponential import ExponentialSpectralModel
from gammapy.modeling.models.spectral.physical import BandSpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.piecewise_powerlaw import PiecewisePowerLawSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.models.temporal.constant import ConstantTemporalModel
from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import AS_IT_IS, RULES, Rule, write_factor
from gammapy.modeling.serialize.xml.form import UNITS, Form, Slot, Table
from gammapy.modeling.serialize.xml.number import UNBOUNDED, write_number
from gammapy.modeling.serialize.xml.reading import EBL_NUMBERS, PHASE, TURNS
from gammapy.modeling.serialize.xml.shapes import FRAMES, ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES

__all__ = ["Encoder", "UnsaidError"]

#: by which the Fermi tools say that there is no bound
_NO_BOUND = "3.40282e+38"


class UnsaidError(Exception):
    """A dialect has no words for a model; the text says for what of it."""


class Encoder:
    """Writes the parts of one model.

    Parameters
    ----------
    dialect : {"gammalib", "fermi"}
    report : callable
        Takes a line on what cannot be said.
    folder : `~pathlib.Path`, optional
        Where the file will lie; files in it are named relative to it.
    """

    def __init__(
        self, dialect: str, report: Callable[[str], None], folder: Path | None = None
    ) -> None:
        self.dialect = dialect
        self.report = report
        self.folder = folder

    # -- parameters -----------------------------------------------------------------------

    def parameter(self, parent: Any, name: str, parameter: Parameter, slot: Slot) -> Any:
        """Element of a parameter."""
        element = etree.SubElement(parent, "parameter", name=name)
        factor = float(parameter.unit.to(slot.unit))
        value = slot.rule.theirs(parameter.value * factor)
        scale = _scale(value, slot)
        bounds = (b * factor for b in (parameter.min, parameter.max) if b == b)
        theirs = [slot.rule.theirs(b) for b in bounds if b or not slot.rule.inverse]
        if any(abs(bound / scale) >= UNBOUNDED for bound in theirs):
            scale = math.copysign(1.0, scale)  # or it would read as no bound
        element.set("value", "0")
        element.set("scale", write_number(scale))
        element.set("free", "0" if parameter.frozen else "1")
        write_factor(element, parameter, slot.unit, slot.rule, scale)
        if self.dialect == "fermi":
            for key, sign in (("min", "-"), ("max", "")):
                if key not in element.attrib:
                    element.set(key, sign + _NO_BOUND)
        return element

    def number(self, parent: Any, name: str, value: float) -> Any:
        """Element of a number that is no parameter."""
        parameter = Parameter(name, float(value), frozen=True)
        return self.parameter(parent, name, parameter, Slot(name, UNITS["1"], AS_IT_IS))

    def by_form(self, tag: str, model: Any, form: Form) -> Any:
        """Element of a model that is a type and parameters."""
        kind, slots = form.row(self.dialect)  # type: ignore[misc]
        element = etree.Element(tag, type=kind)
        for name, slot in slots.items():
            self.parameter(element, name, model.own_parameters[slot.name], slot)
        for name, value in form.unsaid.items():
            if model.own_parameters[name].value != value:
                self.report(f"{name} = {model.own_parameters[name].value:g} is not said")
        return element

    # -- spectra --------------------------------------------------------------------------

    def spectrum(self, model: SpectralModel, factor: bool) -> Any:
        """Element of a spectrum, a plain factor beside a flux.

        Raises
        ------
        UnsaidError
            If the dialect has no words for it.
        """
        form = (FACTORS if factor else FLUXES).of(model, self.dialect)
        if form is not None:
            return self._turned(self.by_form("spectrum", model, form), model)
        writer = SPECTRA.get(type(model))
        if writer is None:
            raise self._unsaid(model)
        return writer(self, model, factor)

    def _unsaid(self, model: Any) -> UnsaidError:
        return UnsaidError(f"{type(model).__name__} has no name in the dialect {self.dialect!r}")

    def _turned(self, element: Any, model: Any) -> Any:
        for name, low, high in TURNS.get(type(model), ()):
            own = model.own_parameters
            if own[high].value < own[low].value:
                for child in element:
                    if child.get("name") in _SMOOTHNESS[name]:
                        slot = Slot(name, UNITS["1"], RULES["-"])
                        element.replace(child, self._again(child.get("name"), own[name], slot))
        return element

    def _again(self, name: str, parameter: Parameter, slot: Slot) -> Any:
        return self.parameter(etree.Element("any"), name, parameter, slot)

    def _compound(self, model: CompoundSpectralModel, factor: bool) -> Any:
        one, two, operator = model.model1, model.model2, model.operator.__name__
        if operator == "mul":
            if isinstance(one, TemplateSpectralModel) and isinstance(
                two, PiecewiseNormSpectralModel
            ):
                if self.dialect == "gammalib" and _same_nodes(one, two):
                    return self._nodes(one, list(two.own_parameters.values()), factor)
            if isinstance(one, TemplateSpectralModel) and _is_norm(two):
                return self._file(one, two.norm)
            wrapped = self._wrapped(one, two, factor) if self.dialect == "fermi" else None
            if wrapped is not None:
                return wrapped
        kinds = {"mul": "Multiplicative", "add": "Composite"}
        if self.dialect == "fermi" or operator not in kinds:
            raise UnsaidError(f"spectra joined by {operator!r} have no name in {self.dialect!r}")
        element = etree.Element("spectrum", type=kinds[operator])
        parts = _flattened(model, operator)
        if operator == "mul":  # the flux comes first
            parts.sort(key=lambda part: part.unit.is_equivalent(""))
        fluxes = [not part.unit.is_equivalent("") for part in parts]
        for part, flux in zip(parts, fluxes, strict=True):
            element.append(self.spectrum(part, factor or not flux))
        return element

    def _wrapped(self, one: Any, two: Any, factor: bool) -> Any:
        """Spectrum within a band, scaled, or behind the extragalactic light, as Fermi has them."""
        named = isinstance(two, EBLAbsorptionNormSpectralModel) and two.filename is not None
        if named:
            names = {EBL_DATA_BUILTIN[name]: number for number, name in EBL_NUMBERS.items()}
            if two.filename not in names:
                raise UnsaidError(f"the table {two.filename!r} has no number in 'fermi'")
        elif not (isinstance(two, EnergyWindowNormSpectralModel) or _is_norm(two)):
            return None
        element = self.spectrum(one, factor)
        if "::" in element.get("type") or element.get("type") == "PowerLaw":
            raise UnsaidError(f"a factor on a {element.get('type')} has no name in 'fermi'")
        if named:
            prefix = "EblAtten"
            for name, ours in (("tau_norm", "alpha_norm"), ("redshift", "redshift")):
                slot = Slot(ours, UNITS["1"], AS_IT_IS)
                self.parameter(element, name, two.own_parameters[ours], slot)
            self.number(element, "ebl_model", names[two.filename])
        elif _is_norm(two):
            prefix = "ScaleFactor"
            self.parameter(element, "ScaleFactor", two.norm, Slot("norm", UNITS["1"], AS_IT_IS))
        else:
            prefix = "EnergyBand"
            self.number(element, "Emin", two.emin.to_value("MeV"))
            self.number(element, "Emax", two.emax.to_value("MeV"))
        element.set("type", f"{prefix}::{element.get('type')}")
        return element

    def _nodes(
        self, table: TemplateSpectralModel, norms: list[Parameter], factor: bool
    ) -> Any:
        element = etree.Element("spectrum", type="NodeFunction")
        values = table.values.to_value(UNITS["1" if factor else "N"])
        for energy, value, norm in zip(
            table.energy.to_value("MeV"), values, norms, strict=True
        ):
            node = etree.SubElement(element, "node")
            self.number(node, "Energy", energy)
            slot = Slot(norm.name, UNITS["1"], Rule(times=1 / float(value)))
            self.parameter(node, "Intensity", norm, slot)
        return element

    def _table(self, model: TemplateSpectralModel, factor: bool) -> Any:
        """Table alone: a file if it came from one, else nodes that do not move."""
        norm = Parameter("norm", 1.0, frozen=True)
        if model.meta.get("filename"):
            return self._file(model, norm)
        if self.dialect == "fermi":
            raise UnsaidError("a TemplateSpectralModel that is in no file has no name in 'fermi'")
        if np.any(model.values.value == 0) or model.values_scale != "log":
            raise UnsaidError("a TemplateSpectralModel with zeros, or not logarithmic")
        norms = [Parameter(f"norm_{i}", 1.0, frozen=True) for i in range(len(model.energy))]
        return self._nodes(model, norms, factor)

    def _file(self, model: TemplateSpectralModel, norm: Parameter) -> Any:
        if not model.meta.get("filename"):
            raise UnsaidError("a TemplateSpectralModel that is in no file, times a norm")
        element = etree.Element("spectrum", type="FileFunction")
        element.set("file", self.stated(model.meta["filename"]))
        self.parameter(element, "Normalization", norm, Slot("norm", UNITS["1"], AS_IT_IS))
        return element

    def _band(self, model: BandSpectralModel, factor: bool) -> Any:
        if self.dialect == "gammalib" or not model.alpha.value > -2:
            raise self._unsaid(model)
        element = etree.Element("spectrum", type="BandFunction")
        slots = {
            "norm": Slot("amplitude", UNITS["N"], AS_IT_IS),
            "alpha": Slot("alpha", UNITS["1"], AS_IT_IS),
            "beta": Slot("beta", UNITS["1"], AS_IT_IS),
            "Ep": Slot("epeak", UNITS["MeV"], Rule(times=2.0 + model.alpha.value)),
            "Scale": Slot("reference", UNITS["MeV"], AS_IT_IS),
        }
        for name, slot in slots.items():
            self.parameter(element, name, model.own_parameters[slot.name], slot)
        return element

    def _bins(self, model: BinsSpectralModel, factor: bool) -> Any:
        if self.dialect == "fermi":
            raise self._unsaid(model)
        element = etree.Element("spectrum", type="BinFunction")
        own = model.own_parameters
        self.parameter(element, "Index", own["index"], Slot("index", UNITS["1"], RULES["-"]))
        for i, (low, high) in enumerate(zip(model.energy_min, model.energy_max, strict=True)):
            child = etree.SubElement(element, "bin")
            self.number(child, "LowerLimit", low.to_value("MeV"))
            self.number(child, "UpperLimit", high.to_value("MeV"))
            slot = Slot(f"amplitude_{i}", UNITS["N"], AS_IT_IS)
            self.parameter(child, "Intensity", own[f"amplitude_{i}"], slot)
        return element

    def _piecewise(self, model: PiecewisePowerLawSpectralModel, factor: bool) -> Any:
        if self.dialect == "gammalib":
            raise self._unsaid(model)
        element = etree.Element("spectrum", type="PiecewisePowerLaw")
        own = model.own_parameters
        for name, ours in (("IndexL", "index_low"), ("IndexH", "index_high")):
            self.parameter(element, name, own[ours], Slot(ours, UNITS["1"], RULES["-"]))
        for i, energy in enumerate(model.energy.to_value("MeV")):
            name, unit = (f"norm_{i}", "1") if i else ("amplitude", "N")
            self.parameter(element, f"dNdE{i}", own[name], Slot(name, UNITS[unit], AS_IT_IS))
            self.number(element, f"Energy{i}", energy)
        return element

    def _exponential(self, model: ExponentialSpectralModel, factor: bool) -> Any:
        if self.dialect == "fermi":
            raise self._unsaid(model)
        element = etree.Element("spectrum", type="Exponential")
        element.append(self.spectrum(model.model, True))
        return element

    # -- shapes ---------------------------------------------------------------------------

    def shape(self, model: Any) -> Any:
        """Element of a shape; raises as `spectrum`."""
        writer = SPATIAL.get(type(model))
        if writer is not None:
            return writer(self, model)
        form = SHAPES.of(model, self.dialect)
        if form is None:
            raise self._unsaid(model)
        return self._placed(self.by_form("spatialModel", model, form), model)

    def _placed(self, element: Any, model: Any) -> Any:
        """Put the position before the other parameters."""
        frames = FRAMES if self.dialect == "gammalib" else {"icrs": FRAMES["icrs"]}
        own, place = model.own_parameters, model.position
        if model.frame in frames:
            centre = [own["lon_0"], own["lat_0"]]
            names = frames[model.frame]
        else:
            icrs = place.icrs
            centre = [
                Parameter(name, value, unit="deg", frozen=own[name].frozen)
                for name, value in (("lon_0", icrs.ra.deg), ("lat_0", icrs.dec.deg))
            ]
            names = frames["icrs"]
            self.report(f"the position in {model.frame} is written in icrs, without errors")
        children = [
            self._again(name, p, Slot(p.name, UNITS["deg"], AS_IT_IS))
            for name, p in zip(names, centre, strict=True)
        ]
        for child in reversed(children):
            element.insert(0, child)
        return element

    def _maybe_long(self, model: Any) -> Any:
        """Round shape, or an ellipse."""
        form = SHAPES.of(model, self.dialect)
        if form is not None:
            return self._placed(self.by_form("spatialModel", model, form), model)
        kind, size, others = _ELLIPSES[type(model)]
        if self.dialect == "fermi":
            raise UnsaidError(f"an elongated {type(model).__name__} has no name in 'fermi'")
        own = model.own_parameters
        element = etree.Element("spatialModel", type=kind)
        major = own[size].quantity.to_value("deg")
        minor = major * math.sqrt(1 - own["e"].value ** 2)
        angle = own["phi"].quantity.to_value("deg") + _north(model.position, model.frame)
        turned = Parameter("phi", (angle + 180) % 360 - 180, unit="deg", frozen=own["phi"].frozen)
        values = {
            "PA": own["phi"] if model.frame == "icrs" else turned,
            # ours has the eccentricity instead, whose bounds and error say nothing of this alone
            "MinorRadius": Parameter("minor", minor, unit="deg", frozen=own["e"].frozen),
            "MajorRadius": own[size],
        }
        for name, one in values.items():
            self.parameter(element, name, one, Slot(one.name, UNITS["deg"], AS_IT_IS))
        for name, ours in others.items():
            self.parameter(element, name, own[ours], Slot(ours, UNITS["1"], AS_IT_IS))
        lost = [name for name in ("e", "phi") if own[name].error > 0 and values.get("PA") is not own[name]]
        if lost:
            self.report(f"errors of {', '.join(lost)} of an ellipse are not said")
        if "edge_width" in own and own["edge_width"].value != 0:
            self.report(f"edge_width = {own['edge_width'].value:g} is not said")
        if kind == "EllipticalGaussian":
            self.report("Gammalib cuts the elongated Gaussian at 3 sigma")
        return self._placed(element, model)

    def _isotropic(self, model: ConstantSpatialModel) -> Any:
        table: Table = ISOTROPIC[self.dialect]
        form = table.of(model, self.dialect)
        if form is None:
            raise self._unsaid(model)
        return self.by_form("spatialModel", model, form)

    def _map(self, model: TemplateSpatialModel) -> Any:
        if model.filename is None:
            raise UnsaidError("a TemplateSpatialModel that is in no file: write it first")
        cube = not model.unit.is_equivalent("sr-1")
        kinds = {"gammalib": ("DiffuseMap", "DiffuseMapCube"), "fermi": ("SpatialMap", "MapCubeFunction")}
        element = etree.Element("spatialModel", type=kinds[self.dialect][cube])
        element.set("file", self.stated(model.filename))
        if not cube and self.dialect == "gammalib" and not model.normalize:
            element.set("normalize", "0")
        if not cube and self.dialect == "fermi" and model.normalize:
            self.report("a map that is normalised is taken as it is by the Fermi tools")
        if _moved(model):
            self.report("the position of its map is not said: that of the file counts")
        if model.interp_kwargs.get("values_scale", "log") != ("log" if cube else "lin"):
            self.report("how its map is interpolated is not said: the tools have their own way")
        name = "Prefactor" if (self.dialect == "fermi" and not cube) else "Normalization"
        self.number(element, name, 1.0)
        return element

    def _composite(self, model: CompoundSpatialModel) -> Any:
        if self.dialect == "fermi":
            raise self._unsaid(model)
        element = etree.Element("spatialModel", type="Composite")
        for i, (norm, part) in enumerate(model.components(), 1):
            child = self.shape(part)
            child.set("component", str(i))
            child.set("scale", write_number(norm.value))
            for key, bound in (("scale_min", norm.min), ("scale_max", norm.max)):
                if math.isfinite(bound):
                    child.set(key, write_number(bound))
            if norm.error > 0:
                child.set("scale_error", write_number(norm.error))
            child.set("free_scale", "0" if norm.frozen else "1")
            element.append(child)
        return element

    # -- courses in time ------------------------------------------------------------------

    def course(self, model: Any) -> Any:
        """Element of a course in time, None for a steady one; raises as `spectrum`."""
        if isinstance(model, ConstantTemporalModel):
            return None
        tables = (LightCurveTemplateTemporalModel, TemplatePhaseCurveTemporalModel)
        if self.dialect == "fermi" or not isinstance(model, tables):
            raise self._unsaid(model)
        if model.filename is None:
            raise UnsaidError(f"a {type(model).__name__} that is in no file: write it first")
        phase = isinstance(model, TemplatePhaseCurveTemporalModel)
        if not phase and model.format != "table":
            raise UnsaidError(f"a light curve in a file of the format {model.format!r}")
        if not phase and _shifted(model):
            self.report("the reference time of its light curve is not said: that of the file counts")
        element = etree.Element("temporal", type="PhaseCurve" if phase else "LightCurve")
        element.set("file", self.stated(model.filename))
        self.number(element, "Normalization", 1.0)
        if phase:
            if not model.normalize:
                element.set("normalize", "0")
            for name, slot in PHASE.items():
                self.parameter(element, name, model.own_parameters[slot.name], slot)
            if model.scale != "tt":
                self.report(f"its times in {model.scale} are taken as TT")
        return element

    # -- files ----------------------------------------------------------------------------

    def stated(self, filename: str) -> str:
        """Name of a file as the XML file says it: relative, if it lies in its folder."""
        path = Path(filename)
        if self.folder is None or "$" in filename or not path.is_absolute():
            return filename
        inside = path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if inside else filename


_SMOOTHNESS = {
    "beta": ("BreakSmoothness", "Beta"),
    "beta12": ("Beta12",),
    "beta23": ("Beta23",),
}

_ELLIPSES: dict[type, tuple[str, str, dict[str, str]]] = {
    DiskSpatialModel: ("EllipticalDisk", "r_0", {}),
    GaussianSpatialModel: ("EllipticalGaussian", "sigma", {}),
    GeneralizedGaussianSpatialModel: ("EllipticalGeneralGaussian", "r_0", {"R_Index": "eta"}),
}

SPECTRA: dict[type, Callable[..., Any]] = {
    CompoundSpectralModel: Encoder._compound,
    TemplateSpectralModel: Encoder._table,
    BandSpectralModel: Encoder._band,
    BinsSpectralModel: Encoder._bins,
    PiecewisePowerLawSpectralModel: Encoder._piecewise,
    ExponentialSpectralModel: Encoder._exponential,
}
SPATIAL: dict[type, Callable[..., Any]] = {
    **dict.fromkeys(_ELLIPSES, Encoder._maybe_long),
    ConstantSpatialModel: Encoder._isotropic,
    TemplateSpatialModel: Encoder._map,
    CompoundSpatialModel: Encoder._composite,
}


def _scale(value: float, slot: Slot) -> float:
    """Power of ten for small and large values, with the sign of an exponent; one for angles."""
    if value == 0 or not math.isfinite(value) or slot.unit == u.deg:
        return 1.0
    if slot.unit == UNITS["1"] and slot.rule.sign < 0:
        return -1.0
    size = abs(value)
    usual = 1e-3 <= size < 1e5 or not 1e-60 < size < 1e60
    return 1.0 if usual else 10.0 ** math.floor(math.log10(size))


def _is_norm(model: Any) -> bool:
    """True for a norm that is the same at all energies."""
    return (
        isinstance(model, PowerLawNormSpectralModel)
        and model.tilt.value == 0.0
        and model.tilt.frozen
    )


def _moved(model: TemplateSpatialModel) -> bool:
    """True if a map is not where its file has it, or a fit may move it."""
    as_in_file = TemplateSpatialModel(filename=model.filename)
    there, open_there = as_in_file.own_parameters, as_in_file.unplaced
    waiting = model.unplaced
    return any(
        not p.frozen
        or (name not in waiting and (name in open_there or _differ(p, there[name])))
        for name, p in model.own_parameters.items()
    )


def _shifted(model: LightCurveTemplateTemporalModel) -> bool:
    """True if a light curve does not begin when its file says."""
    if model.awaits_file:
        return not model.t_ref.frozen
    as_in_file = LightCurveTemplateTemporalModel(filename=model.filename, scale=model.scale)
    unknown = as_in_file.awaits_file
    return not model.t_ref.frozen or unknown or _differ(model.t_ref, as_in_file.t_ref)


def _differ(one: Parameter, other: Parameter) -> bool:
    value = other.value * float(other.unit.to(one.unit))
    return not math.isclose(one.value, value, rel_tol=1e-12, abs_tol=1e-9)


def _same_nodes(table: TemplateSpectralModel, norms: PiecewiseNormSpectralModel) -> bool:
    return (
        norms.interp == "log"
        and table.values_scale == "log"
        and bool(np.all(table.values.value > 0))
        and table.energy.shape == norms.energy.shape
        and bool(np.all(table.energy == norms.energy))
    )


def _flattened(model: Any, operator: str) -> list[Any]:
    """Parts of a sum of sums, or of a product of products."""
    if isinstance(model, CompoundSpectralModel) and model.operator.__name__ == operator:
        nodes = isinstance(model.model2, PiecewiseNormSpectralModel) and operator == "mul"
        if not nodes:
            return _flattened(model.model1, operator) + [model.model2]
    return [model]


def _north(position: SkyCoord, frame: str) -> float:
    """Angle in deg from celestial north to the north of a frame, through east."""
    if frame == "icrs":
        return 0.0
    up = position.directional_offset_by(0 * u.deg, 1e-4 * u.deg)
    return float(position.icrs.position_angle(up.icrs).to_value("deg"))
