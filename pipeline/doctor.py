"""The doctor: every component is tried for real, and what fails comes with its remedy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import EcopyError, EngineFault, HooksFailing, ObjectDamaged, ObjectMissing, StorageFault
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.audit.trail import check_trail
from pipeline.papers.backfill import pending
from storage.events.deliveries import Troubled, troubled
from storage.keeping.disposal import being_destroyed
from storage.keeping.requests import requests
from storage.work import jobs

FREE_BYTES = 1 << 30
"""Below this the disk of the home counts as full: a volume of 500 pages needs about half."""

NEWEST = 1000
"""So many objects are looked for: each is a question to the store."""

NAMED_HOOKS = 10
"""So many webhooks are named; more are only said to be."""

_SPECIMEN = "Dossier 20251"
_MOST_ERRORS = 3
_SHEET_PX = (800, 260)


@dataclass(frozen=True)
class Finding:
    """What one check found; `error` is None where all is well."""

    component: str
    found: str
    error: EcopyError | None


def examine(app: Application) -> Iterator[Finding]:
    """Run every check; one that fails does not keep the others from running."""
    checks: tuple[tuple[str, Callable[[Application], str]], ...] = (
        ("disk", _disk),
        ("store", _store),
        ("encryption", _encryption),
        ("register", _register),
        ("audit", _audit),
        ("objects", _objects),
        ("copies", _copies),
        ("requests", _requests),
        ("work", _work),
        ("webhooks", _webhooks),
        ("types", _types),
        ("calibration", _calibration),
        ("sandbox", _sandbox),
        ("ocr", _ocr),
        ("rules", _rules),
        ("trust", _trust),
        ("certificates", _certificates),
        ("signing", _signing),
    )
    for component, check in checks:
        try:
            yield Finding(component, check(app), None)
        except EcopyError as fault:
            yield Finding(component, "", fault)


def _disk(app: Application) -> str:
    free = shutil.disk_usage(app.settings.home).free
    if free < FREE_BYTES:
        raise StorageFault(reason=f"{free >> 20} MiB free in {app.settings.home}")
    return f"{free >> 30} GiB free"


def _store(app: Application) -> str:
    """Write, read back, refuse to overwrite, delete."""
    ref = app.vault.write("probe", b"ecopy doctor")
    try:
        with app.vault.open(ref.key) as handle:
            if handle.read() != b"ecopy doctor":
                raise ObjectDamaged(key=ref.key)
    finally:
        app.vault.discard(ref)
    if app.second_store is None:
        return app.store.description
    app.second_store.exists(ref.key)  # raises where it can't be reached
    return f"{app.store.description}; {app.second_store.description}"


def _encryption(app: Application) -> str:
    """Every master key that objects need is there, and the newest one can be used."""
    from models.errors import MasterKeyMissing
    from pipeline.copies.keys import master_keys

    found = master_keys(app)
    if found.missing:
        raise MasterKeyMissing(name=", ".join(found.missing))
    if found.newest is None:
        return "off"
    probe = app.keys.new_key("doctor")
    if app.keys.open(probe.master, probe.wrapped, "doctor") != probe.plain:
        raise EngineFault(engine=found.newest, reason="another key came back")
    return found.newest


def _register(app: Application) -> str:
    """What is in it, and how many documents of an earlier release still wait for their facts."""
    kinds = app.register.object_kinds()
    found = f"{app.engine.dialect.name}; " + ", ".join(f"{k}: {n}" for k, n in sorted(kinds.items()))
    waiting = pending(app)
    return f"{found}; {waiting} documents wait for their facts (ecopy init)" if waiting else found


def _requests(app: Application) -> str:
    """Data subjects' requests that nobody has answered, or done, in the law's time."""
    today = vietnam_time(app.clock.now()).date()
    with app.register.reading() as connection:
        waiting = [one.overdue(today) for one in requests(connection)]
    late = sum(waiting)
    return f"{len(waiting)} under way, {late} overdue" + (" (ecopy subject list --overdue)" if late else "")


def _work(app: Application) -> str:
    """Papers that the program gave up after repeated faults, or tries again later."""
    with app.register.reading() as connection:
        parked, put_off = len(jobs(connection, "parked")), len(jobs(connection, "waiting"))
    return f"{parked} parked, {put_off} tried again later" + (" (ecopy work --list)" if parked else "")


def _webhooks(app: Application) -> str:
    """Every webhook gets what it asked for: none fails, was paused for it, or has deliveries that were given up."""
    with app.register.reading() as connection:
        found = troubled(connection, NAMED_HOOKS + 1)
    if found:
        named = "; ".join(_trouble(one) for one in found[:NAMED_HOOKS])
        raise HooksFailing(hooks=named + ("; …" if len(found) > NAMED_HOOKS else ""))
    return "none fails"


def _trouble(one: Troubled) -> str:
    """Its id, whose it is, and what is the matter, in words that `ecopy hook list` has too."""
    facts = [
        f"paused: {one.paused_for}" if one.paused_for in ("gone", "failing") else "",
        f"failing since {one.failing_since}" if one.failing_since else "",
        f"{one.dead} dead" if one.dead else "",
    ]
    return f"{one.id} {one.client_id} ({', '.join(fact for fact in facts if fact)})"


def _audit(app: Application) -> str:
    return check_trail(app)


def _objects(app: Application) -> str:
    """The newest objects are there; all of them is for `ecopy fixity`."""
    with app.register.reading() as connection:
        going = being_destroyed(connection)
    keys = [key for key in app.vault.newest(NEWEST) if key not in going]
    missing = [key for key in keys if not app.store.exists(key)]
    if missing:
        raise ObjectMissing(key=", ".join(missing[:5]))
    return f"{len(keys)} newest present"


def _copies(app: Application) -> str:
    """When the last backup and the last check of the objects ended; objects on record as faulty are a fault."""
    from pipeline.copies.checks import last_checks
    from storage.copies.repair import count_faulty

    with app.register.reading() as connection:
        last, faulty = last_checks(connection), count_faulty(connection)
    if faulty:
        raise ObjectDamaged(key=f"{faulty} (ecopy fixity)")
    return ", ".join(
        f"{kind}: {last[kind]['finished_at'] if kind in last else '-'}" for kind in ("backup", "fixity")
    )


def _sandbox(app: Application) -> str:
    if app.in_child("doctor", abs, -7) != 7:
        raise EngineFault(engine="sandbox", reason="wrong answer")
    return "child processes work"


def _ocr(app: Application) -> str:
    """A printed line is read by the engine of the settings, in a child process like any page."""
    from PIL import Image, ImageDraw, ImageFont

    from models.pages import PagePicture, PageSize
    from ocr.accuracy import compare
    from pipeline import child

    version = app.engine_version
    with app.workspace() as folder:
        sheet = Image.new("RGB", _SHEET_PX, "white")
        ImageDraw.Draw(sheet).text((80, 80), _SPECIMEN, font=ImageFont.load_default(60), fill="black")
        sheet.save(folder / "specimen.png")
        picture = PagePicture(
            form="png",
            width_px=sheet.width,
            height_px=sheet.height,
            colour="rgb",
            size=PageSize(width_mm=sheet.width / 300 * 25.4, height_mm=sheet.height / 300 * 25.4),
            dpi=300,
        )
        reading = app.in_reading_child(
            child.read_picture, folder / "specimen.png", picture, 1, app.settings.ocr
        )
    if compare([_SPECIMEN], reading.text).character_errors > _MOST_ERRORS:
        raise EngineFault(engine=version.name, reason=f"{_SPECIMEN!r} was read as {reading.text!r}")
    return f"{version.name} {version.version}"


def _rules(app: Application) -> str:
    try:
        return app.rules_today().id
    except LookupError as fault:
        raise StorageFault(reason=str(fault)) from fault


def _types(app: Application) -> str:
    """Every file of the agency's own types can be used."""
    loaded = app.types
    if loaded.faults:
        raise loaded.faults[0]
    own = len(loaded.catalogue.sources)
    return f"{len(loaded.catalogue.types)} types, {own} from {app.settings.types_folder or '-'}"


