"""Carries out the shell blocks of a page, in order, in a folder of their own.

The first `ecopy` of a page is the installed program, started as a person starts it; the others are processes of
their own too, but forked from one that has imported the program (`tests.warm`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests import warm

BIN = Path(sys.executable).parent


def page(name: str) -> str:
    """The text of a page of `docs/`."""
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    """Its shell blocks."""
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def unknown_options(text: str) -> list[str]:
    """Options that the page speaks of and no command has."""
    spoken = set(re.findall(r"--[a-z][a-z-]+", text))
    shown = subprocess.run(
        [BIN / "python", "-c", _HELP], capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    return sorted(spoken - set(shown))


def carry_out(parts: list[str], folder: Path, **environment: str) -> str:
    """Run the parts as one script that stops at the first failure. Returns what it printed."""
    with warm.on_path(folder) as warmed:
        surroundings: Mapping[str, str] = {
            "PATH": f"{warmed}:{BIN}:{os.environ['PATH']}",
            "HOME": str(folder),
            "COLUMNS": "200",
            **environment,
        }
        done = subprocess.run(
            ["bash", "-c", "\n".join(["set -euxo pipefail", *parts])],
            cwd=folder,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    assert "Traceback" not in done.stderr
    return done.stdout


_HELP = """
import typer
from cli.main import app
def walk(command):
    for parameter in getattr(command, "params", ()):
        print(*parameter.opts)
    for sub in getattr(command, "commands", {}).values():
        walk(sub)
walk(typer.main.get_command(app))
"""
