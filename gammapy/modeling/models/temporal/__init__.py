"""Models of the course in time."""
