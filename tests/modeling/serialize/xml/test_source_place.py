from pathlib import Path

import pytest
from lxml import etree

from gammapy.modeling.serialize.xml.source_place import SourcePlace


@pytest.fixture
def folders(tmp_path, monkeypatch):
    for folder in ("beside", "work"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.fits").touch()
        (tmp_path / folder / "both.fits").touch()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("MAPS", str(tmp_path / "beside"))
    monkeypatch.delenv("NO_MAPS", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("beside.fits", "beside/beside.fits"),
        ("both.fits", "beside/both.fits"),
        ("work.fits", "work/work.fits"),
        ("beside.fits[2]", "beside/beside.fits"),
        ("../work/work.fits", "work/work.fits"),
        *[(f"{v}/beside.fits", "beside/beside.fits") for v in ("$MAPS", "${MAPS}", "$(MAPS)")],
        *[(f"{v}/beside.fits", "beside/beside.fits") for v in ("$ENV{MAPS}", "$ENV(MAPS)")],
        ("none.fits", None),
        ("$(NO_MAPS)/beside.fits", None),
    ],
)
def test_beside_the_file_then_in_the_working_directory(folders, name, found):
    place = SourcePlace("x.xml", folders / "beside")
    located = place.located(name)
    assert located == found if found is None else located.resolve() == folders / found


def test_both_tries_are_named(folders):
    text = SourcePlace("x.xml", folders / "beside").missing("none.fits")
    assert text == (
        f"file 'none.fits' is not there (tried {folders / 'beside/none.fits'} and "
        f"{folders / 'work/none.fits'})"
    )
    text = SourcePlace("x.xml", Path("/")).missing("$(NO_MAPS)/x.fits")
    assert text.endswith(": set the variable in the name")


def test_messages_name_file_line_and_source():
    element = etree.fromstring("<a>\n<b/></a>")[0]
    place = SourcePlace("x.xml")
    assert str(place.error(element, "is bad")) == "x.xml:2: is bad"
    place.source = "Crab"
    place.warn(element, "is odd")
    assert place.warnings == ["x.xml:2: source 'Crab': is odd"]
