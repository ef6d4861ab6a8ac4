"""Minimising a function of free parameters, by any of several backends."""
