"""Clocks, a tiny PDF/A and a development PKI for the tests of signing."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
from PIL import ImageCms

from models.people import Role
from models.ports import Clock
from models.signatures import Level, SignatureBox, SignedFile, SignRequest
from signing.development.pki import DevelopmentPki
from signing.making.signer import PdfSigner, sign_request_time
from signing.names import field_name
from signing.trust import TrustStore


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def write_pdfa(path: Path, *, pages: int = 1, size: tuple[float, float] = (595, 842)) -> Path:
    """A small PDF/A-2b: a grey box per page, sRGB output intent, XMP."""
    pdf = pikepdf.new()
    for number in range(pages):
        page = pdf.add_blank_page(page_size=size)
        page.Contents = pdf.make_stream(b"0.8 g 72 %d 200 100 re f" % (600 - number))
    profile = pdf.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile.N = 3
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])
    metadata = pdf.make_stream(XMP.encode("utf-8"))
    metadata.Type, metadata.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
    pdf.Root.Metadata = metadata
    pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.disable, fix_metadata_version=False)
    return path


def appearance(width: float, height: float) -> bytes:
    """A one-page PDF of that size with a black line, as the composer would make one."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(width, height))
    page.Contents = pdf.make_stream(b"0 G 1 w 2 2 m %d 2 l S" % int(width - 2))
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def request(level: Level, clock: Clock, role: Role = Role.SEAL_HOLDER) -> SignRequest:
    return SignRequest(field_name=field_name(role), level=level, signed_at=sign_request_time(clock))


def visible_request(level: Level, clock: Clock) -> SignRequest:
    box = SignatureBox(x0=395.28, y0=795, x1=565.28, y1=825)
    made = request(level, clock)
    return made.model_copy(update={"box": box, "appearance_pdf": appearance(170, 30)})


@dataclass(frozen=True)
class Bench:
    """Everything a test of signing needs, in one folder."""

    folder: Path
    pki: DevelopmentPki
    clock: Clock

    @property
    def trust(self) -> TrustStore:
        return TrustStore.for_development(self.pki)

    def signer(self, person: str) -> PdfSigner:
        return PdfSigner.for_development(self.pki, person, self.clock)

    def sign(self, source: Path, name: str, level: Level, person: str = "vanthu") -> tuple[Path, SignedFile]:
        target = self.folder / name
        role = self.pki.persons[person].role
        return target, self.signer(person).sign(source, target, request(level, self.clock, role))


def gaps(data: bytes) -> list[tuple[int, int, int]]:
    """(start of the gap, its end, end of the coverage) of every signature in the file."""
    found = re.findall(rb"/ByteRange\s*\[0 (\d+) (\d+) (\d+)\]", data)
    return [(int(a), int(b), int(b) + int(c)) for a, b, c in found]
