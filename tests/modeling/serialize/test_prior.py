"""Priors in the tree: of every kind, in other units, and as Gammapy 2 writes them."""

import re

import numpy as np
import pytest
import yaml

from gammapy.errors import FileFormatError, ModelError
from gammapy.modeling.models import (
    GaussianPrior,
    GeneralizedGaussianPrior,
    KDEPrior,
    LogNormalPrior,
    LogUniformPrior,
    Models,
    PowerLawSpectralModel,
    SkyModel,
    TruncatedNormalPrior,
    UniformPrior,
)
from gammapy.modeling.serialize.prior import PRIORS

AMPLITUDE = "TeV-1 s-1 cm-2"
EXAMPLES = [
    GaussianPrior(mu=3e-12, sigma=1e-12),
    GeneralizedGaussianPrior(mu=3e-12, sigma=1e-12, eta=0.8),
    KDEPrior([1e-12, 2.5e-12, 3e-12]),
    LogNormalPrior(mu=-26.5, sigma=0.3),
    LogUniformPrior(min=1e-13, max=1e-11),
    TruncatedNormalPrior(mu=3e-12, sigma=1e-12, min=0.0),
    UniformPrior(min=1e-13, max=1e-11),
]


def with_prior(prior) -> Models:
    spectrum = PowerLawSpectralModel()
    spectrum.amplitude.prior = prior
    return Models(SkyModel(spectrum, name="crab"))


def read(**tree):
    """Prior of an amplitude in a file."""
    row = {"name": "amplitude", "value": 1e-12, "prior": tree}
    spectral = {"type": "pl", "parameters": [row]}
    component = {"name": "crab", "type": "SkyModel", "spectral": spectral}
    return Models.from_dict({"components": [component]}).parameters["amplitude"].prior


def rows(unit="", **values):
    return [{"name": name, "value": value, "unit": unit} for name, value in values.items()]


def test_examples_are_all_there_are():
    assert {type(prior) for prior in EXAMPLES} == set(PRIORS.values())


@pytest.mark.parametrize("prior", EXAMPLES, ids=lambda prior: type(prior).__name__)
def test_survives(prior):
    models = with_prior(prior)
    text = models.to_yaml()
    again = Models.from_yaml(text)
    assert again.parameters["amplitude"].prior == prior
    assert again.to_yaml() == text


@pytest.mark.parametrize("prior", EXAMPLES, ids=lambda prior: type(prior).__name__)
def test_is_written_in_the_unit_of_the_parameter(prior):
    models = with_prior(prior)
    models.parameters["amplitude"].unit = "m-2 s-1 TeV-1"
    again = Models.from_yaml(models.to_yaml()).parameters["amplitude"]
    assert again.prior == prior.rescaled(1e4)
    x = 2e-8
    assert again.prior(x) == pytest.approx(prior(x / 1e4) + 2 * np.log(1e4), rel=1e-9)


def test_plain_numbers_have_no_unit():
    tree = with_prior(LogNormalPrior(mu=-26.5, sigma=0.3)).to_dict()
    (row,) = [
        row for row in tree["components"][0]["spectral"]["parameters"] if row["name"] == "amplitude"
    ]
    assert row["prior"]["parameters"] == rows(mu=-26.5, sigma=0.3)


#: what Gammapy 2.1 writes for GeneralizedGaussianPrior(mu=2.3, sigma=0.2, eta=0.7) of an index
ESTABLISHED = """\
components:
-   name: crab
    type: SkyModel
    spectral:
        type: PowerLawSpectralModel
        parameters:
        -   name: index
            value: 2.0
            error: 0
            prior:
                type: GeneralizedGaussianPrior
                parameters:
                -   name: mu
                    value: 2.3
                    unit: ''
                -   name: sigma
                    value: 0.2
                    unit: ''
                -   name: eta
                    value: 0.7
                    unit: ''
                weight: 1
"""


def test_established_file():
    models = Models.from_yaml(ESTABLISHED)
    expected = GeneralizedGaussianPrior(mu=2.3, sigma=0.2, eta=0.7)
    assert models.parameters["index"].prior == expected
    written = yaml.safe_load(models.to_yaml())["components"][0]["spectral"]["parameters"][0]
    given = yaml.safe_load(ESTABLISHED)["components"][0]["spectral"]["parameters"][0]
    assert written["prior"] == given["prior"]


def test_what_has_a_default_may_be_missing():
    found = read(type="GeneralizedGaussianPrior", parameters=rows(mu=2.0, sigma=1.0))
    assert found == GeneralizedGaussianPrior(2.0, 1.0, eta=0.5)
    found = read(type="TruncatedNormalPrior", parameters=rows(mu=2.0, sigma=1.0, max=3.0))
    assert found == TruncatedNormalPrior(2.0, 1.0, max=3.0)
    found = read(type="KDEPrior", parameters=rows(samples=[1.0, 2.0, 4.0]))
    assert found == KDEPrior([1.0, 2.0, 4.0])


def test_samples_in_another_unit_are_converted():
    numbers = rows("GeV-1 s-1 cm-2", samples=[1e-15, 2e-15], bandwidth="1e-15")
    found = read(type="KDEPrior", parameters=numbers)
    np.testing.assert_allclose(found.samples, [1e-12, 2e-12], rtol=1e-14)
    assert found.bandwidth == pytest.approx(1e-12, rel=1e-14)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (
            {"type": "KDEPrior", "parameters": rows(samples=3.0)},
            "samples', value = 3.0 must be a list",
        ),
        ({"type": "KDEPrior", "parameters": rows(samples=[1.0, "x"])}, "'x' must be a number"),
        ({"type": "KDEPrior", "parameters": rows(samples=[1.0])}, "must be a list of at least two"),
        (
            {"type": "KDEPrior", "parameters": rows(bandwidth=1.0)},
            "KDEPrior needs the parameters ['samples'] and may have ['bandwidth'], not ['bandwi",
        ),
        (
            {"type": "GaussianPrior", "parameters": rows(mu=1.0, sigma=1.0, eta=1.0)},
            "GaussianPrior needs the parameters ['mu', 'sigma'], not ['mu', 'sigma', 'eta']",
        ),
        (
            {"type": "LogNormalPrior", "parameters": rows(AMPLITUDE, mu=1.0, sigma=1.0)},
            f"unit = '{AMPLITUDE}' must be '': mu of a LogNormalPrior is a plain number",
        ),
        (
            {"type": "GeneralizedGaussianPrior", "parameters": rows(AMPLITUDE, eta=1.0)},
            "must be '': eta of a GeneralizedGaussianPrior is a plain number",
        ),
        (
            {"type": "TruncatedNormalPrior", "parameters": rows(mu=1.0, sigma=1.0, min=3, max=2)},
            "min = 3.0, max = 2.0 breaks min < max",
        ),
        ({"type": "GammaPrior", "parameters": []}, "'GammaPrior' is not a prior: use one of Gau"),
    ],
)
def test_bad_tree(tree, message):
    message = message.replace("samples', value", "value")
    with pytest.raises(FileFormatError, match=re.escape(message)):
        read(**tree)


class OwnPrior(GaussianPrior):
    """A prior that no file knows."""


def test_a_prior_that_no_file_knows_is_not_written():
    with pytest.raises(ModelError, match=r"amplitude: prior = .* cannot be written: a file knows"):
        with_prior(OwnPrior(1.0, 1.0)).to_yaml()
