"""The sandbox brings results back and survives everything that a hostile file can do to a child."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.errors import EngineFault, LimitExceeded, TruncatedFile, Unreadable
from pdf.sandbox import Sandbox, SandboxLimits
from tests.pdf import support

QUICK = SandboxLimits(memory_bytes=256 << 20, cpu_seconds=1, wall_seconds=10)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def eventually_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(pid)


def test_a_result_comes_back(sandbox: Sandbox) -> None:
    assert sandbox.call(support.double, 21) == 42
    assert sandbox.call(math.sqrt, 9.0) == 3.0


def test_a_value_type_and_a_large_array_come_back_equal(sandbox: Sandbox) -> None:
    assert sandbox.call(support.answer, 7) == support.Answer(number=7)
    array = sandbox.call(support.picture_array, 2480, 3508)
    assert np.array_equal(array, support.picture_array(2480, 3508))


def test_every_call_has_a_process_of_its_own(sandbox: Sandbox) -> None:
    first, parent = sandbox.call(support.process_identity)
    second, same_parent = sandbox.call(support.process_identity)
    assert len({first, second, parent, os.getpid()}) == 4
    assert parent == same_parent


def test_an_ecopy_error_is_raised_again_with_its_details(sandbox: Sandbox) -> None:
    with pytest.raises(TruncatedFile) as caught:
        sandbox.call(support.refuse, "cụt ở byte 12")
    assert "cụt ở byte 12" in caught.value.message("vi")


def test_any_other_exception_is_unreadable_with_its_short_name(sandbox: Sandbox) -> None:
    with pytest.raises(Unreadable) as caught:
        sandbox.call(support.stumble)
    assert caught.value.details["reason"] == "KeyError: 'một khóa'"
    assert any("support.py" in note for note in caught.value.__notes__)


def test_a_memory_eater_is_stopped(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call_at("triage", QUICK, support.eat_memory)
    assert caught.value.details == {"reason": "", "limit": "256 MiB (memory)", "stage": "triage"}


def test_an_endless_loop_is_stopped_by_its_cpu_time(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call_at("pages", QUICK, support.burn)
    assert caught.value.details["limit"] == "1 s CPU"


def test_a_sleeping_child_is_stopped_by_the_clock(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call_at("pages", SandboxLimits(wall_seconds=0.3), support.sleep_long)
    assert caught.value.details["limit"] == "0.3 s"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL, signal.SIGTERM])
def test_a_crash_is_named(sandbox: Sandbox, number: signal.Signals) -> None:
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call(support.die, int(number))
    assert caught.value.details["limit"] == f"crash ({number.name})"


def test_a_child_that_leaves_without_an_answer_is_a_crash(sandbox: Sandbox) -> None:
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call(support.leave, 3)
    assert caught.value.details["limit"] == "crash (exit 3)"


def test_a_huge_result_is_refused(sandbox: Sandbox) -> None:
    limits = SandboxLimits(result_bytes=1 << 20)
    assert len(sandbox.call_at("small", limits, support.huge, 1000)) == 1000
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call_at("huge", limits, support.huge, 2 << 20)
    assert caught.value.details["limit"] == "1 MiB (result)"


def test_a_huge_file_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    limits = SandboxLimits(file_bytes=2 << 20)
    with pytest.raises(LimitExceeded) as caught:
        sandbox.call_at("pages", limits, support.write_much, tmp_path / "much", 8 << 20)
    assert caught.value.details["limit"] == "2 MiB (file)"


def test_a_full_disk_is_no_fault_of_the_file(sandbox: Sandbox) -> None:
    with pytest.raises(EngineFault, match="No space left"):
        sandbox.call_at("pages", SandboxLimits(), support.write_much, Path("/dev/full"), 1 << 20)


def test_a_result_that_would_run_code_here_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as caught:
        sandbox.call(support.evil, tmp_path / "taken-over")
    assert "may not come out" in caught.value.details["reason"]
    assert not (tmp_path / "taken-over").exists()


def test_the_child_s_words_never_reach_the_console(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.call(support.shout)
    assert capfd.readouterr() == ("", "")


def test_the_child_gets_no_secrets_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOPY_TOKEN_PIN", "1234")
    with Sandbox(preload=("tests.pdf.support",)) as own:
        names = own.call(support.environment)
    assert "PATH" in names
    assert "ECOPY_TOKEN_PIN" not in names


def test_many_threads_get_their_own_answers_also_when_some_crash(sandbox: Sandbox) -> None:
    def work(number: int) -> int | str:
        if number % 5 == 0:
            with pytest.raises(LimitExceeded) as caught:
                sandbox.call(support.die, int(signal.SIGSEGV))
            return str(caught.value.details["limit"])
        return sandbox.call(support.double, number)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(80)))
    assert results == ["crash (SIGSEGV)" if n % 5 == 0 else 2 * n for n in range(80)]


def test_the_warm_process_is_replaced_when_it_dies(sandbox: Sandbox) -> None:
    _, warm = sandbox.call(support.process_identity)
    os.kill(warm, signal.SIGKILL)
    assert eventually_gone(warm)
    assert sandbox.call(support.double, 4) == 8


def test_what_a_child_started_ends_with_it(sandbox: Sandbox) -> None:
    assert eventually_gone(sandbox.call(support.start_a_sleeper))


def test_close_leaves_no_process_behind_and_ends_running_calls() -> None:
    own = Sandbox()
    _, warm = own.call(support.process_identity)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(own.call, support.sleep_long)
        time.sleep(0.2)
        own.close()
        with pytest.raises((LimitExceeded, EngineFault)):
            running.result(20)
    assert eventually_gone(warm)
    with pytest.raises(EngineFault):
        own.call(support.double, 1)
    own.close()


def test_the_warm_process_ends_when_its_owner_is_killed() -> None:
    code = (
        "import os, sys; from pdf.sandbox import Sandbox; from tests.pdf import support\n"
        "s = Sandbox(); print(s.call(support.process_identity)[1], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as owner:
        assert owner.stdout is not None
        warm = int(owner.stdout.readline())
        assert is_running(warm)
        owner.kill()
    assert eventually_gone(warm)


def test_a_module_that_can_not_be_loaded_is_an_engine_fault() -> None:
    with Sandbox(preload=("pdf.there_is_no_such_module",)) as own, pytest.raises(EngineFault) as caught:
        own.warm_up()
    assert "there_is_no_such_module" in str(caught.value.details["reason"])


def test_a_function_named_with_its_module_is_called_before_the_first_child() -> None:
    with Sandbox(preload=("tests.pdf.support:prepare",)) as own:
        assert [own.call(support.prepared) for _ in range(2)] == ["once", "once"]


def test_a_request_that_can_not_be_understood_is_our_fault(sandbox: Sandbox) -> None:
    with pytest.raises(EngineFault) as caught:
        sandbox.call(support.double, support.Lost())  # type: ignore[arg-type]
    assert "lost on the way" in str(caught.value.details["reason"])


def test_no_file_descriptor_is_lost(sandbox: Sandbox) -> None:
    sandbox.call(support.double, 1)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - descriptors are no paths
    for number in range(20):
        sandbox.call(support.double, number)
        with pytest.raises(LimitExceeded):
            sandbox.call(support.die, int(signal.SIGKILL))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
