"""Spectral models, one shape a file."""
