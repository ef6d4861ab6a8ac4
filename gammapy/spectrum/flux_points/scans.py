"""Profiles of the statistic over the norm of a flux point, made smooth.

Between the scanned norms a profile is the interpolating spline of degree 2 (knots half-way between
the norms): it has a continuous first derivative, so a fit through it has gradients. Outside, the
last piece goes on; where that piece bends down, its tangent does.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple, Self

import numpy as np

from gammapy.errors import DataError, GammapyWarning
from gammapy.maps.region import RegionNDMap

__all__ = ["Profiles", "Scans", "upper_limits"]


class Scans(NamedTuple):
    """Scanned profiles.

    Attributes
    ----------
    norm, stat : ndarray [..., n_scan]
        Shape of the points first.
    """

    norm: np.ndarray
    stat: np.ndarray

    @classmethod
    def of_maps(cls, stat_scan: RegionNDMap, norm_scan: RegionNDMap | None) -> Self:
        """From maps whose first axis is that of the scan."""
        first = stat_scan.geom.axes[0]
        stat = np.asarray(stat_scan.values, dtype=float)
        if norm_scan is not None:
            norm = np.asarray(norm_scan.values, dtype=float)
        elif first.name == "norm":
            norm = first.center.to_value("")
        else:
            raise DataError(
                f"stat_scan has the axis {first!r}: name it 'norm', with the scanned norms as its "
                "centres, or add a map norm_scan"
            )
        return cls(np.broadcast_to(norm, stat.shape), stat)


class Profiles(NamedTuple):
    """Smooth profiles of some points, evaluated at one norm for each.

    Attributes
    ----------
    knots : ndarray [n_points, n_pieces - 1]
        Where pieces meet; infinite beyond the last of a point with fewer pieces.
    start : ndarray [n_points, n_pieces]
        What each piece counts from.
    coefficients : ndarray [n_points, n_pieces, 3]
        Of the powers 0, 1 and 2.
    """

    knots: np.ndarray
    start: np.ndarray
    coefficients: np.ndarray

    @classmethod
    def of_scans(cls, norm: np.ndarray, stat: np.ndarray) -> Self:
        """Profiles through scans.

        Parameters
        ----------
        norm, stat : ndarray [n_points, n_scan]

        Raises
        ------
        DataError
            If a scan has fewer than 3 norms, they do not ascend, a number is not finite, or the
            statistic falls and bends down at an end, so that it has no lower limit.
        """
        for i, (x, y) in enumerate(zip(norm, stat, strict=True)):
            if len(x) < 3 or not np.all(np.isfinite(x) & np.isfinite(y)) or np.any(np.diff(x) <= 0):
                raise DataError(
                    f"profile of point {i}: norm_scan = {np.array2string(x, threshold=6)} must "
                    "be at least 3 ascending numbers, and stat_scan finite: scan it again, or "
                    "mask the point"
                )
        pieces = [_pieces(x, y) for x, y in zip(norm, stat, strict=True)]
        _check_ends(pieces)
        n = max((len(start) for _, start, _ in pieces), default=1)
        knots = np.full((len(pieces), n - 1), np.inf)
        starts, coefficients = np.zeros((len(pieces), n)), np.zeros((len(pieces), n, 3))
        for i, (inner, start, rows) in enumerate(pieces):
            knots[i, : len(inner)] = inner
            starts[i, : len(start)], coefficients[i, : len(start)] = start, rows
        return cls(knots, starts, coefficients)

    def evaluate(self, norm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, first and second derivative of each profile at its norm; arrays [n_points]."""
        piece = np.sum(norm[:, None] >= self.knots, axis=1)
        rows = np.arange(len(norm))
        c0, c1, c2 = self.coefficients[rows, piece].T
        step = norm - self.start[rows, piece]
        return c0 + (c1 + c2 * step) * step, c1 + 2 * c2 * step, 2 * c2

    @property
    def minima(self) -> tuple[np.ndarray, np.ndarray]:
        """Norm and value [n_points] at the lowest point of each profile."""
        c1, c2 = self.coefficients[..., 1], self.coefficients[..., 2]
        bent = c2 > 0
        low = np.concatenate([np.full((len(c1), 1), -np.inf), self.knots], axis=1)
        high = np.concatenate([self.knots, np.full((len(c1), 1), np.inf)], axis=1)
        # a smooth function is lowest where a piece that bends up has its vertex
        vertex = self.start - np.where(bent, c1, 0.0) / np.where(bent, 2 * c2, 1.0)
        inside = bent & (low <= vertex) & (vertex <= high)
        value = np.stack([self.evaluate(column)[0] for column in vertex.T], axis=1)
        best = np.argmin(np.where(inside, value, np.inf), axis=1)
        rows = np.arange(len(c1))
        return vertex[rows, best], value[rows, best]


