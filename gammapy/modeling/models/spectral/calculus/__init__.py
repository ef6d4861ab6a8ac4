"""What is read off a spectrum: integrals, errors, slopes, inverse, peak."""
