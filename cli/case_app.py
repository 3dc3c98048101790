"""What can be said to `ecopy dossier`, `ecopy lot` and `ecopy procedure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import Home, Json, Lang, do

dossier = typer.Typer(
    help="Hồ sơ: mở, xem, chuyển, kết quả. / Dossiers: open, show, move on, outcome.", no_args_is_help=True
)
lot = typer.Typer(
    help="Lô tài liệu lưu trữ: lập, xem, lấy mẫu, nghiệm thu. / Archive lots: create, show, sample, accept.",
    no_args_is_help=True,
)
procedure = typer.Typer(
    help="Thủ tục hành chính và thành phần hồ sơ. / Procedures and what they ask for.", no_args_is_help=True
)

DossierCode = Annotated[str, typer.Argument(metavar="CODE", help="Mã hồ sơ / Dossier code")]
ComponentCode = Annotated[str, typer.Argument(metavar="COMPONENT", help="Mã thành phần / Component code")]
LotName = Annotated[str, typer.Argument(metavar="NAME", help="Tên hoặc mã lô / Name or id of the lot")]
By = Annotated[str | None, typer.Option("--as", help="Người thực hiện / Acting person", show_default=False)]
Decider = Annotated[str, typer.Option("--as", help="Người quyết định / Who decides")]
Note = Annotated[str | None, typer.Option("--note", help="Ghi chú / Note", show_default=False)]
LookPurpose = Annotated[
    str | None,
    typer.Option(
        "--purpose", help="Mục đích, nếu không phải cho chính hồ sơ hay lô này / Purpose", show_default=False
    ),
]


@dossier.command("open")
def dossier_open(
    context: typer.Context,
    code: DossierCode,
    procedure_code: Annotated[
        str, typer.Option("--procedure", metavar="CODE", help="Mã thủ tục / Procedure")
    ],
    channel: Annotated[
        Literal["direct", "online", "post"],
        typer.Option("--channel", help="Trực tiếp, trực tuyến hay bưu chính / How it came in"),
    ] = "direct",
    holder: Annotated[
        str | None, typer.Option("--holder", metavar="NUMBER", help="Số định danh của người nộp / Applicant")
    ] = None,
    holder_name: Annotated[
        str | None, typer.Option("--holder-name", help="Họ tên người nộp / Applicant's name")
    ] = None,
    person: By = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Mở hồ sơ, trải thành phần theo thủ tục đang có hiệu lực. / Open a dossier under the rules in force today."""
    do(
        context,
        "dossier",
        lang=lang,
        json=json,
        action="open",
        code=code,
        procedure=procedure_code,
        channel=channel,
        holder=holder,
        holder_name=holder_name,
        person=person,
        home=home,
    )


