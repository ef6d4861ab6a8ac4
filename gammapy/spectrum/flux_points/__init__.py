"""Flux points: SED types, tables and files, and the dataset that fits them."""
