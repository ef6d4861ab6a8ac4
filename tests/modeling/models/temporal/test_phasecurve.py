"""Phase curves: turns, means, precision and files."""

import os
from fractions import Fraction
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

from gammapy.data import GTI
from gammapy.errors import FileFormatError, MissingFileError, ModelError, OverwriteError
from gammapy.modeling.models import TemplatePhaseCurveTemporalModel, TemporalModel

DATA = os.environ.get("GAMMAPY_DATA")
START = Time(55000, 0.5, format="mjd", scale="tt")
TABLE = Table({"PHASE": [0.25, 0.5, 0.75], "NORM": [0.2, 1.0, 0.4]})
VALUES = {"t_ref": 55000.5 * u.d, "f0": 1 / u.d, "scale": "tt"}
#: mean over a turn of the table: trapezoids, the last from 0.75 to 1.25
MEAN = 0.25 * 0.6 + 0.25 * 0.7 + 0.5 * 0.3


@pytest.fixture
def model():
    return TemplatePhaseCurveTemporalModel(TABLE, normalize=False, **VALUES)


def test_defaults():
    model = TemplatePhaseCurveTemporalModel(TABLE)
    values = {name: p.value for name, p in model.own_parameters.items()}
    expected = {"t_ref": 48442.5, "phi_ref": 0, "f0": 29.946923, "f1": 0, "f2": 0}
    assert values == expected
    assert model.frozen
    assert model.normalize


def test_last_node_is_joined_to_the_first(model):
    found = model(START + [0.0, 0.25, 0.3, 0.75, 0.875, 1.0, 1.125, -0.5] * u.d).value
    np.testing.assert_allclose(found, [0.3, 0.2, 0.36, 0.4, 0.35, 0.3, 0.25, 1.0], atol=1e-12)


def test_normalised_to_the_mean(model):
    other = TemplatePhaseCurveTemporalModel(TABLE, **VALUES)
    times = START + np.linspace(0, 3, 100) * u.d
    np.testing.assert_allclose(other(times).value, model(times).value / MEAN, rtol=1e-13)
    assert other.integral(START, START + 5 * u.d).value == pytest.approx(1, rel=1e-13)
    assert model.integral(START, START + 5 * u.d).value == pytest.approx(MEAN, rel=1e-13)
    np.testing.assert_allclose(other.table["NORM"], TABLE["NORM"] / MEAN)
    np.testing.assert_allclose(model.table["NORM"], TABLE["NORM"])


def test_phase_and_its_derivatives():
    model = TemplatePhaseCurveTemporalModel(
        TABLE, normalize=False, phi_ref=0.3, f1=0.02 / u.d**2, f2=-0.006 / u.d**3, **VALUES
    )
    t = np.array([0.0, 1.3, 20.0, -7.7])
    phase = (0.3 + t + 0.01 * t**2 - 0.001 * t**3) % 1.0
    expected = np.interp(phase, [-0.25, 0.25, 0.5, 0.75, 1.25], [0.4, 0.2, 1.0, 0.4, 0.2])
    np.testing.assert_allclose(model(START + t * u.d).value, expected, rtol=1e-10)


def test_integral_over_many_turns_and_part_of_one():
    """A millisecond pulsar for ten minutes and a bit, against a sum over its turns."""
    model = TemplatePhaseCurveTemporalModel(
        TABLE, normalize=False, t_ref="55000.5 d", f0="700 s-1", scale="tt"
    )
    whole, part = 600.0, 0.25 / 700
    found = model.integral(START, START + (whole + part) * u.s).value
    first_quarter = 0.25 * 0.25  # 0.3 falls to 0.2
    expected = (whole * MEAN + first_quarter / 700) / (whole + part)
    assert found == pytest.approx(expected, rel=1e-12)
    gti = GTI.create([0, 3600] * u.s, [part, 3600 + part] * u.s, START)
    assert model.mean_over(gti).value == pytest.approx(0.25, rel=1e-5)


def test_short_interval_years_later():
    """A quarter of a turn, ten years after: the phase at its start must be exact."""
    model = TemplatePhaseCurveTemporalModel(
        TABLE, normalize=False, t_ref="51348.5 d", f0="29.946923 s-1", scale="tt"
    )
    time = START + np.array([0.0, 0.25]) / 29.946923 * u.s
    phase = float(Fraction(29.946923) * 3652 * 86400 % 1)
    s = (phase + (np.arange(200000) + 0.5) / 200000 * 0.25) % 1.0
    curve = np.interp(s, [-0.25, 0.25, 0.5, 0.75, 1.25], [0.4, 0.2, 1.0, 0.4, 0.2])
    assert model.integral(time[0], time[1]).value == pytest.approx(curve.mean(), abs=1e-7)


