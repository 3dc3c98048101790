"""CPU time and memory of this process together with the children that work for it, read from /proc."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(root: int | None = None) -> list[int]:
    """Process ids of `root` (this process by default) and all its descendants that live now."""
    found, waiting = [], [root or os.getpid()]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                waiting.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue  # that thread has just ended
    return found


def cpu_seconds() -> float:
    """CPU seconds spent so far by the tree, those of children that ended (and were waited for) included."""
    total = 0
    for pid in tree():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15])
    return total / TICK


class PeakMemory:
    """Samples memory while its block runs: the largest single process and the whole tree's fair share (PSS)."""

    def __init__(self, every_seconds: float = 0.05, root: int | None = None) -> None:
        """`root` is the process whose tree is watched; None for this one."""
        self._every, self._root = every_seconds, root
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.largest_process = 0
        self.whole_tree = 0

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            shares = []
            for pid in tree(self._root):
                try:
                    rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                except OSError:
                    continue
                numbers = {row.split(":")[0]: row.split()[1] for row in rows[1:]}
                self.largest_process = max(self.largest_process, int(numbers.get("Rss", 0)) * 1024)
                shares.append(int(numbers.get("Pss", 0)) * 1024)
            self.whole_tree = max(self.whole_tree, sum(shares))
