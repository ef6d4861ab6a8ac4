"""From spectra to elements, in a dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lxml import etree

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
from gammapy.modeling.models.spectral.template import TemplateSpectralModel
from gammapy.modeling.models.spectral.template_nd import TemplateNDSpectralModel
from gammapy.modeling.models.spectral.window import EnergyWindowNormSpectralModel
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize.xml.encoding import Encoder, UnsaidError
from gammapy.modeling.serialize.xml.factor import AS_IT_IS, RULES, Rule
from gammapy.modeling.serialize.xml.form import UNITS, Slot
from gammapy.modeling.serialize.xml.map_norm import is_norm
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES, TURNS
from gammapy.modeling.serialize.xml.spectrum_reading import EBL_NUMBERS
from gammapy.modeling.serialize.xml.table_model import FILE_KEY

__all__ = ["encode_spectrum"]


def encode_spectrum(encoder: Encoder, model: SpectralModel, factor: bool) -> Any:
    """Element of a spectrum, a plain factor beside a flux.

    Raises
    ------
    UnsaidError
        If the dialect has no words for it.
    """
    form = (FACTORS if factor else FLUXES).of(model, encoder.dialect)
    if form is not None:
        return _turned(encoder, encoder.by_form("spectrum", model, form), model)
    writer = SPECTRA.get(type(model))
    if writer is None:
        raise encoder.unsaid(model)
    return writer(encoder, model, factor)


def _turned(encoder: Encoder, element: Any, model: Any) -> Any:
    for name, low, high in TURNS.get(type(model), ()):
        own = model.own_parameters
        if own[high].value < own[low].value:
            for child in element:
                if child.get("name") in _SMOOTHNESS[name]:
                    slot = Slot(name, UNITS["1"], RULES["-"])
                    element.replace(child, encoder.again(child.get("name"), own[name], slot))
    return element


def _compound(encoder: Encoder, model: CompoundSpectralModel, factor: bool) -> Any:
    one: Any = model.model1
    two, operator = model.model2, model.operator.__name__
    if operator == "mul":
        if encoder.dialect == "gammalib" and _same_nodes(one, two):
            return _nodes(encoder, one, list(two.own_parameters.values()), factor)
        if isinstance(one, TemplateSpectralModel) and is_norm(two):
            return _file(encoder, one, two.own_parameters["norm"])
        if isinstance(one, TemplateNDSpectralModel) and is_norm(two):
            return _table_model(encoder, one, two.own_parameters["norm"])
        wrapped = _wrapped(encoder, one, two, factor) if encoder.dialect == "fermi" else None
        if wrapped is not None:
            return wrapped
    kinds = {"mul": "Multiplicative", "add": "Composite"}
    if encoder.dialect == "fermi" or operator not in kinds:
        raise UnsaidError(f"spectra joined by {operator!r} have no name in {encoder.dialect!r}")
    element = etree.Element("spectrum", type=kinds[operator])
    parts = _flattened(model, operator)
    if operator == "mul":  # the flux comes first
        parts.sort(key=lambda part: part.unit.is_equivalent(""))
    fluxes = [not part.unit.is_equivalent("") for part in parts]
    for part, flux in zip(parts, fluxes, strict=True):
        element.append(encode_spectrum(encoder, part, factor or not flux))
    return element


def _wrapped(encoder: Encoder, one: Any, two: Any, factor: bool) -> Any:
    """Spectrum within a band, scaled, or behind the extragalactic light, as Fermi has them."""
    named = isinstance(two, EBLAbsorptionNormSpectralModel) and two.filename is not None
    if named:
        names = {EBL_DATA_BUILTIN[name]: number for number, name in EBL_NUMBERS.items()}
        if two.filename not in names:
            raise UnsaidError(f"the table {two.filename!r} has no number in 'fermi'")
    elif not (isinstance(two, EnergyWindowNormSpectralModel) or is_norm(two)):
        return None
    element = encode_spectrum(encoder, one, factor)
    if "::" in element.get("type") or element.get("type") == "PowerLaw":
        raise UnsaidError(f"a factor on a {element.get('type')} has no name in 'fermi'")
    if named:
        prefix = "EblAtten"
        for name, ours in (("tau_norm", "alpha_norm"), ("redshift", "redshift")):
            slot = Slot(ours, UNITS["1"], AS_IT_IS)
            encoder.parameter(element, name, two.own_parameters[ours], slot)
        encoder.number(element, "ebl_model", names[two.filename])
    elif is_norm(two):
        prefix = "ScaleFactor"
        encoder.parameter(element, "ScaleFactor", two.norm, Slot("norm", UNITS["1"], AS_IT_IS))
    else:
        prefix = "EnergyBand"
        encoder.number(element, "Emin", two.emin.to_value("MeV"))
        encoder.number(element, "Emax", two.emax.to_value("MeV"))
    element.set("type", f"{prefix}::{element.get('type')}")
    return element


def _nodes(
    encoder: Encoder, table: TemplateSpectralModel, norms: list[Parameter], factor: bool
) -> Any:
    element = etree.Element("spectrum", type="NodeFunction")
    values = table.values.to_value(UNITS["1" if factor else "N"])
    for energy, value, norm in zip(table.energy.to_value("MeV"), values, norms, strict=True):
        node = etree.SubElement(element, "node")
        encoder.number(node, "Energy", energy)
        slot = Slot(norm.name, UNITS["1"], Rule(times=1 / float(value)))
        encoder.parameter(node, "Intensity", norm, slot)
    return element


def _table(encoder: Encoder, model: TemplateSpectralModel, factor: bool) -> Any:
    """Table alone: a file if it came from one, else nodes that do not move."""
    norm = Parameter("norm", 1.0, frozen=True)
    if model.meta.get("filename"):
        return _file(encoder, model, norm)
    if encoder.dialect == "fermi":
        raise UnsaidError("a TemplateSpectralModel that is in no file has no name in 'fermi'")
    if np.any(model.values.value == 0) or model.values_scale != "log":
        raise UnsaidError("a TemplateSpectralModel with zeros, or not logarithmic")
    norms = [Parameter(f"norm_{i}", 1.0, frozen=True) for i in range(len(model.energy))]
    return _nodes(encoder, model, norms, factor)


def _file(encoder: Encoder, model: TemplateSpectralModel, norm: Parameter) -> Any:
    if not model.meta.get("filename"):
        raise UnsaidError("a TemplateSpectralModel that is in no file, times a norm")
    element = etree.Element("spectrum", type="FileFunction")
    element.set("file", encoder.stated(model.meta["filename"]))
    encoder.parameter(element, "Normalization", norm, Slot("norm", UNITS["1"], AS_IT_IS))
    return element


def _table_model(encoder: Encoder, model: TemplateNDSpectralModel, norm: Parameter) -> Any:
    file = model.meta.get(FILE_KEY)
    if encoder.dialect == "fermi" or not file:
        raise UnsaidError("a TemplateNDSpectralModel that is in no file of Gammalib")
    element = etree.Element("spectrum", type="TableModel")
    element.set("file", encoder.stated(file))
    for name, parameter in {"Normalization": norm, **model.own_parameters}.items():
        encoder.parameter(element, name, parameter, Slot(name, UNITS["1"], AS_IT_IS))
    return element


def _band(encoder: Encoder, model: BandSpectralModel, factor: bool) -> Any:
    if encoder.dialect == "gammalib" or not model.alpha.value > -2:
        raise encoder.unsaid(model)
    element = etree.Element("spectrum", type="BandFunction")
    slots = {
        "norm": Slot("amplitude", UNITS["N"], AS_IT_IS),
        "alpha": Slot("alpha", UNITS["1"], AS_IT_IS),
        "beta": Slot("beta", UNITS["1"], AS_IT_IS),
        "Ep": Slot("epeak", UNITS["MeV"], Rule(times=2.0 + model.alpha.value)),
        "Scale": Slot("reference", UNITS["MeV"], AS_IT_IS),
    }
    for name, slot in slots.items():
        encoder.parameter(element, name, model.own_parameters[slot.name], slot)
    return element


def _bins(encoder: Encoder, model: BinsSpectralModel, factor: bool) -> Any:
    if encoder.dialect == "fermi":
        raise encoder.unsaid(model)
    element = etree.Element("spectrum", type="BinFunction")
    own = model.own_parameters
    encoder.parameter(element, "Index", own["index"], Slot("index", UNITS["1"], RULES["-"]))
    for i, (low, high) in enumerate(zip(model.energy_min, model.energy_max, strict=True)):
        child = etree.SubElement(element, "bin")
        encoder.number(child, "LowerLimit", low.to_value("MeV"))
        encoder.number(child, "UpperLimit", high.to_value("MeV"))
        slot = Slot(f"amplitude_{i}", UNITS["N"], AS_IT_IS)
        encoder.parameter(child, "Intensity", own[f"amplitude_{i}"], slot)
    return element


def _piecewise(encoder: Encoder, model: PiecewisePowerLawSpectralModel, factor: bool) -> Any:
    if encoder.dialect == "gammalib":
        raise encoder.unsaid(model)
    element = etree.Element("spectrum", type="PiecewisePowerLaw")
    own = model.own_parameters
    for name, ours in (("IndexL", "index_low"), ("IndexH", "index_high")):
        encoder.parameter(element, name, own[ours], Slot(ours, UNITS["1"], RULES["-"]))
    for i, energy in enumerate(model.energy.to_value("MeV")):
        name, unit = (f"norm_{i}", "1") if i else ("amplitude", "N")
        encoder.parameter(element, f"dNdE{i}", own[name], Slot(name, UNITS[unit], AS_IT_IS))
        encoder.number(element, f"Energy{i}", energy)
    return element


def _exponential(encoder: Encoder, model: ExponentialSpectralModel, factor: bool) -> Any:
    if encoder.dialect == "fermi":
        raise encoder.unsaid(model)
    element = etree.Element("spectrum", type="Exponential")
    element.append(encode_spectrum(encoder, model.model, True))
    return element


def _same_nodes(table: Any, norms: Any) -> bool:
    """True for a table and norms at its energies: nodes, whose intensities are parameters."""
    return (
        isinstance(table, TemplateSpectralModel)
        and isinstance(norms, PiecewiseNormSpectralModel)
        and norms.interp == "log"
        and table.values_scale == "log"
        and bool(np.all(table.values.value > 0))
        and table.energy.shape == norms.energy.shape
        and bool(np.all(table.energy == norms.energy))
    )


def _flattened(model: Any, operator: str) -> list[Any]:
    """Parts of a sum of sums, or of a product of products."""
    joined = isinstance(model, CompoundSpectralModel) and model.operator.__name__ == operator
    if not joined or (operator == "mul" and _same_nodes(model.model1, model.model2)):
        return [model]
    return [*_flattened(model.model1, operator), model.model2]


_SMOOTHNESS = {
    "beta": ("BreakSmoothness", "Beta"),
    "beta12": ("Beta12",),
    "beta23": ("Beta23",),
}

SPECTRA: dict[type, Callable[..., Any]] = {
    CompoundSpectralModel: _compound,
    TemplateSpectralModel: _table,
    BandSpectralModel: _band,
    BinsSpectralModel: _bins,
    PiecewisePowerLawSpectralModel: _piecewise,
    ExponentialSpectralModel: _exponential,
}
