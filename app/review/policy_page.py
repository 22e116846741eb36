"""The policy: the rules in force in words, what would be needed for a step, and a changed policy tried on the past."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from app.clock import now
from app.decisions import approval_matrix, explaining, simulating
from app.decisions.approval_matrix import Policy
from app.decisions.explaining import RISK_OF, Explained
from app.documents.written_numbers import decimal_mark, parse
from app.errors import Malformed
from app.money import Money
from app.review import areas, figures, wording
from app.review.languages import N_, Words, _, ngettext, reader
from app.review.sessions import SignedIn
from app.review.shell import page, shell
from app.users import administration
from app.users.models import User

router = APIRouter(prefix="/policy")

PERIODS = (30, 90, 365)
MOST_SHOWN = 100
_AMOUNT = re.compile(r"[0-9][0-9.,'’]{0,20}")
CHANGE_WORDS = Words({
    simulating.SAME: N_("as it is now"), simulating.STRICTER: N_("more is asked for"),
    simulating.LOOSER: N_("less is asked for"), simulating.OTHER: N_("other people are asked"),
})  # fmt: skip
MONEY_ACTIONS = ("draft_credit_note", "create_quotation_from_po", "update_draft_order")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in words: `about` is what it is about, `below` its threshold (None without one), `needs` what it asks."""

    id: str
    says: str
    about: str
    below: Decimal | None
    needs: str
    approvals: int
    one_of: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to have explained."""

    action: str
    amount: Money | None
    amount_text: str
    currency: str
    company: int | None
    person: str
    sender_failed: bool = False


@router.get("")
def policy_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """The rules in force, and an answer when something was asked."""
    areas.require(visit.person, "policy")
    policy: Policy = request.app.state.policy
    said = _said(request)
    with request.app.state.database.transaction() as session:
        people = [p.user for p in administration.people(session) if p.user.is_active]
        asked = _asked(said, policy)
        context = _rules_context(policy) | {
            "asked": asked, "people": people, "actions": [(a, wording.STEP_TITLES[a]) for a in RISK_OF],
            "currencies": sorted({policy.content["currency"], *policy.content["rates"]}),
            "money_actions": MONEY_ACTIONS,
        }  # fmt: skip
        context["answer"] = _answer(policy, asked, people) if asked.action else None
        return page(request, "policy.html", context, around=shell(session, request, visit, at=now()))


@router.get("/simulate")
def simulate_page(request: Request, visit: SignedIn) -> HTMLResponse:
    """A changed policy held against the decisions that were taken. It changes nothing."""
    areas.require(visit.person, "policy")
    with request.app.state.database.snapshot() as session:
        context = _simulated(session, request.app.state.policy, _said(request))
    with request.app.state.database.transaction() as session:
        return page(request, "policy_simulate.html", context, around=shell(session, request, visit, at=now()))


def _simulated(session: Session, policy: Policy, said: Mapping[str, str]) -> dict[str, Any]:
    days = int(said["days"]) if said.get("days", "") in {str(d) for d in PERIODS} else 90
    wanted = _wanted(policy, said)
    after = simulating.changed(policy, wanted)
    found = None
    if "days" in said:
        found = simulating.simulate(session, policy, after, since=now() - timedelta(days=days))
    return _rules_context(after) | {
        "days": days, "periods": PERIODS, "found": found, "changes": CHANGE_WORDS, "most": MOST_SHOWN,
        "is_changed": after.hash != policy.hash, "hash_now": policy.hash,
        "one_of_choices": [("", _("nobody in particular")), ("controller", wording.role_word("controller"))],
        "shown": [(o, _words_of(o.before), _words_of(o.after)) for o in found.differing[:MOST_SHOWN]] if found else [],
    }  # fmt: skip


def _words_of(requirement: approval_matrix.Requirement | None) -> str:
    if requirement is None:
        return _("no rule fits")
    needs = _needs(requirement.approvals, requirement.roles, requirement.one_of)
    return _("%(rule)s: %(needs)s", rule=requirement.rule, needs=needs)


def _wanted(policy: Policy, said: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The values that the form asks for, by rule; only those that differ from what is in force."""
    wanted: dict[str, dict[str, Any]] = {}
    for rule in policy.content["rules"]:
        mine: dict[str, Any] = {}
        below = said.get(f"{rule['id']}.below", "").strip()
        if "below" in rule and below and (amount := _amount(below)) != Decimal(rule["below"]):
            mine["below"] = f"{amount:f}"
        approvals = said.get(f"{rule['id']}.approvals", "")
        if approvals in ("1", "2", "3", "4", "5") and int(approvals) != rule["approvals"]:
            mine["approvals"] = int(approvals)
        one_of = said.get(f"{rule['id']}.one_of")
        if one_of in ("", "controller") and (one_of == "controller") != ("controller" in rule.get("one_of", ())):
            mine["one_of"] = ["controller"] if one_of else None
        if mine:
            wanted[rule["id"]] = mine
    return wanted


def _rules_context(policy: Policy) -> dict[str, Any]:
    content = policy.content
    duties = content["duties"]
    barred = [wording.STEP_TITLES.get(a, a) for a in duties["delivery_validator_does_not_approve"]]
    return {
        "rules": [_row(rule) for rule in content["rules"]], "hash": policy.hash, "currency": content["currency"],
        "rates": sorted(content["rates"].items()), "rates_on": str(content["rates_on"]),
        "hidden_from": [wording.role_word(role) for role in policy.amounts_hidden_from],
        "editor_needs_another": policy.editor_needs_another, "validator_barred": barred, "closing": _closing(policy),
        "never": [
            (wording.role_word(role), wording.joined([wording.RISK_WORDS.get(r, r) for r in risks]))
            for role, risks in duties["never"].items() if risks
        ],
    }  # fmt: skip


