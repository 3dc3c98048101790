"""Train the line recogniser: one command, stopped and resumed at will.

python -m ocr.training.train RUN --lines 500000 [--text FILE] [--start pp-ocr|scratch] [--decay]

RUN is a folder: `state.pt` to go on from (written every five minutes and when the run is interrupted) and
`log.jsonl` with what was measured. The learning rate stays level, so a run can be prolonged; `--decay` lets it fall
to nothing over the last lines and writes `decayed.pt` beside the state, which is what is worth shipping and leaves
the run itself as it was.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ocr.training.alphabet import ALPHABET, STRIDE
from ocr.training.batches import Batch, Workers
from ocr.training.evaluate import error_rates, load_lines, own_lines
from ocr.training.fonts import Typefaces
from ocr.training.network import LineNet
from ocr.training.text import TextSource

RATE = 5e-4
HEAD_RATE = 2.0
"""The last layer learns this many times faster where it starts from another alphabet."""
WARM_UP = 6_000
"""Lines over which the rate rises."""
HARDENING = 25_000
"""Lines over which the Gaussian units of PP-OCRv6 give way to rectifiers."""
_SMOOTHING = 0.9985
_CLIP = 2.0
_REPORT_SECONDS = 60.0
_SAVE_SECONDS = 300.0
_EVALUATE_LINES = 20_000


@dataclass
class Run:
    """The network in training, its smoothed copy, and how far it is."""

    net: LineNet
    smooth: LineNet
    optimiser: torch.optim.Optimizer
    lines: int = 0
    soft_start: bool = True

    @classmethod
    def start(cls, how: str) -> Run:
        """A new run from the PP-OCR weights (`pp-ocr`) or from nothing (`scratch`)."""
        torch.manual_seed(1)
        net = LineNet(len(ALPHABET))
        if how == "pp-ocr":
            from ocr.training.initial import initialise
            from ocr.training.upstream import RECOGNISER, upstream_model

            initialise(net, upstream_model(RECOGNISER))
        run = cls._of(net)
        run.soft_start = how == "pp-ocr"
        run.soften()
        return run

    @classmethod
    def _of(cls, net: LineNet) -> Run:
        net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        smooth = LineNet(len(ALPHABET))
        smooth.load_state_dict(net.state_dict())
        head = list(net.head.parameters())
        body = [p for p in net.parameters() if not any(p is h for h in head)]
        groups: list[dict[str, Any]] = [{"params": body, "share": 1.0}, {"params": head, "share": HEAD_RATE}]
        return cls(net, smooth, torch.optim.AdamW(groups, lr=RATE, weight_decay=0.01, betas=(0.9, 0.98)))

    @classmethod
    def load(cls, path: Path) -> Run:
        """Go on from a saved state."""
        kept = torch.load(path, weights_only=True)
        run = cls._of(LineNet(len(ALPHABET)))
        run.net.load_state_dict(kept["net"])
        run.smooth.load_state_dict(kept["smooth"])
        run.optimiser.load_state_dict(kept["optimiser"])
        run.lines, run.soft_start = kept["lines"], kept["soft_start"]
        run.soften()
        return run

    def soften(self) -> None:
        """Bring both networks' activations to where they should be after so many lines."""
        share = max(0.0, 1 - self.lines / HARDENING) if self.soft_start else 0.0
        self.net.soften(share)
        self.smooth.soften(share)

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        kept = {
            "net": self.net.state_dict(),
            "smooth": self.smooth.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "lines": self.lines,
            "soft_start": self.soft_start,
        }
        partial = path.with_suffix(".part")
        torch.save(kept, partial)
        partial.replace(path)

    def step(self, batch: Batch, rate: float) -> float:
        """One step on one batch; the mean loss per character."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["share"]
        self.soften()
        self.net.train()
        pictures = torch.from_numpy(batch.pictures).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = self.net(pictures)
        loss = ctc_loss(scores.float(), batch)
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.net.parameters(), _CLIP)
        self.optimiser.step()
        self.lines += len(batch.texts)
        keep = min(_SMOOTHING, (1 + self.lines / 16) / (10 + self.lines / 16))
        with torch.no_grad():
            for slow, fast in zip(self.smooth.parameters(), self.net.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)
        return float(loss.detach())


def ctc_loss(scores: Tensor, batch: Batch) -> Tensor:
    """Connectionist temporal classification over (N, T, classes), divided by the number of characters."""
    steps = torch.from_numpy(batch.widths // STRIDE)
    total = nn.functional.ctc_loss(
        scores.log_softmax(-1).transpose(0, 1),
        torch.from_numpy(batch.targets),
        steps,
        torch.from_numpy(batch.lengths),
        reduction="sum",
        zero_infinity=True,
    )
    return total / max(1, int(batch.lengths.sum()))


def use_threads(count: int) -> None:
    """Let PyTorch use `count` threads, or as many as OMP_THREAD_LIMIT allows.

    Its convolutions would wait for good for threads that the limit keeps from starting.
    """
    torch.set_num_threads(max(1, min(count, int(os.environ.get("OMP_THREAD_LIMIT", count)))))


def rate_at(lines: int, decay: tuple[int, int] | None) -> float:
    """The learning rate after so many lines; `decay` is where the fall begins and ends."""
    rate = RATE * min(1.0, (lines + 200) / WARM_UP)
    if decay is None:
        return rate
    begin, end = decay
    return rate * max(0.01, min(1.0, (end - lines) / max(1, end - begin)))


def train(
    folder: Path,
    lines: int,
    *,
    text: Path | None,
    start: str,
    decay: bool,
    workers: int = 1,
    threads: int = 1,
    check: Path | None = None,
) -> None:
    """Train until the run has seen `lines` more lines."""
    use_threads(threads)
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / "state.pt"
    run = Run.load(state) if state.exists() else Run.start(start)
    first = run.lines
    target = folder / "decayed.pt" if decay else state
    fall = (first, first + lines) if decay else None
    checks = {"own": own_lines(TextSource.from_file(text), Typefaces.find())}
    if check is not None:
        checks |= {f.name: load_lines(f) for f in sorted(check.iterdir()) if f.is_dir()}
    source = Workers(workers, random.Random(first).randrange(1_000_000), text)
    log = (folder / "log.jsonl").open("a", encoding="utf-8")
    try:
        reported = saved = begun = time.monotonic()
        evaluated, losses = first, []
        for batch in itertools.chain(source):
            losses.append(run.step(batch, rate_at(run.lines, fall)))
            now = time.monotonic()
            if now - reported > _REPORT_SECONDS:
                pace = (run.lines - first) / (now - begun)
                _note(
                    log,
                    {
                        "lines": run.lines,
                        "loss": round(sum(losses) / len(losses), 4),
                        "lines_per_s": round(pace, 1),
                    },
                )
                losses, reported = [], now
            if now - saved > _SAVE_SECONDS:
                run.save(target)
                saved = now
            if run.lines - evaluated >= _EVALUATE_LINES:
                _note(log, {"lines": run.lines, **error_rates(run.smooth, checks)})
                evaluated = run.lines
            if run.lines - first >= lines:
                break
        run.save(target)
        _note(log, {"lines": run.lines, "decayed": decay, **error_rates(run.smooth, checks)})
    except KeyboardInterrupt:
        run.save(target)
        _note(log, {"lines": run.lines, "stopped": True})
    finally:
        source.close()
        log.close()


def _note(log: Any, what: dict[str, Any]) -> None:
    row = json.dumps({"at": time.strftime("%H:%M:%S"), **what})
    print(row, flush=True)
    log.write(row + "\n")
    log.flush()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m ocr.training.train", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, required=True, help="how many more lines")
    parser.add_argument("--text", type=Path, help="paragraphs, one a row, plain or .xz")
    parser.add_argument("--start", choices=("pp-ocr", "scratch"), default="pp-ocr")
    parser.add_argument(
        "--decay", action="store_true", help="let the rate fall to nothing; writes decayed.pt"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that draw lines")
    parser.add_argument("--threads", type=int, default=2, help="threads that train")
    parser.add_argument("--check", type=Path, help="folders of line pictures (.png) with their .txt")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    train(
        given.folder,
        given.lines,
        text=given.text,
        start=given.start,
        decay=given.decay,
        workers=given.workers,
        check=given.check,
        threads=given.threads,
    )


if __name__ == "__main__":
    main()
