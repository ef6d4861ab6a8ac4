"""Datasets, flux points, times and results in a notebook."""

import astropy.units as u
import numpy as np

from gammapy.data import GTI
from gammapy.datasets import Datasets
from gammapy.modeling import Fitter
from gammapy.spectrum import FluxPoints, FluxPointsDataset
from tests.notebook.test_html_table import plain
from tests.plot.series import flux_profile, light_curve
from tests.results.crab import crab, on_off
from tests.spectrum.points import points, table


def test_dataset():
    own = on_off("a <b>", seed=1)
    text = plain(own._repr_html_())
    assert text.startswith("SpectrumDatasetOnOff a &lt;b&gt; counts ")
    assert f"counts off {own.counts_off.data.sum():.0f}" in text
    assert "exposure max 3.6 × 10 12 cm² s" in text
    assert text.endswith("models crab")
    assert "nan" not in text


def test_datasets():
    text = plain(crab()._repr_html_())
    assert text.startswith("Datasets name counts")
    assert " first " in text
    assert " second " in text
    assert plain(Datasets()._repr_html_()) == "Datasets none"


def test_kinds_that_know_different_things():
    both = Datasets([on_off("spectrum"), FluxPointsDataset(data=points(norm_err=np.ones(4)))])
    text = plain(both._repr_html_())
    assert "n points" in text
    assert "counts" in text


def test_fit_result():
    result = Fitter(asymmetric_errors=True).run(crab())
    text = plain(result._repr_html_())
    assert "status The fit converged: a minimum was found." in text
    amplitude, down, up = (x[0] * 1e11 for x in (result.values, result.errn, result.errp))
    assert f"({amplitude:.2f} +{up:.2f} −{down:.2f} ) × 10 −11 TeV⁻¹ s⁻¹ cm⁻²" in text


def test_symmetric_fit_result():
    result = Fitter().run(crab())
    assert " ± " in plain(result._repr_html_())


def test_flux_points():
    limit = np.array([False, True, False, False])
    norm = np.array([1.0, 1.2, 0.7, np.nan])
    own = points(
        norm=norm,
        norm_err=np.full(4, 0.1),
        norm_ul=np.full(4, 2.0),
        is_ul=limit,
        sqrt_ts=np.arange(4.0),
    )
    text = plain(own._repr_html_())
    dnde = own.dnde_ref.value  # the error is a tenth of it
    assert "energy dN/dE [TeV⁻¹ s⁻¹ cm⁻²] √TS 1 – 2 TeV" in text
    assert f"1 – 2 TeV ({dnde[0] * 1e12:.2f} ± {dnde[0] * 1e11:.2f}) × 10 −12" in text
    assert f"2 – 5 TeV &lt; {2 * dnde[1] * 1e12:.3g} × 10 −12 1" in text
    assert "20 – 40 TeV not known 3" in text
    assert "start" not in text


def test_flux_points_without_bins():
    own = FluxPoints.from_table(table(dnde=np.ones(4) * 1e-12))
    assert "1.41 TeV 1 × 10 −12" in plain(own._repr_html_())


def test_light_curve():
    text = plain(light_curve(n_energy=2, n_time=3)._repr_html_())
    assert "start energy" in text
    assert text.count("1 – 3.16 TeV") == 3
    assert "2020-01-03 12:00:00.0" in text


def test_flux_profile():
    text = plain(flux_profile(n_energy=2)._repr_html_())
    assert "projected-distance energy" in text
    assert text.count("1 – 3.16 TeV") == 3
    assert text.count("0.1 – 0.3 °") == 2


def test_times():
    gti = GTI.create([0, 3600] * u.s, [1800, 7200] * u.s, "2020-01-01")
    text = plain(gti._repr_html_())
    assert "2 intervals, 1.5 h in all" in text
    assert text.count("1800 s") == 1
    many = GTI.create(np.arange(500) * u.h, (np.arange(500) + 0.5) * u.h, "2020-01-01")
    assert "460 more rows" in many._repr_html_()
