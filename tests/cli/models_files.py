"""Files of models for the tests of ``gammapy models``."""

CRAB = """\
components:
-   name: crab
    type: SkyModel
    spectral:
        type: PowerLawSpectralModel
        parameters:
        -   {name: index, value: 2.5, error: 0.1, min: 0.0, max: 5.0, frozen: false}
        -   {name: amplitude, value: 4.0e-11, unit: cm-2 s-1 TeV-1, error: 2.0e-12, frozen: false}
        -   {name: reference, value: 1.0, unit: TeV, frozen: true}
    spatial:
        type: GaussianSpatialModel
        frame: icrs
        parameters:
        -   {name: lon_0, value: 83.633, unit: deg, frozen: false}
        -   {name: lat_0, value: 22.014, unit: deg, frozen: false}
        -   {name: sigma, value: 0.2, unit: deg, frozen: true}
-   name: a very long name of the second source
    type: SkyModel
    spectral:
        type: LogParabolaSpectralModel
        parameters:
        -   {name: amplitude, value: 1.0e-11, unit: cm-2 s-1 TeV-1, frozen: false}
        -   {name: alpha, unit: '', frozen: false, link: {mul: [0.8, crab.spectral.index]}}
    spatial:
        type: PointSpatialModel
        frame: galactic
        parameters:
        -   {name: lon_0, value: 359.5, unit: deg, frozen: true}
        -   {name: lat_0, value: 1.5, unit: deg, frozen: true}
    temporal:
        type: ConstantTemporalModel
-   name: data-bkg
    type: FoVBackgroundModel
    datasets_names: [data]
    spectral:
        type: PowerLawNormSpectralModel
"""

XML = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<source_library title="source library">
  <source name="crab" type="ExtendedSource">
    <spectrum type="PowerLaw">
      <parameter name="Prefactor" value="4" scale="1e-17" min="0" max="1000" free="1"/>
      <parameter name="Index" value="2.5" scale="-1" min="0" max="5" free="1"/>
      <parameter name="PivotEnergy" value="1" scale="1e6" free="0"/>
    </spectrum>
    <spatialModel type="RadialGaussian">
      <parameter name="RA" value="83.633" scale="1" free="1"/>
      <parameter name="DEC" value="22.014" scale="1" free="1"/>
      <parameter name="Sigma" value="0.2" scale="1" free="0"/>
    </spatialModel>
  </source>
</source_library>
"""
