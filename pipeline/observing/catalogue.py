"""All figures that the program tells Prometheus, by name; `docs/metrics.md` is made of this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One metric. Of a counter the name has `_total` at its end, as it is scraped."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    vi: str
    en: str
    shared: bool = False
    """The same on every machine, because all of them ask the same register: `max`, never `sum`."""


FIGURES: tuple[Figure, ...] = (
    Figure(
        "ecopy_oldest_waiting_seconds",
        "gauge",
        ("priority",),
        "Tuổi của giấy tờ chờ chương trình lâu nhất; 0 khi không có giấy tờ nào chờ",
        "Age of the paper that waits for the program longest; 0 where none waits",
        shared=True,
    ),
    Figure(
        "ecopy_jobs",
        "gauge",
        ("priority", "state"),
        "Số việc theo mức ưu tiên và trạng thái; đếm đến 100 000",
        "Jobs by priority and state; counted up to 100 000",
        shared=True,
    ),
    Figure(
        "ecopy_parked_jobs",
        "gauge",
        ("code",),
        "Số việc đã gác lại, theo mã lỗi; đếm đến 10 000",
        "Parked jobs by error code; counted up to 10 000",
        shared=True,
    ),
    Figure(
        "ecopy_review_documents",
        "gauge",
        (),
        "Số giấy tờ chờ người xem hoặc xác nhận; đếm đến 100 000",
        "Documents that wait for a person; counted up to 100 000",
        shared=True,
    ),
    Figure(
        "ecopy_timestamp_waiting_ecopies",
        "gauge",
        (),
        "Số bản sao điện tử chờ dấu thời gian; đếm đến 100 000",
        "E-copies that wait for a time-stamp; counted up to 100 000",
        shared=True,
    ),
    Figure(
        "ecopy_oldest_timestamp_wait_seconds",
        "gauge",
        (),
        "Bản sao điện tử chờ dấu thời gian lâu nhất đã chờ bao lâu",
        "How long the e-copy has waited that waits for a time-stamp longest",
        shared=True,
    ),
    Figure(
        "ecopy_machines",
        "gauge",
        ("state",),
        "Số máy xử lý: `alive` vừa báo còn sống, `silent` đã im lặng",
        "Machines that work on papers: `alive` said so a moment ago, `silent` did not",
        shared=True,
    ),
    Figure(
        "ecopy_lease_overdue_seconds",
        "gauge",
        (),
        "Việc của một máy đã im lặng chờ người nhận thay bao lâu; 0 khi không có",
        "How long the work of a machine that fell silent has waited for another to take it over; 0 where none does",
        shared=True,
    ),
    Figure(
        "ecopy_kiosks",
        "gauge",
        ("state",),
        "Số kiosk: `well` ổn, `troubled` tự báo có điều cần xem, `silent` không báo gì quá 24 giờ",
        "Kiosks: `well`, `troubled` by their own report, `silent` for more than 24 hours",
        shared=True,
    ),
    Figure(
        "ecopy_component_up",
        "gauge",
        ("component",),
        "Thành phần có ổn không: 1 ổn, 0 không (`pass` ở `/health/ready`)",
        "Whether a component is in order: 1 yes, 0 no (`pass` at `/health/ready`)",
    ),
    Figure(
        "ecopy_disk_free_bytes",
        "gauge",
        ("place",),
        "Chỗ trống trên đĩa của kho: `home`, và `store` khi đối tượng ở thư mục khác",
        "Free space on disk: of the `home`, and of the `store` where objects are in a folder elsewhere",
    ),
    Figure(
        "ecopy_stage_documents",
        "gauge",
        ("stage",),
        "Số giấy tờ tiến trình này đang xử lý, theo bước",
        "Documents that this process is at, by stage",
    ),
    Figure(
        "ecopy_page_seconds",
        "histogram",
        ("stage",),
        "Số giây cho mỗi trang, theo bước",
        "Seconds a page, by stage: the stage's wall time divided by the document's pages, once for each page",
    ),
    Figure(
        "ecopy_documents_total",
        "counter",
        ("outcome",),
        "Số giấy tờ đã đến chỗ chờ người (`in_review`), đã phát hành (`issued`), bị từ chối (`refused`), bị cách ly (`quarantined`)",
        "Documents that came to wait for a person (`in_review`), were `issued`, `refused`, or `quarantined`",
    ),
    Figure(
        "ecopy_pages_total",
        "counter",
        ("outcome",),
        "Số trang của những giấy tờ ấy",
        "The pages of those documents",
    ),
    Figure(
        "ecopy_reviews_total",
        "counter",
        ("person",),
        "Số giấy tờ đã rà soát: `needed` có chỗ nghi ngờ, người phải xem; `not_needed` không có",
        "Documents looked through: `needed`, something is doubtful and a person must look; `not_needed`",
    ),
    Figure(
        "ecopy_failures_total",
        "counter",
        ("code",),
        "Số lần xử lý giấy tờ dừng vì lỗi, theo mã lỗi",
        "Times that work on a paper ended with an error, by its code",
    ),
    Figure(
        "ecopy_problems_total",
        "counter",
        ("code",),
        "Số yêu cầu HTTP bị trả lời bằng lỗi, theo mã lỗi",
        "Requests over HTTP that were answered with an error, by its code",
    ),
    Figure(
        "ecopy_timestamp_seconds",
        "histogram",
        ("authority", "outcome"),
        "Thời gian hỏi dịch vụ dấu thời gian: `good` có dấu, `failed` không",
        "Time that a time-stamping authority took: `good` with a stamp, `failed` without",
    ),
    Figure(
        "ecopy_upload_bytes_total",
        "counter",
        (),
        "Số byte giấy tờ nhận qua HTTP",
        "Bytes of papers taken in over HTTP",
    ),
    Figure(
        "ecopy_store_failures_total",
        "counter",
        ("store", "code"),
        "Số lần kho đối tượng báo lỗi: `first` kho chính, `second` kho thứ hai",
        "Times that a store of objects failed: the `first`, or the `second`",
    ),
    Figure(
        "ecopy_jobs_taken_over_total",
        "counter",
        (),
        "Số việc đã nhận thay một máy im lặng",
        "Jobs taken over from a machine that fell silent",
    ),
    Figure(
        "ecopy_children_ended_total",
        "counter",
        ("stage", "reason"),
        "Số tiến trình con bị dừng: `time`, `cpu`, `memory`, `file`, `result` là giới hạn, `crash` là tự ngã",
        "Child processes that were ended: by a limit (`time`, `cpu`, `memory`, `file`, `result`) or by a `crash`",
    ),
    Figure(
        "ecopy_nursery_restarts_total",
        "counter",
        (),
        "Số lần tiến trình mẹ của các tiến trình con phải khởi động lại",
        "Times that the process which child processes come from had to be started again",
    ),
    Figure(
        "ecopy_build_info",
        "gauge",
        ("version",),
        "Phiên bản đang chạy; luôn là 1",
        "The version that runs; always 1",
    ),
)

BY_NAME = {figure.name: figure for figure in FIGURES}
