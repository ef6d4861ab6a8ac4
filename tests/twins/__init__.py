"""Slow, obvious twins of the package: plain arrays in and out, in TeV, cm and s."""
