"""Models, their parameters, and the fit."""
