"""bench signing: what a signature costs, what judging one costs, whether memory stays and whether processes add up.

    python -m bench.signing                       # 10,000 signatures for the memory: about five minutes
    python -m bench.signing --signatures 500      # a try

The file is a composed e-copy of one colour page of 300 dpi. CPU time is that of this process, keys loaded before, with the
embedded time-stamping authority working in the same process and status answers kept as those from the network are. Files are
written as the pipeline has them written: the store that they go into next is who syncs them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bench.figures import Figure, at_most, report
from models.people import Role
from models.signatures import Level, SignatureBox, SignRequest, Verdict
from signing.making.signer import PdfSigner, sign_request_time
from signing.names import field_name
from storage import schema as t

RUNS, WARM_UP = 60, 5
SIGNATURES = 10_000
BULK = 400
"""Signatures of each process where processes are compared."""
MIB = 1 << 20
GROWTH_MIB, RATIO = 8.0, 1.8
GOALS_MS = {"b_b": 20.0, "b_lta": 50.0, "stamp_adds": 10.0, "verify_b_lta": 100.0}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--signatures", type=int, default=SIGNATURES)
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecopy-bench-signing-")))
        draft = _draft(folder)
        hand = _hand(folder)
        figures = {
            "file": Figure(round(draft.stat().st_size / 1024), "KiB", None, None),
            **_signatures(folder, draft, hand),
            **_stamp(folder, draft, hand),
            **_verification(folder, draft, hand),
            **_memory(folder, draft, hand, options.signatures),
            **_processes(folder, draft, max(10, min(BULK, options.signatures))),
        }
    return report("signing", figures)


# ── what is signed, and by whom ──────────────────────────────────────────────────────────────────────


def _draft(folder: Path) -> Path:
    """The composed e-copy of a generated decision, as it lies before the seal holder."""
    from bench.core import _confirm_and_issue
    from bench.inputs import _page
    from pipeline.application import open_application
    from pipeline.digitize import Order, Watch, digitize
    from pipeline.inputs import collect
    from pipeline.papers.outcome import SourceOutcome
    from pipeline.settings import load_settings

    scan, draft = folder / "scan.jpg", folder / "draft.pdf"
    scan.write_bytes(_page(3)[0])
    with open_application(load_settings(home=folder / "home", workers=1)) as app, app.working():
        taken = _Taken(app, draft)
        person = app.hands.person("officer")
        order = Order(out=folder / "out", language="en", confirm_as=person, forced_type="quyet_dinh")
        watch = Watch(stage=lambda _path, stage: taken.begins(stage))
        (outcome,) = digitize(app, collect([scan]).files, order, watch)
        if not isinstance(outcome, SourceOutcome):
            raise TypeError(f"the sample was refused: {outcome}")
        if outcome.documents[0].ecopy is None:
            _confirm_and_issue(app, outcome.documents[0].id, person, taken)
    return draft


class _Taken:
    """Takes the draft when it is about to be signed; afterwards it is not kept."""

    def __init__(self, app: Any, target: Path) -> None:
        self._app, self._target = app, target

    def begins(self, stage: str) -> None:
        if stage != "sign":
            return
        with self._app.register.reading() as connection:
            (draft,) = connection.scalars(sa.select(t.documents.c.id))
        making = self._app.register.ecopy_in_making(draft)
        composed = self._app.register.derivation(draft, "compose", ecopy=making.id)
        with self._app.vault.local_path(composed.object_key) as path:
            self._target.write_bytes(path.read_bytes())


def _hand(folder: Path) -> PdfSigner:
    """The seal holder of a development PKI, with the clock of the machine."""
    from pipeline.clock import SystemClock
    from signing.development.pki import create_development_pki, load_development_pki

    clock = SystemClock()
    create_development_pki(folder / "pki", clock)
    return PdfSigner.for_development(load_development_pki(folder / "pki"), "vanthu", clock)


def _with_key(
    hand: PdfSigner, folder: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> PdfSigner:
    """The same hand with another kind of key, certified by the same authority."""
    from asn1crypto import x509

    from pipeline.clock import SystemClock
    from signing.development import certs
    from signing.development.pki import load_development_pki
    from signing.keys.memory import MemoryKey

    authority = load_development_pki(folder / "pki")._issued("intermediate")
    issued = certs.issue(certs.subject("Bench", "Bench"), certs.SIGNING, SystemClock().now(), authority, key)
    der = issued.certificate.public_bytes(serialization.Encoding.DER)
    credential = replace(hand.credential, certificate=x509.Certificate.load(der), key=MemoryKey(key))
    return replace(hand, credential=credential)


def _request(hand: PdfSigner, level: Level) -> SignRequest:
    return SignRequest(
        field_name=field_name(Role.SEAL_HOLDER),
        level=level,
        durable=False,
        signed_at=sign_request_time(hand.clock),
    )


# ── what is measured ─────────────────────────────────────────────────────────────────────────────────


def _cpu_ms(act: Callable[[], object], runs: int = RUNS) -> list[float]:
    times = []
    for turn in range(runs + WARM_UP):
        started = time.process_time()
        act()
        if turn >= WARM_UP:
            times.append((time.process_time() - started) * 1000)
    return times


def _signatures(folder: Path, draft: Path, hand: PdfSigner) -> dict[str, Figure]:
    target = folder / "signed.pdf"
    keys = {
        "rsa_2048": hand,
        "rsa_3072": _with_key(hand, folder, rsa.generate_private_key(public_exponent=65537, key_size=3072)),
        "p_256": _with_key(hand, folder, ec.generate_private_key(ec.SECP256R1())),
    }
    figures = {}
    for name, one in keys.items():
        for level in (Level.B_B, Level.B_LTA):
            times = _cpu_ms(lambda one=one, level=level: one.sign(draft, target, _request(one, level)))
            kind = level.name.lower()
            figures[f"{kind}_{name}"] = at_most(times, "ms", GOALS_MS[kind])
    return figures


def _stamp(folder: Path, draft: Path, hand: PdfSigner) -> dict[str, Figure]:
    """What drawing the visible block and placing it adds, on pairs made one after the other."""
    from models.ecopy import CopyForm
    from models.rulesets import rule_set_on
    from pipeline.stages.stamp import agency_stamp
    from signing.development.pki import SAMPLE_AGENCY

    target = folder / "signed.pdf"
    rules = rule_set_on(hand.clock.now().date())

    def visible() -> None:
        stamp = agency_stamp(SAMPLE_AGENCY, CopyForm.SAO_Y, hand.clock.now(), rules)
        box = SignatureBox(x0=380, y0=780, x1=380 + stamp.width_pt, y1=780 + stamp.height_pt)
        request = _request(hand, Level.B_B).model_copy(update={"box": box, "appearance_pdf": stamp.pdf})
        hand.sign(draft, target, request)

    def invisible() -> None:
        hand.sign(draft, target, _request(hand, Level.B_B))

    pairs = [(_cpu_ms(visible, 1)[0], _cpu_ms(invisible, 1)[0]) for _ in range(RUNS // 2)]
    return {
        "stamp_adds": at_most([with_ - without for with_, without in pairs], "ms", GOALS_MS["stamp_adds"])
    }


def _verification(folder: Path, draft: Path, hand: PdfSigner) -> dict[str, Figure]:
    from signing.judging.verify import verify_pdf

    target = folder / "judged.pdf"
    hand.sign(draft, target, _request(hand, Level.B_LTA))
    if verify_pdf(target, hand.trust).verdict is not Verdict.VALID:
        raise ValueError("what was just signed is not valid")
    times = _cpu_ms(lambda: verify_pdf(target, hand.trust))
    return {"verify_b_lta": at_most(times, "ms", GOALS_MS["verify_b_lta"])}


def _memory(folder: Path, draft: Path, hand: PdfSigner, count: int) -> dict[str, Figure]:
    """Memory after the first tenth, when everything has been touched, and at the end; levels in turn."""
    target = folder / "signed.pdf"

    def sign(turns: int) -> None:
        for turn in range(turns):
            hand.sign(draft, target, _request(hand, Level.B_LTA if turn % 10 == 0 else Level.B_B))

    sign(count // 10)
    before = _resident()
    sign(count - count // 10)
    grown = (_resident() - before) / MIB
    return {
        "memory": Figure(round(before / MIB), "MiB", None, None),
        f"memory_grown_{count}": Figure(round(grown, 1), "MiB", GROWTH_MIB, grown <= GROWTH_MIB),
    }


def _resident() -> int:
    rows = Path("/proc/self/status").read_text().splitlines()
    return int(next(row for row in rows if row.startswith("VmRSS")).split()[1]) * 1024


def _processes(folder: Path, draft: Path, count: int) -> dict[str, Figure]:
    """Signatures a second of two processes over those of one, the mean of the one before and the one after."""
    first, both, last = (_rate(folder, draft, count, processes) for processes in (1, 2, 1))
    ratio = both / ((first + last) / 2)
    return {
        "per_second_1_process": Figure(round((first + last) / 2, 1), "1/s", None, None, (first, last)),
        "per_second_2_processes": Figure(round(both, 1), "1/s", None, None),
        "ratio_2_processes": Figure(round(ratio, 3), f"≥ {RATIO}", None, ratio >= RATIO),
    }


def _rate(folder: Path, draft: Path, count: int, processes: int) -> float:
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        jobs: list[Any] = [(folder, draft, number) for number in range(processes)]
        list(pool.map(_sign_many, jobs, [WARM_UP] * processes))  # starts them and loads their keys
        started = time.perf_counter()
        list(pool.map(_sign_many, jobs, [count] * processes))
        return round(count * processes / (time.perf_counter() - started), 1)


def _sign_many(job: tuple[Path, Path, int], count: int) -> None:
    folder, draft, number = job
    hand = _hand(folder)
    target = folder / f"signed-{number}.pdf"
    for _ in range(count):
        hand.sign(draft, target, _request(hand, Level.B_LTA))


if __name__ == "__main__":
    sys.exit(main())
