"""Places for heavy work: never more at once than there are, and what was waited for one counts as no work."""

from __future__ import annotations

import threading
import time

from pipeline.slots import Slots


def test_so_many_at_once_and_no_more() -> None:
    slots, inside, most = Slots(2), 0, 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with slots.taken():
            with guard:
                inside += 1
                most = max(most, inside)
            time.sleep(0.02)
            with guard:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_stopwatch_tells_the_work_and_not_the_wait() -> None:
    slots, told = Slots(1), {}
    begun = threading.Event()

    def first() -> None:
        with slots.taken():
            begun.set()
            time.sleep(0.3)

    def second() -> None:
        begun.wait()
        worked = slots.stopwatch()
        with slots.taken():
            time.sleep(0.05)
        told["second"] = worked()
        again = slots.stopwatch()
        with slots.taken():
            time.sleep(0.02)
        told["again"] = again()

    threads = [threading.Thread(target=one) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.05 <= told["second"] < 0.25
    assert 0.02 <= told["again"] < 0.2
