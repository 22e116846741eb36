"""Which list of cases a person looks at: view, kinds, sort, search and page, all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import parse_qs, urlencode

from app.cases.models import OPEN_STATES
from app.cases.queries import SORTS, Filter
from app.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class View:
    """A saved view."""

    name: str
    title: str
    states: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    at_least: Decimal | None = None
    is_counted: bool = True
    is_alarm: bool = False


_AT_HAND = tuple(s for s in OPEN_STATES if s != "snoozed")
VIEWS = (
    View("open", "All open", _AT_HAND),
    View("to_decide", "To decide", ("to_decide",)),
    View("needs_approval", "Needs approval", ("needs_approval",)),
    View("disputes", "Disputes over 5,000", _AT_HAND, (Kind.DISPUTE,), Decimal(5000)),
    View("stale", "Stale", ("stale",)),
    View("needs_attention", "Needs attention", ("needs_attention",), is_alarm=True),
    View("received", "Being read", ("received",)),
    View("writing", "On their way", ("writing",)),
    View("snoozed", "Snoozed", ("snoozed",)),
)
ENDED = (
    View("done", "Decided and written", ("done",), is_counted=False),
    View("closed", "Closed", ("closed",), is_counted=False),
)
_BY_NAME = {view.name: view for view in (*VIEWS, *ENDED)}
SORT_WORDS = {"priority": "Priority", "amount": "Amount", "deadline": "Deadline", "newest": "Newest"}


@dataclass(frozen=True, slots=True)
class ListState:
    """A list as its address says."""

    view: View = VIEWS[0]
    kinds: tuple[str, ...] = ()
    sort: str = "priority"
    text: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, query: str) -> ListState:
        """Read from an address's query; what is unknown counts as not said."""
        said = parse_qs(query, max_num_fields=40)

        def one(name: str, most: int) -> str:
            return said.get(name, [""])[0][:most].replace("\x00", "")

        sort = one("sort", 20)
        kinds = tuple(k for k in dict.fromkeys(said.get("kind", [])) if k in set(Kind))
        return cls(
            _BY_NAME.get(one("view", 30), VIEWS[0]), kinds, sort if sort in SORTS else "priority",
            one("q", 200).strip(), one("cursor", 400),
        )  # fmt: skip

    @property
    def filter(self) -> Filter:
        """What the list holds: the view's cases, narrowed by kinds and text."""
        return Filter(
            states=self.view.states, kinds=self.view.kinds or self.kinds, text=self.text, at_least=self.view.at_least
        )

    @property
    def unnarrowed(self) -> Filter:
        """The same without the kinds chosen: what their counts are counted in."""
        return replace(self, kinds=()).filter

    @property
    def query(self) -> str:
        """As the query of an address; defaults are left out."""
        said: list[tuple[str, str]] = []
        if self.view is not VIEWS[0]:
            said.append(("view", self.view.name))
        said += [("kind", kind) for kind in self.kinds]
        if self.sort != "priority":
            said.append(("sort", self.sort))
        said += [(name, value) for name, value in (("q", self.text), ("cursor", self.cursor)) if value]
        return urlencode(said)

    def address(self, base: str = "/inbox") -> str:
        return f"{base}?{self.query}" if self.query else base

    def in_view(self, view: View) -> str:
        return ListState(view=view, sort=self.sort).address()

    def sorted_by(self, sort: str) -> str:
        return replace(self, sort=sort, cursor="").address()

    def toggled(self, kind: str) -> str:
        kinds = tuple(k for k in self.kinds if k != kind) if kind in self.kinds else (*self.kinds, kind)
        return replace(self, kinds=kinds, cursor="").address()

    def at(self, cursor: str) -> str:
        return replace(self, cursor=cursor).address()

    def case(self, case_id: int) -> str:
        """The address of a case that remembers this list."""
        return replace(self, cursor="").address(f"/cases/{case_id}")
