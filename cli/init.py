"""`ecopy init`: a home with a register, a store and a development PKI, and a loud word about its worth."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(console: Console, *, home: Path | None) -> int:
    from pipeline.cases.units import import_units
    from pipeline.papers.backfill import gather_facts

    with console.application(home) as app:
        for store in (app.store, app.second_store):
            if store is not None:
                store.prepare()
        hands = app.hands
        gathered = gather_facts(app)  # of documents of an earlier release
        import_units(app)
        persons = [
            {"id": p.id, "name": p.name, "role": p.role.value, "agency": p.agency.name}
            for p in hands.persons.values()
        ]
        anchor = hands.anchor_file
        if console.json:
            console.machine(
                {
                    "home": str(app.settings.home),
                    "store": app.store.description,
                    "trust": app.settings.trust,
                    "legal_value": not hands.development,
                    "anchor": str(anchor),
                    "persons": persons,
                    "upgraded": gathered.done,
                    "not_upgraded": gathered.left,
                }
            )
            return 0
        console.say(f"Nơi lưu: {app.settings.home}", f"Home: {app.settings.home}")
        console.say(f"Kho tệp: {app.store.description}", f"Object store: {app.store.description}")
        console.say(f"Gốc tin cậy: {anchor}", f"Trust anchor: {anchor}")
        for person in hands.persons.values():
            console.err.print(f"  {person.id:8} {person.name} ({person.role.value})", highlight=False)
        if gathered.done or gathered.left:
            console.say(
                f"Giấy tờ của phiên bản trước: đã bổ sung {gathered.done}, còn lại {gathered.left} (xem ecopy.log).",
                f"Documents of an earlier release: {gathered.done} brought up to date, {gathered.left} left (see ecopy.log).",
            )
        if hands.development:
            warn_development(console)
    return 0


def warn_development(console: Console) -> None:
    """Say it so that nobody can miss it: these keys prove nothing to anybody."""
    if console.logged:
        console.say(
            "Chữ ký phát triển, không có giá trị pháp lý (ECOPY_TRUST).",
            "Development signatures, no legal value (ECOPY_TRUST).",
        )
        return
    from rich.panel import Panel

    console.err.print(
        Panel(
            console.pick(
                "CHỮ KÝ PHÁT TRIỂN - KHÔNG CÓ GIÁ TRỊ PHÁP LÝ\n"
                "Khóa và chứng thư vừa tạo chỉ để dùng thử. Muốn ký thật: đặt ECOPY_TRUST=configured\n"
                "cùng chứng thư chuyên dùng và dịch vụ dấu thời gian của cơ quan.",
                "DEVELOPMENT SIGNATURES - NO LEGAL VALUE\n"
                "These keys and certificates are for trying out. To sign for real set ECOPY_TRUST=configured\n"
                "with the agency's specialised certificates and time-stamping authority.",
            ),
            style="bold yellow",
            expand=False,
        )
    )
