"""Takes the reviewed data and the transfer note out of an e-copy's XMP. For use inside the sandbox."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
from pydantic import ValidationError

from models.base import Value
from models.ecopy import DATA_SCHEMA, NOTE_SCHEMAS, ConversionMark, EcopyData, TransferNote
from models.errors import Unreadable
from pdf.reading_pdf import decoded, opened
from pdf.xmp import NAMESPACE

_MAX_PACKET = 32 << 20
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.I)


class EmbeddedData(Value):
    """What an e-copy carries, and the very text it stood in."""

    ecopy_id: str
    data: EcopyData
    note: TransferNote
    mark: ConversionMark
    data_json: str
    note_json: str


def read_embedded(path: Path) -> EmbeddedData | None:
    """The data inside a PDF, None where it carries none of ours.

    What it says is worth what the signature over the file is worth; verify that apart. Raises Unreadable where
    our properties are there but incomplete, of an unknown schema, or no valid data.
    """
    with opened(path) as pdf:
        metadata = pdf.Root.get("/Metadata")
        if not isinstance(metadata, pikepdf.Stream):
            return None
        packet = decoded(metadata) or b""
    properties = _properties(packet)
    if not properties:
        return None
    try:
        data_json, note_json = properties["data"], properties["transferNote"]
        mark = ConversionMark.model_validate(
            {
                "text": properties["conversionMark"],
                "converter": properties["converter"],
                "converted_at": properties["convertedAt"],
                "source_medium": properties["sourceMedium"],
            }
        )
        data = EcopyData.model_validate_json(data_json)
        note = TransferNote.model_validate_json(note_json)
    except KeyError as e:
        raise Unreadable(reason=f"e-copy metadata without {e.args[0]}") from e
    except ValidationError as e:
        raise Unreadable(reason=f"e-copy metadata: {e.error_count()} faults in {e.title}") from e
    if data.schema_version != DATA_SCHEMA or note.schema_version not in NOTE_SCHEMAS:
        raise Unreadable(reason=f"e-copy metadata of schema {data.schema_version}, {note.schema_version}")
    identifier = properties.get("ecopyId")
    if identifier != data.ecopy_id or identifier != note.ecopy_id:
        raise Unreadable(reason="e-copy metadata that names different e-copies")
    return EmbeddedData(
        ecopy_id=identifier, data=data, note=note, mark=mark, data_json=data_json, note_json=note_json
    )


def _properties(packet: bytes) -> dict[str, str]:
    """The properties of our namespace, as elements or as attributes (XMP allows both)."""
    if len(packet) > _MAX_PACKET:
        raise Unreadable(reason="metadata too large")
    try:
        text = packet.decode("utf-8").strip("\ufeff\0 \t\r\n")
        if NAMESPACE not in text:
            return {}
        if _DOCTYPE.search(text):
            raise Unreadable(reason="metadata with a document type")
        root = ElementTree.fromstring(text)
    except UnicodeDecodeError:
        return {}  # ours is always UTF-8
    except ElementTree.ParseError as e:
        raise Unreadable(reason=f"metadata: {e}") from e
    found: dict[str, str] = {}
    prefix = f"{{{NAMESPACE}}}"
    for description in root.iter(f"{{{_RDF}}}Description"):
        pairs = [*description.attrib.items(), *((child.tag, child.text or "") for child in description)]
        for name, value in pairs:
            if name.startswith(prefix):
                if name[len(prefix) :] in found:
                    raise Unreadable(reason=f"metadata with two of {name[len(prefix) :]}")
                found[name[len(prefix) :]] = value
    return found
