"""Any models that a dialect can say, written and read, are the same models."""

import math
import warnings

import astropy.units as u
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from gammapy.errors import GammapyWarning
from gammapy.modeling.models import (
    BandSpectralModel,
    BinsSpectralModel,
    CompoundSpatialModel,
    DiskSpatialModel,
    ExponentialSpectralModel,
    GaussianSpatialModel,
    GeneralizedGaussianSpatialModel,
    IACTBackgroundModel,
    LightCurveTemplateTemporalModel,
    Models,
    PiecewiseNormSpectralModel,
    PiecewisePowerLawSpectralModel,
    PointSpatialModel,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    TemplatePhaseCurveTemporalModel,
    TemplateSpectralModel,
)
from gammapy.modeling.serialize.xml.library import DIALECTS, models_from_xml
from gammapy.modeling.serialize.xml.shapes import ISOTROPIC, SHAPES
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES
from gammapy.modeling.serialize.xml.writing import models_to_xml, xml_report

FLUX = u.Unit("cm-2 s-1 TeV-1")
#: conversions of units and products with scales, a few times
ROUNDING = 1e-14

numbers = st.floats(-1e25, 1e25).filter(lambda x: x == 0 or abs(x) > 1e-25)
sizes = st.floats(1e-25, 1e25)
UNITS = {
    FLUX: [FLUX, u.Unit("GeV-1 m-2 s-1"), u.Unit("1e-12 erg-1 cm-2 s-1")],
    u.TeV: [u.TeV, u.MeV, u.erg],
    u.TeV**-1: [u.TeV**-1, u.MeV**-1],
    u.deg: [u.deg, u.arcsec],
}


@st.composite
def filled(draw, parameter, positive=False):
    """Put random contents into a parameter; a size, or an energy, is positive."""
    alike = next((v for k, v in UNITS.items() if k.is_equivalent(parameter.unit)), None)
    if alike:
        parameter.unit = draw(st.sampled_from(alike))
    parameter.min = parameter.max = math.nan
    some = sizes if positive else numbers
    parameter.value = draw(some)
    low, high = sorted([draw(some), draw(some)])
    high = high or 1.0  # both zero is the Fermi tools' way to say none
    parameter.min = draw(st.sampled_from([low, math.nan]))
    parameter.max = draw(st.sampled_from([high, math.nan]))
    parameter.frozen = draw(st.booleans())
    parameter.error = draw(st.just(0.0) | sizes)


@st.composite
def of_forms(draw, table, dialect):
    """Model of a row of a table."""
    forms = [form for form in table.forms if form.rows[dialect] is not None]
    form = draw(st.sampled_from(forms))
    model = form.cls()
    for name in form.names:
        parameter = model.own_parameters[name]
        positive = parameter.unit.is_equivalent("deg") or parameter.unit.is_equivalent("TeV")
        draw(filled(parameter, positive or parameter.unit.is_equivalent("TeV-1")))
    for name, value in (form.fixed | form.unsaid).items():
        model.own_parameters[name].value, model.own_parameters[name].frozen = value, True
    return model


@st.composite
def nodes(draw, flux):
    values = draw(st.lists(st.floats(1e-30, 1e-5), min_size=2, max_size=5))
    energy = np.geomspace(0.1, 7, len(values)) * u.TeV
    table = TemplateSpectralModel(energy, values * (FLUX if flux else u.one))
    norms = PiecewiseNormSpectralModel(energy)
    for parameter in norms.parameters:
        draw(filled(parameter, positive=True))
        parameter.value = 1.0  # the value of a node is the intensity
        parameter.min = parameter.max = math.nan
    return table * norms


@st.composite
def bins(draw):
    edges = sorted(draw(st.lists(st.floats(0.1, 100), min_size=2, max_size=5, unique=True)))
    model = BinsSpectralModel(edges[:-1] * u.TeV, edges[1:] * u.TeV)
    for parameter in model.parameters:
        draw(filled(parameter))
    return model


