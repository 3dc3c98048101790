"""One `Settings` for the whole program: every value may be set as `ECOPY_…` in the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import BadSettings
from models.text import Language
from ocr.engines import EngineChoice, EngineName, Profile

GIB = 1 << 30
MIB = 1 << 20


def _default_home() -> Path:
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "ecopy"


def _default_workers() -> int:
    return min(4, len(os.sched_getaffinity(0)))


class Settings(BaseSettings):
    """What may differ between two installations. The defaults are the embedded mode."""

    model_config = SettingsConfigDict(env_prefix="ECOPY_", frozen=True, extra="forbid")

    home: Path = Field(default_factory=_default_home, description="Folder of register, objects and keys")
    language: Language = Field(default="vi", description="Language of messages: vi or en")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL of the register; a SQLite file in the home by default"
    )
    store: str | None = Field(
        default=None,
        description="Where the objects are: `folder:/path`, or `s3+https://HOST/BUCKET/PREFIX` with the options "
        "`?access-key=…&secret-key-file=…&region=…&ca-file=…&sse=yes&create=yes&timeout=30&attempts=4&part-mib=8`; a "
        "folder in the home by default",
    )
    second_store: str | None = Field(
        default=None,
        description="A second place with copies of the objects, written as `ECOPY_STORE`: read from where the first "
        "fails, and repaired from",
    )
    master_key: str | None = Field(
        default=None,
        description="Master key of the encryption of objects: `file:/path`, `pkcs11:token=…;object=…?module-path=…&"
        "pin-source=…` (RFC 7512) or `command:/program?name=…`; without it new objects are not encrypted",
    )
    old_master_keys: str | None = Field(
        default=None,
        description="Earlier master keys, written as `ECOPY_MASTER_KEY` and separated by spaces: they open older objects",
    )
    audit_anchor_hours: float = Field(
        default=24,
        gt=0,
        description="The audit trail is time-stamped when its oldest uncovered entry is this old",
    )
    audit_anchor_entries: int = Field(
        default=10_000, ge=1, description="… or when so many entries are not covered by a time-stamp"
    )
    workers: int = Field(
        default_factory=_default_workers, ge=1, le=256, description="Documents worked on at the same time"
    )

    types_folder: Path | None = Field(
        default=None,
        description="Folder with further document types, one YAML file each (see `adding-a-type.md`); they add to the "
        "packaged ones, or take the place of one by a higher version",
    )
    calibration: Path | None = Field(
        default=None,
        description="Calibration of the confidences, a file that `ecopy learn recalibrate` wrote; the packaged one by "
        "default",
    )

    ocr_engine: EngineName = Field(
        default="auto",
        description="OCR engine: `own` (our net), `tesserocr` (Tesseract line by line, in process), `tesseract` (the "
        "program), `asterocr` (if installed), or `auto`: the first of the first three that is there",
    )
    ocr_profile: Profile = Field(
        default="best",
        description="`best`: doubtful lines are read by other engines too, if installed; `fast`: they are not",
    )
    ocr_language: str = Field(default="vie", description="Tesseract's language model")
    ocr_timeout_seconds: float = Field(default=120, gt=0, description="Wall time for reading one page")

    max_file_bytes: int = Field(default=2 * GIB, gt=0, description="Largest file taken")
    max_pages: int = Field(default=2000, gt=0, description="Most pages in one file")
    max_pixels: int = Field(default=150_000_000, gt=0, description="Most pixels in one page picture")
    child_memory_bytes: int = Field(
        default=GIB, gt=64 * MIB, description="Memory that a child process may add while handling a file"
    )
    child_cpu_seconds: int = Field(default=60, gt=0, description="CPU time of one child process task")
    child_wall_seconds: float = Field(default=90, gt=0, description="Wall time of one child process task")

    trust: Literal["development", "configured"] = Field(
        default="development",
        description="`development`: keys without legal value, made in the home; `configured`: those below",
    )
    trust_anchors: Path | None = Field(default=None, description="PEM file with the accepted roots")
    agency_name: str | None = Field(default=None, description="Name of the agency as the stamp shows it")
    agency_identifier: str | None = Field(default=None, description="Agency identifier of QĐ 20/2020")
    agency_pkcs12: Path | None = Field(default=None, description="Agency key and certificate")
    agency_pkcs12_password_file: Path | None = Field(default=None, description="File with its password")
    clerk_name: str | None = Field(default=None, description="Name of the counter officer")
    clerk_pkcs12: Path | None = Field(default=None, description="Counter officer's key and certificate")
    clerk_pkcs12_password_file: Path | None = Field(default=None, description="File with its password")
    officer_name: str | None = Field(default=None, description="Name of the officer who confirms")
    tsa_url: str | None = Field(default=None, description="RFC 3161 time-stamping authority")
    tsa_timeout_seconds: float = Field(default=180, gt=0, description="Patience with one time-stamp request")

    @model_validator(mode="after")
    def _configured_trust_is_complete(self) -> Settings:
        needed = (
            "trust_anchors",
            "agency_name",
            "agency_identifier",
            "agency_pkcs12",
            "agency_pkcs12_password_file",
            "clerk_name",
            "clerk_pkcs12",
            "clerk_pkcs12_password_file",
            "officer_name",
            "tsa_url",
        )
        if self.trust == "configured":
            missing = [f"ECOPY_{name.upper()}" for name in needed if getattr(self, name) is None]
            if missing:
                raise ValueError(f"ECOPY_TRUST=configured needs {', '.join(missing)}")
        return self

    @property
    def ocr(self) -> EngineChoice:
        return EngineChoice(
            name=self.ocr_engine,
            profile=self.ocr_profile,
            language=self.ocr_language,
            timeout_s=self.ocr_timeout_seconds,
        )

    @property
    def pki_folder(self) -> Path:
        return self.home / "pki"

    @property
    def register_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'register.sqlite3'}"


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment, with what the command line gave on top. Raises BadSettings."""
    try:
        return Settings(**{k: v for k, v in overrides.items() if v is not None})
    except ValidationError as fault:
        lines = (
            f"ECOPY_{'_'.join(str(p) for p in e['loc']).upper() or '…'}: {e['msg']}" for e in fault.errors()
        )
        raise BadSettings(reason="; ".join(lines)) from None
