"""Astrophysics beyond the models: so far dark matter."""
