"""What Prometheus and whoever starts and stops processes are told, at an address of their own, of a real installation."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import Metric, generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families
from prometheus_client.parser import text_string_to_metric_families

from models.access import CallerKind
from models.errors import (
    BadSettings,
    EngineFault,
    LimitExceeded,
    MetricsAddressTaken,
    StorageFault,
    TimestampUnavailable,
)
from pipeline.application import Application, open_application
from pipeline.observing import health as module
from pipeline.observing.catalogue import FIGURES
from pipeline.observing.health import Examiner
from pipeline.observing.listening import Watched, telling
from pipeline.observing.logs import logging_of
from pipeline.observing.meter import child_watched
from pipeline.queue.broker import answers, open_broker
from pipeline.queue.machine import Machine
from pipeline.settings import load_settings
from pipeline.stages.receive import receive
from pipeline.worker import Worker
from signing.timestamps.authorities import HttpTsa
from storage import work
from storage.machines import machines
from tests.clocks import FixedClock
from tests.machines import paper
from tests.web.support import served

ANYWHERE = "127.0.0.1:0"


def families(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(found: dict[str, Metric], name: str, **labels: str) -> float:
    (sample,) = [
        one
        for family in found.values()
        for one in family.samples
        if one.name == name and labels.items() <= one.labels.items()
    ]
    return float(sample.value)


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def test_a_served_installation_tells_its_figures_where_operators_are_and_not_to_the_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = paper("sổ 1")
    with served(tmp_path / "home", workers=2, metrics_listen=ANYWHERE) as site:
        settings = site.office.settings
        with site.machine(CallerKind.DEVICE, "kiosk") as kiosk:
            kiosk.headers["Ecopy-Purpose"] = "intake:counter"
            taken = kiosk.post(
                "/api/v1/submissions",
                params={"filename": "a.pdf", "presented_as": "ban_chinh"},
                content=content,
            )
            address = taken.headers["location"]
            until(lambda: kiosk.get(address).json()["document_state"] == "in_review")
            assert kiosk.get("/metrics").status_code == 404
            with logging_of(settings.model_copy(update={"log": "json"}), service=True):
                refused = kiosk.get("/health/live?" + "a" * 9000)
        with (
            telling(settings, site.api.state.watched) as told,
            httpx.Client(base_url=f"http://{told}") as http,
        ):
            answer = http.get("/metrics")
            ready = http.get("/health/ready")
            live = http.get("/health/live")
            openly = http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
            assert http.get("/").status_code == 404
    (line,) = [json.loads(one) for one in capsys.readouterr().err.splitlines() if "ADDRESS_TOO_LONG" in one]
    assert line["request_id"] == refused.headers["request-id"]
    found = families(answer.text)
    assert {name for name in found if name.startswith("ecopy_")} == {
        figure.name.removesuffix("_total") for figure in FIGURES
    }
    assert {family.name for family in open_families(openly.text)} == set(found)
    assert value(found, "ecopy_documents_total", outcome="in_review") == 1
    assert value(found, "ecopy_pages_total", outcome="in_review") == 1
    assert value(found, "ecopy_reviews_total", person="needed") == 1
    assert value(found, "ecopy_page_seconds_count", stage="read") == 1
    assert value(found, "ecopy_upload_bytes_total") == len(content)
    assert value(found, "ecopy_problems_total", code="NO_SUCH_ADDRESS") == 1
    assert value(found, "ecopy_review_documents") == 1
    assert value(found, "ecopy_jobs", priority="counter", state="due") == 0
    assert value(found, "ecopy_machines", state="alive") == 1
    assert value(found, "ecopy_component_up", component="store") == 1
    assert value(found, "ecopy_disk_free_bytes", place="home") > 0
    assert found["ecopy_page_seconds"].type == "histogram"
    assert (live.json(), ready.status_code, ready.json()["status"]) == ({"status": "pass"}, 200, "pass")
    assert set(ready.json()["checks"]) == {
        "database",
        "store",
        "disk",
        "threads",
        "broker",
        "machines",
        "leases",
    }


def test_a_worker_is_there_counts_and_leaves(tmp_path: Path) -> None:
    watched, path = Watched(), tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 nothing")
    settings = load_settings(home=tmp_path / "home", metrics_listen=ANYWHERE, workers=1)
    with telling(settings, watched) as told, httpx.Client(base_url=f"http://{told}") as http:
        assert http.get("/health/live").status_code == 200
        assert http.get("/health/ready").status_code == 503, "the home is not open yet"
        with open_application(settings, meter=watched.meter) as app:
            receive(app, path, intake="archive", presented_as="ban_chinh", forced_type=None)
            machine = Machine(app)
            watched.opened(app, broker=machine.broker_answers)
            assert http.get("/health/ready").json()["checks"]["machines"][0] == {
                "status": "warn",
                "output": "0",
            }
            machine.start()
            with app.register.reading() as connection:
                assert [one.kind for one in machines(connection)] == ["worker"]
            until(lambda: (machine.sweep(), "ecopy_documents_total{" in http.get("/metrics").text)[1])
            found = families(http.get("/metrics").text)
            machine.stop()
            with app.register.reading() as connection:
                assert machines(connection) == []
    assert [(one.labels, one.value) for one in found["ecopy_documents"].samples] == [
        ({"outcome": "refused"}, 1)
    ]
    (failed,) = found["ecopy_failures"].samples[:1]
    assert failed.labels["code"].startswith("INPUT_")


def test_the_wait_of_the_oldest_paper_grows_and_what_a_dead_machine_holds_is_told(tmp_path: Path) -> None:
    clock, watched = FixedClock(), Watched()
    settings = load_settings(home=tmp_path / "home")
    with open_application(settings, clock, watched.meter) as app:
        for number in range(2):
            path = tmp_path / f"{number}.pdf"
            path.write_bytes(b"%d" % number)
            receive(app, path, intake="counter", presented_as="ban_chinh", forced_type=None)
        with app.register.transaction(actor="test", purpose="t") as tx:
            work.claim(tx, "dies", until=tx.at)
        clock.move(timedelta(minutes=10))
        watched.opened(app)
        found = families(generate_latest(watched.meter.registry).decode())
        assert value(found, "ecopy_oldest_waiting_seconds", priority="counter") == 600
        assert value(found, "ecopy_oldest_waiting_seconds", priority="archive") == 0
        assert value(found, "ecopy_lease_overdue_seconds") == 600
        leases = next(check for check in watched.health().checks if check.component == "leases")
        assert (leases.status, watched.health().status) == ("warn", "warn")
        assert Worker(app).take_one()
        found = families(generate_latest(watched.meter.registry).decode())
        assert value(found, "ecopy_jobs_taken_over_total") == 1


def test_what_a_process_stands_on_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "objects"
    settings = load_settings(home=tmp_path / "home", store=f"folder:{folder}")

    def status(component: str, app: Application, **more: Callable[[], object]) -> str:
        checks = Examiner(app, **more)().checks  # type: ignore[arg-type]
        return next(check.status for check in checks if check.component == component)

    with open_application(settings) as app:
        assert status("store", app) == "pass"
        shutil.rmtree(folder)
        assert status("store", app) == "fail"
        assert status("threads", app, threads=lambda: {"uploads": False}) == "fail"
        assert status("broker", app, broker=lambda: False) == "warn"
        assert status("machines", app) == "warn"
        monkeypatch.setattr(module, "FULL_BYTES", 1 << 60)
        assert status("disk", app) == "fail"

        def away() -> None:
            raise StorageFault(reason="away")

        monkeypatch.setattr(app.register, "reading", away)
        checks = {check.component: check for check in Examiner(app)().checks}
        assert (checks["database"].status, checks["database"].found) == ("fail", "STORAGE_FAULT")
        assert "machines" not in checks
    nobody = open_broker("redis://127.0.0.1:1/0")
    assert (answers(open_broker("memory")), answers(nobody)) == (True, False)


def test_an_address_that_is_taken_stops_only_who_asked_for_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        on_purpose = load_settings(home=tmp_path, metrics_listen=taken)
        with pytest.raises(MetricsAddressTaken), telling(on_purpose, Watched()):
            pass
        by_default = load_settings(home=tmp_path).model_copy(update={"metrics_listen": taken})
        object.__setattr__(by_default, "__pydantic_fields_set__", {"home"})
        with telling(by_default, Watched()) as nobody:
            assert nobody is None
    with telling(load_settings(home=tmp_path, metrics_listen="off"), Watched()) as off:
        assert off is None
    with pytest.raises(BadSettings), telling(load_settings(home=tmp_path, metrics_listen="9108"), Watched()):
        pass


def test_children_stores_and_authorities_are_counted(tmp_path: Path) -> None:
    meter = Watched().meter
    for limit in ("crash (SIGSEGV)", "60 s CPU", "1024 MiB (memory)", "90 s"):
        with pytest.raises(LimitExceeded), child_watched(meter, "read"):
            raise LimitExceeded(limit=limit, stage="read")
    with pytest.raises(EngineFault), child_watched(meter, "read"):
        raise EngineFault(engine="sandbox", reason="no child can be made")
    refusing = httpx.MockTransport(lambda _: httpx.Response(400))
    tsa = HttpTsa(
        url="http://tsa.test/",
        transport=refusing,  # type: ignore[arg-type]
        asked=lambda name, seconds, good: meter.stamped(name, seconds, good=good),
    )
    with pytest.raises(TimestampUnavailable):
        tsa.token(b"x" * 32, "sha256")
    settings = load_settings(home=tmp_path / "home")
    with open_application(settings, meter=meter) as app:
        shutil.rmtree(settings.home / "objects")
        with pytest.raises(StorageFault):
            app.vault.write("original", b"1")
        found = families(generate_latest(meter.registry).decode())
    reasons = {
        one.labels["reason"]: one.value
        for one in found["ecopy_children_ended"].samples
        if one.name == "ecopy_children_ended_total"
    }
    assert reasons == {"crash": 1, "cpu": 1, "memory": 1, "time": 1}
    assert value(found, "ecopy_timestamp_seconds_count", authority="tsa.test", outcome="failed") == 1
    assert value(found, "ecopy_store_failures_total", store="first") == 1
