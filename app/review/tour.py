"""The guided tour: five stops from the inbox through a dispute, an order and a fraud to what was decided.

Where somebody is in it stands in a cookie; the strip on top of the page says what to look at and where to go next.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from app.review.languages import N_

COOKIE = "countersign_tour"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: its `number`, what it is about, and what to look at there. `kind` is that of the case it opens."""

    number: int
    title: str
    says: str
    kind: str = ""

    @property
    def of(self) -> int:
        """How many stops there are."""
        return len(STOPS)


STOPS = (
    Stop(
        1, N_("The inbox"),
        N_("Each row is a case that waits for a person: what it is about, the customer, the amount at stake, and by "
           "when to answer. The most pressing case stands on top. Open one with Enter, or with a click."),
    ),
    Stop(
        2, N_("A dispute"),
        N_("Left is what the customer wrote, in the middle what we found with the arithmetic laid out, right what to "
           "do. Words on yellow are evidence: point at a field and its place in the source lights. Nothing changes in "
           "Odoo until you confirm, and you can take a confirmation back while the bar at the bottom runs."),
        "dispute",
    ),
    Stop(
        3, N_("An order"),
        N_("A purchase order was read line by line and compared with what was quoted. Solid frames are what a person "
           "decided, dashed ones what software read. Correct a field, and it says what it was before."),
        "customer_po",
    ),
    Stop(
        4, N_("A fraud attempt"),
        N_("Somebody asks for another bank account. There is no reply box here and no step that moves money: call the "
           "customer back on the number that Odoo has, and tick the checklist. Only then can the case be closed."),
        "security_alert",
    ),
    Stop(
        5, N_("What was decided"),
        N_("Every step of every case is kept: who did it, when, on which evidence and under which rule. It stands in "
           "the history of the case, at the end of what is to do, and decided cases have a view of their own in the "
           "inbox."),
    ),
)  # fmt: skip


def stop_of(request: Request) -> Stop | None:
    """Where this person is in the tour, as their cookie says."""
    value = request.cookies.get(COOKIE, "")
    return STOPS[int(value) - 1] if value in {str(stop.number) for stop in STOPS} else None
