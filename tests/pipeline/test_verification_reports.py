"""Reports on a verification: for programs and for people, the same facts in each, safe whatever the file brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pypdfium2
import pytest

from cli.console import Console
from cli.verify import run
from models.errors import LimitExceeded, UsageError
from models.signatures import Level, Reason, SignatureReport, Verdict, VerificationReport
from pdf.revisions import RevisionShown
from pdf.verification_sheet import Words
from pipeline.settings import load_settings
from pipeline.verification.document import verification_document
from pipeline.verification.page import verification_page
from pipeline.verification.reports import KINDS, Judged, make_reports, report_path
from pipeline.verification.sheet import MAX_CARDS, verification_sheet
from pipeline.verification.verifier import Verifier
from signing.development.pki import create_development_pki, load_development_pki
from signing.judging.words import REMEDIES
from tests.signing import attacks
from tests.signing.support import Bench, SystemClock, request, write_pdfa

SCHEMA = Path(__file__).parents[2] / "docs" / "verification.schema.json"


@dataclass(frozen=True)
class Case:
    bench: Bench
    verifier: Verifier
    valid: Path
    changed: Path
    """An officer's signature, then an overlay, then the agency's sound signature over it."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("reports")
    create_development_pki(folder / "pki", SystemClock())
    bench = Bench(folder, load_development_pki(folder / "pki"), SystemClock())
    source = write_pdfa(folder / "source.pdf")
    valid, _ = bench.sign(source, "valid.pdf", Level.B_LTA)
    once, _ = bench.sign(source, "once.pdf", Level.B_T, "officer")
    edited, changed = folder / "edited.pdf", folder / "changed.pdf"
    edited.write_bytes(attacks.updated(once.read_bytes(), attacks.overlay))
    bench.signer("vanthu").sign(edited, changed, request(Level.B_LTA, bench.clock))
    with Verifier(load_settings(home=folder), bench.pki.root_path) as verifier:
        yield Case(bench, verifier, valid, changed)


def _judged(case: Case, path: Path) -> Judged:
    return Judged(path, case.verifier.verify(path)[0])


