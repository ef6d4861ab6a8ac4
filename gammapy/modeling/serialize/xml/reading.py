"""From elements to models: spectra, shapes and courses in time.

Each element that becomes a model is read by its type and the names of its parameters. What was read
from where is noted in ``links``, so that a writer can put changed values back.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import astropy.units as u
import numpy as np
from astropy.coordinates import SkyCoord
from lxml import etree

from gammapy.errors import FileFormatError, GammapyError
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.spatial.compound import CompoundSpatialModel
from gammapy.modeling.models.spatial.disk import DiskSpatialModel
from gammapy.modeling.models.spatial.gaussian import (
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
)
from gammapy.modeling.models.spatial.shell import ShellSpatialModel
from gammapy.modeling.models.spatial.template import TemplateSpatialModel
from gammapy.modeling.models.spectral.absorption import EBLAbsorptionNormSpectralModel
from gammapy.modeling.models.spectral.bins import BinsSpectralModel
from gammapy.modeling.models.spectral.broken import (
    SmoothBrokenPowerLawSpectralModel,
    SmoothDoubleBrokenPowerLawSpectralModel,
)
from gammapy.modeling.models.spectral.constant import ConstantSpectralModel
from gammapy.modeling.models.spectral.exponential import ExponentialSpectralModel
from gammapy.modeling.models.spectral.physical import BandSpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.piecewise_powerlaw import PiecewisePowerLawSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.models.temporal.phasecurve import TemplatePhaseCurveTemporalModel
from gammapy.modeling.models.temporal.template import LightCurveTemplateTemporalModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.factor import RULES, Factor, Rule, fill, read_factor
from gammapy.modeling.serialize.xml.number import parse_number
from gammapy.modeling.serialize.xml.form import UNITS, Form, Slot
from gammapy.modeling.serialize.xml.shapes import FRAMES, ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.source_place import SourcePlace
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES
from gammapy.units import parse_unit

__all__ = ["Link", "PartReader", "RefusedError"]

#: spectra that an absorption may stand around, and the tables of the absorption that we have
EBL_NUMBERS = {4: "franceschini", 5: "finke", 10: "dominguez"}
#: how the outer radius of a shell without width is divided, as 1DC did later
_SHELL = 0.8


class Link(NamedTuple):
    """A parameter of a model and the element that it was read from."""

    path: str
    element: Any
    slot: Slot


class RefusedError(Exception):
    """A source cannot become a model; the text says why."""


class PartReader:
    """Reads the elements of one source.

    Parameters
    ----------
    place : `SourcePlace`
    dialect : {"gammalib", "fermi"}
    plain_units : bool
        True for lists whose values are in the units that they state, without scales.
    linked : bool
        Note where each parameter was read, as a writer needs it.
    """

    def __init__(
        self, place: SourcePlace, dialect: str, plain_units: bool, linked: bool = False
    ) -> None:
        self.place = place
        self.dialect = dialect
        self.plain_units = plain_units
        self.links: list[Link] | None = [] if linked else None
        #: paths of parameters whose rule depends on the values of others
        self.varying: set[str] = set()
        #: norms of maps and curves that are not simply one: they multiply the spectrum
        self.norms: list[tuple[Any, Factor]] = []

    def refuse(self, element: Any, text: str) -> RefusedError:
        """Why the source is no model."""
        return RefusedError(self.place.text(element, text))

    # -- parameters -----------------------------------------------------------------------

    def parameters(self, element: Any) -> dict[str, Any]:
        """Parameter elements by name.

        Raises
        ------
        RefusedError
            If a name comes twice.
        """
        found: dict[str, Any] = {}
        for child in element:
            if child.tag == "parameter":
                name = child.get("name", "Unknown")
                if name in found:
                    raise self.refuse(child, f"parameter {name!r} comes twice")
                found[name] = child
        return found

    def fill(self, model: ModelBase, path: str, name: str, element: Any, slot: Slot) -> None:
        """Give one parameter of a model the numbers of an element."""
        factor, unit = read_factor(element, self.place), slot.unit
        if self.plain_units and "scale" not in element.attrib:
            unit = self._stated_unit(element, unit)
        if math.isnan(factor.value):
            raise self.refuse(element, f"{element.get('name')} is nan")
        fill(model.own_parameters[name], factor, unit, slot.rule, element, self.place)
        if self.links is not None:
            self.links.append(Link(f"{path}.{name}", element, slot._replace(unit=unit)))

    def _stated_unit(self, element: Any, unit: u.UnitBase) -> u.UnitBase:
        stated = parse_unit(element.get("unit", ""))
        if not stated.is_equivalent(unit) and (1 / stated).is_equivalent(unit):
            stated = 1 / stated  # a cutoff in TeV is listed in 1 / TeV
        if not stated.is_equivalent(unit):
            raise self.refuse(element, f"{element.get('name')}: unit {str(stated)!r} does not fit")
        return stated

    def number(self, element: Any) -> float:
        """True value of an element."""
        try:
            return float(element.get("value", 0.0)) * float(element.get("scale", 1.0))
        except ValueError:
            return read_factor(element, self.place).value

    def by_form(self, form: Form, found: dict[str, Any], path: str, element: Any) -> Any:
        """Model of a form."""
        model = form.cls()
        for name, value in (form.fixed | form.unsaid).items():
            parameter = model.own_parameters[name]
            parameter.value, parameter.frozen = value, True
        for name, child in found.items():
            if name in form.slots:
                self.fill(model, path, form.slots[name].name, child, form.slots[name])
            else:
                self.place.warn(child, f"{name} has no meaning in a {element.get('type')}: ignored")
        return model

    # -- spectra --------------------------------------------------------------------------

    def spectrum(self, element: Any, path: str, factor: bool) -> Any:
        """Spectral model; a plain factor if it stands beside a flux."""
        kind = element.get("type", "")
        reader = SPECTRA.get(kind)
        if reader is not None:
            return reader(self, element, path, factor)
        if kind in self.place.prototypes and element.find("parameter") is None:
            return self._prototype(kind, path, factor)
        outer, _, inner = kind.partition("::")
        if inner and outer in WRAPPERS:
            return WRAPPERS[outer](self, element, path, factor, inner)
        return self.plain_spectrum(element, kind, self.parameters(element), path, factor)

    def _prototype(self, name: str, path: str, factor: bool) -> Any:
        """Spectrum of a named function, whose parameters stand in another file."""
        function = etree.fromstring(self.place.prototypes[name])
        links, self.links = self.links, None
        model = self.spectrum(function, path, factor)
        self.links = links
        return model

    def plain_spectrum(
        self, element: Any, kind: str, found: dict[str, Any], path: str, factor: bool
    ) -> Any:
        """Spectrum that is a type and parameters."""
        table = FACTORS if factor else FLUXES
        form = table.find(kind, list(found))
        if form is None:
            wanted = FLUXES.wanted(kind)
            if not wanted:
                raise self.refuse(element, f"spectrum of the type {kind!r}: {self._unknown()}")
            raise self.refuse(
                element,
                f"spectrum {kind!r} with the parameters {sorted(found)}: it has "
                + " or ".join(map(str, wanted))
                + (", and beside a flux or a background it must be a plain factor" if factor else ""),
            )
        if self.plain_units and kind == "ExpCutoff":
            form = _GAMMA_CAT_CUTOFF
        model = self.by_form(form, found, path, element)
        self._turn_smoothness(model, path)
        return model

    def _unknown(self) -> str:
        library = self.place.library
        if not library:
            return "it is not known"
        if self.place.prototypes:
            return f"it is not known, nor a function of {library!r}"
        return f"it is not known; {self.place.missing(library)}"

    def _turn_smoothness(self, model: Any, path: str) -> None:
        """Theirs is the exponent as it stands, ours is positive where the spectrum softens."""
        for name, low, high in TURNS.get(type(model), ()):
            self.varying.add(f"{path}.{name}")
            own = model.own_parameters
            if own[high].value < own[low].value:
                p = own[name]
                p.restate(-p.value, p.unit, -p.max, -p.min, p.error, p.frozen)
                for i, link in enumerate(self.links or ()):
                    if link.path == f"{path}.{name}":
                        self.links[i] = link._replace(slot=link.slot._replace(rule=RULES["-"]))  # type: ignore[index]

    def _nodes(self, element: Any, path: str, factor: bool) -> Any:
        """Table, times norms that a fit may move: between the nodes, and on from the ends."""
        nodes = [self._node(node) for node in element.iterchildren("node")]
        energies = [self.number(energy) for energy, _ in nodes]
        factors = [read_factor(intensity, self.place) for _, intensity in nodes]
        ascending = all(a < b for a, b in pairwise(energies))
        if not nodes or not ascending or energies[0] <= 0 or min(f.value for f in factors) <= 0:
            raise self.refuse(
                element, "nodes must have positive intensities, and positive ascending energies"
            )
        if len(nodes) == 1:
            return self._constant(nodes[0][1], path, factor)
        energy = u.Quantity(energies, u.MeV)
        values = u.Quantity([f.value for f in factors], UNITS["1" if factor else "N"])
        table, norms = TemplateSpectralModel(energy, values), PiecewiseNormSpectralModel(energy)
        for (_, child), one, norm in zip(nodes, factors, norms.own_parameters.values(), strict=True):
            size = one.value
            error = one.error / size
            norm.restate(1.0, UNITS["1"], one.min / size, one.max / size, error, not one.free)
            if self.links is not None:
                slot = Slot(norm.name, UNITS["1"], Rule(times=1 / size))
                self.links.append(Link(f"{path}.model2.{norm.name}", child, slot))
        return table * norms

    def _node(self, node: Any) -> tuple[Any, Any]:
        """Energy and intensity."""
        if len(node) == 2:  # as nearly all are
            energy, intensity = node
            if energy.get("name") == "Energy" and intensity.get("name") == "Intensity":
                return energy, intensity
        found = {child.get("name"): child for child in node.iterchildren("parameter")}
        if len(found) != 2 or "Energy" not in found or "Intensity" not in found:
            raise self.refuse(node, f"a node has Energy and Intensity, not {sorted(found)}")
        return found["Energy"], found["Intensity"]

    def _band(self, element: Any, path: str, factor: bool) -> Any:
        """Ours has the peak of the energy flux, theirs the scale of the exponential."""
        found = self.parameters(element)
        if factor or set(found) != {"norm", "alpha", "beta", "Ep", "Scale"}:
            raise self.refuse(element, "a BandFunction has norm, alpha, beta, Ep and Scale")
        model = BandSpectralModel()
        names = {"norm": ("amplitude", "N"), "alpha": ("alpha", "1"), "beta": ("beta", "1")}
        for name, (ours, unit) in (names | {"Scale": ("reference", "MeV")}).items():
            self.fill(model, path, ours, found[name], Slot(ours, UNITS[unit], RULES[""]))
        rule = Rule(times=2.0 + model.alpha.value)
        if not rule.times > 0:
            raise self.refuse(found["alpha"], f"alpha = {model.alpha.value:g}: there is no peak")
        self.fill(model, path, "epeak", found["Ep"], Slot("epeak", UNITS["MeV"], rule))
        self.varying.add(f"{path}.epeak")
        return model

    def _constant(self, child: Any, path: str, factor: bool) -> Any:
        model: Any = PowerLawNormSpectralModel() if factor else ConstantSpectralModel()
        name, unit = ("norm", "1") if factor else ("const", "N")
        self.fill(model, path, name, child, Slot(name, UNITS[unit], RULES[""]))
        return model

    def _bins(self, element: Any, path: str, factor: bool) -> Any:
        rows = [self.parameters(child) for child in element.iterchildren("bin")]
        own = self.parameters(element)
        if not rows or any(set(r) != {"LowerLimit", "UpperLimit", "Intensity"} for r in rows):
            raise self.refuse(element, "bins have LowerLimit, UpperLimit and Intensity")
        if factor or set(own) != {"Index"}:
            raise self.refuse(element, "a BinFunction has an Index, and is a flux")
        limits = [[self.number(row[k]) for row in rows] for k in ("LowerLimit", "UpperLimit")]
        model = self._built(element, lambda: BinsSpectralModel(*(x * u.MeV for x in limits)))
        for i, row in enumerate(rows):
            slot = Slot(f"amplitude_{i}", UNITS["N"], RULES[""])
            self.fill(model, path, slot.name, row["Intensity"], slot)
        self.fill(model, path, "index", own["Index"], Slot("index", UNITS["1"], RULES["-"]))
        return model

    def _piecewise(self, element: Any, path: str, factor: bool) -> Any:
        found = self.parameters(element)
        n = sum(name.startswith("Energy") for name in found)
        names = {"IndexL", "IndexH", *(f"{k}{i}" for i in range(n) for k in ("Energy", "dNdE"))}
        if factor or n < 1 or set(found) != names:
            raise self.refuse(element, f"a PiecewisePowerLaw has {sorted(names)}, and is a flux")
        energies = [self.number(found[f"Energy{i}"]) for i in range(n)]
        model = self._built(element, lambda: PiecewisePowerLawSpectralModel(energies * u.MeV))
        slots = {
            "IndexL": Slot("index_low", UNITS["1"], RULES["-"]),
            "IndexH": Slot("index_high", UNITS["1"], RULES["-"]),
            "dNdE0": Slot("amplitude", UNITS["N"], RULES[""]),
        }
        slots |= {f"dNdE{i}": Slot(f"norm_{i}", UNITS["1"], RULES[""]) for i in range(1, n)}
        for name, slot in slots.items():
            self.fill(model, path, slot.name, found[name], slot)
        return model

    def _file(self, element: Any, path: str, factor: bool) -> Any:
        found = self.parameters(element)
        if set(found) != {"Normalization"}:
            raise self.refuse(element, f"a FileFunction has a Normalization, not {sorted(found)}")
        file = self.file(element)
        located = self.place.located(file)
        if located is None:
            raise self.refuse(element, self.place.missing(file))
        table = self._built(element, lambda: _read_table(located, factor, self.dialect))
        norm = PowerLawNormSpectralModel()
        slot = Slot("norm", UNITS["1"], RULES[""])
        self.fill(norm, f"{path}.model2", "norm", found["Normalization"], slot)
        return table * norm

    def file(self, element: Any) -> str:
        """Name of a file, as it stands there."""
        file = element.get("file", "").strip()
        if not file:
            raise self.refuse(element, f"a {element.get('type')} needs the name of a file")
        return file

    def _built(self, element: Any, build: Callable[[], Any]) -> Any:
        try:
            return build()
        except GammapyError as error:
            raise self.refuse(element, str(error)) from None

    def _joined(self, element: Any, path: str, factor: bool) -> Any:
        """Sum or product of spectra; the first factor of a product is the flux."""
        product = element.get("type") == "Multiplicative"
        parts = [child for child in element if child.tag == "spectrum"]
        if not parts:
            raise self.refuse(element, f"a {element.get('type')} needs a <spectrum> in it")
        model = None
        for i, child in enumerate(parts):
            deeper = "".join([".model1"] * (len(parts) - 1 - max(i - 1, 0) - (i == 0)))
            deeper = ".model1" * (len(parts) - 1 - i) if i else ".model1" * (len(parts) - 1)
            side = ".model2" if i else ""
            part = self.spectrum(child, f"{path}{deeper}{side}", factor or (product and i > 0))
            model = part if model is None else (model * part if product else model + part)
        return model

    def _exponential(self, element: Any, path: str, factor: bool) -> Any:
        parts = [child for child in element if child.tag == "spectrum"]
        if len(parts) != 1:
            raise self.refuse(element, "an Exponential needs one <spectrum> in it")
        inner = self.spectrum(parts[0], path, True)
        return self._built(element, lambda: ExponentialSpectralModel(inner))

    # -- spectra around others --------------------------------------------------------------

    def _inner(self, element: Any, kind: str, path: str, factor: bool, own: set[str]) -> Any:
        found = self.parameters(element)
        missing = own - set(found)
        if missing:
            raise self.refuse(element, f"{element.get('type')} needs {sorted(missing)}")
        rest = {name: child for name, child in found.items() if name not in own}
        return self.plain_spectrum(element, kind, rest, f"{path}.model1", factor), found

    def _absorbed(self, element: Any, path: str, factor: bool, kind: str) -> Any:
        own = {"tau_norm", "redshift", "ebl_model"}
        inner, found = self._inner(element, kind, path, factor, own)
        number = int(self.number(found["ebl_model"]))
        if number not in EBL_NUMBERS:
            raise self.refuse(element, f"ebl_model {number}: there is no table of it here")
        table = self._built(
            element, lambda: EBLAbsorptionNormSpectralModel.read_builtin(EBL_NUMBERS[number])
        )
        for name, ours in (("tau_norm", "alpha_norm"), ("redshift", "redshift")):
            slot = Slot(ours, UNITS["1"], RULES[""])
            self.fill(table, f"{path}.model2", ours, found[name], slot)
        return inner * table

    def _windowed(self, element: Any, path: str, factor: bool, kind: str) -> Any:
        inner, found = self._inner(element, kind, path, factor, {"Emin", "Emax"})
        low, high = (self.number(found[name]) * u.MeV for name in ("Emin", "Emax"))
        return inner * self._built(element, lambda: EnergyWindowNormSpectralModel(low, high))

    def _scaled(self, element: Any, path: str, factor: bool, kind: str) -> Any:
        inner, found = self._inner(element, kind, path, factor, {"ScaleFactor"})
        norm = PowerLawNormSpectralModel()
        slot = Slot("norm", UNITS["1"], RULES[""])
        self.fill(norm, f"{path}.model2", "norm", found["ScaleFactor"], slot)
        return inner * norm

    # -- shapes ---------------------------------------------------------------------------

    def shape(self, element: Any, path: str) -> Any:
        """Spatial model."""
        kind = element.get("type", "")
        reader = SPATIAL.get(kind)
        if reader is not None:
            return reader(self, element, path)
        found = self.parameters(element)
        frame, center = self._center(element, found)
        rest = {name: child for name, child in found.items() if name not in center}
        form = SHAPES.find(kind, list(rest))
        if form is None:
            wanted = SHAPES.wanted(kind)
            known = f": it has {wanted[0]}" if wanted else ": it is not known"
            raise self.refuse(element, f"shape {kind!r} with {sorted(rest)}{known}")
        size = self.number(next(iter(rest.values()))) if rest else 1.0
        if not size > 0:
            self.place.warn(element, f"the size of the {kind} is {size:g}: it is read as a point")
            form, rest = SHAPES.find("PointSource", []), {}
        model = self.by_form(form, rest, path, element)
        self._placed(model, path, frame, center, found)
        return model

    def _center(self, element: Any, found: dict[str, Any]) -> tuple[str, tuple[str, str]]:
        for frame, names in FRAMES.items():
            if set(names) <= set(found):
                return frame, names
        raise self.refuse(element, f"a {element.get('type')} needs RA and DEC, or GLON and GLAT")

    def _placed(
        self, model: Any, path: str, frame: str, center: tuple[str, str], found: dict[str, Any]
    ) -> None:
        model.frame = frame
        for ours, name in zip(("lon_0", "lat_0"), center, strict=True):
            self.fill(model, path, ours, found[name], Slot(ours, UNITS["deg"], RULES[""]))

    def _thin_shell(self, element: Any, path: str) -> Any:
        """Shell of a list, where it may have an outer radius and no width."""
        found = self.parameters(element)
        frame, center = self._center(element, found)
        if set(found) != {*center, "Radius", "Width"}:
            raise self.refuse(element, f"a Shell has Radius and Width, not {sorted(found)}")
        model = ShellSpatialModel()
        if self.number(found["Width"]) != 0.0:
            for name, ours in (("Radius", "radius"), ("Width", "width")):
                self.fill(model, path, ours, found[name], Slot(ours, UNITS["deg"], RULES[""]))
        else:  # two numbers of ours from one: a writer makes the shape anew if one has changed
            outer = self.number(found["Radius"])
            for ours, part in (("radius", _SHELL), ("width", 1 - _SHELL)):
                parameter = model.own_parameters[ours]
                parameter.restate(part * outer, UNITS["deg"], frozen=True)
        self._placed(model, path, frame, center, found)
        return model

    def _isotropic(self, element: Any, path: str) -> Any:
        found = self.parameters(element)
        form = ISOTROPIC[self.dialect].find(element.get("type"), list(found))
        if form is None:
            raise self.refuse(element, f"an isotropic shape has a Value, not {sorted(found)}")
        return self.by_form(form, found, path, element)

    def _ellipse(self, element: Any, path: str) -> Any:
        """Elongated shape; its angle counts from celestial north in any frame."""
        found = self.parameters(element)
        frame, center = self._center(element, found)
        sizes = {"PA", "MinorRadius", "MajorRadius"}
        cls, size, others = ELLIPSES[element.get("type")]
        if set(found) != {*center, *sizes, *others}:
            raise self.refuse(element, f"{element.get('type')} has {sorted({*sizes, *others})}")
        factors = {name: read_factor(child, self.place) for name, child in found.items()}
        lon, lat = (factors[name].value for name in center)
        position = SkyCoord(lon, lat, unit="deg", frame=frame).icrs
        minor, major, angle = (factors[n].value for n in ("MinorRadius", "MajorRadius", "PA"))
        if minor > major:
            minor, major, angle = major, minor, angle + 90.0
        if not 0 < minor:
            raise self.refuse(element, f"the radii {minor:g} and {major:g} deg must be positive")
        model = cls(frame="icrs")
        values = {
            "lon_0": position.ra.deg,
            "lat_0": position.dec.deg,
            size: major,
            "e": math.sqrt(1 - (minor / major) ** 2),
            "phi": angle if -180.0 <= angle <= 180.0 else (angle + 180.0) % 360.0 - 180.0,
        }
        free = {
            "lon_0": factors[center[0]].free,
            "lat_0": factors[center[1]].free,
            size: factors["MajorRadius"].free,
            "e": factors["MinorRadius"].free,
            "phi": factors["PA"].free,
        }
        for name, value in values.items():
            parameter: Parameter = model.own_parameters[name]
            parameter.restate(value, parameter.unit, parameter.min, parameter.max, 0.0, not free[name])
        if "edge_width" in model.own_parameters:
            model.own_parameters["edge_width"].value = 0.0
        # what is one parameter on both sides has bounds and errors too
        one_to_one = {"lon_0": "RA", "lat_0": "DEC"} if frame == "icrs" else {}
        if angle == factors["PA"].value == values["phi"]:
            one_to_one["phi"] = "PA"
        for ours, name in one_to_one.items():
            self.fill(model, path, ours, found[name], Slot(ours, UNITS["deg"], RULES[""]))
        if major == factors["MajorRadius"].value:
            _, *bounds, error, free_size = factors["MajorRadius"]
            model.own_parameters[size].restate(major, UNITS["deg"], *bounds, error, not free_size)
        for name, ours in others.items():
            self.fill(model, path, ours, found[name], Slot(ours, UNITS["1"], RULES[""]))
        return model

    def _map(self, element: Any, path: str) -> Any:
        """Image, which Gammalib normalises, or cube of fluxes, which nobody does."""
        cube = element.get("type") in ("DiffuseMapCube", "MapCubeFunction")
        for child in self.parameters(element).values():
            factor = read_factor(child, self.place)
            if not factor.is_one:
                self.norms.append((child, factor))
        stated = element.get("normalize", "1").strip().lower() not in ("0", "false")
        options = {
            "normalize": not cube and self.dialect == "gammalib" and stated,
            "filename": self.place.stated(self.file(element)),
            "interp_kwargs": {"values_scale": "lin"},
            "unit": "sr-1",
        }
        if cube:
            options["unit"] = "cm-2 s-1 MeV-1 sr-1"
            options["interp_kwargs"] = {"values_scale": "log"}
        return TemplateSpatialModel(**options)

    def _composite(self, element: Any, path: str) -> Any:
        parts = [child for child in element if child.tag == "spatialModel"]
        if not parts:
            raise self.refuse(element, "a Composite needs a <spatialModel> in it")
        shapes = [self.shape(child, f"{path}.model{i}") for i, child in enumerate(parts, 1)]
        model = self._built(element, lambda: CompoundSpatialModel(shapes))
        for i, (child, norm) in enumerate(zip(parts, model.norms, strict=True), 1):
            scale = _number(child.get("scale", "1"))
            bounds = [_number(child.get(k, "nan")) for k in ("scale_min", "scale_max")]
            frozen = child.get("free_scale", "0").strip() != "1"
            norm.restate(scale, UNITS["1"], *bounds, _number(child.get("scale_error", "0")), frozen)
        return model

    # -- courses in time ------------------------------------------------------------------

    def course(self, element: Any, path: str) -> Any:
        """Temporal model, None for a steady one."""
        kind, found = element.get("type", ""), self.parameters(element)
        if kind not in ("Constant", "LightCurve", "PhaseCurve"):
            raise self.refuse(element, f"course in time {kind!r}: it is not known")
        norm = found.pop("Normalization", found.pop("Constant", None))
        if norm is not None:
            factor = read_factor(norm, self.place)
            if not factor.is_one:
                self.norms.append((norm, factor))
        if kind == "Constant":
            return None
        filename = self.place.stated(self.file(element))
        if kind == "LightCurve":
            return LightCurveTemplateTemporalModel(filename=filename)
        if set(found) != set(PHASE):
            raise self.refuse(element, f"a PhaseCurve has {sorted(PHASE)}, not {sorted(found)}")
        normalize = element.get("normalize", "1").strip().lower() not in ("0", "false")
        model = TemplatePhaseCurveTemporalModel(
            filename=filename, normalize=normalize, scale="tt"
        )
        for name, slot in PHASE.items():
            self.fill(model, path, slot.name, found[name], slot)
        return model


PHASE = {
    "MJD": Slot("t_ref", UNITS["d"], RULES[""]),
    "Phase": Slot("phi_ref", UNITS["1"], RULES[""]),
    "F0": Slot("f0", UNITS["Hz"], RULES[""]),
    "F1": Slot("f1", UNITS["Hz/s"], RULES[""]),
    "F2": Slot("f2", UNITS["Hz/s2"], RULES[""]),
}

_GAMMA_CAT_CUTOFF = Form(
    FLUXES.find("ExpCutoff", ["Prefactor", "Index", "Cutoff", "Scale"]).cls,  # type: ignore[union-attr]
    "amplitude index lambda_ reference",
    "N 1 1/MeV MeV",
    # in these lists, and there only, the index is positive and the spectrum falls
    also=["ExpCutoff Prefactor Index 1/Cutoff Scale"],
    fixed={"alpha": 1.0},
)

#: class, name of the size, and other parameters
ELLIPSES: dict[str, tuple[Any, str, dict[str, str]]] = {
    "EllipticalDisk": (DiskSpatialModel, "r_0", {}),
    "EllipticalGaussian": (GaussianSpatialModel, "sigma", {}),
    "EllipticalGauss": (GaussianSpatialModel, "sigma", {}),
    "EllipticalGeneralGaussian": (GeneralizedGaussianSpatialModel, "r_0", {"R_Index": "eta"}),
}

#: parameters whose sign is that of a change of index: their name, and the two indices
TURNS: dict[type, tuple[tuple[str, str, str], ...]] = {
    SmoothBrokenPowerLawSpectralModel: (("beta", "index1", "index2"),),
    SmoothDoubleBrokenPowerLawSpectralModel: (
        ("beta12", "index1", "index2"),
        ("beta23", "index2", "index3"),
    ),
}

SPECTRA: dict[str, Callable[..., Any]] = {
    "NodeFunction": PartReader._nodes,
    "BinFunction": PartReader._bins,
    "BandFunction": PartReader._band,
    "PiecewisePowerLaw": PartReader._piecewise,
    "FileFunction": PartReader._file,
    "Composite": PartReader._joined,
    "Multiplicative": PartReader._joined,
    "Exponential": PartReader._exponential,
}
WRAPPERS: dict[str, Callable[..., Any]] = {
    "EblAtten": PartReader._absorbed,
    "EnergyBand": PartReader._windowed,
    "ScaleFactor": PartReader._scaled,
}
SPATIAL: dict[str, Callable[..., Any]] = {
    "Shell": PartReader._thin_shell,
    "DiffuseIsotropic": PartReader._isotropic,
    "ConstantValue": PartReader._isotropic,
    "DiffuseMap": PartReader._map,
    "SpatialMap": PartReader._map,
    "DiffuseMapCube": PartReader._map,
    "MapCubeFunction": PartReader._map,
    "Composite": PartReader._composite,
    **dict.fromkeys(ELLIPSES, PartReader._ellipse),
}


def _number(text: str) -> float:
    return parse_number(text)[0]


def _read_table(path: Path, factor: bool, dialect: str) -> TemplateSpectralModel:
    """Spectrum of a text file of energies in MeV and values."""
    try:
        table = np.loadtxt(path, comments="#", ndmin=2)
    except (OSError, ValueError) as error:
        raise FileFormatError(f"{path}: no table of energies and values: {error}") from None
    if table.shape[1] < 2:
        raise FileFormatError(f"{path}: has {table.shape[1]} columns: energies and values are two")
    unit = UNITS["1" if factor else "N"]
    # the Fermi tools refuse energies outside of the table, Gammalib goes on
    return TemplateSpectralModel(
        table[:, 0] * u.MeV,
        table[:, 1] * unit,
        interp_kwargs={"extrapolate": False} if dialect == "fermi" else None,
        meta={"filename": str(path)},
    )