@st.composite
def broken_lines(draw):
    n = draw(st.integers(1, 4))
    model = PiecewisePowerLawSpectralModel(np.geomspace(0.1, 7, n) * u.TeV)
    for name, parameter in model.own_parameters.items():
        draw(filled(parameter, positive=name.startswith("norm")))
    return model


@st.composite
def bands(draw):
    model = BandSpectralModel()
    for name, parameter in model.own_parameters.items():
        draw(filled(parameter, positive=name in ("epeak", "reference")))
    model.alpha.min = model.alpha.max = math.nan
    model.alpha.value = draw(st.floats(-1.9, 3))
    return model


@st.composite
def spectra(draw, dialect, flux=True, depth=2):
    table = FLUXES if flux else FACTORS
    plain = of_forms(table, dialect)
    if dialect == "fermi":
        return draw(plain if not flux else plain | bands() | broken_lines())
    kinds = [plain, nodes(flux)]
    kinds += [bins()] if flux else []
    if depth:
        kinds.append(sums(dialect, flux, depth - 1))
        kinds.append(products(dialect, flux, depth - 1))
        if not flux:
            kinds.append(spectra(dialect, False, depth - 1).map(ExponentialSpectralModel))
    return draw(st.one_of(kinds))


@st.composite
def sums(draw, dialect, flux, depth):
    one, two = (draw(spectra(dialect, flux, depth)) for _ in range(2))
    return one + two


@st.composite
def products(draw, dialect, flux, depth):
    one, two = draw(spectra(dialect, flux, depth)), draw(spectra(dialect, False, depth))
    return one * two


@st.composite
def ellipses(draw):
    """Elongated, in ICRS, where each number of theirs is one of ours but for the minor axis."""
    classes = [DiskSpatialModel, GaussianSpatialModel, GeneralizedGaussianSpatialModel]
    model = draw(st.sampled_from(classes))()
    own = model.own_parameters
    for name, parameter in own.items():
        if name not in ("e", "edge_width"):
            draw(filled(parameter, positive=name in ("sigma", "r_0", "eta")))
    own["phi"].quantity = draw(st.floats(-179, 179)) * u.deg
    own["e"].value, own["e"].frozen = draw(st.floats(0.1, 0.99)), draw(st.booleans())
    if "edge_width" in own:
        own["edge_width"].value = 0.0
    own["lon_0"].quantity, own["lat_0"].quantity = 83.0 * u.deg, draw(st.floats(-89, 89)) * u.deg
    return model


@st.composite
def shapes(draw, dialect, depth=1):
    plain = of_forms(SHAPES, dialect)
    kinds = [plain, plain, of_forms(ISOTROPIC[dialect], dialect)]
    if dialect == "gammalib":
        kinds += [ellipses()]
        kinds += [mixtures()] if depth else []
    model = draw(st.one_of(kinds))
    if "lon_0" in model.own_parameters and "e" not in model.own_parameters:
        model.frame = draw(
            st.sampled_from(["icrs", "galactic"] if dialect == "gammalib" else ["icrs"])
        )
        for name, limit in (("lon_0", 360), ("lat_0", 90)):
            draw(filled(model.own_parameters[name]))
            model.own_parameters[name].quantity = draw(st.floats(-limit, limit)) * u.deg
    return model


@st.composite
def mixtures(draw):
    parts = draw(st.lists(shapes("gammalib", depth=0), min_size=1, max_size=3))
    model = CompoundSpatialModel(parts)
    for norm in model.norms:
        draw(filled(norm, positive=True))
    return model


@st.composite
def courses(draw):
    kind = draw(st.sampled_from([None, "light", "phase", "phase"]))
    if kind is None:
        return None
    if kind == "light":
        return LightCurveTemplateTemporalModel(filename="c.fits")
    model = TemplatePhaseCurveTemporalModel(
        filename="c.fits", normalize=draw(st.booleans()), scale="tt"
    )
    for parameter in model.parameters:
        draw(filled(parameter))
    return model


names = st.text(min_size=1, max_size=8).filter(str.isprintable) | st.sampled_from(
    ["a b", " a", "a ", "<&>\"'", "x\ny", "\t", "é*+(,)", "#"]
).filter(str.strip)


