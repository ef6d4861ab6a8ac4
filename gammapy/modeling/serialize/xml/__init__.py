"""Model files in XML, of Gammalib and of the Fermi Science Tools."""
