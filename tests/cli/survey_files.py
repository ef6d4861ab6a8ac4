"""The small survey of the examples, for the tests of ``gammapy npred`` and ``flux-cube``."""

from pathlib import Path

SURVEY = Path(__file__).parents[2] / "examples" / "data" / "small-survey"
SKY, INDEX = SURVEY / "sky.yaml", SURVEY / "obs-index.fits.gz"
NEAR, FAR = SURVEY / "near.fits.gz", SURVEY / "far.fits.gz"
#: pixels and energies that are computed at once
SMALL = ["--width", "2,1", "--binsz", "0.1", "--energy", "1,10,2", "--energy-true", "0.5,20,6"]
RESPONSES = ["--index", INDEX, "--irf", f"near={NEAR}", "--irf", f"default={FAR}"]
