"""The papers that go with a letter, as Odoo has them or prints them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from app.errors import Malformed, Misconfigured, NotFound, Unavailable
from app.letters.compose import File
from app.suggestions.papers import Paper
from workers.wiring import Parts

LARGEST = 20 * 1024 * 1024
"""Bytes of one paper: more than most mail servers take."""
_PDF = "application/pdf"


def fetch(p: Parts, paper: Paper, *, company_id: int | None) -> File:
    """The paper as a file: as our addon prints it, else as it hangs on the record in Odoo.

    Raises:
        NotFound, Malformed, Misconfigured, Unavailable, Refused: It cannot be had; the sentence says what to do.
    """
    if p.odoo is None:
        raise Misconfigured(f"It waits: {paper.name} comes from Odoo, and no Odoo is connected.")
    companies = [company_id] if company_id is not None else list(p.odoo.companies())
    content = _printed(p, paper, companies) or _attached(p, paper, companies)
    if content is None:
        raise NotFound(
            f"It waits: Odoo has no {paper.name}, and does not print it. Print it in Odoo onto the record, or take the "
            "reply back and send it without this paper."
        )
    if not content.startswith(b"%PDF-"):
        raise Malformed(f"It waits: what Odoo gives as {paper.name} is no PDF. Look at it in Odoo.")
    if len(content) > LARGEST:
        raise Malformed(f"It waits: {paper.name} is larger than a mail can carry. Take the reply back and untick it.")
    return File(paper.name, _PDF, content)


def _printed(p: Parts, paper: Paper, companies: list[int]) -> bytes | None:
    from app.odoo.answers import AddonMissing

    assert p.odoo is not None
    try:
        answer = p.odoo.ask_addon("paper", companies=companies, model=paper.model, ids=list(paper.record_ids))
    except AddonMissing:
        return None  # none, or an older one
    return _bytes(answer.get("content")) if isinstance(answer, dict) else None


def _attached(p: Parts, paper: Paper, companies: list[int]) -> bytes | None:
    """The newest PDF on the record, where it is of one record and bears the paper's name."""
    if len(paper.record_ids) != 1 or p.odoo is None:
        return None
    where = [["res_model", "=", paper.model], ["res_id", "=", paper.record_ids[0]], ["mimetype", "=", _PDF]]
    rows = p.odoo.search_read("ir.attachment", where, ["name"], companies=companies, order="id desc", limit=20)
    same = [row for row in rows if _plain(str(row["name"])) == _plain(paper.name)]
    if not same:
        return None
    found = p.odoo.read("ir.attachment", [int(same[0]["id"])], ["datas"], companies=companies)
    return _bytes(found[0]["datas"])


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _bytes(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value or "", validate=False) or None
    except (binascii.Error, TypeError, ValueError):
        raise Unavailable("It waits: Odoo’s answer holds no file.") from None
