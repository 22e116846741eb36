"""The case page for somebody who does not see amounts: what was asked of them and its evidence, no money of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.review.amounts import without_amounts as masked
from app.review.languages import _

_FIELDS = ("amount_total", "amount_disputed", "currency")


def without_amounts(context: Mapping[str, Any]) -> dict[str, Any]:
    """The page's context without amounts at stake, sums, steps and other cases; with masked sentences."""
    found, todo = context["found"], context["todo"]
    fields = tuple(replace(f, quote=masked(f.quote)) for f in found.fields if f.name not in _FIELDS)
    sums = tuple(
        replace(s, with_rate=False, with_amount=False, currency="",
                finding=replace(s.finding, sentence=masked(s.finding.sentence)))
        for s in found.sums if s.with_quantity
    )  # fmt: skip
    return {
        **context,
        "sees_amounts": False, "stake": None,
        "first_lead": (context["first_lead"][0], masked(context["first_lead"][1])),
        "we_found": masked(context["we_found"]), "what_to_do": _("Say what you know about the delivery."),
        "found": replace(
            found, fields=fields, sums=sums, order_lines=None,
            sentences=tuple(replace(s, text=masked(s.text)) for s in found.sentences),
        ),
        "d": replace(context["d"], brief=None), "similar": (), "in_odoo": {}, "elsewhere": (), "stays": {},
        "fresh": (), "asked": (),
        "todo": replace(
            todo, notes=tuple(n for n in todo.notes if n.icon == "lock"), steps=(), decided=(), approvals=(),
            may_decide=False,
        ),
        "history": [replace(line, sentence=masked(line.sentence), detail="") for line in context["history"]],
    }  # fmt: skip
