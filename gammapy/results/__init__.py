"""Results in files."""

from gammapy.results.fit import read_fit_result, write_fit_result

__all__ = ["read_fit_result", "write_fit_result"]