@st.composite
def libraries(draw, dialect):
    found = []
    for name in draw(st.lists(names.filter(str.strip), unique=True, max_size=3)):
        if dialect == "gammalib" and draw(st.integers(0, 3)) == 0:
            spectrum = draw(spectra(dialect, flux=False))
            attributes = draw(st.sampled_from([{}, {"instrument": "CTA,HESS", "id": "1"}]))
            model = IACTBackgroundModel(
                "CTAIrfBackground", spectrum, name=name, attributes=attributes
            )
        else:
            course = draw(courses()) if dialect == "gammalib" else None
            model = SkyModel(draw(spectra(dialect)), draw(shapes(dialect)), course, name=name)
        found.append(model)
    return Models(found)


def all_of(models):
    found = {}
    for model in models:
        found[model.name] = type(model), [type(part) for part in model.parts()]
        for path, p in model.own_parameters.items():
            values = (x * p.internal_factor for x in (p.value, p.min, p.max, p.error))
            found[model.name, path] = *values, p.frozen
        shape, course = model.part("spatial"), model.part("temporal")
        found[model.name, "more"] = getattr(shape, "frame", None), getattr(model, "attributes", 0)
        found[model.name, "course"] = [
            getattr(course, key, None) for key in ("filename", "normalize", "scale")
        ]
    return found


def alike(one, other):
    if isinstance(one, tuple) and len(one) == 5:
        return all(
            a == b or (a != a and b != b) or math.isclose(a, b, rel_tol=ROUNDING)
            for a, b in zip(one, other, strict=True)
        )
    return one == other


def read(text, dialect):
    with warnings.catch_warnings():
        warnings.simplefilter("error", GammapyWarning)
        # bounds are any numbers, like the values
        warnings.filterwarnings("ignore", ".* a fit would refuse it|.* more of these")
        return models_from_xml(text, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_random_models_come_back(dialect, data):
    models = data.draw(libraries(dialect))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GammapyWarning)
        text = models_to_xml(models, dialect)
        back = read(text, dialect)
    one, other = all_of(models), all_of(back)
    assert list(one) == list(other)
    differ = {k: (one[k], other[k]) for k in one if not alike(one[k], other[k])}
    differ = {
        k: v for k, v in differ.items() if k[1] != "spatial.e" or v[0][0] != pytest.approx(v[1][0])
    }
    assert not differ
    # what was read is written as it stands
    assert models_to_xml(back) == text


def test_each_row_is_written_and_read():
    """One of each, so that a row that nothing reaches cannot hide behind chance."""
    for dialect in DIALECTS:
        for table in (FLUXES, SHAPES, ISOTROPIC[dialect]):
            for form in table.forms:
                if form.rows[dialect] is None:
                    continue
                model = form.cls()
                for name, value in (form.fixed | form.unsaid).items():
                    model.own_parameters[name].value = value
                    model.own_parameters[name].frozen = True
                parts = (
                    (model, PointSpatialModel())
                    if table is FLUXES
                    else (PowerLawSpectralModel(), model)
                )
                models = Models([SkyModel(*parts, name="a")])
                assert xml_report(models, dialect) == []
                back = read(models_to_xml(models, dialect), dialect)
                assert [type(p) for p in back[0].parts()] == [type(p) for p in parts]


def test_a_factor_before_the_flux_is_written_behind_it():
    model = SkyModel(
        PowerLawNormSpectralModel(norm=3) * PowerLawSpectralModel(), PointSpatialModel()
    )
    back = read(models_to_xml(Models([model]), "gammalib"), "gammalib")[0]
    kinds = [type(back.spectral_model.model1), type(back.spectral_model.model2)]
    assert kinds == [PowerLawSpectralModel, PowerLawNormSpectralModel]
    energy = [0.3, 2] * u.TeV
    expected = model.spectral_model(energy).to_value(FLUX)
    assert back.spectral_model(energy).to_value(FLUX) == pytest.approx(expected, rel=1e-13)
