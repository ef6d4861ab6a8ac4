"""What can be wrong with the two indices of a folder, and with the files that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from gammapy.data.groups import group_pointings
from gammapy.data.hdu_location import HDU_CLASSES, HDU_TYPES
from gammapy.errors import DataError, FileFormatError, MissingFileError, OptionError

__all__ = ["check_store"]


def check_store(store: Any, checks: Any = "all") -> list[dict[str, Any]]:
    """Records of what is wrong; see `DataStore.check`."""
    known = {"obs_table": _obs_table, "hdu_table": _hdu_table, "files": _files}
    wanted = list(known) if isinstance(checks, str) and checks == "all" else list(checks)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise OptionError(f"checks = {checks!r}: {unknown[0]!r} is none of {list(known)}")
    return [record for name in wanted for record in known[name](store)]


def _record(level: str, message: str, obs_id: Any = None, part: str | None = None) -> dict:
    return {"level": level, "obs_id": obs_id, "hdu_type": part, "msg": message}


def _obs_table(store: Any) -> Iterator[dict[str, Any]]:
    try:
        group_pointings(store.obs_table, by=())
    except (DataError, FileFormatError) as error:
        yield _record("error", f"obs_table: {error}")
    known = set(store.obs_ids.tolist())
    for one in np.asarray(store.obs_table["OBS_ID"]).tolist():
        if one not in known:
            yield _record("error", "in the observation table, but not in the index of files", one)


def _hdu_table(store: Any) -> Iterator[dict[str, Any]]:
    seen: set[tuple[Any, str]] = set()
    known = set(np.asarray(store.obs_table["OBS_ID"]).tolist())
    for row in range(len(store.hdu_table)):
        location = store.hdu_table.location_info(row)
        one, part = location.obs_id, location.hdu_type
        if part not in HDU_TYPES or location.hdu_class not in HDU_CLASSES:
            text = f"type {part!r}, class {location.hdu_class!r} is not known"
            yield _record("error", text, one, part)
        if (one, part) in seen:
            yield _record("error", "there twice in the index of files", one, part)
        if one not in known and (one, "") not in seen:
            yield _record("warning", "in the index of files, but not in the observation table", one)
        seen |= {(one, part), (one, "")}


def _files(store: Any) -> Iterator[dict[str, Any]]:
    there: dict[str, str | None] = {}
    for row in range(len(store.hdu_table)):
        location = store.hdu_table.location_info(row)
        path = str(location.path())
        if path not in there:
            try:
                location.check_file()
                there[path] = None
            except MissingFileError as error:
                there[path] = str(error)
        if there[path] is not None:
            text = f"{path} does not exist"
            yield _record("error", text, location.obs_id, location.hdu_type)
