"""Metadata of our PDF files: the XMP packet with the e-copy's data, and the document information that agrees with it.

XMP: ISO 16684-1; its use in PDF/A-2 with extension schemas: ISO 19005-2, 6.6.2.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal
from xml.sax.saxutils import escape

from models.base import Value
from models.ecopy import ConversionMark, EcopyData, TransferNote
from models.text import nfc

Conformance = Literal["2b", "2u"]

NAMESPACE = "urn:ecopy:xmp:1.0/"
"""Of the extension schema that carries data, note and mark."""

_XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PROPERTIES = (
    ("ecopyId", "Text", "Identifier of the e-copy, stable over its revisions (ULID)"),
    ("data", "Text", "Reviewed data of the document, JSON in UTF-8, schema named inside"),
    ("transferNote", "Text", "Record of the conversion, JSON in UTF-8, schema named inside"),
    ("conversionMark", "Text", "Ký hiệu riêng xác nhận chuyển đổi (LGDDT Art. 12.1)"),
    ("converter", "Text", "Agency that made the conversion"),
    ("convertedAt", "Date", "Moment of the conversion"),
    ("sourceMedium", "Text", "Medium of the source: paper or electronic"),
)


class EcopyContent(Value):
    """What makes a PDF an e-copy besides its picture and its text."""

    data: EcopyData
    note: TransferNote
    mark: ConversionMark


class DocumentMetadata(Value):
    """What a file says about itself; Vietnamese texts in NFC, times ISO 8601 with a zone."""

    title: str
    created_at: str
    creator_tool: str
    """The program that made the document, with its version."""
    producer: str
    """The program that wrote the PDF, with its version."""
    author: str | None = None
    """The agency or the person responsible."""
    description: str | None = None
    """The abstract (trích yếu)."""
    language: str = "vi"
    ecopy: EcopyContent | None = None
    """None for a capture."""


def xmp_packet(metadata: DocumentMetadata, conformance: Conformance) -> bytes:
    """The packet in UTF-8, ready for an unfiltered metadata stream."""
    stamp = _iso(metadata.created_at)
    parts = [
        _description("pdfaid", "http://www.aiim.org/pdfa/ns/id/", [
            _simple("pdfaid:part", "2"), _simple("pdfaid:conformance", conformance[1].upper()),
        ]),
        _description("dc", "http://purl.org/dc/elements/1.1/", _dublin_core(metadata)),
        _description("xmp", "http://ns.adobe.com/xap/1.0/", [
            _simple("xmp:CreateDate", stamp), _simple("xmp:ModifyDate", stamp),
            _simple("xmp:MetadataDate", stamp), _simple("xmp:CreatorTool", metadata.creator_tool),
        ]),
        _description("pdf", "http://ns.adobe.com/pdf/1.3/", [_simple("pdf:Producer", metadata.producer)]),
    ]  # fmt: skip
    if metadata.ecopy:
        parts += [_description("ecopy", NAMESPACE, _ecopy(metadata.ecopy)), _extension_schema()]
    body = "\n".join(parts)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        f"{body}\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


def document_information(metadata: DocumentMetadata) -> dict[str, str]:
    """The entries of the Info dictionary, word for word what the packet says."""
    stamp = _pdf_date(metadata.created_at)
    entries = {
        "/Title": _clean(metadata.title),
        "/Creator": _clean(metadata.creator_tool),
        "/Producer": _clean(metadata.producer),
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
    if metadata.author:
        entries["/Author"] = _clean(metadata.author)
    if metadata.description:
        entries["/Subject"] = _clean(metadata.description)
    return entries


def _clean(text: str) -> str:
    return _XML_FORBIDDEN.sub("", nfc(text))


def _text(text: str) -> str:
    return escape(_clean(text), {"\r": "&#13;"})


def _description(prefix: str, namespace: str, properties: list[str]) -> str:
    inside = "\n".join(properties)
    return f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}">\n{inside}\n</rdf:Description>'


def _simple(name: str, value: str) -> str:
    return f"<{name}>{_text(value)}</{name}>"


def _dublin_core(metadata: DocumentMetadata) -> list[str]:
    properties = [
        _simple("dc:format", "application/pdf"),
        _alternatives("dc:title", metadata.title),
        f"<dc:language><rdf:Bag><rdf:li>{_text(metadata.language)}</rdf:li></rdf:Bag></dc:language>",
    ]
    if metadata.author:
        properties.append(
            f"<dc:creator><rdf:Seq><rdf:li>{_text(metadata.author)}</rdf:li></rdf:Seq></dc:creator>"
        )
    if metadata.description:
        properties.append(_alternatives("dc:description", metadata.description))
    return properties


def _alternatives(name: str, value: str) -> str:
    return f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{_text(value)}</rdf:li></rdf:Alt></{name}>'


def _ecopy(content: EcopyContent) -> list[str]:
    return [
        _simple("ecopy:ecopyId", content.data.ecopy_id),
        _simple("ecopy:data", content.data.model_dump_json()),
        _simple("ecopy:transferNote", content.note.model_dump_json()),
        _simple("ecopy:conversionMark", content.mark.text),
        _simple("ecopy:converter", content.mark.converter),
        _simple("ecopy:convertedAt", _iso(content.mark.converted_at)),
        _simple("ecopy:sourceMedium", content.mark.source_medium),
    ]


def _extension_schema() -> str:
    properties = "\n".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{description}</pdfaProperty:description></rdf:li>"
        for name, kind, description in _PROPERTIES
    )
    return (
        '<rdf:Description rdf:about=""'
        ' xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
        ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
        ' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\n'
        '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\n'
        "<pdfaSchema:schema>Electronic copy (bản sao điện tử)</pdfaSchema:schema>\n"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>\n"
        "<pdfaSchema:prefix>ecopy</pdfaSchema:prefix>\n"
        f"<pdfaSchema:property><rdf:Seq>\n{properties}\n</rdf:Seq></pdfaSchema:property>\n"
        "</rdf:li></rdf:Bag></pdfaExtension:schemas>\n</rdf:Description>"
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a naive time has no place in a record")
    return moment


def _iso(text: str) -> str:
    return _moment(text).isoformat(timespec="seconds")


def _pdf_date(text: str) -> str:
    """ISO 32000-1, 7.9.4: D:YYYYMMDDHHmmSS+07'00'."""
    moment = _moment(text)
    zone = moment.strftime("%z")
    return moment.strftime("D:%Y%m%d%H%M%S") + f"{zone[:3]}'{zone[3:5]}'"
