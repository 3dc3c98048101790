"""One `Settings` for the whole program: every value may be set as `ECOPY_…` in the environment."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import BadSettings
from models.text import Language
from ocr.engines import EngineChoice, EngineName, Profile
from pipeline.watch.orders import WatchOrder, orders_in

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
    log: Literal["auto", "json", "text", "file"] = Field(
        default="auto",
        description="Where the log goes: `json` or `text` lines to standard error, `file` to `ecopy.log` in the home; `auto`: "
        "`json` of `ecopy serve` and `ecopy worker` where standard error is no terminal, `file` of everything else",
    )
    log_level: Literal["debug", "info", "warning", "error"] | None = Field(
        default=None,
        description="From which level on something is logged; by default `info` of `ecopy serve` and `ecopy worker`, "
        "`warning` of other commands",
    )
    metrics_listen: str = Field(
        default="127.0.0.1:8108",
        description="Address and port where `ecopy serve` and `ecopy worker` answer `/metrics`, `/health/live` and "
        "`/health/ready`, to whoever asks; `off`: nowhere. A default that another process of this machine has taken is left "
        "to it, with a warning",
    )
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
    broker: str = Field(
        default="memory",
        description="Who carries word of work from machine to machine: `memory` (within the program), `redis://HOST/0` "
        "(Redis or Valkey; `rediss` with TLS), or `amqp://HOST` (RabbitMQ; `amqps` with TLS)",
    )
    serve_works: bool = Field(
        default=True,
        description="Whether `ecopy serve` works on papers too, or leaves that to `ecopy worker`",
    )
    watch: str = Field(
        default="",
        description="Folders that `ecopy serve` takes scans from by itself, separated by spaces: `/mnt/scans?lot=NAME&every=5&"
        "looks=3&done=move&marker=.ok`, with the options of `ecopy watch`, written as in a URL (`%20` for a space)",
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

    scan_profiles: Path | None = Field(
        default=None,
        description="File with the scan profiles that kiosks are ordered, in the form of the packaged one "
        "(`pipeline/kiosks/profiles.yaml`), which is used by default",
    )
    kiosk_least_version: str | None = Field(
        default=None,
        pattern=r"^[0-9][0-9A-Za-z.+!_-]{0,59}$",
        description="Oldest version of the kiosk program that may scan here; any by default",
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
    agency_key: str | None = Field(
        default=None,
        description="Agency key and certificate: `pkcs12:/path?password-source=…`, `pkcs11:token=…;object=…?module-path=…&"
        "pin-source=…` (RFC 7512), `csc:https://…/csc/v2?credential=…&token-source=…`, or `vgca:/path/certificate.pem` where "
        "the văn thư signs with a token at her own computer (see `signing.md`)",
    )
    seal_needs_person: bool | None = Field(
        default=None,
        description="Whether every e-copy waits until a văn thư, who is not the one who confirmed its data, lets the agency's "
        "key sign it (`ecopy seal`); by default only with `ECOPY_TRUST=configured` and a key that signs at the server",
    )
    clerk_name: str | None = Field(default=None, description="Name of the counter officer")
    clerk_key: str | None = Field(
        default=None,
        description="Counter officer's key and certificate, written as `ECOPY_AGENCY_KEY`; with `act=dossier` added to the line "
        "captures wait until the officer acts, once for all of a dossier (`ecopy capture`), with `vgca:` until they are signed "
        "at the officer's own computer",
    )
    officer_name: str | None = Field(default=None, description="Name of the officer who confirms")
    tsa_urls: str | None = Field(
        default=None,
        description="RFC 3161 time-stamping authorities, separated by spaces: the next one is asked where one fails",
    )
    tsa_access: str | None = Field(
        default=None,
        description="How time-stamping authorities let us in that do not serve everybody, separated by spaces: "
        "`https://host?user=…&password-source=/path` or `https://host?certificate=/path.pem&key-source=/path.pem` "
        "(see `signing.md`)",
    )
    tsa_timeout_seconds: float = Field(default=180, gt=0, description="Patience with one time-stamp request")
    tsa_parallel: int = Field(
        default=4, ge=1, le=64, description="Requests to one time-stamping authority at the same time"
    )
    tsa_policy: str | None = Field(
        default=None,
        pattern=r"^[0-2](\.(0|[1-9]\d*))+$",
        description="Policy (OID) that time-stamps must be given under; any by default",
    )
    evidence_batch: int = Field(
        default=1000,
        ge=1,
        description="So many archive e-copies that wait for an evidence record get one time-stamp together",
    )
    evidence_hours: float = Field(
        default=24, gt=0, description="… or however many there are, when the oldest has waited so long"
    )
    status_online: bool = Field(
        default=True,
        description="Whether OCSP responders and revocation lists are asked over the network before signing; otherwise "
        "only the lists in the folder `crl` beside `ECOPY_TRUST_ANCHORS` count",
    )
    status_timeout_seconds: float = Field(
        default=10, gt=0, description="Patience with one OCSP responder or revocation list"
    )

    @property
    def tsa_addresses(self) -> tuple[str, ...]:
        return tuple(self.tsa_urls.split()) if self.tsa_urls else ()

    @field_validator("tsa_urls")
    @classmethod
    def _addresses_of_authorities(cls, value: str | None) -> str | None:
        for url in (value or "").split():
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
                raise ValueError("only addresses such as http://tsa.tinh.gov.vn/ go in here")
            if parts.username is not None:
                raise ValueError("no user's name goes in here; see ECOPY_TSA_ACCESS")
        return value

    listen: str = Field(
        default="127.0.0.1:8107", description="Address and port that `ecopy serve` listens on"
    )
    public_url: str | None = Field(
        default=None,
        description="Address of this installation as others see it, such as `https://ecopy.tinh.gov.vn`",
    )
    trusted_proxies: str = Field(
        default="", description="Addresses of proxies whose `X-Forwarded-…` is believed, separated by spaces"
    )
    max_request_bytes: int = Field(
        default=MIB, ge=64 * 1024, description="Largest body of a request over HTTP that carries no file"
    )
    max_attached_bytes: int = Field(
        default=64 * MIB,
        ge=MIB,
        description="Largest body of a request over HTTP that carries a file; larger ones come in pieces",
    )
    upload_quota_bytes: int = Field(
        default=20 * GIB,
        gt=0,
        description="What one person, device or system may have uploaded in part at once, unless its client says otherwise",
    )
    upload_hours: float = Field(
        default=168, gt=0, description="How long an upload in pieces may take before its pieces are forgotten"
    )
    requests_per_minute: int = Field(
        default=6000, ge=10, description="Requests over HTTP of one person, device or system a minute"
    )
    stranger_requests_per_minute: int = Field(
        default=1200, ge=10, description="… and of one address without proof of who is there"
    )
    sign_ins_per_minute: int = Field(
        default=60, ge=1, description="… and, of those, steps of signing in and codes of new kiosks"
    )
    max_connections: int = Field(
        default=1000, ge=10, description="Connections at once over HTTP; further ones are told to come back"
    )

    session_idle_minutes: int = Field(
        default=30, ge=1, le=720, description="A person's session ends when it was not used for so long"
    )
    session_hours: float = Field(
        default=10, gt=0, le=24, description="… and so long after signing in at the latest"
    )
    local_accounts: bool = Field(
        default=True, description="Whether people may sign in with a password and a second factor kept here"
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="OpenID provider that people sign in with, such as `https://sso.tinh.gov.vn`",
    )
    oidc_client_id: str | None = Field(default=None, description="What the provider calls this installation")
    oidc_client_secret_file: Path | None = Field(
        default=None,
        description="File with the secret that the provider gave it; without one it is a public client",
    )
    oidc_acr: str | None = Field(
        default=None,
        description="Ways of signing in that are enough (`acr`), separated by spaces; any of the provider's by default",
    )

    @model_validator(mode="after")
    def _single_sign_on_is_complete(self) -> Settings:
        if self.oidc_issuer is not None and not self.oidc_client_id:
            raise ValueError("ECOPY_OIDC_ISSUER needs ECOPY_OIDC_CLIENT_ID")
        return self

    events_days: int = Field(default=90, ge=1, description="Days that events stay in the feed")
    hook_networks: str = Field(
        default="",
        description="Internal networks that webhooks may be sent to, such as `10.20.0.0/16`, separated by spaces; "
        "otherwise only public addresses are",
    )
    hook_http: bool = Field(
        default=False, description="Whether webhooks may go over plain http; only for closed networks"
    )
    hook_ca_file: Path | None = Field(
        default=None, description="PEM file with further roots that receivers of webhooks are trusted by"
    )
    hook_timeout_seconds: float = Field(
        default=15, gt=0, le=120, description="Patience with one receiver of a webhook"
    )

    @field_validator("hook_networks")
    @classmethod
    def _networks(cls, text: str) -> str:
        for network in text.split():
            ip_network(network)
        return text

    @model_validator(mode="after")
    def _configured_trust_is_complete(self) -> Settings:
        needed = (
            "trust_anchors",
            "agency_name",
            "agency_identifier",
            "agency_key",
            "clerk_name",
            "clerk_key",
            "officer_name",
            "tsa_urls",
        )
        if self.trust == "configured":
            missing = [f"ECOPY_{name.upper()}" for name in needed if getattr(self, name) is None]
            if missing:
                raise ValueError(f"ECOPY_TRUST=configured needs {', '.join(missing)}")
        return self

    @field_validator("watch")
    @classmethod
    def _watched_folders(cls, text: str) -> str:
        orders_in(text)
        return text

    @property
    def watch_orders(self) -> tuple[WatchOrder, ...]:
        """What `watch` says of each folder."""
        return orders_in(self.watch)

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
    def work_folder(self) -> Path:
        """Where papers lie while they are worked on; nothing in it outlives the work."""
        return self.home / "work"

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
