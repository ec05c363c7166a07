"""SHACL core over statements, page by page or over a whole graph; pyshacl is the reference that it is held to."""

from rdfkit.shacl.checking import check
from rdfkit.shacl.compilation import UnsupportedShapesError, compile_shapes
from rdfkit.shacl.compiled import CompiledShapes
from rdfkit.shacl.pages import PageCheck, check_page, confirmed, gather, mixes_classes
from rdfkit.shacl.results import ShapeResult

__all__ = [
    "CompiledShapes",
    "PageCheck",
    "ShapeResult",
    "UnsupportedShapesError",
    "check",
    "check_page",
    "compile_shapes",
    "confirmed",
    "gather",
    "mixes_classes",
]
