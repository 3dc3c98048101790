"""Paths become files with a place for their results each."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import PathNotFound
from pipeline.inputs import collect


def _touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_folder_is_walked_and_its_shape_is_kept(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg", tmp_path / "box1" / "001.png", tmp_path / "box2" / "001.PNG")
    places = [str(f.place) for f in collect([tmp_path]).files]
    assert places == ["a", "box1/001", "box2/001"]


def test_files_that_are_no_documents_are_named_and_hidden_ones_left_alone(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg", tmp_path / "notes.txt", tmp_path / ".DS_Store", tmp_path / ".git" / "x.png")
    inputs = collect([tmp_path])
    assert [f.path.name for f in inputs.files] == ["a.jpg"]
    assert [p.name for p in inputs.skipped] == ["notes.txt"]


def test_a_file_named_outright_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    _touch(tmp_path / "notes.txt")
    assert [f.path.name for f in collect([tmp_path / "notes.txt"]).files] == ["notes.txt"]


def test_results_of_files_with_one_stem_do_not_meet(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg", tmp_path / "a.png", tmp_path / "x" / "a.jpg")
    inputs = collect([tmp_path / "a.jpg", tmp_path / "a.png", tmp_path / "x" / "a.jpg"])
    places = [str(f.place) for f in inputs.files]
    assert len(set(places)) == 3
    assert places[:2] == ["a", "a.png"]


def test_a_file_given_twice_is_taken_once(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    assert len(collect([tmp_path, tmp_path / "a.jpg"]).files) == 1


def test_a_path_that_does_not_exist_stops_everything_before_it_begins(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    with pytest.raises(PathNotFound):
        collect([tmp_path / "a.jpg", tmp_path / "gone.jpg"])
