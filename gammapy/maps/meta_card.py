"""What a map has as ``meta``, in the card META of a FITS header, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["meta_of_header", "meta_text"]


def meta_text(meta: Mapping[str, Any]) -> str:
    """Value of the card; what JSON does not know is written as text."""
    return json.dumps(meta, default=str)


def meta_of_header(header: Any) -> dict[str, Any]:
    """What a map had as ``meta`` when it was written; empty where the card is none of these."""
    try:
        meta = json.loads(header.get("META", "{}"))
    except (ValueError, TypeError):
        return {}
    return meta if isinstance(meta, dict) else {}
