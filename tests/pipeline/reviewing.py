"""Documents brought to review without drawing or reading any paper: what was read and proposed is said outright."""

from __future__ import annotations

import io
from itertools import count

from models.extraction import Evidence, Extraction, FieldValue
from models.geometry import Box
from models.people import Agency, Person, Role
from models.reading import EngineVersion, PageReading, Reading
from models.states import DocumentState
from pipeline.application import Application
from storage.records import DocumentRecord

OFFICER = Person(
    id="officer",
    name="Trần Thị Mẫu",
    role=Role.OFFICER,
    agency=Agency(identifier="000.00.01.H99", name="UBND xã Mẫu"),
)
ENGINE = EngineVersion(name="drawn", version="7")
SURE = 0.97
_NUMBERS = count()


def evidence(*failed: str, passed: tuple[str, ...] = ("notation",), weakest: float = 0.95) -> Evidence:
    return Evidence(weakest=weakest, mean=0.97, place=0.98, passed=passed, failed=failed)


def read(value: str, confidence: float = SURE, *failed: str, printed: str | None = None) -> FieldValue:
    """A value as a machine proposes it."""
    return FieldValue(
        value=value,
        confidence=confidence,
        page=1,
        box=Box(x0=0.1, y0=0.2, x1=0.5, y1=0.25),
        origin="ocr",
        printed=value if printed is None else printed,
        evidence=evidence(*failed),
    )


def decision(*asked: str, probability: float = 0.98, **fields: FieldValue | None) -> Extraction:
    """A decision whose required fields were found; `asked` are the doubtful ones, None takes a field away."""
    found: dict[str, FieldValue | None] = {
        "number": read("12/QĐ-UBND"),
        "issuer": read("ỦY BAN NHÂN DÂN XÃ MẪU"),
        "issued_on": read("2026-03-12", printed="ngày 12 tháng 3 năm 2026"),
        "abstract": read("Về việc công nhận hộ thoát nghèo"),
        "signer_name": read("Nguyễn Văn Mẫu"),
        **fields,
    }
    return Extraction(
        extractor="rules-1",
        document_type="quyet_dinh",
        type_probability=probability,
        fields={name: field for name, field in found.items() if field is not None},
        needs_review=asked,
        flags=("type_doubtful",) if probability < 0.8 else (),
    )


def in_review(
    app: Application,
    extraction: Extraction,
    *,
    forced_type: str | None = None,
    reading: Reading | None = None,
) -> DocumentRecord:
    """A document that waits for a person, its reading and proposal in the register."""
    content = f"scan {next(_NUMBERS)}".encode()
    stored = app.vault.write("original", io.BytesIO(content))
    with app.register.transaction(actor="test", purpose="test") as tx:
        _, identifier = tx.add_source(
            stored,
            content_mac=stored.sha256,
            filename="scan.jpg",
            received_by="test",
            intake="counter",
            presented_as="ban_chinh",
            rule_set="vn-2025-07-01",
            forced_type=forced_type,
        )
    pages = reading.pages if reading else (PageReading(page=1, regions=()),)
    kept = [(page.page, app.vault.write("page-reading", page.model_dump_json().encode())) for page in pages]
    tag = f"{ENGINE.name}-{ENGINE.version}"
    with app.register.transaction(actor="test", purpose="test") as tx:
        for number, ref in kept:
            tx.add_derivation(identifier, "read", tag, {}, seconds=0.0, page=number, stored=ref)
        tx.add_derivation(identifier, "read", tag, {"engine": ENGINE.model_dump()}, seconds=0.0)
        tx.add_derivation(
            identifier, "extract", "rules-1;type=any", extraction.model_dump(mode="json"), seconds=0.0
        )
    facts = {"kind": "jpeg", "size": len(content), "page_count": len(pages)}
    with app.register.transaction(actor="test", purpose="test") as tx:
        tx.set_source_facts(app.register.document(identifier).source_id, facts)
    for state in ("TRIAGED", "READ", "EXTRACTED", "IN_REVIEW"):
        with app.register.transaction(actor="test", purpose="test") as tx:
            tx.set_document_state(app.register.document(identifier), DocumentState[state])
    return app.register.document(identifier)
