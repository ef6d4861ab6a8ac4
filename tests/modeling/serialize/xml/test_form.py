import astropy.units as u
import pytest

from gammapy.modeling.models import DiskSpatialModel, ExpCutoffPowerLawSpectralModel
from gammapy.modeling.serialize.xml.factor import AS_IT_IS, RULES
from gammapy.modeling.serialize.xml.form import Form, Slot, Table

PLAIN = Form(
    ExpCutoffPowerLawSpectralModel,
    "amplitude index lambda_ reference",
    "N 1 1/MeV MeV",
    gammalib="New Prefactor -Index 1/CutoffEnergy PivotEnergy",
    fermi="Fermi norm -Index 1/Cutoff Scale",
    also=["Old Prefactor -Index 1/Cutoff Scale"],
    fixed={"alpha": 1.0},
    ignored=["Pivot"],
)
INVERSE = Form(
    ExpCutoffPowerLawSpectralModel,
    "amplitude index lambda_ reference",
    "N 1 1/MeV MeV",
    gammalib="New Prefactor -Index InverseCutoffEnergy PivotEnergy",
    fixed={"alpha": 1.0},
)
ROUND = Form(DiskSpatialModel, "r_0", "deg", gammalib="Disk Radius", unsaid={"edge_width": 0.0})
TABLE = Table(PLAIN, INVERSE, ROUND)


def test_slots():
    assert PLAIN.types == {"New", "Fermi", "Old"}
    assert PLAIN.slots["Prefactor"] == Slot("amplitude", u.Unit("cm-2 s-1 MeV-1"), AS_IT_IS)
    assert PLAIN.slots["Index"].rule == RULES["-"]
    assert PLAIN.slots["Cutoff"] == PLAIN.slots["CutoffEnergy"]
    assert PLAIN.row("fermi")[0] == "Fermi"
    assert list(PLAIN.row("fermi")[1]) == ["norm", "Index", "Cutoff", "Scale"]
    assert INVERSE.row("fermi") is None


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        ("Prefactor Index CutoffEnergy PivotEnergy", True),
        ("Scale Cutoff Index norm", True),
        ("Prefactor Index Cutoff PivotEnergy", True),
        ("Prefactor Index Cutoff PivotEnergy Pivot", True),
        ("Prefactor Index Cutoff", False),
        ("Prefactor Index Cutoff CutoffEnergy PivotEnergy", False),
        ("Prefactor norm Index Cutoff Scale", False),
        ("Prefactor Index Cutoff PivotEnergy X", False),
        ("", False),
    ],
)
def test_each_parameter_once_under_any_of_its_names(names, fits):
    assert PLAIN.fits(names.split()) is fits


def model(**kwargs) -> ExpCutoffPowerLawSpectralModel:
    new = ExpCutoffPowerLawSpectralModel(**kwargs)
    new.alpha.frozen = True
    return new


def free_alpha():
    new = model()
    new.alpha.frozen = False
    return new


def bounded_alpha():
    new = model()
    new.alpha.max = 3
    return new


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (model, True),
        (lambda: model(alpha=2), False),
        (free_alpha, False),
        (bounded_alpha, False),
        (DiskSpatialModel, False),
    ],
)
def test_what_is_fixed_must_be_untouched(make, says):
    assert PLAIN.says(make()) is says


def test_what_is_unsaid_may_be_anything():
    assert ROUND.says(DiskSpatialModel(edge_width=0.3))


def around_zero():
    new = model()
    new.lambda_.min, new.lambda_.max = -1, 1
    return new


@pytest.mark.parametrize(
    ("make", "form"),
    [
        (model, PLAIN),
        (lambda: model(lambda_="0 TeV-1"), INVERSE),
        (lambda: model(lambda_="-1 TeV-1"), PLAIN),
        (around_zero, INVERSE),
    ],
)
def test_no_inverse_of_zero(make, form):
    assert TABLE.of(make(), "gammalib") is form
    assert TABLE.of(make(), "fermi") is PLAIN  # it has no other, and an encoder will say so


def test_tables():
    assert (
        TABLE.find("New", ["Prefactor", "Index", "InverseCutoffEnergy", "PivotEnergy"]) is INVERSE
    )
    assert TABLE.find("New", ["Radius"]) is None
    assert TABLE.find("Nothing", ["Radius"]) is None
    assert TABLE.wanted("Disk") == [["Radius"]]
    assert TABLE.wanted("Nothing") == []
    assert TABLE.of(DiskSpatialModel(), "fermi") is None
