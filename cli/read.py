"""`ecopy read`: OCR alone, to text, JSON, hOCR or ALTO; nothing is registered."""

from __future__ import annotations

import sys
from pathlib import Path

from cli.console import Console, tell_error

SUFFIXES = {"text": ".txt", "json": ".json", "hocr": ".hocr", "alto": ".xml"}


def run(
    console: Console, *, paths: list[Path], out: Path | None, output_format: str, workers: int | None
) -> int:
    from models.errors import EcopyError
    from ocr.formats import render
    from pipeline.inputs import collect
    from pipeline.reading import Reader

    settings = console.settings(workers=workers)
    inputs = collect(paths)
    refused = 0
    with Reader(settings) as reader:
        for file in inputs.files:
            try:
                text = render(reader.read(file.path), output_format, source=file.path.name)
            except EcopyError as reason:
                if reason.exit_code == 2:
                    raise
                refused += 1
                console.say(str(file.path), str(file.path))
                report = reason.report(settings.language)
                tell_error(console, report.code, report.message, report.remedy)
                continue
            if out is None:
                sys.stdout.write(text if text.endswith("\n") else text + "\n")
            else:
                target = out / file.place.with_name(file.place.name + SUFFIXES[output_format])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
                console.say(f"{file.path} → {target}", f"{file.path} → {target}")
    return 1 if refused else 0
