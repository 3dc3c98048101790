"""An agency's folder of types: what is right in it is used, what is wrong is reported and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from extraction.definitions import packaged_types, put_in_force, type_definition, types_in_force
from models.errors import BadSettings, UnknownDocumentType
from pipeline.application import open_application
from pipeline.doctor import examine
from pipeline.document_types import definition_in, load_types
from pipeline.settings import Settings, load_settings

PERMIT = """\
code: giay_phep_cho
version: 1
name_vi: Giấy phép chợ
name_en: Market permit
title: Giấy phép chợ
cues:
  - { text: GIẤY PHÉP CHỢ, weight: 5.0, where: title }
fields:
  - name: number
    name_vi: Số
    name_en: Number
    kind: document_number
    labels: [Số]
minimum:
  abstract: [Giấy phép chợ]
"""


@pytest.fixture(autouse=True)
def _packaged_types_again() -> Iterator[None]:
    yield
    put_in_force(None)


def settings(tmp_path: Path, **files: str) -> Settings:
    folder = tmp_path / "types"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    (folder / "readme.txt").write_text("not a type", encoding="utf-8")
    return Settings(home=tmp_path / "home", types_folder=folder)


def override(code: str, version: int, *without: str) -> str:
    data = type_definition(code).model_dump(mode="json", exclude_defaults=True)
    data["version"] = version
    data["name_vi"] = "Của tỉnh"
    data["fields"] = [f for f in data["fields"] if f["name"] not in without]
    return yaml.safe_dump(data, allow_unicode=True)


def test_without_a_folder_the_packaged_types_are_all(tmp_path: Path) -> None:
    loaded = load_types(Settings(home=tmp_path))
    assert loaded.catalogue is packaged_types()
    assert loaded.faults == ()


def test_the_folder_is_a_setting_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOPY_TYPES_FOLDER", str(tmp_path))
    assert load_settings().types_folder == tmp_path


def test_a_file_adds_a_type_and_says_where_it_came_from(tmp_path: Path) -> None:
    loaded = load_types(settings(tmp_path, permit=PERMIT))
    assert loaded.faults == ()
    definition = loaded.catalogue.get("giay_phep_cho")
    assert definition is not None
    assert loaded.catalogue.sources == {"giay_phep_cho": str(tmp_path / "types" / "permit.yaml")}
    assert len(loaded.catalogue.types) == len(packaged_types().types) + 1


def test_a_higher_version_takes_the_place_of_a_packaged_type(tmp_path: Path) -> None:
    loaded = load_types(settings(tmp_path, decision=override("quyet_dinh", 2)))
    assert loaded.faults == ()
    definition = loaded.catalogue.get("quyet_dinh")
    assert definition is not None
    assert (definition.version, definition.name_vi) == (2, "Của tỉnh")
    assert len(loaded.catalogue.types) == len(packaged_types().types)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PERMIT.replace("name_vi: Giấy phép chợ", "ten: Giấy phép chợ"), "ten"),
        ("code: [", "YAML"),
        ("", "khóa"),
        (override("quyet_dinh", 1), "cần phiên bản cao hơn"),
        (override("quyet_dinh", 2, "place"), "place"),
    ],
    ids=["unknown key", "no YAML", "empty", "same version", "field left out"],
)
def test_a_file_that_cannot_be_used_is_reported_and_the_others_are_used(
    tmp_path: Path, text: str, said: str
) -> None:
    loaded = load_types(settings(tmp_path, a_wrong=text, permit=PERMIT))
    (fault,) = loaded.faults
    assert fault.code == "BAD_TYPE_DEFINITION"
    assert said in fault.message("vi")
    assert "a_wrong.yaml" in fault.message("en")
    assert "ecopy types check" in fault.remedy("vi")
    assert loaded.catalogue.get("giay_phep_cho") is not None
    packaged = packaged_types().get("quyet_dinh")
    assert loaded.catalogue.get("quyet_dinh") is packaged


def test_a_file_that_is_no_text_or_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    chosen = settings(tmp_path, permit=PERMIT)
    folder = chosen.types_folder
    assert folder is not None
    (folder / "broken.yaml").write_bytes("code: giấy\n".encode("utf-16"))
    (folder / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (folder / "folder.yaml").mkdir()
    loaded = load_types(chosen)
    assert [Path(f.details["path"]).name for f in loaded.faults] == ["broken.yaml"]
    assert loaded.catalogue.get("giay_phep_cho") is not None


def test_of_two_files_with_one_code_the_higher_version_counts_and_equal_ones_are_refused(
    tmp_path: Path,
) -> None:
    later = PERMIT.replace("version: 1", "version: 3").replace("name_en: Market", "name_en: Later")
    loaded = load_types(settings(tmp_path, a=later, b=PERMIT, c=PERMIT.replace("version: 1", "version: 3")))
    definition = loaded.catalogue.get("giay_phep_cho")
    assert definition is not None
    assert definition.name_en == "Later permit"
    assert [Path(f.details["path"]).name for f in loaded.faults] == ["c.yaml"]


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "permit.yaml").write_text(PERMIT, encoding="utf-8-sig")
    assert definition_in(tmp_path / "permit.yaml").code == "giay_phep_cho"


def test_a_folder_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        load_types(Settings(home=tmp_path, types_folder=tmp_path / "nowhere"))


def test_an_opened_application_works_with_its_types_and_the_doctor_names_what_is_wrong(
    tmp_path: Path,
) -> None:
    chosen = settings(tmp_path, permit=PERMIT, wrong="code: [")
    with open_application(chosen) as app:
        assert type_definition("giay_phep_cho").name_en == "Market permit"
        assert app.types.catalogue is types_in_force()
        finding = next(f for f in examine(app) if f.component == "types")
        assert finding.error is not None
        assert finding.error.code == "BAD_TYPE_DEFINITION"
    with open_application(Settings(home=tmp_path / "other")), pytest.raises(UnknownDocumentType):
        type_definition("giay_phep_cho")
