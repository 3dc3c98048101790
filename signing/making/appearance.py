"""A visible signature: a one-page PDF becomes the widget's appearance as it is, without border or background."""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec

from models.errors import SigningFault
from models.signatures import SignatureBox, SignRequest
from signing.objects import inherited

SLACK = 0.5
"""Points by which the appearance's page may differ from the box; more would be scaled by the viewer."""


def field_spec(writer: IncrementalPdfFileWriter, request: SignRequest) -> SigFieldSpec:
    """The signature field on page 1: of no size when invisible, else where the request wants it."""
    if request.box is None:
        return SigFieldSpec(sig_field_name=request.field_name, on_page=0)
    x, y = _origin(writer)
    box = request.box
    corners = (box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
    # pyHanko wants whole points here; `place` writes the exact corners afterwards
    whole = tuple(round(corner) for corner in corners)
    return SigFieldSpec(sig_field_name=request.field_name, on_page=0, box=whole)


def place(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, request: SignRequest) -> None:
    """Give the widget its appearance. Raises SigningFault when the appearance can't be used."""
    if request.box is None:
        return
    if request.appearance_pdf is None:
        raise SigningFault(reason="a visible signature needs an appearance")
    x, y = _origin(writer)
    box = request.box
    field["/Rect"] = _numbers(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
    field["/AP"] = generic.DictionaryObject(
        {pdf_name("/N"): _appearance_stream(writer, request.appearance_pdf, box)}
    )


def _appearance_stream(
    writer: IncrementalPdfFileWriter, page: bytes, box: SignatureBox
) -> generic.IndirectObject:
    try:
        reader = PdfFileReader(BytesIO(page))
        count = reader.root["/Pages"]["/Count"]
        stream = writer.import_page_as_xobject(reader, 0)
        bounds = [float(value) for value in stream.get_object()["/BBox"]]
    except (PdfError, KeyError, TypeError, ValueError, IndexError) as error:
        raise SigningFault(reason=f"the appearance is no sound PDF: {error}") from error
    width, height = abs(bounds[2] - bounds[0]), abs(bounds[3] - bounds[1])
    fits = abs(width - (box.x1 - box.x0)) <= SLACK and abs(height - (box.y1 - box.y0)) <= SLACK
    if count != 1 or not fits:
        raise SigningFault(reason=f"the appearance is {width}×{height} pt on {count} page(s), unlike its box")
    return stream


def _origin(writer: IncrementalPdfFileWriter) -> tuple[float, float]:
    page = writer.find_page_for_modification(0)[0].get_object()
    box = inherited(page, "/MediaBox")
    if box is None:
        raise SigningFault(reason="page 1 has no size")
    corners = [float(value) for value in box]
    return min(corners[0], corners[2]), min(corners[1], corners[3])


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(value) for value in values)
