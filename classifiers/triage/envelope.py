"""What a message's envelope and make-up say before a word is read: who writes, by which system, with what attached.

All values are between 0 and 1. Nothing here knows a firm or a customer by name: our own side is the recipients' domain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.documents.order import Order, OrderFunction
from app.documents.reading import Mail, Reading
from app.firm import Firm
from classifiers.triage.papers import kind_of, order_documents
from classifiers.triage.passages import Passage

Say = Callable[[str, object], None]

_ROBOT = re.compile(
    r"no-?_?reply|do-?not-?reply|nicht-?antworten|ne-?pas-?repondre|no-?responder|nao-?responda|non-?rispondere|niet-?beantwoorden"
    r"|nie-?odpowiadaj|notif|mailer|daemon|postmaster|^system|odoo|^erp|^bot\b|robot|automat|alert|workflow|^edi\b|control|monitor|cron"
)
_DAEMON = re.compile(r"mailer-?daemon|postmaster|mail ?delivery|maildelivery|bounce")
_REPLY = re.compile(r"^\s*(?:re|aw|antw|sv|odp|rif|r|res|betr|ref)\s*:", re.IGNORECASE)
_FORWARD = re.compile(r"^\s*(?:(?:re|aw)\s*:\s*)*(?:fwd?|wg|tr|rv|i|enc|doorst|pd|vs|reenv|inoltro)\s*:", re.IGNORECASE)
_FREE_MAIL = re.compile(
    r"^(?:gmail|googlemail|outlook|hotmail|live|yahoo|gmx|web|aol|icloud|proton|protonmail|mail|freenet|orange|wanadoo|free|libero|wp|onet|interia|ziggo|kpnmail|sapo)\."
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_MONEY = re.compile(r"[€$£]|\b(?:EUR|USD|GBP|CHF|PLN|zł)\b")
_AMOUNT = re.compile(r"\b\d{1,3}(?:[., ']\d{3})*[.,]\d{2}\b")
_REFERENCE = re.compile(r"\b[A-Z]{1,8}[-/ ]?\d{2,4}[-/]\d{2,8}\b|\b\d{6,12}\b")
_ORDER_REASON = {
    OrderFunction.NEW: "new_po",
    OrderFunction.CHANGE: "po_change",
    OrderFunction.CANCELLATION: "po_cancellation",
}
_MACRO = (".html", ".htm", ".xlsm", ".docm", ".exe", ".js", ".iso", ".lnk", ".hta", ".vbs")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Named signals of a message, each between 0 and 1."""

    signals: dict[str, float]
    order_reasons: tuple[str, ...] = ()
    """What the order documents in the message would make of it: new_po, po_change, po_cancellation."""

    def __getitem__(self, name: str) -> float:
        return self.signals.get(name, 0.0)


def is_own_staff(mail: Mail, firm: Firm | None = None) -> bool:
    """Whether the sender writes from inside: from the firm's domains, or to nobody but the sender's own house."""
    sender = mail.sender.domain
    if not sender:
        return False
    if firm and firm.domains:
        return any(_same_house(sender, domain) for domain in firm.domains)
    return bool(mail.to) and all(_same_house(sender, address.domain) for address in mail.to)


def _same_house(left: str, right: str) -> bool:
    return left == right or left.endswith("." + right) or right.endswith("." + left)


def _looks_like(left: str, right: str) -> bool:
    """A domain made to be mistaken for another: the same name elsewhere, a letter away, or inside a longer name."""
    if not left or not right or _same_house(left, right):
        return False
    a, b = left.rpartition(".")[0] or left, right.rpartition(".")[0] or right
    a, b = a.rpartition(".")[2], b.rpartition(".")[2]
    if len(b) < 5:
        return False
    from rapidfuzz.distance import DamerauLevenshtein

    return (
        a == b
        or b in a.replace("-", "")
        or DamerauLevenshtein.distance(a, b, score_cutoff=2) <= (1 if len(b) < 8 else 2)
    )


