"""The process that looks at pictures: it ends with the kiosk, however that ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

_KIOSK = """
import multiprocessing, time
from kiosk_agent.looking import Eyes
from models.errors import EcopyError

if __name__ == "__main__":
    eyes = Eyes()
    try:
        eyes.number_on(b"no picture", "image/jpeg", 300)
    except EcopyError:
        pass
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(60)
"""


def test_killed_it_leaves_no_process_that_waits_for_ever() -> None:
    kiosk = subprocess.Popen([sys.executable, "-c", _KIOSK], stdout=subprocess.PIPE, text=True)
    assert kiosk.stdout is not None
    child = Path(f"/proc/{int(kiosk.stdout.readline())}")
    assert child.exists()
    kiosk.send_signal(signal.SIGKILL)
    kiosk.communicate()
    end = time.monotonic() + 20
    while child.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
