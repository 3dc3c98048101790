"""The documentation says what the program does: every command, option, setting, error code and room is in it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from cli.main import app
from cli.reference import PAGES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_is_what_the_code_says(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"


def test_the_readme_shows_every_command() -> None:
    commands = [command.name or command.callback.__name__ for command in app.registered_commands]  # type: ignore[union-attr]
    missing = [name for name in commands if f"ecopy {name}" not in README]
    assert len(commands) == 25
    assert missing == []


def test_the_documentation_shows_every_command_of_a_group() -> None:
    pages = [README, *(page.read_text(encoding="utf-8") for page in ROOT.glob("docs/*.md"))]
    shown = " ".join(" ".join(pages).split())
    names = [
        f"ecopy {group.name} {command.name or command.callback.__name__}"  # type: ignore[union-attr]
        for group in app.registered_groups
        for command in group.typer_instance.registered_commands  # type: ignore[union-attr]
    ]
    assert len(names) >= 40
    assert [name for name in names if name not in shown] == []


def test_the_readme_shows_every_room() -> None:
    rooms = [p.parent.name for p in ROOT.glob("*/__init__.py")]
    assert "pipeline" in rooms
    assert [room for room in rooms if f"`{room}/`" not in README] == []


def test_the_readme_shows_every_make_target() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"demo", "test", "test-quick", "check", "bench", "serve"} <= set(targets)
    assert [t for t in targets if f"make {t}" not in README] == []


def test_links_in_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_text_is_in_normal_form_c() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/rules/*.yaml")]
    assert len(pages) > 5
    for page in pages:
        assert unicodedata.is_normalized("NFC", page.read_text(encoding="utf-8")), page
