"""What gamma-cat knows of a source besides its measurements: names, classes and a position."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from astropy.coordinates import SkyCoord

from gammapy.errors import FileFormatError
from gammapy.modeling.serialize.gammacat.measured import Readings, angle
from gammapy.modeling.serialize.node import Node
from gammapy.modeling.serialize.tree import read_tree

__all__ = ["Source"]

_NAMES = ("gamma_names", "fermi_names", "other_names")


@dataclass(frozen=True)
class Source:
    """A source of gamma-cat.

    Attributes
    ----------
    source_id : int
    common_name : str
        Unique in gamma-cat.
    tree : dict
        The whole file.
    """

    source_id: int
    common_name: str
    tree: dict[str, Any] = field(repr=False)

    @classmethod
    def read(cls, filename: str | os.PathLike[str]) -> Source:
        """Read the file of a source, ``sources/tev-000025.yaml``.

        Raises
        ------
        MissingFileError, FileFormatError
            If it is not there, or no such file.
        """
        path, tree = read_tree(filename)
        return cls.from_tree(tree, str(path))

    @classmethod
    def from_tree(cls, tree: Any, place: str) -> Source:
        """Source from the tree of its file; ``place`` names it in messages."""
        node = Node(tree, place)
        if not isinstance(tree, dict):
            raise node.error("must be a mapping with source_id and common_name")
        return cls(whole_number(node["source_id"]), node["common_name"].text(), tree)

    @property
    def names(self) -> list[str]:
        """All names, the common one first."""
        found = [self.common_name]
        for key in _NAMES:
            found += [name for name in self.tree.get(key) or [] if isinstance(name, str)]
        found += [self.tree[k] for k in ("tevcat_name", "tgevcat_name") if self.tree.get(k)]
        return list(dict.fromkeys(found))

    @property
    def classes(self) -> list[str]:
        """Classes like "pwn" or "hbl"."""
        return list(self.tree.get("classes") or [])

    @property
    def reference_ids(self) -> list[str]:
        """Papers on the source, by their bibcodes."""
        return list(self.tree.get("reference_ids") or [])

    @property
    def position(self) -> SkyCoord | None:
        """Position of the object that the source is named after; None if it has none.

        Raises
        ------
        FileFormatError
            If it is no position.
        """
        place = f"tev-{self.source_id:06d}, pos"
        node = Node(self.tree.get("pos") or {}, place)
        if not isinstance(node.value, dict) or "ra" not in node or "dec" not in node:
            return None
        ra, dec = (_coordinate(node[key], hours=key == "ra") for key in ("ra", "dec"))
        if abs(dec.value) > 90:
            raise node["dec"].error("must be within -90 and 90 deg")
        return SkyCoord(ra, dec, frame="icrs")


def _coordinate(node: Node, hours: bool) -> Any:
    """Angle from a text, or from a number in deg."""
    if isinstance(node.value, str):
        return angle(node, Readings(), hours)
    return angle(Node(f"{node.number()!r} deg", node.place), Readings(), hours)


def whole_number(node: Node) -> int:
    """Positive integer."""
    if isinstance(node.value, bool) or not isinstance(node.value, int) or node.value < 1:
        raise FileFormatError(f"{node.place} = {node.value!r} must be a whole number from 1 on")
    return node.value
