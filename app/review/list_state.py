"""Which list of cases a person looks at: view, what it is narrowed to, order, search and page, all of it in the
address. Nothing in an address says who reads it: "mine" are the cases of whoever opens it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from app.cases.models import OPEN_STATES
from app.cases.queries import ORDERS, Filter
from app.clock import now
from app.decisions import reach
from app.review import figures
from app.review.languages import N_, Words, _
from app.users.access import Caller
from app.vocabulary import Flag, Kind

AGEING_DAYS = 5
OVER = ("1000", "5000", "20000")
"""Amounts to narrow a list to, in the case's own currency."""
OLDER_DAYS = ("2", "5", "10", "30")
MOST_FLAGS = 5
NEW_MAIL, FAILED_SENDER = "new", "failed_sender"
MAILS = (NEW_MAIL, FAILED_SENDER)
"""What of its mails a list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class View:
    """A list that everybody has; `whose` is "me" or "team" where it is the reader's own."""

    name: str
    label: str
    states: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    at_least: Decimal | None = None
    whose: str = ""
    older_days: int = 0
    is_counted: bool = True
    order: str = "priority"
    is_alarm: bool = False

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return _(self.label, amount=figures.whole(self.at_least)) if self.at_least is not None else _(self.label)


_AT_HAND = tuple(s for s in OPEN_STATES if s != "snoozed")
VIEWS = (
    View("open", N_("All open"), _AT_HAND),
    View("mine", N_("Mine"), _AT_HAND, whose="me"),
    View("team", N_("My team’s"), _AT_HAND, whose="team"),
    View("to_decide", N_("To decide"), ("to_decide",)),
    View("needs_approval", N_("Needs approval"), ("needs_approval",)),
    View("disputes", N_("Disputes over %(amount)s"), _AT_HAND, (Kind.DISPUTE,), Decimal(5000)),
    View("ageing", N_("Ageing"), _AT_HAND, older_days=AGEING_DAYS),
    View("stale", N_("Stale"), ("stale",)),
    View("needs_attention", N_("Needs attention"), ("needs_attention",), is_alarm=True),
    View("received", N_("Being read"), ("received",)),
    View("writing", N_("On their way"), ("writing",)),
    View("snoozed", N_("Snoozed"), ("snoozed",)),
)
ENDED = (
    View("done", N_("Decided and written"), ("done",), is_counted=False, order="newest"),
    View("closed", N_("Closed"), ("closed",), is_counted=False, order="newest"),
    View("ended", N_("All ended"), ("done", "closed"), is_counted=False, order="newest"),
)
_BY_NAME = {view.name: view for view in (*VIEWS, *ENDED)}
SORT_WORDS = Words({
    "priority": N_("Priority"), "amount": N_("Amount"), "deadline": N_("Deadline"), "age": N_("Age"),
    "newest": N_("Newest"), "customer": N_("Customer"),
})  # fmt: skip
"""By "customer" the list is grouped, and within a customer the highest priority comes first."""


