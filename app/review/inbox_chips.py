"""What a list amounts to, and what it can be narrowed to, each with its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.queries import MANY, Light
from app.money import Money
from app.review import figures, wording
from app.review.figures import Exchange
from app.review.languages import _, ngettext
from app.review.list_state import FAILED_SENDER, MAILS, NEW_MAIL, OLDER_DAYS, OVER, ListState
from app.users.people import in_teams, names_of, teams_of
from app.vocabulary import Flag, Kind

KINDS = (
    Kind.SECURITY_ALERT, Kind.DISPUTE, Kind.BILLING_DISCREPANCY, Kind.CUSTOMER_PO, Kind.PAYMENT_NOTICE,
    Kind.BILLING_REQUEST, Kind.NO_ACTION,
)  # fmt: skip
MOST_OWNERS = 5
SOME = 100
"""In a list of more than a thousand, a kind is counted to here: whether it is rare."""


@dataclass(frozen=True, slots=True)
class Chip:
    """Something to narrow the list to. `count` is in words ("12", "1,000+"), empty where it is not counted."""

    label: str
    count: str
    href: str
    is_on: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Chips about one thing: whose cases, how much money, how long they wait."""

    title: str
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the list amounts to: in the company's currency at the policy's rates, and what has no rate by itself.

    Of more than a thousand cases only that is said: sums of so many belong on the dashboards.
    """

    cases: str
    is_many: bool = False
    at_stake: str = ""
    currency: str = ""
    rates_on: date | None = None
    others: tuple[str, ...] = ()
    due_soon: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures over one list."""

    totals: Totals
    kinds: tuple[Chip, ...]
    groups: tuple[Group, ...]


def figures_of(session: Session, wanted: ListState, exchange: Exchange | None, at: datetime) -> Figures:
    """Totals and chips of a list. `exchange` is None for who sees no amounts."""
    narrowed = replace(wanted, cursor="")
    whole = queries.light(session, narrowed.whole.filter)
    if whole is None:
        there = queries.light(session, narrowed.filter) if narrowed.is_narrowed else None
        return Figures(_totals(there, exchange, figures.today(at)), _many_kinds(session, narrowed), _many(narrowed))
    fits = _Choice(narrowed, at, _company_of(session, narrowed))
    shows_amounts = exchange is not None and not wanted.asked_only
    there = [c for c in whole if fits(c)]
    return Figures(
        _totals(there, exchange, figures.today(at)),
        _kinds(Counter(c.kind for c in whole if fits(c, but="kind")), narrowed),
        tuple(
            group
            for group in (
                _owners(session, Counter(c.owner_id for c in whole if fits(c, but="owner")), whole, fits, narrowed),
                _mails({m: sum(1 for c in there if _has(c, m)) for m in MAILS}, narrowed),
                _flags(Counter(f for c in there for f in c.flags), narrowed),
                _amounts([c for c in whole if fits(c, but="over")], narrowed) if shows_amounts else None,
                _ages([c for c in whole if fits(c, but="older")], narrowed, at),
            )
            if group is not None
        ),
    )


def _totals(cases: Sequence[Light] | None, exchange: Exchange | None, today: date) -> Totals:
    if cases is None:
        return Totals(_("%(count)s cases", count=figures.counted(MANY + 1)), is_many=True)
    said = ngettext("%(num)s case", "%(num)s cases", len(cases))
    soon = sum(1 for c in cases if c.deadline is not None and c.deadline <= today + figures.SOON)
    if exchange is None:
        return Totals(said, due_soon=soon)
    sums: dict[str, Decimal] = {}
    for c in cases:
        if c.currency and c.at_stake:
            sums[c.currency] = sums.get(c.currency, Decimal(0)) + c.at_stake
    own, others = Decimal(0), []
    for currency, amount in sorted(sums.items()):
        converted = exchange.in_company(Money(amount, currency))
        if converted is None:
            others.append(f"{figures.whole(amount)} {currency}")
        else:
            own += converted.amount
    rates = exchange.rates_on if set(sums) - {exchange.currency} else None
    return Totals(said, False, figures.whole(own), exchange.currency, rates, tuple(others), soon)


# -- a list of up to a thousand cases is read once, and all its chips are counted in memory --------------------------


@dataclass(frozen=True, slots=True)
class _Company:
    """The reader's teams, and who is in them."""

    teams: frozenset[str]
    people: frozenset[UUID]


def _company_of(session: Session, wanted: ListState) -> _Company:
    teams = teams_of(session, wanted.person) if wanted.person else ()
    return _Company(frozenset(teams), frozenset(in_teams(session, teams)))


@dataclass(frozen=True, slots=True)
class _Choice:
    """Whether a case of the view is what the list is narrowed to; `but` leaves one of the choices out."""

    wanted: ListState
    at: datetime
    company: _Company

    def __call__(self, case: Light, *, but: str = "") -> bool:
        w = self.wanted
        return (
            (but == "kind" or not w.kinds or case.kind in w.kinds)
            and set(w.flags) <= set(case.flags)
            and all(_has(case, mail) for mail in w.mails)
            and (but == "owner" or not w.owner or self.is_of(case, w.owner))
            and (but == "over" or not w.over or (case.at_stake or 0) >= Decimal(w.over))
            and (but == "older" or not w.older or self.is_older(case, w.older))
            and (not w.customer or case.customer_name == w.customer)
        )

    def is_of(self, case: Light, owner: str) -> bool:
        if owner == "nobody":
            return case.owner_id is None and not case.team
        if owner == "team":
            return case.team in self.company.teams or case.owner_id in self.company.people
        return case.owner_id == (self.wanted.person if owner == "me" else UUID(owner))

    def is_older(self, case: Light, days: str) -> bool:
        return case.opened_at < self.at - timedelta(days=int(days))


