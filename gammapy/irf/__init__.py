"""Instrument response."""

from gammapy.irf.edisp import EDispKernel

__all__ = ["EDispKernel"]