class _Reader(HTMLParser):
    """The text of a page, its open tags and everything it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.pictures = 0
        self.said: list[str] = []
        self.feed(page)
        self.text = " ".join(" ".join(self.said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.references += [found[key] or "" for key in ("src", "href", "action") if key in found]
        if tag == "img":
            self.pictures += 1
            assert found["alt"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.said.append(data)


def _pdf_text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_all_reports_of_a_valid_file_say_the_same(case: Case) -> None:
    judged = _judged(case, case.valid)
    made = make_reports(case.verifier, judged, KINDS)
    assert list(made) == list(KINDS)
    document = json.loads(made["json"])
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (document["verdict"]["code"], document["file"]["sha256"]) == ("valid", judged.report.sha256)
    agency, stamp = document["signatures"]
    assert (agency["level"], agency["etsi_indication"], agency["covers_whole_file"]) == (
        "B-LTA",
        "TOTAL-PASSED",
        False,
    )
    assert [one["code"] for one in agency["changes_after"]] == ["dss", "timestamp"]
    assert agency["certificate"]["subject"] != agency["anchor"]["subject"]
    assert stamp["byte_range"][3] + stamp["byte_range"][2] == judged.report.size == stamp["covers_bytes"]
    page, printed = _Reader(made["html"].decode()), _pdf_text(made["pdf"])
    for said in (
        "Hợp lệ",
        judged.report.sha256,
        "PAdES B-LTA",
        "Gốc tin cậy",
        "toàn bộ tệp",
        "Trang 1, khi ký",
    ):
        assert said in page.text, said
        assert said in printed, said
    assert page.pictures == 2
    assert b"total-passed" in made["xml"]


def test_a_changed_file_shows_then_and_now_and_says_what_to_do(case: Case) -> None:
    judged = _judged(case, case.changed)
    made = make_reports(case.verifier, judged, KINDS)
    page, printed = _Reader(made["html"].decode()), _pdf_text(made["pdf"])
    remedy, _ = REMEDIES[Reason.CHANGED_AFTER_SIGNING]
    for text in (page.text, printed):
        for said in (
            "Không hợp lệ",
            "CHANGED_AFTER_SIGNING",
            remedy,
            "Trang 1, hiện nay",
            "trang 1 trông khác",
        ):
            assert said in text, said
    assert page.pictures == 4  # the officer's page then and now, the agency's, the time-stamp's
    document = json.loads(made["json"])
    assert [one["etsi_indication"] for one in document["signatures"]][:2] == ["TOTAL-FAILED", "INDETERMINATE"]
    assert b"total-passed" not in made["xml"]


def test_pages_that_cannot_be_drawn_are_missing_and_the_report_says_so(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> list[RevisionShown | None]:
        raise LimitExceeded(limit="60 s CPU", stage="show_revisions")

    monkeypatch.setattr(case.verifier, "shown", fails)
    page = _Reader(make_reports(case.verifier, _judged(case, case.valid), ("html",))["html"].decode())
    assert page.pictures == 0
    assert "Không vẽ được các trang của tệp" in page.text
    assert "60 s CPU" in page.text


# ── what a file brings along ─────────────────────────────────────────────────────────────────────────

EVIL = '"><script>alert(1)</script>\x00<img src=x onerror=y>'


def _hostile_report(signatures: int) -> VerificationReport:
    one = SignatureReport(
        field_name=EVIL,
        kind="signature",
        verdict=Verdict.INVALID,
        reasons=tuple(Reason),
        signer=EVIL,
        organisation=EVIL * 200,
        role=None,
        level=Level.B_B,
        claimed_at="2026-11-22T08:00:00+07:00",
        proven_at=None,
        path=(EVIL, EVIL * 100),
        changes_after=("other", "unheard of"),
    )
    return VerificationReport(
        sha256="00" * 32,
        size=1,
        verdict=Verdict.INVALID,
        reasons=tuple(Reason),
        signatures=(one,) * signatures,
    )


def test_the_page_is_self_contained_and_nothing_in_it_runs() -> None:
    shown = RevisionShown(pages=(), page_count=0, page_count_now=0)
    page = verification_page(
        verification_sheet(EVIL, _hostile_report(2), [shown, None], standing=Words(EVIL, EVIL))
    )
    read = _Reader(page)
    assert not {"script", "img", "iframe", "link", "form"} & set(read.tags)
    assert read.references == []
    assert not re.search(r"https?:|url\(|@import", page)
    assert "default-src 'none'" in page
    assert page.count("<script") == 0 < page.count("&lt;script&gt;")


def test_thousands_of_signatures_make_no_endless_report() -> None:
    sheet = verification_sheet("x.pdf", _hostile_report(3000))
    assert len(sheet.cards) == MAX_CARDS
    assert str(3000 - MAX_CARDS) in sheet.notes[0].vi


def test_every_reason_is_in_the_document_with_words_and_remedy() -> None:
    document = verification_document(EVIL, _hostile_report(1))
    assert [one.code for one in document.reasons] == [reason.value for reason in Reason]
    assert all(one.vi and one.en and one.remedy_vi and one.remedy_en for one in document.reasons)
    jsonschema.validate(
        json.loads(document.model_dump_json()), json.loads(SCHEMA.read_text(encoding="utf-8"))
    )


# ── the command ──────────────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_the_reports_it_is_asked_for(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = case.bench.pki.root_path
    console = Console(language="vi", json=True)
    paths = [case.valid, case.changed]
    code = run(
        console,
        paths=paths,
        trust=trust,
        home=tmp_path / "home",
        report=["xml", "html"],
        out=tmp_path / "out",
    )
    assert code == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["verdict"] for one in told] == ["valid", "invalid"]
    assert all("evidence" not in one for one in told)
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(f"{p.stem}.verification.{kind}" for p in paths for kind in ("xml", "html"))
    assert told[0]["reports"] == {
        kind: str(tmp_path / "out" / f"valid.verification.{kind}") for kind in ("xml", "html")
    }


def test_a_folder_that_cannot_be_written_is_said(case: Case, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    console = Console(language="vi", json=True)
    with pytest.raises(UsageError):
        run(
            console, paths=[case.valid], trust=case.bench.pki.root_path, home=tmp_path, report=["json"],
            out=tmp_path / "file" / "below",
        )  # fmt: skip


def test_reports_on_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    taken: set[Path] = set()
    names = [report_path(tmp_path, Path(folder) / "a.pdf", "pdf", taken).name for folder in "xyz"]
    assert names == ["a.verification.pdf", "a-2.verification.pdf", "a-3.verification.pdf"]
