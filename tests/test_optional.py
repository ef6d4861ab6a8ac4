import configparser
import re
import sys
from pathlib import Path

import pytest

from gammapy.errors import MissingPackageError
from gammapy.optional import EXTRAS, require

ROOT = Path(__file__).parents[1]


def test_an_installed_module():
    assert require("json.decoder", "tests") is sys.modules["json.decoder"]


@pytest.mark.parametrize("package", EXTRAS)
def test_a_hidden_package_names_its_extra(package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"{package}.inside", raising=False)
    with pytest.raises(MissingPackageError, match="the swans need the package") as info:
        require(package, "the swans")
    assert f"'gammapy[{EXTRAS[package]}]'" in str(info.value)
    assert repr(package) in str(info.value)
    assert isinstance(info.value, ImportError)


def test_a_missing_submodule(monkeypatch):
    with pytest.raises(MissingPackageError, match="'matplotlib'"):
        require("matplotlib.no_such_module", "figures")


def test_the_extras_exist():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    extras = config["options.extras_require"]
    for package, extra in EXTRAS.items():
        assert re.search(rf"^{package}\b", extras[extra], re.MULTILINE), (package, extra)


def test_every_call_in_the_package_names_a_known_package():
    calls = {
        match
        for path in (ROOT / "gammapy").rglob("*.py")
        for match in re.findall(r"\brequire\(\s*\"([\w.]+)\"", path.read_text())
    }
    assert {call.partition(".")[0] for call in calls} <= set(EXTRAS)
