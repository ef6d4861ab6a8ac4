"""gammapy: model the gamma-ray sky, predict what an instrument sees, and fit it."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("gammapy")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"
