"""Any models, written and read, are the same models; and the text does not change."""

import math

import astropy.units as u
import hypothesis.strategies as st
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from gammapy.errors import LinkError
from gammapy.modeling.expression import Constant, Operation
from gammapy.modeling.models import (
    SPATIAL_MODEL_REGISTRY,
    SPECTRAL_MODEL_REGISTRY,
    TEMPORAL_MODEL_REGISTRY,
    CompoundSpectralModel,
    FoVBackgroundModel,
    GaussianPenalty,
    GaussianPrior,
    GeneralizedGaussianPrior,
    IACTBackgroundModel,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Models,
    PowerLawNormSpectralModel,
    PowerLawSpectralModel,
    SkyModel,
    SpectralModel,
    TemplateNPredModel,
    TemplateSpectralModel,
    TruncatedNormalPrior,
    UniformPrior,
)
from gammapy.modeling.models.base import ModelBase
from gammapy.modeling.models.component import Component
from gammapy.modeling.parameter import Parameter
from gammapy.modeling.serialize import spatial, temporal
from gammapy.modeling.serialize.spec import models_to_dict
from gammapy.modeling.serialize.spectral import WRITERS
from gammapy.modeling.serialize.tree import (
    _build_dumper,
    _build_loader,
    parse_tree,
    render_tree,
)

