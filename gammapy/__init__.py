"""gammapy: model the gamma-ray sky, predict what an instrument sees, and fit it."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module 'gammapy' has no attribute {name!r}")
    # asked for rarely, and slow to import
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gammapy")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+unknown"
