"""The papers that go with a letter, as Odoo has them or prints them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from app.errors import Malformed, Misconfigured, NotFound, Unavailable
from app.letters.compose import File
from app.odoo.answers import AddonMissing
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
    try:
        answer = p.odoo.ask_addon("paper", companies=companies, model=paper.model, ids=list(paper.record_ids))
    except AddonMissing:  # none, or an older one
        content, why = _as_sent(p, paper, companies), ""
    else:
        content, why = _bytes(answer.get("content")), _line(answer.get("why"))
    if content is None:
        raise NotFound(
            f"It waits: Odoo gives no {paper.name}. {why} Print or send it in Odoo, or take the reply back and send it "
            "without this paper."
        )
    if not content.startswith(b"%PDF-"):
        raise Malformed(f"It waits: what Odoo gives as {paper.name} is no PDF. Look at it in Odoo.")
    if len(content) > LARGEST:
        raise Malformed(f"It waits: {paper.name} is larger than a mail can carry. Take the reply back and untick it.")
    return File(paper.name, _PDF, content)


def _as_sent(p: Parts, paper: Paper, companies: list[int]) -> bytes | None:
    """An invoice as Odoo printed and sent it: the file of its own field, never one that somebody put on the record by
    the same name. Other papers only our addon prints."""
    if paper.model != "account.move" or len(paper.record_ids) != 1 or p.odoo is None:
        return None
    where = [
        ["res_model", "=", paper.model], ["res_id", "=", paper.record_ids[0]],
        ["res_field", "=", "invoice_pdf_report_file"],
    ]  # fmt: skip
    rows = p.odoo.search_read("ir.attachment", where, ["datas"], companies=companies, order="id desc", limit=1)
    return _bytes(rows[0]["datas"]) if rows else None


def _line(value: object) -> str:
    """Odoo's reason on one line, bounded."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())[:300]


def _bytes(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value or "", validate=False) or None
    except (binascii.Error, TypeError, ValueError):
        raise Unavailable("It waits: Odoo’s answer holds no file.") from None