@dataclass(frozen=True, slots=True)
class ListState:
    """A list as its address says, for whoever reads it (`person`: not in the address)."""

    view: View = VIEWS[0]
    kinds: tuple[str, ...] = ()
    sort: str = "priority"
    text: str = ""
    cursor: str = ""
    flags: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    """Some of `MAILS`: all of them must hold."""
    owner: str = ""
    """"me", "team", "nobody", or a person's id."""
    over: str = ""
    older: str = ""
    customer: str = ""
    is_compact: bool = False
    saved: int = 0
    """The number of the saved view that it began as."""
    person: UUID | None = field(default=None, compare=False)
    asked_only: bool = field(default=False, compare=False)
    """Whether this person sees only what they were asked about; then nothing in the list depends on an amount."""

    @classmethod
    def of(cls, query: str, person: Caller | None = None) -> ListState:
        """Read from an address's query; what is unknown counts as not said."""
        said = parse_qs(query, max_num_fields=60)

        def one(name: str, most: int) -> str:
            return said.get(name, [""])[0][:most].replace("\x00", "")

        def among(name: str, known: tuple[str, ...] | set[str]) -> str:
            return value if (value := one(name, 40)) in known else ""

        saved, view = one("saved", 18), _BY_NAME.get(one("view", 30), VIEWS[0])
        asked_only = person is not None and reach.only_asked(person)
        if asked_only and view.at_least is not None:
            view = VIEWS[0]
        sorts = set(ORDERS) - {"amount"} if asked_only else set(ORDERS)
        return cls(
            view=view,
            kinds=tuple(k for k in dict.fromkeys(said.get("kind", [])) if k in set(Kind)),
            sort=among("sort", sorts) or view.order,
            text=one("q", 200).strip(),
            cursor=one("cursor", 700),
            flags=tuple(f for f in dict.fromkeys(said.get("flag", [])) if f in set(Flag))[:MOST_FLAGS],
            mails=tuple(m for m in MAILS if m in said.get("mail", [])),
            owner=_owner(one("owner", 40)),
            over="" if asked_only else among("over", OVER),
            older=among("older", OLDER_DAYS),
            customer=one("customer", 200).strip(),
            is_compact=one("density", 10) == "compact",
            saved=int(saved) if saved.isascii() and saved.isdigit() else 0,
            person=person.user_id if person else None,
            asked_only=asked_only,
        )

    @property
    def filter(self) -> Filter:
        """What the list holds: the view's cases, narrowed by all that was chosen."""
        view = self.view
        owner = {"me": "me", "team": "team"}.get(view.whose, self.owner)
        amounts = [a for a in (view.at_least, Decimal(self.over) if self.over else None) if a is not None]
        days = max(view.older_days, int(self.older or 0))
        return Filter(
            states=view.states,
            kinds=view.kinds or self.kinds,
            flags=self.flags,
            customer=self.customer,
            text=self.text,
            at_least=max(amounts) if amounts else None,
            owner=self.person if owner == "me" else UUID(owner) if owner and owner not in ("team", "nobody") else None,
            is_nobodys=self.owner == "nobody",
            teams_of=self.person if owner == "team" else None,
            opened_before=now() - timedelta(days=days) if days else None,
            asked_of=self.person if self.asked_only else None,
            has_new_mail=NEW_MAIL in self.mails,
            has_failed_sender=FAILED_SENDER in self.mails,
            is_nothing=owner in ("me", "team") and self.person is None,
        )

    @property
    def whole(self) -> ListState:
        """The same without what it is narrowed to: what the counts of the chips are counted in."""
        return replace(self, kinds=(), flags=(), mails=(), owner="", over="", older="", customer="", cursor="")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kinds or self.is_narrowed_further or self.customer)

    @property
    def is_narrowed_further(self) -> bool:
        """Whether by one of those that the page keeps under "More filters"."""
        return bool(self.flags or self.mails or self.owner or self.over or self.older)

    @property
    def is_grouped(self) -> bool:
        return self.sort == "customer"

    @property
    def query(self) -> str:
        """As the query of an address; defaults are left out."""
        said: list[tuple[str, str]] = []
        if self.view is not VIEWS[0]:
            said.append(("view", self.view.name))
        said += [("kind", kind) for kind in self.kinds]
        said += [("flag", flag) for flag in self.flags]
        said += [("mail", mail) for mail in self.mails]
        if self.sort != self.view.order:
            said.append(("sort", self.sort))
        said += [
            (name, value)
            for name, value in (
                ("owner", self.owner), ("over", self.over), ("older", self.older), ("customer", self.customer),
                ("q", self.text), ("density", "compact" if self.is_compact else ""),
                ("saved", str(self.saved or "")), ("cursor", self.cursor),
            )
            if value
        ]  # fmt: skip
        return urlencode(said)

    def address(self, base: str = "/inbox") -> str:
        return f"{base}?{self.query}" if self.query else base

    def in_view(self, view: View) -> str:
        """Another view, in the same order and density."""
        sort = self.sort if view.order == self.view.order else view.order
        return ListState(view=view, sort=sort, is_compact=self.is_compact).address()

    def sorted_by(self, sort: str) -> str:
        return replace(self, sort=sort, cursor="").address()

    def toggled(self, kind: str) -> str:
        return replace(self, kinds=_toggled(self.kinds, kind), cursor="").address()

    def flagged(self, flag: str) -> str:
        return replace(self, flags=_toggled(self.flags, flag), cursor="").address()

    def with_mail(self, mail: str) -> str:
        return replace(self, mails=_toggled(self.mails, mail), cursor="").address()

    def owned_by(self, owner: str) -> str:
        return replace(self, owner="" if self.owner == owner else owner, cursor="").address()

    def from_amount(self, over: str) -> str:
        return replace(self, over="" if self.over == over else over, cursor="").address()

    def waiting_since(self, older: str) -> str:
        return replace(self, older="" if self.older == older else older, cursor="").address()

    def of_customer(self, customer: str) -> str:
        sort = "priority" if customer and self.is_grouped else self.sort
        return replace(self, customer=customer, sort=sort, cursor="").address()

    def among_ended(self) -> str:
        """The same search among the cases that have ended."""
        ended = _BY_NAME["ended"]
        return ListState(view=ended, sort=ended.order, text=self.text, is_compact=self.is_compact).address()

    def as_dense(self, is_compact: bool) -> str:
        return replace(self, is_compact=is_compact).address()

    def everything(self) -> str:
        """Without what it is narrowed to and without the search."""
        return replace(self.whole, text="").address()

    def at(self, cursor: str) -> str:
        return replace(self, cursor=cursor).address()

    def case(self, case_id: int) -> str:
        """The address of a case that remembers this list."""
        return replace(self, cursor="").address(f"/cases/{case_id}")

    @property
    def kept(self) -> str:
        """What is kept of it under a name: everything but the page, the density, and where it came from."""
        return replace(self, cursor="", is_compact=False, saved=0).query


def _toggled(chosen: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(c for c in chosen if c != one) if one in chosen else (*chosen, one)


def _owner(said: str) -> str:
    if said in ("me", "team", "nobody"):
        return said
    try:
        return str(UUID(said))
    except ValueError:
        return ""
