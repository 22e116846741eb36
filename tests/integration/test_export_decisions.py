"""What people decided becomes a labelled dataset that names no customer."""

from __future__ import annotations

import email
import email.policy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.clock import now
from app.decisions import choosing, decide
from app.decisions.amendment import edited
from app.documents.read import read
from app.errors import Conflict
from app.suggestions.models import Suggestion
from evals import cases, decided, exporting
from tests.command_line import Run
from tests.house import SAMPLES, House

SECRET = "s" * 40


def export(house: House, folder: Path, *, seed: str = "0") -> exporting.Exported:
    with house.parts.database.snapshot() as session:
        held = list(decided.decided(session))
        known = decided.known_names(session)
    return exporting.export(held, known, folder, secret=SECRET, seed=seed, firm=house.parts.settings.firm)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text().splitlines()]


def reject(house: House, suggestion: Suggestion, reason_code: str) -> None:
    by = house.person("Rita", "reviewer")
    with house.parts.database.transaction() as session:
        decide.reject(
            session, suggestion.id, content_hash=suggestion.content_hash, by=by, policy=house.parts.policy, at=now(),
            reason_code=reason_code,
        )  # fmt: skip


@pytest.fixture
def decided_house(house: House) -> House:
    """Contested hours credited by two people, an order number confirmed, a reading rejected, another chosen."""
    ids = {n: house.take_in_sample(n).case_id for n in ("01-hours", "02-order", "03-billed", "15-time", "26-thanks")}
    house.work()
    clara, tom = house.person("Clara", "reviewer"), house.person("Tom", "controller")
    credit = house.suggestions(ids["01-hours"])["draft_credit_note"]
    house.confirm(credit, clara)
    house.confirm(credit, tom)
    house.confirm(house.suggestions(ids["02-order"])["set_customer_reference"], clara)
    reject(house, next(iter(house.suggestions(ids["03-billed"]).values())), "wrong_reading")
    with house.parts.database.transaction() as session:
        choosing.choose_reading(session, ids["15-time"], "question", by=tom, at=now())
    return house


def test_labels_hold_what_people_said_and_leave_out_the_rest(decided_house: House, tmp_path: Path) -> None:
    result = export(decided_house, tmp_path / "out")
    assert (result.cases, result.with_reason, result.left_out) == (4, 3, {})
    by_reason = {line.get("reason"): line for line in lines(tmp_path / "out")}
    credited = by_reason["hours_quantity"]
    assert credited["basis"] == "confirmed"
    assert credited["fields"]["amount_disputed"] == "900.00"
    assert set(credited["known"]) >= {"kind", "reason", "fields.amount_disputed", "fields.currency"}
    assert "fields.customer_name" not in credited["known"]
    assert by_reason["po_reference"]["fields"].keys() >= {"po_number"}
    assert (by_reason["question"]["basis"], by_reason["question"]["kind"]) == ("chosen", "billing_request")
    rejected = by_reason[None]
    assert rejected["must_not"] == {"reason": ["duplicate_invoice"]}
    assert {"kind", "reason"}.isdisjoint(rejected)
    assert rejected["decided"][0]["reason_code"] == "wrong_reading"


def test_an_edited_order_number_is_the_label(house: House, tmp_path: Path) -> None:
    case_id = house.take_in_sample("02-order").case_id
    house.work()
    clara = house.person("Clara", "reviewer")
    suggestion = house.suggestions(case_id)["set_customer_reference"]
    with house.parts.database.transaction() as session:
        decide.amend(
            session, suggestion.id, edited(suggestion, {"reference": "BS-2611"}),
            content_hash=suggestion.content_hash, by=clara, policy=house.parts.policy, at=now(),
        )  # fmt: skip
    changed = house.suggestions(case_id)["set_customer_reference"]
    house.confirm(changed, clara)
    house.confirm(changed, house.person("Tom", "controller"))
    export(house, tmp_path / "out")
    (line,) = lines(tmp_path / "out")
    message = read((tmp_path / "out" / line["file"]).read_bytes(), line["file"])
    assert line["fields"]["po_number"] in message.text
    assert line["decided"][0]["edited"]


def test_no_name_number_or_address_of_a_customer_is_in_the_dataset(decided_house: House, tmp_path: Path) -> None:
    export(decided_house, tmp_path / "out")
    written = ""
    for path in (tmp_path / "out").iterdir():
        written += path.name + path.read_text()
        if path.suffix == ".eml":
            parsed = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            written += "".join(str(part.get_content()) for part in parsed.walk() if not part.is_multipart())
            written += "".join(str(value) for _, value in parsed.items())
    for name in ("01-hours", "02-order", "03-billed", "15-time"):
        original = read(next(SAMPLES.glob(f"{name}*")).read_bytes(), "mail.eml")
        assert original.mail is not None
        secrets = {original.mail.sender.email, original.mail.sender.name, original.mail.message_id}
        secrets |= set(re.findall(r"\b(?:INV|RE|S|BS|PO)[/-]?\d[\w/-]{3,}", original.text))
        secrets |= set(re.findall(r"[\w.-]+@[\w.-]+", original.text)) - {"billing@marlowvoss.example"}
        assert {s for s in secrets if s and s.casefold() in written.casefold()} == set()
    for word in ("Hafenwerk", "hafenwerk", "Clara", "Rita"):
        assert word not in written


def test_the_same_decisions_and_seed_give_the_same_bytes_and_another_seed_others(
    decided_house: House, tmp_path: Path
) -> None:
    export(decided_house, tmp_path / "a")
    first = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()}
    export(decided_house, tmp_path / "a")
    assert {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir()} == first
    export(decided_house, tmp_path / "b", seed="1")
    assert {p.name for p in (tmp_path / "b").glob("*.eml")}.isdisjoint(first)


def test_the_dataset_is_in_the_corpus_format_and_reads_as_the_original_did(
    decided_house: House, tmp_path: Path
) -> None:
    from workers.triaging import line_of

    export(decided_house, tmp_path / "out")
    held = {case.gold.get("reason"): case for case in cases.load(tmp_path / "out")}
    assert len(held) == 4
    said = line_of(read(held["hours_quantity"].path.read_bytes(), held["hours_quantity"].file))
    assert (said["reason"], said["fields"]["amount_disputed"]) == ("hours_quantity", "900.00")


def test_a_folder_with_other_files_is_left_alone(decided_house: House, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(Conflict, match="holds other files"):
        export(decided_house, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_what_nobody_decided_is_not_exported(house: House, tmp_path: Path) -> None:
    house.take_in_sample("01-hours")
    house.work()
    assert export(house, tmp_path / "out").cases == 0
    assert lines(tmp_path / "out") == []


def test_the_command_writes_the_dataset_and_says_what_it_wrote(
    decided_house: House, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.wiring.parts", lambda: decided_house.parts)
    done = run("eval", "export-decisions", "--out", str(tmp_path / "out"))
    assert (done.code, done.err) == (0, "")
    assert "4 decided cases written" in done.out
    assert "3 with a kind and reason" in done.out
    assert len(lines(tmp_path / "out")) == 4
    other = run("eval", "export-decisions", "--out", str(tmp_path / "out"), "--since", "2999-01-01", "--json")
    assert other.lines[0]["cases"] == 0
