"""The part of SHACL core that the shipped shapes use, over statements, page by page or over a whole graph.

Knows statements and shapes, nothing of pages' texts or of stores. pyshacl is the reference that it is held to.
"""

from rdfkit.validation.shacl.page_validator import PageCheck, check_page, confirmed, gather, mixes_classes
from rdfkit.validation.shacl.parser import UnsupportedShapesError, compile_shapes
from rdfkit.validation.shacl.plan import CompiledShapes, check
from rdfkit.validation.shacl.results import ShapeResult

__all__ = [
    "CompiledShapes",
    "PageCheck",
    "ShapeResult",
    "UnsupportedShapesError",
    "check",
    "check_page",
    "compile_shapes",
    "confirmed",
    "data",
    "gather",
    "mixes_classes",
    "page_validator",
    "results",
]
