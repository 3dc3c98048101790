"""Pages that do a child harm: what stands in for OCR where a test wants to know what becomes of the rest."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import cv2
import numpy as np

from models.geometry import Box
from models.pages import PagePicture
from models.reading import Line, PageReading, Region, Word
from ocr import nets
from ocr.engines import EngineChoice

SICK_PAGE = 2
HANGING, EATING, CRASHING, KILLED = 601, 602, 603, 604
"""Widths in pixels of pictures that …"""


def read_well(path: Path, picture: PagePicture, page: int, engine: EngineChoice) -> PageReading:
    """A reading that costs nothing."""
    box = Box(x0=0.1, y0=0.1, x1=0.9, y1=0.2)
    word = Word(text=f"trang {page}", box=box, confidence=0.9)
    return PageReading(
        page=page, regions=(Region(kind="text", box=box, lines=(Line(words=(word,), box=box),)),)
    )


def read_badly(path: Path, picture: PagePicture, page: int, engine: EngineChoice) -> PageReading:
    if page == SICK_PAGE:
        match picture.width_px:
            case 601:
                time.sleep(600)
            case 602:
                kept = []
                while True:
                    kept.append(bytearray(16 << 20))
            case 603:
                os.kill(os.getpid(), signal.SIGSEGV)
            case 604:
                os.kill(os.getpid(), signal.SIGKILL)
    return read_well(path, picture, page, engine)


def killed_at_work(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def crashed_at_work(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def threads_of_work(page: np.ndarray, engine: EngineChoice) -> dict[str, object]:
    """Threads of this process after every library has had something to do, and how often nets were loaded for it."""
    loaded = nets._net.cache_info().misses
    square = np.ones((600, 600))
    np.linalg.svd(square @ square)
    cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (31, 31), 5)
    read = engine.create().read_page(page, dpi=300, page=1)
    return {
        "pid": os.getpid(),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "warm_threads": len(list(Path(f"/proc/{os.getppid()}/task").iterdir())),
        "cv2": cv2.getNumThreads(),
        "openmp": os.environ["OMP_NUM_THREADS"],
        "words": len([word for line in read.lines() for word in line.words]),
        "nets": loaded,
        "nets_loaded_here": nets._net.cache_info().misses - loaded,
    }


def grow(size: int) -> tuple[int, int, int]:
    """Use memory and never give it back. This process, its parent, and what the parent has in memory."""
    _GROWN.append(b"x" * size)
    resident = int(Path(f"/proc/{os.getppid()}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return os.getpid(), os.getppid(), resident + 0 * len(_GROWN)


_GROWN: list[bytes] = []
