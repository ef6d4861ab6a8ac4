"""Models from the files of gamma-cat, the open catalogue of gamma-ray sources.

Its data are one YAML file per source and paper (Deil et al., https://gamma-cat.readthedocs.io):
`measurement` reads one, `spectrum`, `place` and `shape` build the parts of its model, `measured` is
a value with both of its errors, and `files` finds what belongs together.

What a file says is never changed on the disk or in ``Measurement.tree``. Where it had to be
interpreted - a slip in a unit, a size that is not given - ``Measurement.notes`` says so.
"""