FLUX = u.Unit("cm-2 s-1 TeV-1")
PLAIN = [
    cls
    for cls in SPECTRAL_MODEL_REGISTRY
    if cls not in WRITERS and cls.__module__.startswith("gammapy.")  # parameters, nothing else
]
SHAPES, COURSES = (
    [c for c in registry if c not in special and c.__module__.startswith("gammapy.")]
    for registry, special in (
        (SPATIAL_MODEL_REGISTRY, spatial.WRITERS),
        (TEMPORAL_MODEL_REGISTRY, temporal.WRITERS),
    )
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
sizes = st.floats(1e-60, 1e60)  # their fourth powers are floats too
# other units of the same dimension, one of them with a scale that FITS cannot say
UNITS = {
    FLUX: [FLUX, u.Unit("GeV-1 m-2 s-1"), u.Unit("1e-12 erg-1 cm-2 s-1"), u.Unit(2.5 * FLUX)],
    u.TeV: [u.TeV, u.MeV, u.erg],
    u.TeV**-1: [u.TeV**-1, u.PeV**-1],
    u.one: [u.one, u.percent],
}


@st.composite
def priors(draw):
    low, width = draw(sizes), draw(st.floats(1.5, 1e6))
    kinds = [
        lambda: GaussianPrior(low, low),
        lambda: UniformPrior(low, low * width),
        lambda: LogUniformPrior(low, low * width),
        lambda: LogNormalPrior(-width, width),
        lambda: TruncatedNormalPrior(mu=0.3 * low, sigma=low, min=low, max=2 * low),
        lambda: TruncatedNormalPrior(mu=-low, sigma=width, min=-low),
        lambda: GeneralizedGaussianPrior(low, low, width),
        lambda: KDEPrior([low, low * width, -low]),
        lambda: KDEPrior([low, 2 * low], bandwidth=low),
    ]
    return draw(st.sampled_from(kinds))()


@st.composite
def filled(draw, parameter: Parameter) -> None:
    """Put random contents into a parameter."""
    alike = next((v for k, v in UNITS.items() if k.is_equivalent(parameter.unit)), None)
    if alike:
        parameter.unit = draw(st.sampled_from(alike))
    parameter.value = draw(numbers)
    low, high = sorted([draw(numbers), draw(numbers)])
    parameter.min = parameter.max = math.nan
    parameter.min = draw(st.sampled_from([low, math.nan]))
    parameter.max = draw(st.sampled_from([high, math.nan]))
    parameter.frozen = draw(st.booleans())
    parameter.error = draw(st.sampled_from([0.0, math.nan]) | sizes)
    parameter.errn, parameter.errp = draw(st.sampled_from([(math.nan, math.nan), (0.1, 2e-13)]))
    parameter.interp = draw(st.sampled_from(["lin", "log", "sqrt"]))
    parameter.prior = draw(st.none() | priors())
    parameter.scan_min, parameter.scan_n_values = draw(st.sampled_from([(None, 11), (-1.5, 7)]))
    parameter.scan_values = draw(st.sampled_from([None, np.array([1.0, 2.5])]))


@st.composite
def leaves(draw, flux: bool) -> SpectralModel:
    """Single model, of a flux or a plain number."""
    if draw(st.integers(0, 4)) == 0:
        unit = FLUX if flux else u.one
        values = draw(st.lists(st.floats(0, 1e30), min_size=2, max_size=4))
        kwargs = draw(st.sampled_from([{}, {"values_scale": "lin"}]))
        meta = draw(st.sampled_from([{}, {"a": [1, {"b": None}], "c": "1e-12"}]))
        energy = np.geomspace(0.1, 7, len(values)) * u.TeV
        return TemplateSpectralModel(energy, values * unit, kwargs, meta)
    fitting = [cls for cls in PLAIN if cls().unit.is_equivalent(FLUX) is flux]
    model = draw(st.sampled_from(fitting))()
    for parameter in model.parameters:
        draw(filled(parameter))
    return model


@st.composite
def spectra(draw, flux: bool = True, depth: int = 2) -> SpectralModel:
    if depth == 0 or draw(st.booleans()):
        return draw(leaves(flux))
    operator = draw(st.sampled_from(["add", "sub", "mul", "truediv"]))
    both = operator in ("add", "sub")
    one = draw(spectra(flux, depth - 1))
    return CompoundSpectralModel(one, draw(spectra(flux and both, depth - 1)), operator)


names = (
    st.text(min_size=1, max_size=8)
    | st.text("\x85\u2028\n \ufeff'\"#é:", min_size=1)
    | st.sampled_from(["a", "a.spectral", "no", "1e3", "x y"])
)


@st.composite
def parts(draw, classes: list[type]):
    """Shape or course in time, of parameters and nothing else."""
    cls = draw(st.none() | st.sampled_from(classes))
    if cls is None:
        return None
    frames = {"frame": draw(st.sampled_from(["icrs", "galactic", "fk5"]))}
    scales = {"scale": draw(st.sampled_from(["utc", "tt", "tdb"]))}
    part = cls(**(frames if classes is SHAPES else scales))
    for parameter in part.parameters:
        draw(filled(parameter))
    return part


@st.composite
def components(draw, name: str) -> Component:
    seen = draw(st.none() | st.lists(names, max_size=2))
    if draw(st.integers(0, 4)) == 0:
        norm = PowerLawNormSpectralModel()
        draw(filled(norm.norm))
        return draw(
            st.sampled_from(
                [
                    FoVBackgroundModel("a", norm, name=name),
                    TemplateNPredModel(None, norm, name, "$X/a.fits", datasets_names=seen),
                    IACTBackgroundModel("CTAIrfBackground", norm, name=name, datasets_names=seen),
                ]
            )
        )
    irfs = draw(st.dictionaries(st.sampled_from(["exposure", "psf", "edisp"]), st.booleans()))
    shape, course = draw(parts(SHAPES)), draw(parts(COURSES))
    return SkyModel(draw(spectra()), shape, course, name, irfs, seen)


@st.composite
def collections(draw) -> Models:
    found = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    models = Models(draw(components(name)) for name in found)
    slots = [
        (leaf, name) for model in models for part in model.parts() for leaf, name in all_slots(part)
    ]
    pairs = st.tuples(st.sampled_from(slots), st.sampled_from(slots)) if slots else st.nothing()
    for (leaf, name), (source, other) in draw(st.lists(pairs, max_size=3)) if slots else []:
        if leaf.own_parameters[name].unit.is_equivalent(source.own_parameters[other].unit):
            leaf.share_parameter(name, source.own_parameters[other])
    for (leaf, name), (source, other) in draw(st.lists(pairs, max_size=3)) if slots else []:
        draw(linked(leaf.own_parameters[name], source.own_parameters[other]))
    draw(correlated(models))
    draw(penalized(models))
    return models


def all_slots(model: ModelBase) -> list[tuple[ModelBase, str]]:
    if isinstance(model, CompoundSpectralModel):
        return all_slots(model.model1) + all_slots(model.model2)
    return [(model, name) for name in model.own_parameters]


@st.composite
def linked(draw, parameter: Parameter, other: Parameter) -> None:
    quotient = parameter.unit / other.unit
    expression = draw(
        st.sampled_from(
            [
                other if other.unit.is_equivalent(parameter.unit) else other * (2.5 * quotient),
                (3e-300 * quotient) * other / 0.1 - 1 * parameter.unit,
                other**2 / other * (1 * quotient),
            ]
        )
    )
    try:
        parameter.link = expression
    except LinkError:  # it would depend on itself
        assert any(parameter is leaf for leaf in other.ancestors())


@st.composite
def correlated(draw, models: Models) -> None:
    parameters = models.parameters
    if not len(parameters) or draw(st.booleans()):
        return
    rho = draw(st.floats(-0.2, 0.9))
    errors = np.array(draw(st.lists(sizes | st.just(0.0), min_size=1, max_size=len(parameters))))
    errors = np.resize(errors, len(parameters))
    matrix = np.outer(errors, errors) * (rho + (1 - rho) * np.eye(len(errors)))
    if draw(st.booleans()):
        matrix[0, :] = matrix[:, 0] = math.nan
    parameters.covariance = matrix


@st.composite
def penalized(draw, models: Models) -> None:
    """Penalties on some parameters, in any order."""
    for _ in range(draw(st.integers(0, 2)) if len(models.parameters) else 0):
        chosen = draw(
            st.lists(st.sampled_from(list(models.parameters)), min_size=1, max_size=3, unique=True)
        )
        n, rho = len(chosen), draw(st.floats(-0.4, 0.9))
        errors = draw(st.lists(sizes, min_size=n, max_size=n))
        matrix = np.outer(errors, errors) * (rho + (1 - rho) * np.eye(n))
        mean = draw(st.lists(numbers, min_size=n, max_size=n))
        models.penalties.append(GaussianPenalty(chosen, mean, matrix))


# -- what "the same" means ----------------------------------------------------------------

ATTRIBUTES = ["min", "max", "frozen", "error", "errn", "errp", "interp", "prior", "unit"]
ATTRIBUTES += ["scan_min", "scan_max", "scan_n_values", "scan_n_sigma", "scan_values"]


def described(models: Models) -> list:
    """Everything that the models hold, as nested lists that compare exactly."""
    slots = [(p, (m.name, path)) for m in models for path, p in m.own_parameters.items()]
    first: dict[Parameter, tuple] = {}
    for parameter, place in slots:
        first.setdefault(parameter, place)

    def tree(node):
        if isinstance(node, Operation):
            return [node.operator, tree(node.left), tree(node.right)]
        return [node.value, node.unit] if isinstance(node, Constant) else first[node]

    def contents(p):
        value = repr(p.value) if p.link is None else tree(p.link)
        return [value, *(repr(getattr(p, key)) for key in ATTRIBUTES[:-6])]

    return [
        [
            [m.name, m.datasets_names, getattr(m, "apply_irf", None), *map(shape, m.parts())]
            for m in models
        ],
        [[place, first[p], *contents(p)] for p, place in slots],
        [
            [
                [first[p] for p in penalty.parameters],
                penalty.mean.tolist(),
                penalty.covariance.data.tolist(),
            ]
            for penalty in models.penalties
        ],
    ]


def shape(model: ModelBase) -> list:
    if isinstance(model, CompoundSpectralModel):
        return [model.operator, shape(model.model1), shape(model.model2)]
    if isinstance(model, TemplateSpectralModel):
        columns = [[column.value.tolist(), column.unit] for column in (model.energy, model.values)]
        return [columns, model.interp_kwargs, model.meta]
    place = getattr(model, "frame", None), getattr(model, "scale", None)
    return [type(model), place, list(model.own_parameters)]


def assert_same(one: Models, other: Models) -> None:
    assert described(one) == described(other)
    for p, q in zip(one.parameters, other.parameters, strict=True):
        assert p.unit == q.unit
        assert p.unit.to(q.unit) == 1.0
        for key in ATTRIBUTES[-5:]:
            np.testing.assert_array_equal(getattr(p, key), getattr(q, key))
    np.testing.assert_array_equal(one.covariance.data, other.covariance.data)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(collections())
def test_models_survive(models):
    text = models.to_yaml()
    again = Models.from_yaml(text)
    assert_same(models, again)
    assert again.to_yaml() == text
    assert_same(models, Models.from_dict(models.to_dict()))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(collections())
def test_pure_python_and_libyaml_agree(models):
    tree = models_to_dict(models)
    text = render_tree(tree, _build_dumper(yaml.SafeDumper))
    loaded = parse_tree(text, "text", _build_loader(yaml.SafeLoader))
    assert repr(loaded) == repr(parse_tree(text, "text")) == repr(tree)  # repr: nan is not nan
    assert repr(parse_tree(render_tree(tree), "text")) == repr(tree)


@pytest.mark.parametrize("cls", PLAIN, ids=lambda cls: cls.__name__)
def test_every_model_class_survives_alone(cls):
    model = cls()
    tree = model.to_dict()
    assert list(tree) == ["spectral"]
    for form in (tree, tree["spectral"]):
        again = SpectralModel.from_dict(form)
        assert type(again) is cls
        assert repr(again) == repr(model)
        assert again.to_dict() == tree


def test_spectral_model_alone_keeps_errors_shares_and_links():
    one, two = PowerLawSpectralModel(), PowerLawSpectralModel()
    norm = PowerLawNormSpectralModel()
    two.index = one.index
    norm.tilt = one.index
    two.amplitude.link = 2 * one.amplitude
    model = (one + two) * norm
    one.index.errp = 0.25
    model.covariance = np.outer(*[np.arange(1.0, len(model.parameters) + 1)] * 2)
    again = SpectralModel.from_dict(model.to_dict())
    sides = again.model1
    assert sides.model1.index is sides.model2.index is again.model2.tilt
    assert sides.model2.amplitude.value == 2 * sides.model1.amplitude.value
    assert sides.model1.index.errp == 0.25
    np.testing.assert_array_equal(again.covariance.data, model.covariance.data)
    assert again.to_dict() == model.to_dict()
