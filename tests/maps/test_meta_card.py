"""The card META of maps."""

from pathlib import Path

import pytest
from astropy.io import fits

from gammapy.maps.meta_card import meta_of_header, meta_text


def test_and_back():
    meta = {"a": [1, "x"], "b": {"c": None, "d": 0.1}}
    assert meta_of_header(fits.Header({"META": meta_text(meta)})) == meta


def test_what_is_unknown_becomes_text():
    header = fits.Header({"META": meta_text({"file": Path("a") / "b"})})
    assert meta_of_header(header) == {"file": str(Path("a") / "b")}


@pytest.mark.parametrize("card", [{}, {"META": "text"}, {"META": "[1]"}, {"META": 3}])
def test_other_cards(card):
    assert meta_of_header(fits.Header(card)) == {}
