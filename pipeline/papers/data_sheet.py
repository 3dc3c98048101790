"""The data of a document as a PDF that people read; the signed e-copy stays what proves them."""

from __future__ import annotations

from datetime import datetime

from extraction.definitions import TypeDefinition, type_definition
from models.extraction import UNKNOWN_TYPE, MinimumData, Origin
from models.times import for_people, iso, vietnam_time
from models.wire.documents import DocumentData, FieldData
from pdf.data_sheet import DataSheet, Part, Row, write_data_sheet
from pdf.xmp import DocumentMetadata
from pipeline.version import software

_NOTICE = "Bản trình bày dữ liệu để đọc. Đây không phải bản sao điện tử và không thay bản sao điện tử có chữ ký số của cơ quan."
_PROPOSED = "Dữ liệu do máy đề xuất, chưa có người có thẩm quyền xác nhận (NĐ 118/2025/NĐ-CP Điều 19.2)."
_ORIGINS: dict[Origin, str] = {
    "ocr": "máy đọc",
    "text-layer": "lớp chữ của tệp",
    "derived": "suy ra từ trường khác",
    "code": "mã trên giấy",
    "person": "người nhập",
}
_MINIMUM = {
    "type_code": "Mã loại giấy tờ",
    "holder_identifier": "Số định danh",
    "holder_name": "Họ tên, tên tổ chức",
    "holder_birth_year": "Năm sinh",
    "issued_on": "Ngày cấp",
    "issuer": "Cơ quan cấp",
    "title": "Tên giấy tờ",
    "abstract": "Trích yếu nội dung chính",
    "valid_from": "Có hiệu lực từ",
    "valid_to": "Có hiệu lực đến",
    "scope": "Phạm vi có hiệu lực",
}


def data_sheet(data: DocumentData, agency: str, now: datetime) -> bytes:
    """The PDF/A-2u pages of `data`; `agency` is who keeps them."""
    known = data.document_type != UNKNOWN_TYPE
    definition = type_definition(data.document_type) if known else None
    title = data.document_type_name or "Giấy tờ chưa rõ loại"
    parts = [Part("Nguồn gốc", _provenance(data, agency))]
    if data.minimum is not None:
        parts.append(Part("Dữ liệu tối thiểu (NĐ 118/2025/NĐ-CP Điều 19.2)", _minimum(data.minimum)))
    parts.append(Part("Dữ liệu trên giấy", _fields(data, definition)))
    confirmed = data.standing == "confirmed"
    sheet = DataSheet(
        title=title,
        notice=_NOTICE if confirmed else f"{_NOTICE} {_PROPOSED}",
        parts=tuple(parts),
        foot=f"{agency} · {data.document} · lập lúc {for_people(now)}",
    )
    metadata = DocumentMetadata(
        title=f"Dữ liệu giấy tờ {data.document}",
        created_at=iso(now),
        creator_tool=software(),
        producer=software(),
        author=agency,
    )
    return write_data_sheet(sheet, metadata)


def _provenance(data: DocumentData, agency: str) -> tuple[Row, ...]:
    rows = [Row("Mã giấy tờ", data.document), Row("Nơi lưu giữ", agency)]
    if data.confirmed_at is not None:
        confirmed_at = for_people(vietnam_time(datetime.fromisoformat(data.confirmed_at)))
        rows.append(Row("Người xác nhận", f"{data.confirmed_by or '—'}, {confirmed_at}"))
    if data.ecopy is not None:
        rows.append(Row("Bản sao điện tử", data.ecopy))
    return tuple(rows)


def _minimum(minimum: MinimumData) -> tuple[Row, ...]:
    said = minimum.model_dump()
    if minimum.perpetual:
        said["valid_to"] = "không thời hạn"
    return tuple(Row(label, for_reading(said[name])) for name, label in _MINIMUM.items() if said[name])


def _fields(data: DocumentData, definition: TypeDefinition | None) -> tuple[Row, ...]:
    return tuple(
        Row(
            label_of(definition, name),
            for_reading(value or ""),
            _aside(data.fields[name], proposed=data.standing == "proposed") if name in data.fields else "",
        )
        for name, value in data.data.items()
    )


def label_of(definition: TypeDefinition | None, name: str) -> str:
    """What a field is called on the form."""
    field = definition.field(name) if definition is not None else None
    return field.name_vi if field is not None else name


def _aside(field: FieldData, *, proposed: bool) -> str:
    words = [_ORIGINS[field.origin]]
    if field.page is not None:
        words.append(f"trang {field.page}")
    if field.version is not None and field.version > 1:
        words.append(f"đã đính chính, bản thứ {field.version}")
    if proposed:
        words.append(
            "cần kiểm tra" if field.needs_review else f"độ tin cậy {round(field.confidence * 100)} %"
        )
    return ", ".join(words)


def for_reading(value: str) -> str:
    """Days as people write them; everything else as it is."""
    try:
        return for_people(datetime.strptime(value, "%Y-%m-%d").date())
    except ValueError:
        return value
