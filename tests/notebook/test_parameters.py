"""Parameters, models and covariances in a notebook."""

import numpy as np

from gammapy.modeling import Covariance, GaussianPenalty, GaussianPrior, Parameters
from gammapy.modeling.models import Models, PowerLawSpectralModel, SkyModel
from tests.notebook.test_html_table import plain


def models():
    crab = PowerLawSpectralModel(index=2.3, amplitude="4e-11 cm-2 s-1 TeV-1")
    crab.index.error, crab.index.min, crab.index.max = 0.05, 1, 5
    crab.amplitude.errn, crab.amplitude.errp = 2e-12, 3e-12
    other = PowerLawSpectralModel(amplitude="1e-12 cm-2 s-1 TeV-1")
    other.index.link = 0.5 * crab.index
    other.amplitude.prior = GaussianPrior(mu=1e-12, sigma=1e-13)
    return Models(
        [SkyModel(crab, name="crab"), SkyModel(other, name="a <&> b", datasets_names=["north"])]
    )


def test_parameters():
    text = plain(models().parameters._repr_html_())
    assert "name value unit min max state prior" in text
    assert "crab.spectral.index 2.300 ± 0.050 1 5" in text
    assert "crab.spectral.amplitude (4.00 +0.30 −0.20 ) × 10 −11 TeV⁻¹ s⁻¹ cm⁻²" in text
    assert "crab.spectral.reference 1 TeV frozen" in text
    assert "a &lt;&amp;&gt; b.spectral.index 1.15 = " in text
    assert "GaussianPrior(mu=1e-12, sigma=1e-13)" in text


def test_one_parameter():
    index = PowerLawSpectralModel(index=2.3).index
    assert plain(index._repr_html_()) == "name value index 2.3"


def test_models():
    html = models()._repr_html_()
    text = plain(html)
    assert "name parts datasets crab PowerLawSpectralModel" in text
    assert "a &lt;&amp;&gt; b PowerLawSpectralModel north" in text
    assert "crab.spectral.index" in text
    assert "<&>" not in html


def test_penalties_of_models():
    several = models()
    index = several["crab"].spectral_model.index
    several.penalties = [GaussianPenalty([index], [2.3], [[0.01]])]
    assert "penalties" in plain(several._repr_html_())


def test_one_model():
    text = plain(models()["a <&> b"]._repr_html_())
    assert text.startswith(
        "SkyModel a &lt;&amp;&gt; b spectral PowerLawSpectralModel datasets north"
    )
    assert "spectral.index 1.15" in text


def test_a_spectrum_and_a_compound():
    one, two = (model.spectral_model for model in models())
    assert plain(one._repr_html_()).startswith("PowerLawSpectralModel name value")
    assert "model2.amplitude" in plain((one + two)._repr_html_())


def test_nothing_in_them():
    assert plain(Models()._repr_html_()) == "Models none"
    assert plain(Parameters()._repr_html_()) == "Parameters none"


def test_covariance():
    names = ["crab.index", "crab.<norm>", "held", "at bound"]
    matrix = np.diag([0.04, 9e-24, 0.0, np.nan])
    matrix[0, 1] = matrix[1, 0] = -0.5 * 0.2 * 3e-12
    matrix[3, :] = matrix[:, 3] = np.nan
    text = plain(Covariance(names, matrix)._repr_html_())
    assert "name error 1 2 1. crab.index 0.2 1.00 −0.50" in text
    assert "2. crab.&lt;norm&gt; 3 × 10 −12 −0.50 1.00" in text
    assert text.endswith("not known: at bound")
    assert "held" not in text


def test_covariance_without_errors():
    assert "no parameter has an error" in Covariance(["a"], [[0.0]])._repr_html_()


def test_large_covariance_leaves_out_the_correlations():
    text = plain(Covariance([f"p{i}" for i in range(40)], np.eye(40))._repr_html_())
    assert "see plot_correlation()" in text
    assert "0.00" not in text
