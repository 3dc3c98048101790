"""The whole way with PostgreSQL behind the register: the same program, only a setting differs."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from models.states import DossierState, EcopyState
from pipeline.access import confirm_document, fetch_ecopy, issue_document
from pipeline.application import open_application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.cases.procedures import import_procedures
from pipeline.papers.outcome import SourceOutcome
from pipeline.settings import load_settings
from signing.judging.verify import verify_pdf
from storage import schema as t
from storage.database import HEAD, current_revision
from storage.papers import facts
from tests.pipeline.support import application, digitized, sample_card
from tests.servers.postgres import new_database
from tests.soundness import abandoned, missing, trail_break

SAMPLES = Path(__file__).parents[2] / "samples" / "procedures.yaml"
CODE = "H99.01-261122-0001"


@pytest.mark.slow
def test_a_paper_goes_the_whole_way_from_dossier_to_reuse(tmp_path: Path) -> None:
    paper, url = sample_card(tmp_path), new_database()
    with application(tmp_path / "home", database_url=url) as app:
        assert app.engine.dialect.name == "postgresql"
        import_procedures(app, SAMPLES)
        casework.open_dossier(app, CODE, "2.000815")
        case = case_of(app, dossier=CODE, component="BC")
        (outcome,) = digitized(app, tmp_path / "out", paper, confirm=False, case=case)
        assert isinstance(outcome, SourceOutcome), outcome
        (waiting,) = outcome.documents
        assert (waiting.state, waiting.ecopy) == ("in_review", None)
    with open_application(load_settings(home=tmp_path / "home", database_url=url)) as app, app.working():
        assert current_revision(app.engine) == HEAD
        officer = app.hands.person("officer")
        confirm_document(app, waiting.id, officer, corrections={}, document_type=None)
        casework.move_dossier(app, CODE, DossierState.IN_PROCESS, by=officer)
        casework.move_dossier(app, CODE, DossierState.SUCCEEDED, by=officer)
        issue_document(app, waiting.id)
        ecopy = app.register.ecopy_of(waiting.id)
        assert ecopy is not None
        assert ecopy.state is EcopyState.ISSUED
        assert app.register.document(waiting.id).reusable_from is not None
        with app.register.reading() as connection:
            link, number = t.document_holders.c, t.holder_identifiers.c
            kinds = sa.select(number.kind).join(t.document_holders, link.holder_id == number.holder_id)
            assert list(connection.scalars(kinds.where(link.document_id == waiting.id))) == ["personal_id"]
            assert len(facts.signatures_of(connection, waiting.id)) == 2
            assert facts.document_facts(connection, waiting.id).document_type == "can_cuoc"
        fetch_ecopy(app, waiting.id, tmp_path / "copy.pdf", purpose=f"dossier:{CODE}")
        assert verify_pdf(tmp_path / "copy.pdf", app.hands.trust).verdict == "valid"
        assert trail_break(app.engine) is None
        assert missing(app.engine, app.store) == ()
        assert abandoned(app.engine) == ()
        (again,) = digitized(app, tmp_path / "out", paper, confirm=False)
        assert isinstance(again, SourceOutcome)
        assert again.documents[0].id == waiting.id
    assert not (tmp_path / "home" / "register.sqlite3").exists()
