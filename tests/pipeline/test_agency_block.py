"""The agency's block on page 1: what it says of a copy, an annex in a file of its own, an archival record."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pdfplumber
import pikepdf
import pytest

from models.ecopy import CopyForm
from models.rulesets import rule_set_by_id
from models.scans import ScanRecord
from models.times import VIETNAM
from pipeline.access import fetch_ecopy
from pipeline.papers.outcome import SourceOutcome
from pipeline.stages.stamp import agency_stamp
from signing.development.pki import SAMPLE_AGENCY
from tests.pipeline.support import application, digitized, sample_card

AT = datetime(2026, 11, 22, 9, 15, 4, tzinfo=VIETNAM)
TIME = "22.11.2026 09:15:04 +07:00"
AGENCY = SAMPLE_AGENCY.name
NUMBER = "12/QĐ-UBND"


@pytest.mark.parametrize(
    ("form", "said", "lines"),
    [
        (CopyForm.SAO_Y, {}, ["Sao y", AGENCY, TIME]),
        (CopyForm.SAO_LUC, {}, ["Sao lục", AGENCY, TIME]),
        (CopyForm.SAO_Y, {"annex_of": NUMBER}, [NUMBER, TIME]),
        (CopyForm.SAO_Y, {"archive": True}, [AGENCY, TIME]),
        (CopyForm.SAO_Y, {"annex_of": NUMBER, "archive": True}, [NUMBER, TIME]),
        (CopyForm.TRICH_SAO, {"annex_of": NUMBER, "archive": True}, ["Trích sao", AGENCY, TIME]),
        (CopyForm.CHUNG_THUC, {}, ["Chứng thực bản sao điện tử", AGENCY, TIME]),
    ],
)
def test_it_says_what_the_decree_wants_of_each(
    form: CopyForm, said: dict[str, object], lines: list[str]
) -> None:
    stamp = agency_stamp(SAMPLE_AGENCY, form, AT, rule_set_by_id("vn-2025-07-01"), **said)  # type: ignore[arg-type]
    with pdfplumber.open(io.BytesIO(stamp.pdf)) as pdf:
        assert (pdf.pages[0].extract_text() or "").splitlines() == lines


def test_the_copy_of_an_annex_names_the_document_it_belongs_to(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        (outcome,) = digitized(app, tmp_path / "out", sample_card(tmp_path), scan=ScanRecord(annex_of=NUMBER))
        assert isinstance(outcome, SourceOutcome), outcome
        target = tmp_path / "copy.pdf"
        fetch_ecopy(app, outcome.documents[0].id, target, purpose="t")
    with pikepdf.open(target) as pdf:
        (field,) = [one for one in pdf.Root.AcroForm.Fields if one.FT == "/Sig" and "/AP" in one]
        face = pikepdf.new()
        face.add_blank_page(page_size=(400, 400))
        form = face.copy_foreign(field.AP.N)
        face.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=form))
        face.pages[0].Contents = face.make_stream(b"/F Do")
        alone = io.BytesIO()
        face.save(alone)
    with pdfplumber.open(alone) as shown:
        lines = (shown.pages[0].extract_text() or "").splitlines()
    assert lines[0] == NUMBER
    assert len(lines) == 2
