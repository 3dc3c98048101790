"""A camera above the table: one picture for each page, the stillest and sharpest of a few, its sheet cut out and set straight.

Through OpenCV, which drives V4L2 on Linux, Media Foundation on Windows, and takes a film for a camera.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from kiosk_agent.photographs import page_of_frame
from kiosk_agent.scanners import devices
from models.errors import ScannerBusy, ScannerDenied, ScannerGone, ScannerNotFound
from models.scanners import ScannedPage, ScannerFacts, ScanOrder
from models.scans import ScanDevice

SETTLING = 8
"""Frames that are passed over while a camera finds its exposure and focus."""
CHOICE = 5
"""Frames of which the best one becomes the page."""
_LARGEST_PX = 10_000
"""Asked for; the driver gives the largest that it has."""
_LOOK_PX = 640
_STILL = 6.0
"""Mean difference in grey levels from the frame before: more is a hand that still moves."""
_COMPRESSED: Final = cv2.VideoWriter.fourcc(*"MJPG")
"""Raw frames of full size pass no USB 2 cable at any speed."""


class CameraScanner:
    """The camera `source`: its number, or the path of a film. One caller at a time; opened anew for each page."""

    def __init__(self, source: int | Path, *, opener: Callable[..., Any] = cv2.VideoCapture) -> None:
        self._source = source
        self._opener = opener

    @property
    def facts(self) -> ScannerFacts:
        """Raises ScannerNotFound, ScannerDenied, ScannerBusy."""
        with self._open() as camera:
            driver = f"camera {camera.getBackendName()}"
        return ScannerFacts(
            address=self._name,
            device=ScanDevice(driver=driver[:120], identifier=self._name[:120]),
            feeds=("camera",),
            duplex=False,
            colours=("grey", "rgb"),
        )

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """One page: what lies under the camera now. Raises ScannerNotFound, ScannerDenied, ScannerBusy, ScannerGone."""
        with self._open() as camera:
            frame = self._best(camera)
        yield page_of_frame(frame, order)

    def look(self) -> np.ndarray:
        """One frame for the screen, (H, W, 3) RGB, so that the paper can be laid right. Raises as `pages` does."""
        with self._open() as camera:
            return self._frame(camera)

    def _best(self, camera: Any) -> np.ndarray:
        for _ in range(SETTLING):
            self._frame(camera)
        before = _grey(self._frame(camera))
        best: tuple[tuple[bool, float], np.ndarray] | None = None
        for _ in range(CHOICE):
            frame = self._frame(camera)
            now = _grey(frame)
            moved = float(cv2.absdiff(now, before).mean())
            rank = (moved <= _STILL, float(cv2.Laplacian(now, cv2.CV_32F).var()))
            before = now
            if best is None or rank > best[0]:
                best = (rank, frame)
        assert best is not None
        return best[1]

    def _frame(self, camera: Any) -> np.ndarray:
        good, frame = camera.read()
        if not good or frame is None:
            raise ScannerGone(scanner=self._name)
        picture: np.ndarray = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
        return picture

    @contextmanager
    def _open(self) -> Iterator[Any]:
        self._check_there()
        camera = self._opener(self._source if isinstance(self._source, int) else str(self._source))
        try:
            if not camera.isOpened():
                raise ScannerBusy(scanner=self._name)
            if isinstance(self._source, int):
                camera.set(cv2.CAP_PROP_FOURCC, _COMPRESSED)
                camera.set(cv2.CAP_PROP_FRAME_WIDTH, _LARGEST_PX)
                camera.set(cv2.CAP_PROP_FRAME_HEIGHT, _LARGEST_PX)
            yield camera
        finally:
            camera.release()

    def _check_there(self) -> None:
        """OpenCV only says that a camera does not open; the device's file says why."""
        path = devices.file_of(self._source) if isinstance(self._source, int) else self._source
        if path is None:
            return  # a system whose devices are no files
        if not path.exists():
            raise ScannerNotFound(scanner=self._name)
        if not os.access(path, os.R_OK):
            raise ScannerDenied(scanner=self._name)

    @property
    def _name(self) -> str:
        return f"camera:{self._source}"


def _grey(frame: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, _LOOK_PX / max(grey.shape))
    small: np.ndarray = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small
