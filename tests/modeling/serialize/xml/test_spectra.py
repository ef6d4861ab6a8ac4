"""Every name that a spectrum or a parameter has had means the same."""

import itertools

import astropy.units as u
import pytest

from gammapy.modeling.models import Models
from gammapy.modeling.serialize.xml.library import models_from_xml
from gammapy.modeling.serialize.xml.spectra import FACTORS, FLUXES
from gammapy.modeling.serialize.xml.writing import models_to_xml
from tests.modeling.serialize.xml.texts import POINT, element, library, source

ENERGY = [0.02, 0.3, 2] * u.TeV
#: spectra of Gammalib as they are written now
CURRENT = [
    "Constant Normalization 1e-16",
    "PowerLaw Prefactor 5.7e-16 Index -2.48 PivotEnergy 3e5",
    "PowerLaw PhotonFlux 1e-11 Index -2.5 LowerLimit 1e6 UpperLimit 1e8",
    "PowerLaw EnergyFlux 1e-11 Index -2.5 LowerLimit 1e6 UpperLimit 1e8",
    "BrokenPowerLaw Prefactor 5.7e-16 Index1 -2.48 BreakEnergy 3e5 Index2 -2.7",
    "SmoothBrokenPowerLaw Prefactor 1e-16 Index1 -2 PivotEnergy 3e5 Index2 -3 BreakEnergy 1e6 "
    "BreakSmoothness 0.2",
    "ExponentialCutoffPowerLaw Prefactor 5.7e-16 Index -2.48 CutoffEnergy 1e6 PivotEnergy 3e5",
    "ExponentialCutoffPowerLaw Prefactor 5.7e-16 Index -2.48 InverseCutoffEnergy 1e-6 "
    "PivotEnergy 3e5",
    "SuperExponentialCutoffPowerLaw Prefactor 1e-16 Index1 -2 CutoffEnergy 1e6 PivotEnergy 1e6 "
    "Index2 1.5",
    "LogParabola Prefactor 5.878e-16 Index -2.32473 Curvature -0.074 PivotEnergy 1e6",
    "Gaussian Normalization 1e-10 Mean 5e6 Sigma 1e6",
]
#: older names, and the only types that had them
OLDER = {
    "PivotEnergy": ("Scale", None),
    "CutoffEnergy": ("Cutoff", None),
    "BreakEnergy": ("BreakValue", None),
    "BreakSmoothness": ("Beta", None),
    "PhotonFlux": ("Integral", None),
    "Normalization": ("Value", ("Constant", "ConstantValue")),
    "Constant": ("ConstantValue", None),
    "ExponentialCutoffPowerLaw": ("ExpCutoff", None),
    "SuperExponentialCutoffPowerLaw": ("PLSuperExpCutoff", None),
}


def variants(words: str):
    """The words with each choice of older names, one by one and all together."""
    kind, *rest = words.split()
    names = [kind, *rest[::2]]
    old = {
        name: OLDER[name][0]
        for name in names
        if name in OLDER and (OLDER[name][1] is None or kind in OLDER[name][1])
    }
    for chosen in itertools.product(*[(name, old.get(name, name)) for name in names]):
        if "PhotonFlux" in names:  # it has a name of its own for the whole
            yield " ".join(_joined(["PowerLaw2", *chosen[1:]], rest))
        yield " ".join(_joined(chosen, rest))


def _joined(names, rest):
    return [names[0], *itertools.chain(*zip(names[1:], rest[1::2], strict=True))]


CASES = [(words, variant) for words in CURRENT for variant in dict.fromkeys(variants(words))]


def read(words: str, dialect: str = "gammalib") -> Models:
    return models_from_xml(library(source(element("spectrum", words), POINT)), dialect)


@pytest.mark.parametrize(("current", "words"), CASES)
@pytest.mark.parametrize("dialect", ["gammalib", "fermi"])
def test_names_may_be_mixed(current, words, dialect):
    models, expected = read(words, dialect), read(current)
    assert len(models) == 1
    for path, parameter in expected[0].own_parameters.items():
        found = models[0].own_parameters[path]
        assert found.quantity.to_value(parameter.unit) == parameter.value, path
    # from the model alone, under the names of today
    models.origin = models[0].origin = None
    text = models_to_xml(models, "gammalib")
    found = models_from_xml(text)[0].spectral_model(ENERGY)
    unit = expected[0].spectral_model.unit
    assert found.to_value(unit) == pytest.approx(
        expected[0].spectral_model(ENERGY).to_value(unit), rel=1e-13
    )


def test_there_are_enough():
    assert len(CASES) > 40


#: names that only Fermi's files have had, and what they mean
SAME = [
    (
        "LogParabola norm 5e-16 alpha 2.3 beta 0.07 Eb 1e6",
        "LogParabola Prefactor 5e-16 Index -2.3 Curvature -0.07 PivotEnergy 1e6",
    ),
    (
        "LogParabola norm 5e-16 alpha 2.3 Curvature -0.07 Eb 1e6",
        "LogParabola Prefactor 5e-16 Index -2.3 Curvature -0.07 Scale 1e6",
    ),
    (
        "Gaussian Prefactor 1e-10 Mean 5e6 Sigma 1e6",
        "Gaussian Normalization 1e-10 Mean 5e6 Sigma 1e6",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_of_fermi(one, other):
    a, b = read(one)[0].spectral_model, read(other)[0].spectral_model
    assert {p.name: p.value for p in a.parameters} == {p.name: p.value for p in b.parameters}


def superexponential(a: float, i1: float, b: float, pivot: float, cutoff: float) -> list[str]:
    ratio = (pivot / cutoff) ** b
    k = a * 2.718281828459045**-ratio
    return [
        f"PLSuperExpCutoff Prefactor {a} Index1 {i1} Scale {pivot} Cutoff {cutoff} Index2 {b}",
        f"PLSuperExpCutoff2 Prefactor {a} Index1 {i1} Scale {pivot} Expfactor {cutoff**-b} "
        f"Index2 {b}",
        f"PLSuperExpCutoff3 Prefactor {k} IndexS {i1 - ratio * b} Scale {pivot} Expfactor2 {ratio} "
        f"Index2 {b}",
        f"PLSuperExpCutoff4 Prefactor {k} IndexS {i1 - ratio * b} Scale {pivot} "
        f"ExpfactorS {ratio * b * b} Index2 {b}",
    ]


def test_four_ways_to_say_one_cutoff():
    found = [
        read(words, "fermi")[0].spectral_model(ENERGY).to_value("cm-2 s-1 TeV-1")
        for words in superexponential(1e-15, -1.7, 0.6, 2e5, 5e5)
    ]
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=1e-12)


def test_each_type_is_told_by_its_names():
    """No two forms of a table take the same element."""
    for table in (FLUXES, FACTORS):
        for form in table.forms:
            for row in filter(None, form.rows.values()):
                kind, slots = form._parsed(row)
                assert table.find(kind, list(slots)) is form, row
