"""Mails as customers, portals and our own people write them in eight languages, and what they state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from field_messages import document, mail

from classifiers.message_fields import extract

_MAILS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("field_mails.yaml").read_text("utf-8"))


@pytest.mark.parametrize("written", _MAILS, ids=[m["id"] for m in _MAILS])
def test_a_mail_states_these_fields_and_no_others(written: dict[str, Any]) -> None:
    envelope = {name: written[name] for name in ("sender", "history", "date_header") if name in written}
    papers = tuple(document(text, language=written["language"]) for text in written.get("documents", ()))
    reading = mail(written["text"], written["subject"], language=written["language"], documents=papers, **envelope)
    found = {name: field.value for name, field in extract(reading, written["reason"]).items() if name != "lines"}
    assert found == written["states"]


_AMOUNTS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("field_amounts.yaml").read_text("utf-8"))


@pytest.mark.parametrize("written", _AMOUNTS, ids=[m["id"] for m in _AMOUNTS])
def test_among_many_figures_the_contested_one_is_found_or_none(written: dict[str, Any]) -> None:
    envelope = {"sender": written["sender"]} if "sender" in written else {}
    reading = mail(written["text"], "Rechnung", language=written["language"], **envelope)
    found = extract(reading, written["reason"]).get("amount_disputed")
    assert (found.value if found else None) == written["amount"]
