"""Errors of what operators look at."""

from models.errors.base import EcopyError, Words


class MetricsAddressTaken(EcopyError):
    code = "METRICS_ADDRESS_TAKEN"
    vi = Words(
        "Không mở được địa chỉ theo dõi {address}: {reason}",
        "Đặt ECOPY_METRICS_LISTEN sang địa chỉ, cổng khác của máy này, mỗi tiến trình một cổng; hoặc `off`.",
    )
    en = Words(
        "The address for metrics, {address}, can't be opened: {reason}",
        "Set ECOPY_METRICS_LISTEN to another address and port of this machine, one for each process; or to `off`.",
    )