def test_table_comes_back_as_it_was_given(tmp_path):
    path = tmp_path / "phase.fits"
    TemplatePhaseCurveTemporalModel(TABLE, **VALUES).write(path)
    for normalize in (True, False):
        again = TemplatePhaseCurveTemporalModel.read(path, normalize, 55000.5 * u.d, 0.1)
        assert again.normalize is normalize
        assert again.phi_ref.value == 0.1
        np.testing.assert_allclose(again.table["NORM"] * (MEAN if normalize else 1), TABLE["NORM"])
        tree = again.to_dict()
        assert tree["temporal"]["normalize"] is normalize
        assert TemporalModel.from_dict(tree).to_dict() == tree
        assert eval(repr(again))(START) == again(START)
    with pytest.raises(OverwriteError):
        again.write()
    again.write(overwrite=True)
    np.testing.assert_array_equal(Table.read(path)["NORM"], TABLE["NORM"])


def test_missing_file(tmp_path):
    path = tmp_path / "later.fits"
    with pytest.raises(MissingFileError, match=r"later\.fits does not exist"):
        TemplatePhaseCurveTemporalModel.read(path)
    late = TemplatePhaseCurveTemporalModel(filename=path, **VALUES)
    copy = TemporalModel.from_dict(late.to_dict())
    assert repr(copy) == repr(late.copy())
    for use in (late, copy, lambda t: late.integral(t, t + 1 * u.d)):
        with pytest.raises(MissingFileError, match=r"later\.fits does not exist: check the name"):
            use(START)
    TABLE.write(path)
    assert copy(START + 0.25 * u.d).value == pytest.approx(0.2 / MEAN)


@pytest.mark.parametrize(
    ("table", "kwargs", "match"),
    [
        (None, {}, "needs a table or a filename"),
        (TABLE, {"normalize": "0"}, "normalize = '0' must be True or False"),
        (Table({"PHASE": [0.0, 1], "NORM": [0.0, 0]}), {}, "is zero everywhere"),
        (Table({"PHASE": [0.0, 0.5, 0.4], "NORM": [1, 1, 1]}), {}, "sort the rows"),
        (Table({"PHASE": [0.0, 1]}), {}, "has no column NORM"),
        (TABLE, {"f3": 1}, "has no parameter 'f3'"),
        (TABLE, {"f0": "3 s"}, "f0"),
    ],
)
def test_bad_arguments(table, kwargs, match):
    with pytest.raises((ModelError, ValueError, KeyError), match=match):
        TemplatePhaseCurveTemporalModel(table, **kwargs)


def test_zero_everywhere_is_fine_if_it_is_not_normalised():
    table = Table({"PHASE": [0.0, 1], "NORM": [0.0, 0]})
    model = TemplatePhaseCurveTemporalModel(table, normalize=False, **VALUES)
    assert model.integral(START, START + 9 * u.d) == 0


def test_no_name(model):
    with pytest.raises(ModelError, match="has no filename: pass a path"):
        model.write()


def test_file_that_is_no_phase_curve(tmp_path):
    (tmp_path / "a.fits").write_text("no FITS")
    with pytest.raises(FileFormatError, match=r"a\.fits cannot be read as FITS"):
        TemplatePhaseCurveTemporalModel.read(tmp_path / "a.fits")


@pytest.mark.skipif(not DATA, reason="GAMMAPY_DATA is not set: it has the tables")
@pytest.mark.parametrize("folder", ["cta-1dc-skymodel/pulsars", "cta-1dc-skymodel/binaries"])
def test_every_file_of_the_data_challenge(folder):
    files = sorted((Path(str(DATA)) / folder).glob("*.fits"))
    assert len(files) == {"pulsars": 12, "binaries": 11}[Path(folder).name]
    for path in files:
        model = TemplatePhaseCurveTemporalModel.read(path, **VALUES)
        table = Table.read(path)
        phase, norm = table["PHASE"].data, table["NORM"].data
        grid = np.array([0.0, *phase, 1.0])
        x, y = [phase[-1] - 1, *phase, phase[0] + 1], [norm[-1], *norm, norm[0]]
        mean = np.trapezoid(np.interp(grid, x, y), grid)
        times = START + np.linspace(0, 1, 501) * u.d
        expected = np.interp(np.linspace(0, 1, 501) % 1.0, x, y) / mean
        np.testing.assert_allclose(model(times).value, expected, rtol=1e-9, atol=1e-9)
        assert model.integral(START, START + 7 * u.d).value == pytest.approx(1, rel=1e-12)