def _closing(policy: Policy) -> str:
    """What software closes by itself, in words; empty when it closes nothing."""
    closing = policy.closing
    if closing is None:
        return ""
    reasons = wording.joined([wording.REASON_WORDS[reason] for reason in closing.reasons])
    return _(
        "Messages that ask for nothing (%(reasons)s) are closed by the software from a confidence of %(above)s on, "
        "unless a check of the sender failed or anything else speaks against it. They can be opened again.",
        reasons=reasons, above=figures.decimal(closing.above, 2),
    )  # fmt: skip


def _row(rule: Mapping[str, Any]) -> RuleRow:
    roles, one_of = tuple(rule["roles"]), tuple(rule.get("one_of", ()))
    return RuleRow(
        rule["id"], rule["says"], _about(rule), Decimal(rule["below"]) if "below" in rule else None,
        _needs(rule["approvals"], roles, one_of, calls_back=bool(rule.get("call_back"))), rule["approvals"], one_of,
        roles,
    )  # fmt: skip


def _about(rule: Mapping[str, Any]) -> str:
    said = []
    if "sender" in rule:
        said.append(_("messages whose sender failed a check"))
    if "actions" in rule:
        said += [wording.STEP_TITLES.get(a, a) for a in rule["actions"]]
    if "risks" in rule:
        risks = wording.joined([wording.RISK_WORDS.get(r, r) for r in rule["risks"]])
        said.append(_("steps with this risk: %(risks)s", risks=risks))
    if "companies" in rule:
        said.append(_("companies: %(ids)s", ids=", ".join(map(str, rule["companies"]))))
    return "; ".join(said) or _("everything else")


def _needs(approvals: int, roles: tuple[str, ...], one_of: tuple[str, ...], *, calls_back: bool = False) -> str:
    people = ngettext("%(num)s person", "%(num)s people", approvals)
    who = _either(roles)
    if one_of and set(one_of) != set(roles):
        needs = _("%(people)s: %(roles)s; one of them %(must)s", people=people, roles=who, must=_either(one_of))
    else:
        needs = _("%(people)s: %(roles)s", people=people, roles=who)
    return _("%(needs)s; after a call-back", needs=needs) if calls_back else needs


def _either(roles: tuple[str, ...]) -> str:
    """Roles of which any will do: "finance reviewer or finance controller"."""
    words = [wording.role_word(role) for role in roles]
    if len(words) == 1:
        return words[0]
    return _("%(some)s or %(last)s", some=", ".join(words[:-1]), last=words[-1])


def _asked(said: Mapping[str, str], policy: Policy) -> Asked:
    action = said.get("action", "") if said.get("action", "") in RISK_OF else ""
    currency = said.get("currency", "").upper()[:3] or policy.content["currency"]
    text, company = said.get("amount", "").strip(), said.get("company", "").strip()
    known = currency.isascii() and currency.isalpha() and len(currency) == 3
    amount = Money(_amount(text), currency) if text and known and action else None
    return Asked(
        action, amount, text, currency, int(company) if company.isascii() and company.isdigit() else None,
        said.get("person", ""), sender_failed=said.get("sender") == "failed",
    )  # fmt: skip


def _answer(policy: Policy, asked: Asked, people: list[User]) -> dict[str, Any]:
    risk = RISK_OF[asked.action]
    found: Explained = explaining.explain(
        policy.on(sender_failed=asked.sender_failed),
        action=asked.action,
        risk=risk,
        amount=asked.amount,
        company_id=asked.company,
    )
    answer: dict[str, Any] = {
        "found": found, "risk": wording.RISK_WORDS[risk], "needs": "", "who": [], "person": None, "allowed": None,
        "passed": [(p.rule, _why(p.why, p.below, policy.content["currency"], asked)) for p in found.passed],
    }  # fmt: skip
    need = found.requirement
    if need is None:
        return answer
    answer["needs"] = _needs(need.approvals, need.roles, need.one_of, calls_back=need.waits_for_call_back)
    can = [(user, explaining.allowed(policy, need, tuple(user.roles), risk=risk)) for user in people]
    answer["who"] = [user.name for user, allowed in can if allowed.role]
    for user, allowed in can:
        if str(user.id) == asked.person:
            answer["person"], answer["allowed"] = user.name, allowed
    return answer


def _why(why: str, below: str, currency: str, asked: Asked) -> str:
    """Why a rule was passed over."""
    if why == "threshold":
        limit = figures.money(Money(Decimal(below), currency))
        return _("it is only for amounts below %(limit)s", limit=limit)
    if why == "no_rate":
        return _(
            "there is no rate for %(currency)s, so the amount counts as above every threshold", currency=asked.currency
        )
    return {
        "sender": _("it is only for messages whose sender failed a check"),
        "action": _("it is about other steps"), "risk": _("it is about other risks"),
        "company": _("it is for other companies"),
        "no_amount": _("no amount is stated, and that counts as above every threshold"),
    }[why]  # fmt: skip


def _amount(text: str) -> Decimal:
    """An amount in any common form. Raises Malformed when it is none."""
    bare = "".join(text.split())
    found = parse(bare, decimal_mark(bare, reader().language)) if _AMOUNT.fullmatch(bare) else None
    if found is None or found[0] >= 10**12 or found[1] > 4:
        raise Malformed(f"“{text[:40]}” is no amount. Write it as 1234.50 or 1.234,50.")
    return found[0]


def _said(request: Request) -> dict[str, str]:
    """What the address says, each name once."""
    pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=200)
    return {name[:60]: value[:100].replace("\x00", "") for name, value in pairs}