def _pieces(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Knots [n - 1], starts [n] and coefficients [n, 3] of one profile, the ends included."""
    from scipy.interpolate import PPoly, make_interp_spline

    spline = PPoly.from_spline(make_interp_spline(x, y, k=2))
    # a spline repeats its end knots: pieces of no length
    real = np.flatnonzero(np.diff(spline.x) > 0)
    start = spline.x[real]
    rows = spline.c[::-1, real].T
    step = x[-1] - start[-1]
    c0, c1, c2 = rows[-1]
    last = [c0 + (c1 + c2 * step) * step, c1 + 2 * c2 * step, max(c2, 0.0)]
    first = [rows[0, 0], rows[0, 1], max(rows[0, 2], 0.0)]
    starts = np.concatenate([x[:1], start, x[-1:]])
    return starts[1:], starts, np.vstack([first, rows, last])


def _check_ends(pieces: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    for i, (_, _, rows) in enumerate(pieces):
        for end, row, outward in (("low", rows[0], -1.0), ("high", rows[-1], 1.0)):
            if row[2] == 0 and outward * row[1] < 0:
                raise DataError(
                    f"profile of point {i}: the statistic falls without limit beyond the {end} end "
                    "of the scan: scan a wider or finer range, or mask the point"
                )


def upper_limits(
    scans: Scans, norm: np.ndarray, stat: np.ndarray | None, n_sigma: float
) -> np.ndarray:
    """Norms above the best at which the profiles have risen by ``n_sigma**2``.

    Parameters
    ----------
    scans : `Scans`
    norm, stat : ndarray [...]
        Best norm and the statistic there; without ``stat`` the lowest of the scan is taken.
    n_sigma : float

    Returns
    -------
    ndarray
        Shape of ``norm``; nan, with a warning that tells how many, where the point has no
        profile or it does not rise that high inside the scan.
    """
    if not n_sigma > 0:
        raise DataError(f"n_sigma_ul = {n_sigma!r} must be positive")
    flat_norm, flat_stat = (part.reshape(-1, part.shape[-1]) for part in scans)
    best = np.ravel(norm)
    lowest = np.ravel(stat) if stat is not None else flat_stat.min(axis=1)
    limits = np.full(len(best), np.nan)
    for i, (x, y) in enumerate(zip(flat_norm, flat_stat, strict=True)):
        if np.all(np.isfinite(y)) and np.isfinite(lowest[i]):
            above = best[i] if np.isfinite(best[i]) else x[np.argmin(y)]
            limits[i] = _crossing(x, y, above, lowest[i] + n_sigma**2)
    missing = int(np.isnan(limits).sum())
    if missing:
        warnings.warn(
            f"{missing} of {len(limits)} upper limits are nan: no profile, or one that does not "
            f"rise by {n_sigma**2:g} inside its scan; scan a wider range of norms",
            GammapyWarning,
            stacklevel=3,
        )
    return limits.reshape(np.shape(norm))


def _crossing(x: np.ndarray, y: np.ndarray, above: float, level: float) -> float:
    """First norm above one at which a profile reaches a level; nan if it does not in the scan."""
    _, starts, rows = _pieces(x, y)
    ends = np.append(starts[1:], np.inf)
    for low, high, (c0, c1, c2) in zip(starts[1:-1], ends[1:-1], rows[1:-1], strict=True):
        for root in np.roots([c2, c1, c0 - level]):
            here = low + root.real
            if root.imag == 0 and max(low, above) <= here <= high and c1 + 2 * c2 * root.real > 0:
                return float(here)
    return np.nan
