"""bench evidence: what the time of an archive's e-copies costs, by one record for all and by a time-stamp in each.

    python -m bench.evidence                  # 1,000 e-copies of each kind: about two minutes
    python -m bench.evidence --copies 50      # a try

The file is the one of `bench.signing`. CPU time is that of this process, the embedded time-stamping authority's included;
tokens are counted at the authority. A real authority adds a request over the network for each token.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.figures import Figure, at_most, report
from bench.signing import _cpu_ms, _draft, _hand, _request
from models.ports import TimestampAuthority
from models.signatures import Level, Verdict
from signing.judging.verify import verify_pdf
from signing.lasting.evidence_record import HashTree, record_of
from signing.lasting.material import carrying
from signing.loop import finish
from signing.making.signer import PdfSigner
from signing.timestamps.tokens import CheckedStamper

COPIES = 1000


@dataclass
class Counted:
    """An authority that counts."""

    inner: TimestampAuthority
    asked: int = 0

    @property
    def name(self) -> str:
        return self.inner.name

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        self.asked += 1
        return self.inner.token(message_digest, algorithm)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--copies", type=int, default=COPIES)
    count = parser.parse_args(arguments).copies
    with tempfile.TemporaryDirectory(prefix="ecopy-bench-evidence-") as name:
        folder = Path(name)
        draft, hand = _draft(folder), _hand(folder)
        assert hand.tsa is not None
        authority = Counted(hand.tsa)
        hand = replace(hand, tsa=authority)
        for _ in range(5):  # loads what the first signatures load
            hand.sign(draft, folder / "warm.pdf", _request(hand, Level.B_LTA))
        figures = {
            "copies": Figure(count, "", None, None),
            "file": Figure(round(draft.stat().st_size / 1024), "KiB", None, None),
            **_stamped(folder, draft, hand, authority, count),
            **_recorded(folder, draft, hand, authority, count),
        }
    return report("evidence", figures)


def _stamped(folder: Path, draft: Path, hand: PdfSigner, authority: Counted, count: int) -> dict[str, Figure]:
    """Each e-copy with time-stamps of its own: B-LTA."""
    before, target, times = authority.asked, folder / "own.pdf", []
    for _ in range(count):
        started = time.process_time()
        hand.sign(draft, target, _request(hand, Level.B_LTA))
        times.append((time.process_time() - started) * 1000)
    return {
        "own_tokens": Figure(authority.asked - before, "tokens", None, None),
        "own_cpu_per_copy": at_most(times, "ms", None),
    }


def _recorded(
    folder: Path, draft: Path, hand: PdfSigner, authority: Counted, count: int
) -> dict[str, Figure]:
    """Each e-copy signed at B-B for a record, then one token and a record for each."""
    before, target, times = authority.asked, folder / "recorded.pdf", []
    digests = []
    for _ in range(count):
        started = time.process_time()
        request = _request(hand, Level.B_B).model_copy(update={"by_record": True})
        digests.append(bytes.fromhex(hand.sign(draft, target, request).sha256))
        times.append((time.process_time() - started) * 1000)
    started = time.process_time()
    tree = HashTree(digests)
    stamper = CheckedStamper(authority, hand.trust, hand.clock, hand.evidence)
    token = carrying(finish(stamper.async_timestamp(tree.root, tree.algorithm)).dump(), stamper.met)
    sizes = [len(record_of(tree, position, token)) for position in range(count)]
    records_ms = (time.process_time() - started) * 1000
    record = record_of(tree, count - 1, token)
    if hashlib.sha256(target.read_bytes()).digest() != digests[-1]:
        raise ValueError("the last file is not the last leaf")
    if verify_pdf(target, hand.trust, record=record).verdict is not Verdict.VALID:
        raise ValueError("the last e-copy is not valid with its record")
    return {
        "record_tokens": Figure(authority.asked - before, "tokens", None, None),
        "record_cpu_per_copy": at_most(times, "ms", None),
        "record_cpu_of_the_records": Figure(round(records_ms / count, 4), "ms each", None, None),
        "record_size": Figure(round(sum(sizes) / count), "bytes each", None, None),
        "record_verify": at_most(
            _cpu_ms(lambda: verify_pdf(target, hand.trust, record=record), 20), "ms", None
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
