"""Models of the distribution on the sky."""
