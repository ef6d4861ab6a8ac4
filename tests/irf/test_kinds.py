"""Which kind of response a table holds."""

import pytest
from astropy.io import fits

from gammapy.errors import FileFormatError
from gammapy.irf.kinds import CARDS, KINDS, kind_of
from tests.irf.made import ALL, king


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("cards", ["all", "none", "old"])
def test_told_by_the_columns(kind, cards):
    irf = ALL[kind]()
    hdu = irf.to_table_hdu()
    for card in ("HDUCLASS", "HDUCLAS1", "HDUCLAS2", "HDUCLAS3", "HDUCLAS4"):
        if cards == "none":
            del hdu.header[card]
    if cards == "old":
        hdu.header["HDUCLAS4"] = "3GAUSS"
    assert kind_of(hdu) is type(irf)


def test_a_card_that_says_otherwise():
    hdu = king().to_table_hdu()
    hdu.header["HDUCLAS4"] = "PSF_TABLE"
    with pytest.raises(
        FileFormatError, match=r"HDUCLAS4 = 'PSF_TABLE', but its columns .* PSFKing"
    ):
        kind_of(hdu)


def test_other_parts():
    assert kind_of(fits.PrimaryHDU()) is None
    assert kind_of(fits.BinTableHDU.from_columns([fits.Column("RAD_MAX", "D")])) is None


def test_each_kind_is_written_under_its_cards():
    assert {cls.tag for cls in KINDS} == set(CARDS)
