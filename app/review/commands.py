"""The one table of commands: keys, help and palette are made from it, in the reader's language.

The script finds what a command does here too: `press` clicks the first visible element of a selector, `focus` puts the
cursor there, `go` opens an address, `call` runs a function of the script's own (static/commands.js).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.review.areas import ROLES, navigation
from app.review.languages import N_, _

MOVE, DECIDE, GO = N_("Move"), N_("Decide"), N_("Go to")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its keys in order (none: palette only), its words, and on which pages it holds (none named: all)."""

    id: str
    keys: tuple[str, ...]
    group: str
    label: str
    does: str
    target: str
    pages: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Further keys that do the same to the second, third and so on."""
    area: str = ""
    """The area (app/review/areas.py) that must be open to the person."""


_LISTS = ("inbox", "narratives")
_CASE = ("case",)
_BOTH = ("inbox", "case")


def _named(name: str, *others: str) -> str:
    return ", ".join((f'[data-command~="{name}"]', *others))


COMMANDS = (
    Command("next", ("j",), MOVE, N_("Next case"), "call", "next", (*_LISTS, "case")),
    Command("previous", ("k",), MOVE, N_("Previous case"), "call", "previous", (*_LISTS, "case")),
    Command("open", ("Enter",), MOVE, N_("Open the case"), "call", "open", ("inbox",)),
    Command("back", ("u",), MOVE, N_("Back to the list"), "press", "[data-back]", _CASE),
    Command("select", ("x",), MOVE, N_("Select or unselect the case"), "call", "select", ("inbox",)),
    Command("new", ("n",), MOVE, N_("Show new cases"), "press", "#show-new", ("inbox",)),
    Command("confirm", ("c",), DECIDE, N_("Confirm what is proposed"), "call", "confirm", (*_LISTS, "case")),
    Command("edit", ("e",), DECIDE, N_("Edit: go to the first field"), "call", "edit", (*_LISTS, "case")),
    Command("reject", ("r",), DECIDE, N_("Reject, with a reason"), "press",
            _named("reject", '[data-key="r"]', ".decide .others > summary"), _CASE),
    Command("snooze", ("s",), DECIDE, N_("Snooze"), "call", "snooze", _BOTH),
    Command("assign", ("a",), DECIDE, N_("Assign"), "call", "assign", _BOTH),
    Command("ask", ("p",), DECIDE, N_("Ask the project manager"), "press", _named("ask", '[data-key="p"]'), _CASE),
    Command("steps", ("1",), DECIDE, N_("Tick the first step; 2 and 3 for the others"), "call", "step", _CASE,
            ("2", "3", "4", "5", "6", "7", "8", "9")),
    Command("undo", ("z",), DECIDE, N_("Undo, while the bar is shown"), "press", "#undo button"),
    Command("more", (), DECIDE, N_("More for this case: split, merge, mark as fraud"), "press",
            _named("more", 'a[href*="/more"]'), _CASE),
    Command("search", ("/",), GO, N_("Search"), "focus", "#search"),
    Command("palette", ("Ctrl+k",), GO, N_("Command palette"), "call", "palette"),
    Command("help", ("?",), GO, N_("Keyboard help"), "press", "#keyboard-help"),
    Command("go-inbox", ("g", "i"), GO, N_("Inbox"), "go", "/inbox"),
    Command("go-narratives", ("g", "n"), GO, N_("Narratives"), "go", "/narratives", area="narratives"),
    Command("go-dashboards", ("g", "d"), GO, N_("Dashboards"), "go", "/dashboards", area="dashboards"),
    Command("go-approval", ("g", "a"), GO, N_("Needs approval"), "go", "/inbox?view=needs_approval"),
    Command("go-stale", ("g", "s"), GO, N_("Stale cases"), "go", "/inbox?view=stale"),
    Command("theme", (), GO, N_("Switch between light and dark"), "press", "#theme"),
    Command("go-policy", (), GO, N_("Policy"), "go", "/policy", area="policy"),
    Command("go-mail", (), GO, N_("Mail to me"), "go", "/settings/mail"),
    Command("go-people", (), GO, N_("People"), "go", "/settings/people", area="administration"),
    Command("go-api-keys", (), GO, N_("API keys"), "go", "/settings/keys", area="administration"),
    Command("go-mailboxes", (), GO, N_("Mailboxes"), "go", "/settings/mailboxes", area="administration"),
    Command("go-odoo", (), GO, N_("Odoo connection"), "go", "/settings/odoo", area="administration"),
    Command("go-webhooks", (), GO, N_("Webhooks"), "go", "/settings/webhooks", area="administration"),
    Command("go-failures", (), GO, N_("Failed steps"), "go", "/settings/failures", area="failures"),
    Command("go-health", (), GO, N_("System health"), "go", "/system"),
    Command("go-tour", (), GO, N_("Guided tour"), "go", "/tour"),
    Command("print", (), GO, N_("Print this page"), "call", "print"),
)  # fmt: skip

SAYINGS = {
    "place": N_("Place {n} of {m}"),
    "matches": N_("Matches: {n}"),
    "selected": N_("Selected: {n}"),
    "filled": N_("Filled with {text}"),
    "changed": N_("You changed this. It was: {text}"),
    "nothing": N_("not stated"),
    "zoom": N_("{n} percent"),
    "confirm_in_list": N_("Open the case to confirm it. A decision about money is made on its own."),
    "not_yet": N_("Not possible yet"),
    "undo_hint": N_("{text} Press z to undo."),
    "back_online": N_("The connection is back."),
    "fragment_failed": N_("This part could not be loaded. The rest of the page goes on working; try again."),
    "cancel": N_("Cancel"),
    "close": N_("Close"),
}
"""What the script says by itself; values stand in braces."""


def commands(roles: Iterable[str], on: str = "") -> tuple[Command, ...]:
    """The commands of a page for somebody with these roles; without a page, all."""
    held = set(roles)
    fixed = [
        c for c in COMMANDS if (not on or not c.pages or on in c.pages) and (not c.area or held & set(ROLES[c.area]))
    ]
    there = {c.target for c in fixed}
    entries = (
        Command(f"go{entry.address.replace('/', '-')}", (), GO, entry.label, "go", entry.address)
        for entry in navigation(held)
        if entry.address not in there
    )
    return (*fixed, *entries)


def table(roles: Iterable[str], on: str) -> dict[str, Any]:
    """What the script needs on a page: commands that hold there, and its sentences, translated."""
    return {
        "commands": [
            {
                "id": c.id, "keys": c.keys, "group": _(c.group), "label": _(c.label), "does": c.does,
                "target": c.target, "also": c.also,
            }
            for c in commands(roles, on)
        ],
        "says": {name: _(sentence) for name, sentence in SAYINGS.items()},
    }  # fmt: skip


def grouped(roles: Iterable[str], on: str) -> list[tuple[str, list[Command]]]:
    """The commands that have keys, by group, for the help."""
    with_keys = [c for c in commands(roles, on) if c.keys]
    order = [MOVE, DECIDE, GO]
    with_keys.sort(key=lambda c: order.index(c.group))
    return [(group, list(held)) for group, held in groupby(with_keys, key=lambda c: c.group)]


def caps(command: Command) -> list[str]:
    """The keys as they are written on key caps."""
    return [key.replace("Ctrl+k", "Ctrl K") for key in command.keys]
