"""Scanners that SANE drives, by its own program `scanimage`, which may crash without taking anything along.

The program waits before every sheet (`--batch-prompt`), so the next one is pulled when the last one lies safe and no sooner:
what jams is never a sheet that was promised. Its pictures pass through a folder in memory; nothing of a paper is written to a
disk unsealed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO

from kiosk_agent.scanners.memory import passing_folder
from models.errors import (
    CoverOpen,
    DoubleFeed,
    FeederEmpty,
    PaperJam,
    ScannerBusy,
    ScannerDenied,
    ScannerFault,
    ScannerGone,
    ScannerNotFound,
    ScannerSetting,
)
from models.scanners import Colour, ScannedPage, ScannerFacts, ScanOrder
from models.scans import Feed, ScanDevice
from models.text import squeeze

PROGRAM = "scanimage"
PAGE_S = 180.0
"""The longest a page may take; a scanner that says nothing for so long is gone."""
LOOK_S = 40.0

_MODES: dict[Colour, re.Pattern[str]] = {
    "rgb": re.compile(r"colou?r|24.?bit", re.IGNORECASE),
    "grey": re.compile(r"gr[ae]y|8.?bit", re.IGNORECASE),
    "bilevel": re.compile(r"line.?art|black|binary|1.?bit|mono", re.IGNORECASE),
}
_FEEDER = re.compile(r"adf|feeder|sheet", re.IGNORECASE)
_DUPLEX = re.compile(r"duplex|both|2.?sided|double", re.IGNORECASE)
_BACK = re.compile(r"\bback\b", re.IGNORECASE)
_OPTION = re.compile(
    r"^\s{2,}(?P<name>--?[a-z][a-z0-9-]*)(?:\[=\((?P<flag>[^)]*)\)\]|\s+(?P<values>.*?))?\s*\[(?P<now>[^\]]*)\]\s*$"
)
_GOOD = re.compile(r"^Scanned page \d+\. \(scanner status = (\d+)\)$", re.MULTILINE)
_FAULTS: dict[int, type[ScannerFault]] = {
    3: ScannerBusy,
    6: PaperJam,
    7: FeederEmpty,
    8: CoverOpen,
    9: ScannerGone,
    11: ScannerDenied,
}
"""By the status of SANE's that ended the scan; `scanimage` exits with it."""
_WORDS: tuple[tuple[str, type[ScannerFault]], ...] = (
    ("double feed", DoubleFeed),
    ("multifeed", DoubleFeed),
    ("jammed", PaperJam),
    ("out of documents", FeederEmpty),
    ("cover is open", CoverOpen),
    ("Device busy", ScannerBusy),
    ("Access to resource has been denied", ScannerDenied),
    ("open of device", ScannerNotFound),
    ("no SANE devices found", ScannerNotFound),
)
"""By what `scanimage` says where its status says less (in English: it is run with the locale C)."""


class Option:
    """One option of a driver's, as `scanimage -A` lists it."""

    def __init__(self, values: str) -> None:
        self.words = tuple(squeeze(word) for word in values.split("|")) if "|" in values else ()
        bounds = re.match(r"(-?[\d.]+)\.\.(-?[\d.]+)", values)
        self.most = float(bounds[2]) if bounds else None
        self.numbers = tuple(int(n) for n in re.findall(r"\b\d+\b", values)) if bounds is None else ()


