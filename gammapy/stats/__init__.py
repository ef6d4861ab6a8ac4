"""Counts statistics for people: fit statistics as functions, significance, errors and limits.

All take and return plain numbers or arrays, and broadcast. Statistics are -2 ln L.
"""

from gammapy.stats.counts_statistic import CashCountsStatistic, WStatCountsStatistic
from gammapy.stats.fit_statistics import (
    cash,
    cstat,
    get_wstat_gof_terms,
    get_wstat_mu_bkg,
    wstat,
)
from gammapy.stats.significance import sigma_to_ts, ts_to_sigma

__all__ = [
    "CashCountsStatistic",
    "WStatCountsStatistic",
    "cash",
    "cstat",
    "get_wstat_gof_terms",
    "get_wstat_mu_bkg",
    "sigma_to_ts",
    "ts_to_sigma",
    "wstat",
]
