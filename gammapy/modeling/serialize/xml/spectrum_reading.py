"""From elements to spectra, by their type and the names of their parameters."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import astropy.units as u
import numpy as np
from lxml import etree

from gammapy.errors import FileFormatError
from gammapy.modeling.models.spectral.absorption import EBLAbsorptionNormSpectralModel
from gammapy.modeling.models.spectral.bins import BinsSpectralModel
from gammapy.modeling.models.spectral.constant import ConstantSpectralModel
from gammapy.modeling.models.spectral.exponential import ExponentialSpectralModel
from gammapy.modeling.models.spectral.physical import BandSpectralModel
from gammapy.modeling.models.spectral.piecewise import PiecewiseNormSpectralModel
from gammapy.modeling.models.spectral.piecewise_powerlaw import PiecewisePowerLawSpectralModel
from gammapy.modeling.models.spectral.powerlaw import PowerLawNormSpectralModel
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.serialize.xml.factor import RULES, Rule, read_factor
from gammapy.modeling.serialize.xml.form import UNITS, Form, Slot
from gammapy.modeling.serialize.xml.reading import Link, PartReader
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES, TURNS
from gammapy.modeling.serialize.xml.table_model import read_table_model

__all__ = ["EBL_NUMBERS", "read_spectrum"]

#: spectra that an absorption may stand around, and the tables of the absorption that we have
EBL_NUMBERS = {4: "franceschini", 5: "finke", 10: "dominguez"}


def read_spectrum(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    """Spectral model; a plain factor if it stands beside a flux."""
    kind = element.get("type", "")
    if element.get("scaling_file"):
        raise reader.refuse(element, "its scaling_file, a factor on it, is not supported")
    special = SPECTRA.get(kind)
    if special is not None:
        return special(reader, element, path, factor)
    if kind in reader.place.prototypes and element.find("parameter") is None:
        return _prototype(reader, kind, path, factor)
    outer, _, inner = kind.partition("::")
    if inner and outer in WRAPPERS:
        return WRAPPERS[outer](reader, element, path, factor, inner)
    return _plain(reader, element, kind, reader.parameters(element), path, factor)


def _prototype(reader: PartReader, name: str, path: str, factor: bool) -> Any:
    """Spectrum of a named function, whose parameters stand in another file."""
    function = etree.fromstring(reader.place.prototypes[name])
    links, reader.links = reader.links, None
    model = read_spectrum(reader, function, path, factor)
    reader.links = links
    return model


def _plain(
    reader: PartReader, element: Any, kind: str, found: dict[str, Any], path: str, factor: bool
) -> Any:
    """Spectrum that is a type and parameters."""
    table = FACTORS if factor else FLUXES
    form = table.find(kind, list(found))
    if form is None:
        wanted = FLUXES.wanted(kind)
        if not wanted:
            raise reader.refuse(element, f"spectrum of the type {kind!r}: {_unknown(reader)}")
        raise reader.refuse(
            element,
            f"spectrum {kind!r} with the parameters {sorted(found)}: it has "
            + " or ".join(map(str, wanted))
            + (", and beside a flux or a background it must be a plain factor" if factor else ""),
        )
    if reader.plain_units and kind == "ExpCutoff" and "scale" not in found["Index"].attrib:
        form = _GAMMA_CAT_CUTOFF
    model = reader.by_form(form, found, path, element)
    _turn_smoothness(reader, model, path)
    return model


def _unknown(reader: PartReader) -> str:
    library = reader.place.library
    if not library:
        return "it is not known"
    if reader.place.prototypes:
        return f"it is not known, nor a function of {library!r}"
    return f"it is not known; {reader.place.missing(library)}"


def _turn_smoothness(reader: PartReader, model: Any, path: str) -> None:
    """Theirs is the exponent as it stands, ours is positive where the spectrum softens."""
    for name, low, high in TURNS.get(type(model), ()):
        reader.varying.add(f"{path}.{name}")
        own = model.own_parameters
        if own[high].value < own[low].value:
            p = own[name]
            p.restate(-p.value, p.unit, -p.max, -p.min, p.error, p.frozen)
            for i, link in enumerate(reader.links or ()):
                if link.path == f"{path}.{name}":
                    reader.links[i] = link._replace(slot=link.slot._replace(rule=RULES["-"]))  # type: ignore[index]


def _nodes(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    """Table, times norms that a fit may move: between the nodes, and on from the ends."""
    nodes = [_node(reader, node) for node in element.iterchildren("node")]
    energies = [reader.number(energy) for energy, _ in nodes]
    factors = [read_factor(intensity, reader.place) for _, intensity in nodes]
    ascending = all(a < b for a, b in pairwise(energies))
    if not nodes or not ascending or energies[0] <= 0 or min(f.value for f in factors) <= 0:
        raise reader.refuse(
            element, "nodes must have positive intensities, and positive ascending energies"
        )
    if len(nodes) == 1:
        return _constant(reader, nodes[0][1], path, factor)
    energy = u.Quantity(energies, u.MeV)
    values = u.Quantity([f.value for f in factors], UNITS["1" if factor else "N"])
    table, norms = TemplateSpectralModel(energy, values), PiecewiseNormSpectralModel(energy)
    for (_, child), one, norm in zip(nodes, factors, norms.own_parameters.values(), strict=True):
        size = one.value
        error = one.error / size
        norm.restate(1.0, UNITS["1"], one.min / size, one.max / size, error, not one.free)
        if reader.links is not None:
            slot = Slot(norm.name, UNITS["1"], Rule(times=1 / size))
            reader.links.append(Link(f"{path}.model2.{norm.name}", child, slot))
    return table * norms


def _node(reader: PartReader, node: Any) -> tuple[Any, Any]:
    """Energy and intensity."""
    if len(node) == 2:  # as nearly all are
        energy, intensity = node
        if energy.get("name") == "Energy" and intensity.get("name") == "Intensity":
            return energy, intensity
    found = reader.parameters(node)
    if len(found) != 2 or "Energy" not in found or "Intensity" not in found:
        raise reader.refuse(node, f"a node has Energy and Intensity, not {sorted(found)}")
    return found["Energy"], found["Intensity"]


def _bins(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    rows = [reader.parameters(child) for child in element.iterchildren("bin")]
    own = reader.parameters(element)
    if not rows or any(set(r) != {"LowerLimit", "UpperLimit", "Intensity"} for r in rows):
        raise reader.refuse(element, "bins have LowerLimit, UpperLimit and Intensity")
    if factor or set(own) != {"Index"}:
        raise reader.refuse(element, "a BinFunction has an Index, and is a flux")
    limits = [[reader.number(row[k]) for row in rows] for k in ("LowerLimit", "UpperLimit")]
    model = reader.built(element, lambda: BinsSpectralModel(*(x * u.MeV for x in limits)))
    for i, row in enumerate(rows):
        slot = Slot(f"amplitude_{i}", UNITS["N"], RULES[""])
        reader.fill(model, path, slot.name, row["Intensity"], slot)
    reader.fill(model, path, "index", own["Index"], Slot("index", UNITS["1"], RULES["-"]))
    return model


def _band(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    """Ours has the peak of the energy flux, theirs the scale of the exponential."""
    found = reader.parameters(element)
    if factor or set(found) != {"norm", "alpha", "beta", "Ep", "Scale"}:
        raise reader.refuse(element, "a BandFunction has norm, alpha, beta, Ep and Scale")
    model = BandSpectralModel()
    names = {"norm": ("amplitude", "N"), "alpha": ("alpha", "1"), "beta": ("beta", "1")}
    for name, (ours, unit) in (names | {"Scale": ("reference", "MeV")}).items():
        reader.fill(model, path, ours, found[name], Slot(ours, UNITS[unit], RULES[""]))
    rule = Rule(times=2.0 + model.alpha.value)
    if not rule.times > 0:
        raise reader.refuse(found["alpha"], f"alpha = {model.alpha.value:g}: there is no peak")
    reader.fill(model, path, "epeak", found["Ep"], Slot("epeak", UNITS["MeV"], rule))
    reader.varying.add(f"{path}.epeak")
    return model


def _constant(reader: PartReader, child: Any, path: str, factor: bool) -> Any:
    model: Any = PowerLawNormSpectralModel() if factor else ConstantSpectralModel()
    name, unit = ("norm", "1") if factor else ("const", "N")
    reader.fill(model, path, name, child, Slot(name, UNITS[unit], RULES[""]))
    return model


def _piecewise(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    found = reader.parameters(element)
    n = sum(name.startswith("Energy") for name in found)
    names = {"IndexL", "IndexH", *(f"{k}{i}" for i in range(n) for k in ("Energy", "dNdE"))}
    if factor or n < 1 or set(found) != names:
        raise reader.refuse(element, f"a PiecewisePowerLaw has {sorted(names)}, and is a flux")
    energies = [reader.number(found[f"Energy{i}"]) for i in range(n)]
    model = reader.built(element, lambda: PiecewisePowerLawSpectralModel(energies * u.MeV))
    slots = {
        "IndexL": Slot("index_low", UNITS["1"], RULES["-"]),
        "IndexH": Slot("index_high", UNITS["1"], RULES["-"]),
        "dNdE0": Slot("amplitude", UNITS["N"], RULES[""]),
    }
    slots |= {f"dNdE{i}": Slot(f"norm_{i}", UNITS["1"], RULES[""]) for i in range(1, n)}
    for name, slot in slots.items():
        reader.fill(model, path, slot.name, found[name], slot)
    return model


def _file(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    found = reader.parameters(element)
    if set(found) != {"Normalization"}:
        raise reader.refuse(element, f"a FileFunction has a Normalization, not {sorted(found)}")
    file = reader.file(element)
    located = reader.place.located(file)
    if located is None or not located.is_file():
        raise reader.refuse(element, reader.place.missing(file))
    table = reader.built(element, lambda: _read_table(located, factor, reader.dialect))
    norm = PowerLawNormSpectralModel()
    slot = Slot("norm", UNITS["1"], RULES[""])
    reader.fill(norm, f"{path}.model2", "norm", found["Normalization"], slot)
    return table * norm


def _table_model(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    found = reader.parameters(element)
    if element.get("energyscale"):
        raise reader.refuse(element, "energies that a parameter scales are not supported")
    file = reader.file(element)
    located = reader.place.located(file)
    if located is None or not located.is_file():
        raise reader.refuse(element, reader.place.missing(file))
    unit = UNITS["1" if factor else "N"]
    table = reader.built(element, lambda: read_table_model(located, unit))
    norm = PowerLawNormSpectralModel()
    if "Normalization" not in found or set(found) - {"Normalization", *table.own_parameters}:
        known = ["Normalization", *table.own_parameters]
        raise reader.refuse(element, f"this TableModel has {known}, not {sorted(found)}")
    for name, child in found.items():
        if name == "Normalization":
            slot = Slot("norm", UNITS["1"], RULES[""])
            reader.fill(norm, f"{path}.model2", "norm", child, slot)
        else:
            slot = Slot(name, UNITS["1"], RULES[""])
            reader.fill(table, f"{path}.model1", name, child, slot)
    return table * norm


def _joined(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    """Sum or product of spectra; the first factor of a product is the flux."""
    product = element.get("type") == "Multiplicative"
    parts = [child for child in element if child.tag == "spectrum"]
    if not parts:
        raise reader.refuse(element, f"a {element.get('type')} needs a <spectrum> in it")
    model = None
    for i, child in enumerate(parts):
        deeper = ".model1" * (len(parts) - 1 - i)
        side = ".model2" if i else ""
        part = read_spectrum(reader, child, f"{path}{deeper}{side}", factor or (product and i > 0))
        model = part if model is None else (model * part if product else model + part)
    return model


def _exponential(reader: PartReader, element: Any, path: str, factor: bool) -> Any:
    parts = [child for child in element if child.tag == "spectrum"]
    if len(parts) != 1:
        raise reader.refuse(element, "an Exponential needs one <spectrum> in it")
    inner = read_spectrum(reader, parts[0], path, True)
    return reader.built(element, lambda: ExponentialSpectralModel(inner))


def _inner(
    reader: PartReader, element: Any, kind: str, path: str, factor: bool, own: set[str]
) -> Any:
    found = reader.parameters(element)
    missing = own - set(found)
    if missing:
        raise reader.refuse(element, f"{element.get('type')} needs {sorted(missing)}")
    rest = {name: child for name, child in found.items() if name not in own}
    return _plain(reader, element, kind, rest, f"{path}.model1", factor), found


def _absorbed(reader: PartReader, element: Any, path: str, factor: bool, kind: str) -> Any:
    own = {"tau_norm", "redshift", "ebl_model"}
    inner, found = _inner(reader, element, kind, path, factor, own)
    number = reader.number(found["ebl_model"])
    if number not in EBL_NUMBERS:
        raise reader.refuse(element, f"ebl_model {number:g}: there is no table of it here")
    table = reader.built(
        element, lambda: EBLAbsorptionNormSpectralModel.read_builtin(EBL_NUMBERS[int(number)])
    )
    for name, ours in (("tau_norm", "alpha_norm"), ("redshift", "redshift")):
        slot = Slot(ours, UNITS["1"], RULES[""])
        reader.fill(table, f"{path}.model2", ours, found[name], slot)
    return inner * table


def _windowed(reader: PartReader, element: Any, path: str, factor: bool, kind: str) -> Any:
    inner, found = _inner(reader, element, kind, path, factor, {"Emin", "Emax"})
    low, high = (reader.number(found[name]) * u.MeV for name in ("Emin", "Emax"))
    return inner * reader.built(element, lambda: EnergyWindowNormSpectralModel(low, high))


def _scaled(reader: PartReader, element: Any, path: str, factor: bool, kind: str) -> Any:
    inner, found = _inner(reader, element, kind, path, factor, {"ScaleFactor"})
    norm = PowerLawNormSpectralModel()
    slot = Slot("norm", UNITS["1"], RULES[""])
    reader.fill(norm, f"{path}.model2", "norm", found["ScaleFactor"], slot)
    return inner * norm


def _read_table(path: Path, factor: bool, dialect: str) -> TemplateSpectralModel:
    """Spectrum of a text file of energies in MeV and values; further columns are passed over."""
    table = []
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if row := line.partition("#")[0].split():
            try:
                table.append((float(row[0]), float(row[1])))
            except (ValueError, IndexError):
                raise FileFormatError(
                    f"{path}:{number}: {line!r} is no energy and value: write them like 1e5 2e-16"
                ) from None
    energies, values = np.array(table).reshape(-1, 2).T
    unit = UNITS["1" if factor else "N"]
    # the Fermi tools refuse energies outside of the table, Gammalib goes on
    return TemplateSpectralModel(
        energies * u.MeV,
        values * unit,
        interp_kwargs={"extrapolate": False} if dialect == "fermi" else None,
        meta={"filename": str(path)},
    )


_GAMMA_CAT_CUTOFF = Form(
    FLUXES.find("ExpCutoff", ["Prefactor", "Index", "Cutoff", "Scale"]).cls,  # type: ignore[union-attr]
    "amplitude index lambda_ reference",
    "N 1 1/MeV MeV",
    # in these lists, and there only, the index is positive and the spectrum falls
    also=["ExpCutoff Prefactor Index 1/Cutoff Scale"],
    fixed={"alpha": 1.0},
)

SPECTRA: dict[str, Callable[..., Any]] = {
    "NodeFunction": _nodes,
    "BinFunction": _bins,
    "BandFunction": _band,
    "PiecewisePowerLaw": _piecewise,
    "FileFunction": _file,
    "TableModel": _table_model,
    "Composite": _joined,
    "Multiplicative": _joined,
    "Exponential": _exponential,
}

WRAPPERS: dict[str, Callable[..., Any]] = {
    "EblAtten": _absorbed,
    "EnergyBand": _windowed,
    "ScaleFactor": _scaled,
}