class SaneScanner:
    """A scanner by the name that SANE opens it by, such as `fujitsu:fi-8170:123456`. One caller at a time."""

    def __init__(self, address: str, *, program: str = PROGRAM, extra: Sequence[str] = ()) -> None:
        """`extra`: further options of the driver's, which an administrator sets for a model."""
        self._address = address
        self._program = program
        self._extra = tuple(extra)

    @cached_property
    def facts(self) -> ScannerFacts:
        """What it is. Raises ScannerNotFound, ScannerBusy, ScannerDenied, ScannerFault."""
        options = self._options
        sources = options["--source"].words if "--source" in options else ()
        feeds: list[Feed] = []
        if not sources or any(not _FEEDER.search(one) for one in sources):
            feeds.append("flatbed")
        if any(_FEEDER.search(one) for one in sources):
            feeds.append("feeder")
        modes = options["--mode"].words if "--mode" in options else ()
        resolution = options.get("--resolution")
        return ScannerFacts(
            address=self._address,
            device=_device(self._address),
            feeds=tuple(feeds),
            duplex=self._both_sides() is not None,
            dpi=resolution.numbers if resolution is not None else (),
            colours=tuple(colour for colour, known in _MODES.items() if any(map(known.search, modes))),
        )

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """Picture by picture; a sheet is pulled when its picture is asked for. On the glass there is one.

        Ends where the feeder is empty. Raises a ScannerFault; what came before is whole.
        """
        words = [*self._words(order), "--format=pnm", "--batch-print", "--batch-prompt"]
        if order.feed == "flatbed":
            words.append("--batch-count=1")
        with passing_folder() as folder, self._running([*words, f"--batch={folder}/%d.pnm"]) as run:
            first = True
            while (path := run.next_path()) is not None:
                content = path.read_bytes()
                path.unlink()
                first = False
                yield ScannedPage(content, "image/x-portable-anymap", order.dpi)
            self._raise_for(*run.ended(), first=first)

    @cached_property
    def _options(self) -> dict[str, Option]:
        try:
            said = subprocess.run(
                [self._program, "-d", self._address, "-A"],
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LOOK_S,
                env=_environment(),
                check=False,
            )
        except FileNotFoundError as fault:
            raise ScannerNotFound(scanner=f"{self._address} ({self._program})") from fault
        except subprocess.TimeoutExpired as fault:
            raise ScannerGone(scanner=self._address) from fault
        if said.returncode:
            self._raise_for(said.returncode, said.stderr, first=True)
        found = (_OPTION.match(line) for line in said.stdout.splitlines())
        return {line["name"]: Option(line["values"] or "") for line in found if line is not None}

    def _words(self, order: ScanOrder) -> list[str]:
        options = self._options
        words = ["-d", self._address, *self._extra]
        words += self._source(order)
        if "--mode" in options:
            mode = next((one for one in options["--mode"].words if _MODES[order.colour].search(one)), None)
            if mode is None:
                raise ScannerSetting(scanner=self._address, what=order.colour)
            words.append(f"--mode={mode}")
        resolution = options.get("--resolution")
        if resolution is not None:
            if resolution.numbers and order.dpi not in resolution.numbers:
                raise ScannerSetting(scanner=self._address, what=f"{order.dpi} dpi")
            if resolution.most is not None and order.dpi > resolution.most:
                raise ScannerSetting(scanner=self._address, what=f"{order.dpi} dpi")
            words.append(f"--resolution={order.dpi}")
        for name, millimetres in zip(("-x", "-y"), order.size_mm, strict=True):
            if name in options:
                most = options[name].most
                words += [name, f"{min(millimetres, most) if most is not None else millimetres:g}"]
        return words

    def _source(self, order: ScanOrder) -> list[str]:
        option = self._options.get("--source")
        if order.feed == "flatbed":
            plain = [one for one in option.words if not _FEEDER.search(one)] if option is not None else []
            if option is not None and option.words and not plain:
                raise ScannerSetting(scanner=self._address, what=order.feed)
            return [f"--source={plain[0]}"] if plain else []
        if order.sides == "both":
            both = self._both_sides()
            if both is None:
                raise ScannerSetting(scanner=self._address, what="duplex")
            return both
        feeders = [one for one in option.words if _FEEDER.search(one)] if option is not None else []
        simplex = [one for one in feeders if not _DUPLEX.search(one) and not _BACK.search(one)]
        if not simplex:
            raise ScannerSetting(scanner=self._address, what=order.feed)
        return [f"--source={simplex[0]}"]

    def _both_sides(self) -> list[str] | None:
        """The words for both sides from the feeder: a source of its own, or a mode of the feeder's; None for neither."""
        option = self._options.get("--source")
        feeders = [one for one in option.words if _FEEDER.search(one)] if option is not None else []
        duplex = [one for one in feeders if _DUPLEX.search(one)]
        if duplex:
            return [f"--source={duplex[0]}"]
        mode = self._options.get("--adf-mode")
        both = [one for one in mode.words if _DUPLEX.search(one)] if mode is not None else []
        if feeders and both:
            return [f"--source={feeders[0]}", f"--adf-mode={both[0]}"]
        return None

    @contextmanager
    def _running(self, words: list[str]) -> Iterator[_Run]:
        try:
            with closing(_Run([self._program, *words], self._address)) as run:
                yield run
        except FileNotFoundError as fault:
            raise ScannerNotFound(scanner=f"{self._address} ({self._program})") from fault

    def _raise_for(self, status: int, said: str, *, first: bool) -> None:
        """Why a scan ended; an empty feeder is an end like any other, unless nothing came at all."""
        told = [int(one) for one in _GOOD.findall(said)]
        if told and told[-1] in _FAULTS:
            status = told[-1]
        kind = next((kind for words, kind in _WORDS if words in said), _FAULTS.get(status))
        if kind is FeederEmpty and not first:
            return
        if kind is None and status == 0:
            if first:
                raise FeederEmpty(scanner=self._address)
            return
        last = said.strip().splitlines()
        raise (kind or ScannerFault)(scanner=self._address, reason=last[-1] if last else f"status {status}")


class _Run:
    """A scan that waits for a word before every sheet."""

    def __init__(self, words: list[str], address: str) -> None:
        self._address = address
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=_environment(),
            start_new_session=True,
        )
        self._said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def next_path(self) -> Path | None:
        """Pull a sheet; where its picture lies, or None where the scan has ended. Raises ScannerGone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Timer(PAGE_S, self._kill)
        late.start()
        try:
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            late.cancel()
        return Path(line.rstrip("\n")) if line else None

    def ended(self) -> tuple[int, str]:
        """How it ended, and all that it said. Raises ScannerGone where it had to be ended."""
        status = self._process.wait()
        self._listener.join()
        if status < 0:
            raise ScannerGone(scanner=self._address)
        return status, "".join(self._said)

    def close(self) -> None:
        """End a scan whose pages nobody wants any more: without a further word it stops before the next sheet."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()

    def _kill(self) -> None:
        """With whatever it has started: a driver may have helpers, and they hold the pipes open."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _listen(self) -> None:
        errors: IO[str] | None = self._process.stderr
        assert errors is not None
        with errors:
            self._said.extend(errors)


def find(program: str = PROGRAM) -> list[str]:
    """The addresses of all scanners that SANE sees; that takes seconds. Raises ScannerFault."""
    if shutil.which(program) is None:
        return []
    try:
        said = subprocess.run(
            [program, "-f", "%d%n"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LOOK_S,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise ScannerFault(scanner="SANE", reason=f"{LOOK_S:g} s") from fault
    return [line.strip() for line in said.stdout.splitlines() if ":" in line]


def _device(address: str) -> ScanDevice:
    backend, _, rest = address.partition(":")
    model = squeeze(rest.split(":")[0].replace("_", " ")) or None
    return ScanDevice(
        model=model[:120] if model else None, driver=f"SANE {backend}"[:120], identifier=address[:120]
    )


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}
