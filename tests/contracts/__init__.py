"""Batteries that run over all members of a family."""
