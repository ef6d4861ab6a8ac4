from pathlib import Path

import pytest

from gammapy import dispatch
from gammapy.dispatch import TABLE, find, names
from gammapy.errors import UnknownNameError


def test_find(monkeypatch):
    monkeypatch.setitem(TABLE, ("Toy", "read", "json"), "json:loads")
    import json

    assert find("Toy", "read", "json") is json.loads


def test_names_keep_the_order_of_the_table(monkeypatch):
    for name in ("one", "two", "three"):
        monkeypatch.setitem(TABLE, ("Toy", "read", name), "json:loads")
    monkeypatch.setitem(TABLE, ("Toy", "write", "four"), "json:dumps")
    assert names("Toy", "read") == ["one", "two", "three"]
    assert names("Toy", "plot") == []


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"Fitter has no backend named 'simplex'.*'minuit'"):
        find("Fitter", "backend", "simplex")
    with pytest.raises(UnknownNameError, match="choose one of none"):
        find("Toy", "read", "yaml")


def test_rows_are_written_as_module_and_attribute():
    for (owner, verb, name), target in TABLE.items():
        module, colon, attribute = target.partition(":")
        assert owner.isidentifier()
        assert verb.isidentifier()
        assert name.replace("-", "_").isidentifier()
        assert colon
        assert module.startswith("gammapy.")
        assert attribute.isidentifier()


def test_nothing_is_imported_before_it_is_used():
    lines = Path(dispatch.__file__).read_text().splitlines()
    assert [line for line in lines if line.startswith(("import gammapy", "from gammapy"))] == [
        "from gammapy.errors import UnknownNameError"
    ]