def _calibration(app: Application) -> str:
    """Whose confidences are believed; a file that can't be used keeps the application from opening at all."""
    return f"{app.calibration.version} from {app.settings.calibration or '-'}"


def _trust(app: Application) -> str:
    hands = app.hands
    worth = "no legal value" if hands.development else "configured"
    return f"{hands.anchor_file} ({worth})"


def _certificates(app: Application) -> str:
    """Those that sign here are of the right offices and not about to end."""
    from pipeline.offices.checking import certificates_of_hands

    return certificates_of_hands(app)


def _signing(app: Application) -> str:
    """A throw-away capture is signed with the clerk's hand and verified, unless a person would be asked for it; the agency's
    key is there."""
    from models.signatures import Level, SignRequest, Verdict
    from models.times import iso
    from pipeline.offices.acts import awaits_act
    from signing.judging.verify import verify_pdf

    if awaits_act(app):
        names = (hand.signer.common_name for hand in (app.hands.clerk, app.hands.seal))
        return f"not tried, the officer's own act is needed: {'; '.join(names)}"
    with app.workspace() as folder:
        plain, signed = folder / "specimen.pdf", folder / "signed.pdf"
        _write_specimen(folder / "white.png", plain)
        request = SignRequest(field_name="Doctor", level=Level.B_T, signed_at=iso(app.clock.now()))
        result = app.hands.clerk.signer.sign(plain, signed, request)
        report = verify_pdf(signed, app.hands.trust)
    if report.verdict is not Verdict.VALID:
        raise EngineFault(engine="signing", reason=", ".join(r.value for r in report.reasons))
    return f"{result.level.value} by {result.signer}; {app.hands.seal.signer.common_name}"


def _write_specimen(picture_file: Path, target: Path) -> None:
    """A white page, just enough to be signed."""
    from PIL import Image

    from models.pages import PagePicture, PageSize
    from models.times import iso
    from pdf.writer import DocumentMetadata, PageInput, write_pdfa
    from pipeline.clock import SystemClock
    from pipeline.version import software

    Image.new("RGB", (210, 297), "white").save(picture_file)
    picture = PagePicture(
        form="png",
        width_px=210,
        height_px=297,
        colour="rgb",
        size=PageSize(width_mm=210, height_mm=297),
        dpi=25.4,
    )
    metadata = DocumentMetadata(
        title="ecopy doctor",
        created_at=iso(SystemClock().now()),
        creator_tool=software(),
        producer=software(),
    )
    write_pdfa(target, [PageInput(picture=picture, path=picture_file)], metadata=metadata, conformance="2b")
