"""A signed electronic document is the original itself: reused without a copy, given out byte for byte, while it may be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import DocumentRestricted, NotFound, NotReusable
from models.reuse import Check
from models.signatures import Level, SignRequest
from models.states import ComponentState, LotState
from models.times import iso
from pipeline.access import confirm_document, fetch_ecopy, issue_document
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.cases.procedures import import_procedures
from pipeline.offices import affected
from pipeline.offices.affected import Why
from pipeline.papers import reuse
from pipeline.papers.backfill import gather_facts, pending
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from pipeline.papers.recording import note_original
from samples.demo import write_demo
from storage import schema as t
from storage.keeping.requests import set_restricted
from storage.papers.facts import document_facts
from tests.pipeline.support import application, digitized
from tests.stories import tell

pytestmark = pytest.mark.slow

PROCEDURES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
DOSSIER, PROCEDURE, COMPONENT = "H99.01-261123-0001", "2.000815", "BC"


@dataclass(frozen=True)
class Signed:
    """A home with one signed decision in a lot."""

    app: Application
    file: Path
    out: Path
    document: str


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("signed")
    write_demo(folder / "papers")
    file = folder / "signed.pdf"
    with application(folder / "home") as app:
        request = SignRequest(field_name="CoQuan", level=Level.B_LTA, signed_at=iso(app.clock.now()))
        app.hands.seal.signer.sign(folder / "papers" / "quyet-dinh-dien-tu.pdf", file, request)
        casework.create_lot(app, "Lô 1", by=app.hands.person("officer"))
        (done,) = digitized(app, folder / "out", file, case=case_of(app, lot="Lô 1"), intake="archive")
        assert isinstance(done, SourceOutcome), done
        import_procedures(app, PROCEDURES)
        casework.open_dossier(app, DOSSIER, PROCEDURE, by=app.hands.person("clerk"))
        yield Signed(app, file, folder / "out", done.documents[0].id)


def use(signed: Signed) -> object:
    return reuse.use(
        signed.app,
        signed.document,
        dossier=DOSSIER,
        component=COMPONENT,
        person=signed.app.hands.person("clerk"),
        checked=[Check.VALIDITY_UNKNOWN, Check.OTHER_HOLDER],
    )


def test_a_signed_original_from_its_case_to_its_restriction(
    signed: Signed, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    tell(globals(), subtests, tmp_path, signed=signed)


def step_1_it_is_reusable_from_the_good_end_of_its_case_alone(signed: Signed) -> None:
    with signed.app.register.reading() as connection:
        assert document_facts(connection, signed.document).signed_original
    with pytest.raises(NotReusable) as refused:
        use(signed)
    assert refused.value.details["reason"] == "awaiting_result"
    casework.decide_lot(signed.app, "Lô 1", LotState.ACCEPTED, signed.app.hands.person("officer"))
    event = use(signed)
    assert isinstance(event, reuse.ReuseEvent)
    assert (event.document_id, event.ecopy_id) == (signed.document, None)
    (met,) = [c for c in casework.look_at_dossier(signed.app, DOSSIER).components if c.code == COMPONENT]
    assert met.state == ComponentState.REUSED


def step_2_its_own_bytes_are_given_out_on_record(signed: Signed) -> None:
    target = signed.out / "fetched.pdf"
    fetched = fetch_ecopy(signed.app, signed.document, target, purpose=f"dossier:{DOSSIER}")
    assert target.read_bytes() == signed.file.read_bytes()
    assert (fetched.id, fetched.signed_original) == (signed.document, True)
    assert fetched.sha256 == sha256(signed.file.read_bytes()).hexdigest()
    (release,) = [e for e in signed.app.register.audit_of(signed.document) if e.action == "release"]
    assert (release.details["sha256"], release.purpose) == (fetched.sha256, f"dossier:{DOSSIER}")


def step_3_one_that_was_tampered_with_is_no_original_even_where_a_person_confirms_it(
    signed: Signed, tmp_path: Path
) -> None:
    tampered = tmp_path / "tampered.pdf"
    tampered.write_bytes(signed.file.read_bytes() + b"% one more line\n")
    (done,) = digitized(signed.app, tmp_path / "out", tampered)
    assert isinstance(done, SourceOutcome), done
    (document,) = done.documents
    assert "signature_not_valid" in document.flags
    confirm_document(
        signed.app, document.id, signed.app.hands.person("officer"), corrections={}, document_type=None
    )
    with signed.app.register.reading() as connection:
        assert not document_facts(connection, document.id).signed_original
    with pytest.raises(NotFound):
        fetch_ecopy(signed.app, document.id, tmp_path / "x.pdf", purpose="t")


def step_3b_one_of_an_earlier_release_is_known_as_an_original_once_its_facts_are_gathered(
    signed: Signed,
) -> None:
    mine = t.documents.c.id == signed.document
    for with_its_facts in (False, True):
        with signed.app.engine.begin() as connection:  # as the migrations leave it
            connection.execute(t.documents.update().where(mine).values(signed_original=False))
            if not with_its_facts:
                connection.execute(t.fields.delete().where(t.fields.c.document_id == signed.document))
                connection.execute(t.documents.update().where(mine).values(document_type=None))
            connection.execute(t.unrecorded.insert().values(document_id=signed.document))
        assert gather_facts(signed.app).left == 0
        with signed.app.register.reading() as connection:
            assert document_facts(connection, signed.document).signed_original


def _found(signed: Signed, revoked_at: datetime) -> list[affected.Affected]:
    file = str(signed.app.settings.pki_folder / "certificates" / "vanthu.pem")
    asked = affected.inquire(signed.app, file, revoked_at, purpose="maintenance")
    return list(affected.affected(signed.app, asked))


def step_3c_it_is_found_by_the_certificate_that_signed_it(signed: Signed) -> None:
    now = signed.app.clock.now()
    for revoked_at, why in (
        (now + timedelta(hours=1), Why.PROVEN_BEFORE),
        (now - timedelta(days=30), Why.PROVEN_AFTER),
    ):
        (one,) = _found(signed, revoked_at)
        made = one.signature
        assert (made.document_id, made.original, made.ecopy_id) == (signed.document, True, None)
        assert (made.field_name, one.why, one.proposal) == ("CoQuan", why, None)


def step_3d_one_that_an_earlier_release_looked_at_is_found_once_its_facts_are_gathered(
    signed: Signed,
) -> None:
    app, mine = signed.app, t.signatures.c.document_id == signed.document
    of_review = sa.and_(t.derivations.c.document_id == signed.document, t.derivations.c.stage == "review")
    with app.engine.begin() as connection:
        connection.execute(t.signatures.delete().where(mine))
        kept = connection.scalar(sa.select(t.derivations.c.facts).where(of_review))
        older = {name: fact for name, fact in json.loads(kept).items() if name != "certificates"}
        assert len(older) < len(json.loads(kept))
        connection.execute(t.derivations.update().where(of_review).values(facts=json.dumps(older)))
    assert _found(signed, app.clock.now()) == []
    with app.register.transaction(actor="t", purpose="t") as tx:  # its data are confirmed only now
        note_original(tx, app, app.register.document(signed.document))
    assert (pending(app), gather_facts(app).left) == (1, 0)
    (one,) = _found(signed, app.clock.now() + timedelta(hours=1))
    assert one.holds
    with app.engine.begin() as connection:
        connection.execute(t.unrecorded.insert().values(document_id=signed.document))
    assert gather_facts(app).left == 0  # again, and nothing is there twice
    assert len(_found(signed, app.clock.now())) == 1


def step_4_once_restricted_nothing_of_it_is_written_out_when_it_is_handed_in_again(
    signed: Signed, tmp_path: Path
) -> None:
    (known,) = digitized(signed.app, tmp_path / "before", signed.file)
    assert isinstance(known, SourceOutcome)
    assert list((tmp_path / "before").iterdir())
    with signed.app.register.transaction(actor="officer", purpose="t") as tx:
        assert set_restricted(tx, [signed.document], True)
    (again,) = digitized(signed.app, tmp_path / "out", signed.file)
    assert isinstance(again, SourceRefused), again
    assert again.error.code == "DOCUMENT_RESTRICTED"
    assert not (tmp_path / "out").exists()
    last = list(signed.app.register.audit_of(signed.document))[-1]
    assert (last.action, last.outcome) == ("export", "DOCUMENT_RESTRICTED")
    with pytest.raises(DocumentRestricted):
        fetch_ecopy(signed.app, signed.document, tmp_path / "x.pdf", purpose="t")
    with pytest.raises(DocumentRestricted):
        issue_document(signed.app, signed.document)