def _kinds(found: Mapping[str | None, int], wanted: ListState, *, most: int = MANY) -> tuple[Chip, ...]:
    if wanted.view.kinds:
        return ()
    return tuple(
        Chip(
            wording.KIND_WORDS[k],
            figures.counted(found.get(k, 0), most),
            wanted.toggled(k),
            k in wanted.kinds,
            wording.KIND_ICONS[k],
        )
        for k in KINDS
        if found.get(k) or k in wanted.kinds
    )


def _owners(
    session: Session, found: Mapping[UUID | None, int], whole: Sequence[Light], fits: _Choice, wanted: ListState
) -> Group | None:
    if wanted.view.whose:
        return None
    others = [person for person, _n in Counter(found).most_common() if person and person != wanted.person]
    chosen = wanted.owner if wanted.owner not in ("", "me", "team", "nobody") else ""
    shown = list(dict.fromkeys([*([UUID(chosen)] if chosen else []), *others[:MOST_OWNERS]]))
    names = names_of(session, shown)
    pool = [c for c in whole if fits(c, but="owner")]
    said = [("me", _("Mine")), ("nobody", _("Nobody’s"))]
    if fits.company.teams:
        said.insert(1, ("team", _("My team’s")))
    said += [(str(person), names[person]) for person in shown if person in names]
    counts = {owner: sum(1 for c in pool if fits.is_of(c, owner)) for owner, _label in said}
    return _group(
        _("Whose"), [(label, counts[o], wanted.owned_by(o), wanted.owner == o) for o, label in said]
    )  # fmt: skip


def _has(case: Light, mail: str) -> bool:
    return case.has_new_mail if mail == NEW_MAIL else case.has_failed_sender


def _mails(found: Mapping[str, int], wanted: ListState) -> Group | None:
    return _group(_("Mail"), [(said, found[m], wanted.with_mail(m), m in wanted.mails) for m, said in _mail_words()])


def _mail_words() -> tuple[tuple[str, str], ...]:
    return (NEW_MAIL, _("New mail")), (FAILED_SENDER, _("A check of the sender failed"))


def _flags(found: Mapping[str, int], wanted: ListState) -> Group | None:
    return _group(_("Marks"), [
        (wording.capital(wording.FLAG_WORDS[f]), found.get(f, 0), wanted.flagged(f), f in wanted.flags) for f in Flag
    ])  # fmt: skip


def _amounts(pool: Sequence[Light], wanted: ListState) -> Group | None:
    return _group(_("At stake"), [
        (_over_words(over), sum(1 for c in pool if (c.at_stake or 0) >= int(over)), wanted.from_amount(over),
         wanted.over == over)
        for over in OVER
    ])  # fmt: skip


def _ages(pool: Sequence[Light], wanted: ListState, at: datetime) -> Group | None:
    return _group(_("Here for"), [
        (_older_words(days), sum(1 for c in pool if c.opened_at < at - timedelta(days=int(days))),
         wanted.waiting_since(days), wanted.older == days)
        for days in OLDER_DAYS
    ])  # fmt: skip


def _over_words(over: str) -> str:
    return _("%(amount)s or more", amount=figures.whole(int(over)))


def _older_words(days: str) -> str:
    return _("more than %(days)s days", days=figures.count(int(days)))


def _group(title: str, chips: Sequence[tuple[str, int, str, bool]]) -> Group | None:
    """The chips that fit some case, and those that are on; None without any."""
    made = tuple(Chip(label, figures.counted(n), href, on) for label, n, href, on in chips if n or on)
    return Group(title, made) if made else None


# -- a list of more: each kind is counted by itself up to a thousand, the rest is offered uncounted ------------------


def _many_kinds(session: Session, wanted: ListState) -> tuple[Chip, ...]:
    if wanted.view.kinds:
        return ()
    found = queries.counts(session, [replace(wanted, kinds=(kind,)).filter for kind in KINDS], most=SOME)
    return _kinds(dict(zip(KINDS, found, strict=True)), wanted, most=SOME)


def _many(wanted: ListState) -> tuple[Group, ...]:
    groups = [
        Group(_("Mail"), tuple(Chip(said, "", wanted.with_mail(m), m in wanted.mails) for m, said in _mail_words())),
        Group(_("Marks"), tuple(
            Chip(wording.capital(wording.FLAG_WORDS[f]), "", wanted.flagged(f), f in wanted.flags) for f in Flag
        )),
        Group(_("At stake"), tuple(
            Chip(_over_words(o), "", wanted.from_amount(o), wanted.over == o) for o in OVER if not wanted.asked_only
        )),
        Group(_("Here for"), tuple(
            Chip(_older_words(d), "", wanted.waiting_since(d), wanted.older == d) for d in OLDER_DAYS
        )),
    ]  # fmt: skip
    if not wanted.view.whose:
        whose = (("me", _("Mine")), ("nobody", _("Nobody’s")))
        groups.insert(0, Group(_("Whose"), tuple(
            Chip(label, "", wanted.owned_by(owner), wanted.owner == owner) for owner, label in whose
        )))  # fmt: skip
    return tuple(group for group in groups if group.chips)