def envelope(
    reading: Reading, found: tuple[Passage, ...], firm: Firm | None = None, orders: Mapping[str, Order] | None = None
) -> Envelope:
    """The signals of a message. A document without a mail around it has those of its content alone."""
    signals: dict[str, float] = {}
    new = " ".join(p.text for p in found if p.zone == "new")
    subject = " ".join(p.text for p in found if p.zone == "subject")
    quoted = sum(len(p.text) for p in found if p.zone == "quoted")
    own_words = f"{subject} {new}"

    def say(name: str, value: object) -> None:  # a match, a truth, or a number up to 1
        if value:
            signals[name] = value if isinstance(value, float) else 1.0

    mail = reading.mail
    say("no_mail", mail is None)
    if mail is not None:
        _say_sender(mail, reading, firm, say)
    passes_on = any(p.zone == "forwarded" for p in found)
    say("inside_own_words", (signals.get("own_staff") or signals.get("own_system")) and not passes_on)
    words = len(new.split())
    say("no_new_text", words < 3)
    say("short_new_text", words < 25)
    say("long_new_text", min(words / 200, 1.0))
    say("has_quoted", quoted > 20)
    say("mostly_quoted", quoted > 3 * len(new) and quoted > 100)
    say("question", "?" in own_words)
    say("iban", _IBAN.search(own_words))
    say("link", _LINK.search(own_words))
    say("money", _MONEY.search(own_words))
    say("amounts", min(len(_AMOUNT.findall(own_words)) / 6, 1.0))
    say("references", min(len(_REFERENCE.findall(own_words)) / 6, 1.0))
    _say_attachments(reading, say)
    documents = order_documents(reading, orders or {})
    for path, order in documents.items():
        say(f"order_{order.function}", True)
        say("order_pasted" if reading.path == path else "order_attached", True)
    return Envelope(signals, tuple(sorted({_ORDER_REASON[order.function] for order in documents.values()})))


def _say_sender(mail: Mail, reading: Reading, firm: Firm | None, say: Say) -> None:
    sender, own = mail.sender, is_own_staff(mail, firm)
    local = sender.email.partition("@")[0].casefold()
    robot = bool(_ROBOT.search(local))
    automatic = mail.header("auto-submitted").casefold()
    daemon = bool(_DAEMON.search(local) or _DAEMON.search(sender.name.casefold()))
    report = "report-type=delivery-status" in mail.header("content-type").replace(" ", "").replace('"', "").casefold()
    say("own_staff", own and not robot and not daemon)
    say("own_system", own and robot and not daemon)
    say("outside", not own)
    say("robot", robot)
    say("daemon", daemon)
    say("delivery_report", report or bool(mail.header("x-failed-recipients")))
    say(
        "auto_replied",
        automatic.startswith("auto-replied")
        or bool(mail.header("x-autoreply"))
        or "auto_reply" in mail.header("precedence"),
    )
    say("auto_generated", automatic.startswith("auto-generated"))
    say("bulk", mail.header("precedence").casefold() in ("bulk", "list", "junk"))
    say("list_unsubscribe", bool(mail.header("list-unsubscribe")))
    say("reply", bool(_REPLY.search(mail.subject)) or bool(mail.in_reply_to))
    say("forward", bool(_FORWARD.search(mail.subject)))
    say("free_mail", bool(_FREE_MAIL.search(sender.domain)))
    reply_to = mail.reply_to
    say(
        "reply_elsewhere",
        reply_to is not None and bool(reply_to.domain) and not _same_house(reply_to.domain, sender.domain),
    )
    say("look_alike", any(_looks_like(sender.domain, a.domain) for a in mail.to))
    say("many_recipients", len(mail.to) + len(mail.cc) > 3)


def _say_attachments(reading: Reading, say: Say) -> None:
    parts = [p for p in reading.walk() if p is not reading]
    say("attachments", bool(parts))
    for form in ("pdf", "sheet", "word", "image", "mail", "xml"):
        say(f"with_{form}", any(p.form == form for p in parts))
    say("dangerous_attachment", any(p.name.casefold().endswith(_MACRO) for p in parts))
    for part in parts:
        if kind := kind_of(part):
            say(f"paper_{kind}", True)
    answers = [p.invoice_answer for p in reading.walk() if p.invoice_answer is not None]
    say("invoice_answer", bool(answers))
