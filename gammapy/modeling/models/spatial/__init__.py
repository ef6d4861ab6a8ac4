"""Models of the distribution on the sky, one file per shape."""