@dossier.command("show")
def dossier_show(
    context: typer.Context,
    code: DossierCode,
    purpose: LookPurpose = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem hồ sơ: thành phần nào đã có, còn thiếu gì. / Show a dossier: what is met, what is missing."""
    do(context, "dossier", lang=lang, json=json, action="show", code=code, purpose=purpose, home=home)


@dossier.command("move")
def dossier_move(
    context: typer.Context,
    code: DossierCode,
    to: Annotated[
        Literal["received", "supplement", "in_process"],
        typer.Option("--to", help="Chuyển xử lý, yêu cầu bổ sung… / Where it goes"),
    ],
    person: By = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chuyển hồ sơ; chỉ chuyển xử lý khi đã số hóa đủ. / Move it on; processed only when digitised."""
    do(context, "dossier", lang=lang, json=json, action="move", code=code, to=to, person=person, home=home)


@dossier.command("outcome")
def dossier_outcome(
    context: typer.Context,
    code: DossierCode,
    result: Annotated[
        Literal["succeeded", "failed", "refused", "withdrawn", "closed"],
        typer.Argument(metavar="RESULT", help="succeeded | failed | refused | withdrawn | closed"),
    ],
    note: Note = None,
    person: By = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ghi kết quả; thành công thì giấy tờ được dùng lại. / Put the outcome on record; success allows reuse."""
    do(
        context,
        "dossier",
        lang=lang,
        json=json,
        action="move",
        code=code,
        to=result,
        note=note,
        person=person,
        home=home,
    )


@dossier.command("meet")
def dossier_meet(
    context: typer.Context,
    code: DossierCode,
    component: ComponentCode,
    state: Annotated[
        Literal["presented", "online", "waived", "wanted"],
        typer.Option("--state", help="Đã xuất trình, nộp trực tuyến, miễn, hay cần lại / How it is met"),
    ],
    person: By = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ghi thành phần không sao chụp đã đáp ứng thế nào. / Say how a component that is not scanned was met."""
    do(
        context,
        "dossier",
        lang=lang,
        json=json,
        action="meet",
        code=code,
        component=component,
        state=state,
        person=person,
        home=home,
    )


@dossier.command("link")
def dossier_link(
    context: typer.Context,
    code: DossierCode,
    component: ComponentCode,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Mã giấy tờ / Document")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nói giấy tờ nào trong bản quét của hồ sơ là thành phần nào. / Say which scanned document is which component."""
    do(
        context,
        "dossier",
        lang=lang,
        json=json,
        action="link",
        code=code,
        component=component,
        identifier=identifier,
        home=home,
    )


@lot.command("create")
def lot_create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Tên lô / Name of the lot")],
    proof: Annotated[
        Literal["own_timestamp", "evidence_record"] | None,
        typer.Option(
            "--proof",
            help="Mỗi bản sao một dấu thời gian, hay một dấu cho nhiều bản sao / A time-stamp in each e-copy, or one for many",
            show_default=False,
        ),
    ] = None,
    person: By = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lập lô tài liệu lưu trữ. / Open an archive lot."""
    do(
        context,
        "lot",
        lang=lang,
        json=json,
        action="create",
        name=name,
        proof=proof,
        person=person,
        home=home,
    )


@lot.command("show")
def lot_show(
    context: typer.Context,
    name: LotName,
    purpose: LookPurpose = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem một lô và giấy tờ trong đó. / Show a lot and its documents."""
    do(context, "lot", lang=lang, json=json, action="show", name=name, purpose=purpose, home=home)


@lot.command("sample")
def lot_sample(
    context: typer.Context,
    name: LotName,
    person: Annotated[
        str | None,
        typer.Option(
            "--as",
            help="Người lấy mẫu; không nêu thì chỉ xem mẫu đã lấy / Who draws it; without it the sample is only shown",
            show_default=False,
        ),
    ] = None,
    purpose: LookPurpose = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lấy mẫu để nghiệm thu lô, hoặc xem mẫu và kết luận. / Draw the sample of a lot, or show it with its verdict."""
    options = {"action": "sample", "name": name, "person": person, "purpose": purpose, "home": home}
    do(context, "lot_sample", lang=lang, json=json, **options)


@lot.command("judge")
def lot_judge(
    context: typer.Context,
    name: LotName,
    identifier: Annotated[str, typer.Argument(metavar="DOCUMENT", help="Mã giấy tờ trong mẫu / Document")],
    person: Annotated[str, typer.Option("--as", help="Người xem / Who looked")],
    right: Annotated[bool, typer.Option("--right", help="Đúng hoàn toàn / All of it is right")] = False,
    wrong: Annotated[
        int | None,
        typer.Option(
            "--characters-wrong", metavar="N", help="Số ký tự sai / Wrong characters", show_default=False
        ),
    ] = None,
    faults: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            metavar="CODE",
            help="Lỗi theo danh mục; có thể nêu nhiều lần / A fault from the list; more than once where needed",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ghi kết quả xem một giấy tờ trong mẫu. / Put on record what a look at a document of the sample found."""
    found = {"right": right, "wrong": wrong, "faults": tuple(faults or ())}
    options = {"action": "judge", "name": name, "identifier": identifier, "person": person, "home": home}
    do(context, "lot_sample", lang=lang, json=json, **options, **found)


@lot.command("report")
def lot_report(
    context: typer.Context,
    name: LotName,
    purpose: LookPurpose = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chất lượng của lô: tỷ lệ theo cờ, kết luận của mẫu. / Quality of a lot: shares by flag, the sample's verdict."""
    options = {"action": "report", "name": name, "purpose": purpose, "home": home}
    do(context, "lot_sample", lang=lang, json=json, **options)


@lot.command("accept")
def lot_accept(
    context: typer.Context,
    name: LotName,
    person: Decider,
    note: Note = None,
    whole: Annotated[
        str | None,
        typer.Option(
            "--looked-at-all",
            metavar="REASON",
            help="Lô nhỏ: đã xem từng giấy tờ như thế nào, thay cho mẫu / Small lot: how each document was looked at",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nghiệm thu lô theo mẫu: giấy tờ được phát hành, dùng lại. / Accept a lot on its sample: it is issued and reusable."""
    options = {"action": "accept", "name": name, "person": person, "note": note, "whole": whole, "home": home}
    do(context, "lot", lang=lang, json=json, **options)


@lot.command("reject")
def lot_reject(
    context: typer.Context,
    name: LotName,
    person: Decider,
    note: Note = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Không nghiệm thu lô. / Reject a lot."""
    do(context, "lot", lang=lang, json=json, action="reject", name=name, person=person, note=note, home=home)


@procedure.command("list")
def procedure_list(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Liệt kê các thủ tục đã nhập. / List the procedures known here."""
    do(context, "procedure", lang=lang, json=json, action="list", home=home)


@procedure.command("show")
def procedure_show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Mã thủ tục / Procedure")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem một thủ tục: các phiên bản và thành phần hồ sơ. / Show a procedure's versions and components."""
    do(context, "procedure", lang=lang, json=json, action="show", code=code, home=home)


@procedure.command("import")
def procedure_import(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Tệp YAML / YAML file", show_default=False)
    ] = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Các thủ tục mẫu đi kèm / The packaged samples")
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nhập thủ tục từ tệp. / Import procedures from a file."""
    do(context, "procedure", lang=lang, json=json, action="import", path=path, samples=samples, home=home)
