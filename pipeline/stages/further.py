"""What a further copy says besides the pictures: the pages of an excerpt, the attestation of a certified copy."""

from __future__ import annotations

from datetime import datetime

from extraction.definitions import type_definition
from models.ecopy import Attestation, CopyForm
from models.rulesets import RuleSet
from models.times import for_people, vietnam_time
from pdf.data_sheet import Row
from pdf.excerpt import AttestationText, Excerpt, attestation_pages, excerpt_pages
from pdf.typeset import TextPages
from pdf.xmp import EcopyContent
from pipeline.papers.data_sheet import for_reading, label_of


def further_pages(
    content: EcopyContent, form: dict[str, str | None], rules: RuleSet, now: datetime
) -> TextPages | None:
    """Pages of text behind the pictures, or instead of them; None where the pictures are the whole copy.

    `form` is what makes the paper's form (thể thức), whatever part of its content an excerpt shows: issuer, number
    and day of issue.
    """
    note = content.note
    foot = f"{note.agency} · {note.ecopy_id}"
    if note.copy_form is CopyForm.TRICH_SAO:
        return excerpt_pages(_excerpt(content, form, rules), foot)
    if note.attestation is not None:
        return attestation_pages(_attestation(note.attestation, content, rules, now), f"Lời chứng · {foot}")
    return None


def _excerpt(content: EcopyContent, form: dict[str, str | None], rules: RuleSet) -> Excerpt:
    data, note = content.data, content.note
    definition = type_definition(data.document_type)
    confirmed = for_people(vietnam_time(datetime.fromisoformat(note.confirmed_at)))
    return Excerpt(
        issuer=form["issuer"] or "",
        number=form["number"] or "",
        issued_on=for_reading(form["issued_on"] or ""),
        title=data.document_type_name,
        rows=tuple(
            Row(label_of(definition, name), for_reading(field.value or ""))
            for name, field in data.fields.items()
        ),
        source=(
            f"{rules.stamp.form_names.value[note.copy_form]} từ {_PRESENTED[note.presented_as]}, "
            f"bản quét SHA-256 {note.source_sha256}; dữ liệu do {note.confirmed_by} xác nhận lúc {confirmed}."
        ),
    )


_PRESENTED = {"ban_goc": "bản gốc", "ban_chinh": "bản chính", "ban_sao_y": "bản sao y", "ban_sao": "bản sao"}


def _attestation(said: Attestation, content: EcopyContent, rules: RuleSet, now: datetime) -> AttestationText:
    words = {
        "title": content.data.document_type_name,
        "pages": str(content.note.image_count),
        "number": said.number,
        "book": said.book,
        "day": for_people(vietnam_time(now).date()),
        "agency": content.note.agency,
        "office": said.office,
        "certifier": said.certifier,
    }
    wording = rules.attestation
    return AttestationText(
        title=wording.title.value,
        paragraphs=tuple(text.format_map(words) for text in wording.paragraphs.value),
        signing=tuple(text.format_map(words) for text in wording.signing.value),
    )
