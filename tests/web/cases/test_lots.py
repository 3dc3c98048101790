"""Archive lots over the API: opened by name, listed in pages, accepted by whoever may."""

from __future__ import annotations

from models.people import Role
from tests.web.cases.support import Counter, purpose, told


def opened(desk: Counter, name: str) -> dict[str, object]:
    made = desk.clerk.post("/api/v1/lots", json={"name": name}, headers=purpose(f"lot:{name}"))
    assert made.status_code == 201, made.text
    found: dict[str, object] = made.json()
    return found


def test_a_lot_fills_and_its_acceptance_makes_its_papers_reusable(desk: Counter) -> None:
    lot = opened(desk, "Lô 1/2020")
    papers = [desk.paper("001190000066", lot_id=lot["id"], reusable_from=None) for _ in range(3)]
    path, headers = f"/api/v1/lots/{lot['id']}", purpose("lot:Lô 1/2020")
    assert desk.clerk.get(path, headers=headers).json() == {**lot, "documents": {"approved": 3}}
    first = desk.clerk.get(f"{path}/documents", params={"limit": 2}, headers=headers).json()
    rest = desk.clerk.get(f"{path}/documents", params={"limit": 2, "cursor": first["next"]}, headers=headers)
    listed = [*first["items"], *rest.json()["items"]]
    assert [one["document"] for one in listed] == sorted(paper.document for paper in papers)
    assert (len(first["items"]), rest.json()["next"]) == (2, None)
    refused = desk.clerk.post(f"{path}/decision", json={"accept": True}, headers=headers)
    assert told(refused) == (403, "ROLE_NOT_ALLOWED")
    by_id = purpose(f"lot:{lot['id']}")
    with desk.served.person(
        "truong", Role.SUPERVISOR
    ) as supervisor:  # whom the door lets in, the law may not
        assert told(supervisor.post(f"{path}/decision", json={"accept": True}, headers=by_id)) == (
            403,
            "WRONG_ROLE",
        )
    unseen = desk.officer.post(f"{path}/decision", json={"accept": True}, headers=by_id)
    assert told(unseen) == (409, "SAMPLE_NEEDED")
    assert told(desk.clerk.post(f"{path}/sample", headers=headers)) == (403, "ROLE_NOT_ALLOWED")
    assert told(desk.clerk.get(f"{path}/sample", headers=headers)) == (404, "NOT_FOUND")
    sample = desk.officer.post(f"{path}/sample", headers=headers).json()
    assert (sample["plan"]["first"], sample["verdict"]["word"]) == (3, "unfinished")
    assert desk.clerk.get(f"{path}/sample", headers=headers).json() == sample
    judge, *rest = (f"{path}/sample/documents/{one['document']}" for one in sample["documents"])
    both = desk.officer.put(judge, json={"right": True, "faults": ["illegible"]}, headers=headers)
    assert told(both) == (400, "BAD_JUDGEMENT")
    faulty = desk.officer.put(judge, json={"faults": ["page_missing"]}, headers=headers).json()
    assert (faulty["verdict"]["word"], faulty["verdict"]["faults"]) == ("reject", {"page_missing": 1})
    failed = desk.officer.post(f"{path}/decision", json={"accept": True}, headers=by_id)
    assert told(failed) == (409, "SAMPLE_FAILED")
    for one in (judge, *rest):
        judged = desk.officer.put(one, json={"right": True}, headers=headers).json()
    assert (judged["verdict"]["word"], judged["verdict"]["limit_bad"]) == ("accept", 0.0)
    quality = desk.clerk.get(f"{path}/quality", headers=headers).json()
    assert (quality["documents"], quality["sample"]) == ({"approved": 3}, judged)
    accepted = desk.officer.post(f"{path}/decision", json={"accept": True}, headers=by_id)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert accepted.json()["documents"] == {"approved": 3}
    again = desk.officer.post(f"{path}/decision", json={"accept": False}, headers=headers)
    assert told(again) == (409, "CASE_ENDED")
    code = desk.open(holder="001190000066")
    asked = {"number": "001190000066"}
    found = desk.clerk.post("/api/v1/reuse/look-ups", json=asked, headers=purpose(f"dossier:{code}"))
    assert sorted(found.json()["usable"]) == sorted(paper.document for paper in papers)


def test_lots_are_listed_newest_first_and_only_those_of_the_callers_agency(desk: Counter) -> None:
    made = [opened(desk, f"L{number}")["id"] for number in range(3)]
    headers = purpose("lot:inventory")
    seen: list[object] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = desk.officer.get("/api/v1/lots", params=query, headers=headers).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one for one in seen if one in made] == made[::-1]
    assert len(seen) == len(set(seen))
    assert desk.stranger.get("/api/v1/lots", headers=headers).json() == {"items": [], "next": None}
    assert ("an", "look", "lot:inventory", "done") in desk.trail("lots")


def test_another_agencys_lot_is_as_if_it_were_not_there(desk: Counter) -> None:
    lot = opened(desk, "Kín")
    nobodys = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    for identifier in (lot["id"], nobodys):
        path, headers = f"/api/v1/lots/{identifier}", purpose("lot:Kin")
        assert told(desk.stranger.get(path, headers=headers)) == (404, "NOT_FOUND")
        assert told(desk.stranger.get(f"{path}/documents", headers=headers)) == (404, "NOT_FOUND")
        decided = desk.stranger.post(f"{path}/decision", json={"accept": True}, headers=headers)
        assert told(decided) == (404, "NOT_FOUND")
    wrong = desk.clerk.get(f"/api/v1/lots/{lot['id']}", headers=purpose("lot:another"))
    assert told(wrong) == (403, "PURPOSE_NOT_ALLOWED")


def test_a_lot_says_what_proves_the_time_of_its_e_copies(desk: Counter) -> None:
    assert opened(desk, "Một dấu mỗi bản")["proof"] == "own_timestamp"
    body, headers = {"name": "Một dấu cả lô", "proof": "evidence_record"}, purpose("lot:Một dấu cả lô")
    made = desk.clerk.post("/api/v1/lots", json=body, headers=headers).json()
    assert made["proof"] == "evidence_record"
    assert desk.clerk.get(f"/api/v1/lots/{made['id']}", headers=headers).json() == made


def test_a_name_is_taken_once(desk: Counter) -> None:
    opened(desk, "Hai lan")
    again = desk.clerk.post("/api/v1/lots", json={"name": " Hai  lan "}, headers=purpose("lot:Hai lan"))
    assert told(again) == (409, "LOT_EXISTS")
    blank = desk.clerk.post("/api/v1/lots", json={"name": "  "}, headers=purpose("lot:x"))
    assert blank.status_code in (400, 403)
