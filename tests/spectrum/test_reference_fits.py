"""Every fit of spectra and of flux points in the reference is met, and none is left out."""

import pytest

from tests.reference import MISSING, reference
from tests.spectrum import reference_fits

#: comparisons of a fit: start, best statistic, then two for each free parameter and two for its
#: asymmetric errors; counts have two more at the start, a contour and two profiles
PARAMETERS = {
    "crab-joint-lp": ("amplitude", "alpha", "beta"),
    "crab-hess-ecpl": ("index", "amplitude", "lambda_"),
    "fluxpoints-chi2": ("index", "amplitude"),
    "fluxpoints-crab-hess-chi2": ("amplitude", "alpha", "beta"),
    "fluxpoints-crab-hess-profile": ("amplitude", "alpha", "beta"),
}
KINDS = {"SpectrumDatasetOnOff", "FluxPointsDataset"}


@pytest.mark.parametrize("name", reference_fits.WORKLOADS)
def test_reference_is_met(name):
    rows = reference_fits.rows(name)
    missed = [row for row in rows if not row.is_met]
    assert not missed, missed
    whats = [row.what for row in rows]
    assert len(set(whats)) == len(whats)
    spectra = name.startswith("crab-")
    assert len(rows) == 2 + 4 * len(PARAMETERS[name]) + 5 * spectra
    for parameter in PARAMETERS[name]:
        ends = {f"{parameter} errn end, sigma", f"{parameter} errp end, sigma"}
        assert {f"{parameter}, sigma", f"{parameter} error, ratio"} | ends <= set(whats)


def test_no_fit_is_left_out():
    content = reference("fits.json")
    if content is None:
        pytest.skip(MISSING)
    wanted = {
        work["id"]
        for work in content["workloads"]
        if {data["type"] for data in work["data"]} <= KINDS
    }
    assert wanted == set(reference_fits.WORKLOADS)
    assert len(wanted) == 5
    for work in content["workloads"]:
        if work["id"] in wanted:
            assert work["fit_usable"]
            assert ("scan" in work) == work["id"].startswith("crab-")
            free = [p["name"] for p in work["fit"]["parameters"] if not p["frozen"]]
            assert sorted(free) == sorted(PARAMETERS[work["id"]])


def test_a_wrong_number_is_seen():
    row = reference_fits.Row("a", "b", 1.0, 1.3, 0.3, 0.1)
    assert not row.is_met
    assert not row._replace(deviation=float("nan")).is_met
    assert row._replace(deviation=0.1).is_met


def test_it_is_printed(monkeypatch, capsys):
    good = reference_fits.Row("fit", "index, sigma", 1.0, 1.0, 0.05, 0.1)
    monkeypatch.setattr(reference_fits, "WORKLOADS", ["fit"])
    monkeypatch.setattr(reference_fits, "rows", lambda name: [good, good._replace(deviation=0.2)])
    reference_fits.main()
    title, first, second = capsys.readouterr().out.splitlines()
    assert title == "fit"
    assert first.split()[:2] == ["index,", "sigma"]
    assert first.endswith("5.0e-02 / 1.0e-01")
    assert second.endswith("2.0e-01 / 1.0e-01  !")
