"""Models in files.

A file becomes a plain tree (`yaml`), the tree is checked and becomes models (`spec`), and back.
`node` is a value of the tree with the place where it stands, for messages; `parameter`, `links`,
`spectral`, `covariance` are the parts of the schema; `atomic` writes a file whole or not at all.

Nothing in a tree is dropped silently: a key that is not known, or known and not supported,
is an error. Only the keys of `parameter.IGNORED` (the optimiser scaling of other versions) and the
text of ``metadata`` are read over.
"""
