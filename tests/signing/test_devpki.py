"""The development PKI: made once, safe to make again, usable by other tools, loud about being worthless."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import unicodedata
from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import SigningFault
from models.people import Role
from signing.development.pki import create_development_pki, load_development_pki
from signing.keys.credential import name_part
from signing.trust import TrustStore, parse_list
from tests.clocks import FixedClock
from tests.signing.support import Bench

ROOT = Path(__file__).parents[2]
END_ENTITIES = ["clerk", "officer", "vanthu", "tsa", "ocsp"]


def _content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_making_it_again_changes_nothing(own_bench: Bench) -> None:
    before = _content(own_bench.pki.folder)
    create_development_pki(own_bench.pki.folder, own_bench.clock)
    assert _content(own_bench.pki.folder) == before


@pytest.mark.parametrize("killed_at", [1, 4, 7])
def test_a_run_killed_midway_is_made_good_by_the_next(tmp_path: Path, killed_at: int) -> None:
    folder = tmp_path / "pki"
    program = f"""
import os, signal
from pathlib import Path
from signing.development import certs, pki
from tests.clocks import FixedClock
issue, made = certs.issue, []
def issue_until_killed(*args):
    made.append(None)
    if len(made) == {killed_at}:
        os.kill(os.getpid(), signal.SIGKILL)
    return issue(*args)
write, written = pki.write_durably, []
def write_until_killed(*args, **kwargs):
    write(*args, **kwargs)
    written.append(None)
    if len(written) == 9:
        os.kill(os.getpid(), signal.SIGKILL)
certs.issue, pki.write_durably = issue_until_killed, write_until_killed
pki.create_development_pki(Path({str(folder)!r}), FixedClock())
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not folder.exists()

    create_development_pki(folder, FixedClock())

    assert load_development_pki(folder).credential("vanthu").certificate
    assert [p.name for p in tmp_path.iterdir()] == ["pki"]


def test_a_run_killed_while_writing_leaves_nothing_half_made(tmp_path: Path) -> None:
    test_a_run_killed_midway_is_made_good_by_the_next(tmp_path, killed_at=99)


def test_an_empty_folder_is_filled_and_a_strange_one_is_left_alone(tmp_path: Path) -> None:
    empty, strange = tmp_path / "empty", tmp_path / "strange"
    empty.mkdir()
    strange.mkdir()
    (strange / "letter.txt").write_text("mine")
    create_development_pki(empty, FixedClock())
    assert load_development_pki(empty).root_path.exists()
    with pytest.raises(SigningFault):
        create_development_pki(strange, FixedClock())
    assert [p.name for p in strange.iterdir()] == ["letter.txt"]


def test_loading_what_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SigningFault, match="ecopy init"):
        load_development_pki(tmp_path / "nothing")


def test_keys_are_for_the_owner_only_and_the_root_file_is_public(bench: Bench) -> None:
    folder = bench.pki.folder
    keys = list(folder.rglob("*.key.pem"))
    assert len(keys) == 7
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o700
    assert b"PRIVATE" not in (folder / "root.pem").read_bytes()
    assert sorted(p.name for p in (folder / "crl").iterdir()) == ["intermediate.crl.pem", "root.crl.pem"]


@pytest.mark.parametrize("name", END_ENTITIES)
def test_every_certificate_says_that_it_has_no_legal_value(bench: Bench, name: str) -> None:
    credential = bench.pki.credential(name)
    for certificate in (credential.certificate, *credential.chain):
        subject = certificate.subject.human_friendly
        assert "NO LEGAL VALUE" in subject
        assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in unicodedata.normalize("NFC", subject)
        assert "NO LEGAL VALUE" in str(name_part(certificate.subject, "common_name"))


def test_the_demo_persons_hold_the_three_roles_of_one_invented_agency(bench: Bench) -> None:
    persons = bench.pki.persons
    assert {name: person.role for name, person in persons.items()} == {
        "clerk": Role.CLERK,
        "officer": Role.OFFICER,
        "vanthu": Role.SEAL_HOLDER,
    }
    assert {person.agency for person in persons.values()} == {bench.pki.agency}
    seal = bench.pki.credential("vanthu").certificate.subject
    assert name_part(seal, "organization_name") == bench.pki.agency.name
    assert bench.pki.agency.identifier in seal.native.values()


@pytest.mark.parametrize("name", END_ENTITIES)
def test_openssl_accepts_the_chain_and_the_lists(bench: Bench, name: str) -> None:
    folder = bench.pki.folder
    lists = bench.folder / "lists.pem"
    lists.write_bytes(b"".join(p.read_bytes() for p in (folder / "crl").iterdir()))
    command: list[str | Path] = [
        "openssl",
        "verify",
        "-crl_check_all",
        "-CRLfile",
        lists,
        "-CAfile",
        folder / "root.pem",
    ]
    command += ["-untrusted", folder / "certificates/intermediate.pem", folder / f"certificates/{name}.pem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_lists_are_renewed_only_when_their_end_is_near(own_bench: Bench) -> None:
    pki, clock = own_bench.pki, own_bench.clock
    assert isinstance(clock, FixedClock)
    first = pki.revocation_lists(clock.now())
    clock.move(timedelta(days=100))
    assert pki.revocation_lists(clock.now()) == first
    clock.move(timedelta(days=250))
    renewed = pki.revocation_lists(clock.now())
    assert renewed[0] != first[0] or renewed[1] != first[1]
    for der in renewed:
        ends = parse_list(der)["tbs_cert_list"]["next_update"].native
        assert ends - clock.now() > timedelta(days=30)


def test_a_revoked_certificate_is_on_the_list_at_once(own_bench: Bench) -> None:
    pki = own_bench.pki
    serial = pki.credential("clerk").certificate.serial_number
    pki.revoke("clerk", own_bench.clock.now())
    lists = TrustStore.from_pem(pki.root_path).revocation_lists
    listed = {
        entry["user_certificate"].native
        for one in lists
        for entry in one["tbs_cert_list"]["revoked_certificates"]
    }
    assert listed == {serial}


def test_openssl_accepts_the_status_answers(bench: Bench) -> None:
    folder = bench.pki.folder
    for name in ("clerk", "tsa"):
        answer = bench.folder / "answer.der"
        answer.write_bytes(bench.pki.status_answer(name, bench.clock.now()))
        command: list[str | Path] = ["openssl", "ocsp", "-respin", answer, "-no_nonce"]
        command += ["-issuer", folder / "certificates/intermediate.pem"]
        command += ["-cert", folder / f"certificates/{name}.pem", "-CAfile", folder / "root.pem"]
        command += ["-verify_other", folder / "certificates/intermediate.pem"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Response verify OK" in done.stderr
        assert f"{name}.pem: good" in done.stdout
