"""How the command speaks: two languages, people or machines, errors with their remedy, never a traceback."""

from __future__ import annotations

import json as jsonlib
import logging
import sys
import tempfile
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console as RichConsole

    from models.text import Language
    from pipeline.application import Application
    from pipeline.observing.meter import Meter
    from pipeline.settings import Settings


@dataclass
class Console:
    """Standard output for results, standard error for everything said beside them."""

    language: Language | None = None
    json: bool = False
    act: str = "command"
    """What the audit trail calls a command that fails: its name, with its action where it has several."""
    purpose: str = ""
    """What the command was given as its purpose."""
    logged: bool = False
    """Whether standard error is a log that machines read: what is said goes into it."""

    def say(self, vi: str, en: str) -> None:
        """A sentence for people, on standard error."""
        if self.logged:
            logging.getLogger("ecopy.cli").info("%s", en)
            return
        self.err.print(en if self.language == "en" else vi, highlight=False, soft_wrap=True)

    def pick(self, vi: str, en: str) -> str:
        return en if self.language == "en" else vi

    def machine(self, value: Any) -> None:
        """One JSON line on standard output."""
        sys.stdout.write(jsonlib.dumps(value, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    @property
    def out(self) -> RichConsole:
        from rich.console import Console as RichConsole

        return RichConsole()

    @property
    def err(self) -> RichConsole:
        from rich.console import Console as RichConsole

        return RichConsole(stderr=True)

    def settings(self, **overrides: Any) -> Settings:
        """Settings of this call; the language falls back to ECOPY_LANGUAGE."""
        from pipeline.settings import load_settings

        settings = load_settings(language=self.language, **overrides)
        self.language = settings.language
        return settings

    @contextmanager
    def application(self, home: Path | None, **overrides: Any) -> Iterator[Application]:
        """The opened application, with its log beside its data."""
        from pipeline.observing.logs import logging_of

        settings = self.settings(home=home, **overrides)
        with logging_of(settings, service=False), self.opened(settings) as application:
            yield application

    @contextmanager
    def opened(self, settings: Settings, meter: Meter | None = None) -> Iterator[Application]:
        """The opened application, for whoever has seen to its log; `meter` counts what it does."""
        from pipeline.application import open_application
        from pipeline.attempts import attempt
        from pipeline.observing.meter import SILENT

        with open_application(settings, meter=meter or SILENT) as application:
            for fault in application.types.faults:
                report = fault.report(self.language or "vi")
                tell_error(self, report.code, report.message, report.remedy)
            # Most acts put their failures on record themselves; this is for the rest.
            with attempt(application, self.act, "cli", purpose=self.purpose):
                yield application


_SERVER_PARTS = frozenset(
    {
        "alembic",
        "dramatiq",
        "fastapi",
        "lxml",
        "minio",
        "onnxruntime",
        "pikepdf",
        "pyhanko",
        "rapidfuzz",
        "sqlalchemy",
    }
)
"""By which it is known that `ecopy[server]` is not installed; whatever else is missing is a defect."""


def run(command: str, console: Console, options: dict[str, Any]) -> int:
    """Run `cli.<command>.run` and turn every way it can end into an exit code."""
    from models.errors import EcopyError, PartsMissing

    console.act = "_".join(str(word) for word in (command, options.get("action")) if word)[:40]
    console.purpose = str(options.get("purpose") or "")
    logging.lastResort = None  # what libraries log goes to our log file, not to the clerk's screen
    try:
        try:
            return int(import_module(f"cli.{command}").run(console, **options))
        except ModuleNotFoundError as fault:
            if (fault.name or "").partition(".")[0] not in _SERVER_PARTS:
                raise
            raise PartsMissing(name=fault.name) from fault
    except EcopyError as fault:
        report = fault.report(console.language or "vi")
        if console.json:
            console.machine({"error": report.model_dump()})
        else:
            tell_error(console, report.code, report.message, report.remedy)
        return fault.exit_code
    except KeyboardInterrupt:
        console.say("Đã dừng. Chạy lại để làm tiếp.", "Stopped. Run again to go on.")
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away; nothing is left to say to it
        return 1
    except Exception as fault:  # noqa: BLE001 - the outermost boundary: a defect is filed, not shown
        with tempfile.NamedTemporaryFile(
            "w", prefix="ecopy-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        unexpected = EcopyError(reason=f"{type(fault).__name__}: {fault} ({log.name})")
        report = unexpected.report(console.language or "vi")
        if console.json:
            console.machine({"error": report.model_dump()})
        tell_error(console, report.code, report.message, report.remedy)
        return unexpected.exit_code


def tell_error(console: Console, code: str, message: str, remedy: str) -> None:
    """An error for people, on standard error."""
    from rich.text import Text

    text = Text.assemble((f"{code}  ", "bold red"), message, "\n", ("→ ", "bold"), remedy)
    console.err.print(text, soft_wrap=True)
