"""`ecopy lot sample`, `judge` and `report`: the sample that a lot is accepted on, and what is odd about its papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console

if TYPE_CHECKING:
    from models.acceptance import LotSample, SampledDocument, SamplingPlan, Verdict
    from models.rulesets import AcceptanceRules
    from pipeline.application import Application
    from pipeline.quality.report import LotQuality

VERDICTS = {
    "unfinished": ("chưa xem hết mẫu", "not all of the sample is judged", "yellow"),
    "accept": ("ĐẠT", "PASSES", "bold green"),
    "more": ("phải lấy thêm mẫu", "a second sample is to be drawn", "bold yellow"),
    "reject": ("KHÔNG ĐẠT", "FAILS", "bold red"),
}


def run(console: Console, *, action: str, name: str, home: Path | None, **options: Any) -> int:
    with console.application(home) as app:
        if action == "report":
            _report(console, app, name, options["purpose"])
            return 0
        found = _sample(app, action, name, options)
        if console.json:
            console.machine(found.model_dump(mode="json"))
        else:
            _tell(console, found, app.rules_of(found.rule_set).acceptance)
    return 0


def _sample(app: Application, action: str, name: str, options: dict[str, Any]) -> LotSample:
    from pipeline.quality import samples

    person = options.pop("person")
    if action == "judge":
        return samples.judge_document(
            app, name, options.pop("identifier"), app.hands.person(person), **options
        )
    if person is None:
        return samples.look_at_sample(app, name, purpose=options["purpose"])
    return samples.draw_sample(app, name, app.hands.person(person), purpose=options["purpose"])


def _tell(console: Console, sample: LotSample, rules: AcceptanceRules) -> None:
    from rich.text import Text

    plan, verdict = sample.plan, sample.verdict
    if not sample.documents:
        console.say("Lô nhỏ, đã xem từng giấy tờ.", "A small lot; each document was looked at.")
        return
    for line in _plan_lines(console, plan):
        console.out.print(line, highlight=False)
    for document in sample.documents:
        console.out.print(f"{document.document}  {_found(console, document, rules)}", highlight=False)
    vi, en, style = VERDICTS[verdict.word]
    console.out.print(Text.assemble(console.pick("Kết luận: ", "Verdict: "), (console.pick(vi, en), style)))
    for line in _figures(console, verdict):
        console.out.print(line, highlight=False)
    if sample.stale:
        console.say(
            "Lô đã thay đổi sau khi lấy mẫu: lấy mẫu lại.", "The lot changed since: draw a new sample."
        )


def _plan_lines(console: Console, plan: SamplingPlan) -> list[str]:
    asked = plan.asked
    lines = [
        console.pick(
            f"Lô {plan.size} giấy tờ: xem {plan.first}; đạt nếu không quá {plan.accept} giấy tờ hỏng, không đạt từ "
            f"{plan.reject}.",
            f"{plan.size} documents in the lot: {plan.first} to look at; it passes with up to {plan.accept} bad ones and "
            f"fails from {plan.reject} on.",
        )
    ]
    if plan.second:
        lines.append(
            console.pick(
                f"Ở giữa thì xem thêm {plan.second}; đạt nếu cả hai mẫu không quá {plan.accept_total}.",
                f"In between {plan.second} more; it passes with up to {plan.accept_total} in both.",
            )
        )
    lines.append(
        console.pick(
            f"Lô có {_share(asked.acceptable_share)} giấy tờ hỏng bị loại oan: {_share(plan.producer_risk)}; lô có "
            f"{_share(asked.rejectable_share)} lọt qua: {_share(plan.consumer_risk)}.",
            f"A lot with {_share(asked.acceptable_share)} bad documents is rejected in {_share(plan.producer_risk)} of all "
            f"cases, one with {_share(asked.rejectable_share)} passes in {_share(plan.consumer_risk)}.",
        )
    )
    return lines


def _found(console: Console, document: SampledDocument, rules: AcceptanceRules) -> str:
    box = f"{document.box}  " if document.box else ""
    if document.bad is None:
        return box + console.pick("chưa xem", "to be looked at")
    if document.by_confirmation:
        return box + console.pick(
            "đã xem mọi trường khi xác nhận", "every field was looked at when it was confirmed"
        )
    known = rules.faults
    said = [console.pick(known[code].vi, known[code].en) for code in document.faults if code in known]
    if document.wrong:
        said.append(
            console.pick(
                f"{document.wrong}/{document.characters} ký tự sai",
                f"{document.wrong} of {document.characters} characters wrong",
            )
        )
    word = console.pick("hỏng", "bad") if document.bad else console.pick("tốt", "good")
    return f"{box}{word}" + (f": {'; '.join(said)}" if said else "")


def _figures(console: Console, verdict: Verdict) -> list[str]:
    lines = [
        console.pick(
            f"Đã xem {verdict.judged}, còn {verdict.to_judge}; {verdict.bad} giấy tờ hỏng",
            f"{verdict.judged} judged, {verdict.to_judge} to go; {verdict.bad} bad documents",
        )
    ]
    if verdict.limit_bad is not None:
        lines[0] += console.pick(
            f"; cả lô có nhiều nhất {_share(verdict.limit_bad)} (độ tin cậy {_share(verdict.confidence)})",
            f"; at most {_share(verdict.limit_bad)} in the lot ({_share(verdict.confidence)} confidence)",
        )
    counted = verdict.characters
    if counted.share_wrong is not None:
        lines.append(
            console.pick(
                f"{counted.wrong}/{counted.looked_at} ký tự sai ({_share(counted.share_wrong)}), "
                f"cho phép {_share(1 - verdict.characters_right)}",
                f"{counted.wrong} of {counted.looked_at} characters wrong ({_share(counted.share_wrong)}), "
                f"{_share(1 - verdict.characters_right)} allowed",
            )
        )
    return lines


def _report(console: Console, app: Application, name: str, purpose: str | None) -> None:
    from pipeline.quality.report import lot_quality

    found = lot_quality(app, name, purpose=purpose)
    if console.json:
        console.machine(found.model_dump(mode="json"))
        return
    _tell_quality(console, found)
    if found.sample is not None:
        _tell(console, found.sample, app.rules_of(found.sample.rule_set).acceptance)


def _tell_quality(console: Console, found: LotQuality) -> None:
    from pipeline.stages.flags import FLAGS

    console.out.print(
        console.pick(
            f"{found.name}: {found.looked_through} giấy tờ đã kiểm tra, {found.without_flags} không có gì phải xem",
            f"{found.name}: {found.looked_through} documents looked through, {found.without_flags} with nothing to see to",
        ),
        highlight=False,
    )
    for code, share in found.flags.items():
        text = FLAGS[code].text(console.language or "vi")
        console.out.print(f"{share.documents:>6}  {_share(share.share):>7}  {code}: {text}", highlight=False)


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
