"""What a signing program may leave behind besides its signature: its name and the time, and nothing that anybody wrote.

Programs built on common PDF libraries write Producer and the time of the change into the Info dictionary and the XMP
packet with every save. That alters no word of the document; anything else in there is ours and stays.
"""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.metadata.model import ExpandedName, XmpValue
from pyhanko.pdf_utils.metadata.xmp_xml import parse_xmp
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.objects import entry

_INFO = frozenset({"/Producer", "/ModDate"})
_XMP = frozenset(
    {
        ExpandedName("http://ns.adobe.com/pdf/1.3/", "Producer"),
        ExpandedName("http://ns.adobe.com/xap/1.0/", "ModifyDate"),
        ExpandedName("http://ns.adobe.com/xap/1.0/", "MetadataDate"),
        ExpandedName("http://ns.adobe.com/xap/1.0/mm/", "InstanceID"),
    }
)

_ABOUT = ExpandedName("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "about")
"""Of which resource a description is: of this document, which is written as nothing."""

Said = dict[ExpandedName, XmpValue]


def only_marks_differ(before: PdfFileReader, after: PdfFileReader) -> bool:
    """Whether both say the same of themselves but for the marks of a program.

    Raises what the library raises on rubbish.
    """
    return _info(before) == _info(after) and _same_packet(before, after)


def _info(reader: PdfFileReader) -> dict[str, str]:
    info = entry(reader.trailer_view, "/Info", {})
    return {str(key): repr(info[key]) for key in info if str(key) not in _INFO}


def _same_packet(before: PdfFileReader, after: PdfFileReader) -> bool:
    ours, theirs = (_packet(reader) for reader in (before, after))
    if ours == theirs:
        return True
    return bool(ours) and bool(theirs) and _said(ours) == _said(theirs)


def _packet(reader: PdfFileReader) -> bytes:
    stream = entry(reader.root, "/Metadata")
    return bytes(stream.data) if isinstance(stream, generic.StreamObject) else b""


def _said(packet: bytes) -> Said:
    """Every property of the packet, whichever of its descriptions it stands in. Raises ValueError for one said twice."""
    found: Said = {}
    for description in parse_xmp(BytesIO(packet)):
        for name, value in description:
            if name == _ABOUT and value.value == "":
                continue
            if name in found:
                raise ValueError(f"{name} is said twice")
            found[name] = value
    return {name: value for name, value in found.items() if name not in _XMP}
