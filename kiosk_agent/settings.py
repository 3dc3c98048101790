"""What may differ between two kiosks; everything else comes signed from the server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import BadSettings
from models.text import Language


def _default_home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ["LOCALAPPDATA"]) / "ecopy-kiosk"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "ecopy-kiosk"


class KioskSettings(BaseSettings):
    """Settings of one kiosk, each as `ECOPY_KIOSK_…` in the environment."""

    model_config = SettingsConfigDict(env_prefix="ECOPY_KIOSK_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=_default_home, description="Folder of the kiosk: spool, orders, log")
    language: Language = Field(default="vi", description="Language of messages: vi or en")
    scanner: str | None = Field(
        default=None,
        description="The scanner: `sane:NAME`, `escl:http://HOST/eSCL`, `folder:/path`, `camera:0`; the first that is found "
        "by default",
    )
    listen: str = Field(
        default="127.0.0.1:8017",
        description="Where the counter's page is, for the browser of this computer alone",
    )
    ca_file: Path | None = Field(
        default=None,
        description="PEM file of the CA that the server's certificate is from, where it is none of the system's",
    )
    key_store: str = Field(
        default="auto",
        pattern="^(auto|keyring|file)$",
        description="Where the kiosk's secrets are: in the `keyring` of the system, in a `file` that only this user reads, "
        "`auto`: in the keyring where there is one",
    )
    keep_free_mib: int = Field(default=256, ge=16, description="MiB of the disk that stay free")
    receipt_days: int = Field(default=30, ge=1, description="Days that receipts of what was sent are kept")
    report_seconds: int = Field(
        default=60, ge=5, description="Seconds between two reports of the kiosk's state to the server"
    )

    @property
    def spool_folder(self) -> Path:
        return self.home / "spool"


def load_kiosk_settings(**overrides: Any) -> KioskSettings:
    """Settings from the environment, with what the command line gave on top. Raises BadSettings."""
    try:
        return KioskSettings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as fault:
        lines = (
            f"ECOPY_KIOSK_{'_'.join(map(str, one['loc'])).upper() or '…'}: {one['msg']}"
            for one in fault.errors()
        )
        raise BadSettings(reason="; ".join(lines)) from None
