"""Numbers only: arrays in, arrays out, in the internal units TeV, cm, s, deg, sr."""
