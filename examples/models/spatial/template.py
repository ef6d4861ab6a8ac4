from gammapy.modeling.models import TemplateSpatialModel

image = "$GAMMAPY_DATA/cta-1dc-skymodel/image_sources/VelaJr.fits"
model = TemplateSpatialModel.read(image, interp_kwargs={"values_scale": "lin"})
width = "2.6 deg"
