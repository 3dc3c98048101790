"""What can be said of e-copies: that they be given out, that others be made besides the whole one, that they go to paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import (
    Home,
    Identifier,
    Json,
    Lang,
    PersonOption,
    Purpose,
    ReasonToSee,
    ReasonToUse,
    do,
)


def fetch(
    context: typer.Context,
    identifier: Identifier,
    out: Annotated[Path, typer.Option("--out", help="Tệp đích / Target file")],
    purpose: Purpose = "maintenance",
    reason: ReasonToSee = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lấy tệp bản sao điện tử đã phát hành. / Fetch the issued e-copy."""
    do(
        context,
        "fetch",
        lang=lang,
        json=json,
        identifier=identifier,
        out=out,
        purpose=purpose,
        reason=reason,
        home=home,
    )


def excerpt(
    context: typer.Context,
    identifier: Identifier,
    fields: Annotated[
        list[str],
        typer.Option("--field", metavar="NAME", help="Trường được trích / A field that stands in it"),
    ],
    person: PersonOption,
    purpose: Purpose = "maintenance",
    reason: ReasonToUse = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lập bản trích sao từ các trường đã xác nhận. / Make an excerpt of confirmed fields."""
    do(
        context,
        "further_copy",
        lang=lang,
        json=json,
        identifier=identifier,
        fields=fields,
        person=person,
        purpose=purpose,
        reason=reason,
        home=home,
    )


def certify(
    context: typer.Context,
    identifier: Identifier,
    number: Annotated[str, typer.Option("--number", help="Số chứng thực / Certification number")],
    book: Annotated[str, typer.Option("--book", help="Quyển số / Book it is entered in")],
    office: Annotated[str, typer.Option("--office", help="Chức vụ người chứng thực / Certifier's office")],
    person: PersonOption,
    purpose: Purpose = "maintenance",
    reason: ReasonToUse = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chứng thực bản sao điện tử từ bản chính, có lời chứng. / Certify an e-copy, with an attestation."""
    do(
        context,
        "further_copy",
        lang=lang,
        json=json,
        identifier=identifier,
        attestation=(number, book, office),
        person=person,
        purpose=purpose,
        reason=reason,
        home=home,
    )


def to_paper(
    context: typer.Context,
    identifier: Identifier,
    out: Annotated[Path, typer.Option("--out", help="Tệp PDF để in / PDF file to print")],
    person: Annotated[str, typer.Option("--as", help="Người chuyển đổi / Who converts")] = "officer",
    purpose: Purpose = "maintenance",
    reason: ReasonToSee = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chuyển bản điện tử ra giấy: trang in có dấu hiệu chuyển đổi. / Convert an e-copy to paper."""
    do(
        context,
        "to_paper",
        lang=lang,
        json=json,
        identifier=identifier,
        out=out,
        person=person,
        purpose=purpose,
        reason=reason,
        home=home,
    )
