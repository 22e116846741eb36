"""Mail that no person wrote: absence notices, returned mail, receipts, our own mail come back; and what it is about.

Told from headers and from the parts of a report, never from the wording alone: RFC 3834 (automatic responses), RFC 3464
(delivery reports), RFC 8098 (read receipts). What stands here keeps software from answering software. It lowers
nothing: a suspicious mail that calls itself an absence notice is as suspicious as any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from app.documents.reading import Mail, Reading


class Sort(StrEnum):
    """What kind of automatic mail."""

    REPLY = "reply"
    """Sent by itself in answer to something: an absence notice, "we have received your request"."""
    BOUNCE = "bounce"
    """A mail could not be delivered, for good."""
    DELAYED = "delayed"
    """A mail was not delivered yet; the server goes on trying."""
    RECEIPT = "receipt"
    """A mail was delivered, or opened."""
    OWN = "own"
    """A mail of ours that came back to us."""
    GENERATED = "generated"
    """Made by a system, about something new: a portal's order, a reminder. Such mail is a matter like any other."""
    BULK = "bulk"
    """Sent to many: a list, a circular."""


QUIET = frozenset({Sort.REPLY, Sort.BOUNCE, Sort.DELAYED, Sort.RECEIPT, Sort.OWN})
"""Sorts that say nothing which a person meant to say to us."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The addresses that we receive and send mail at, in lower case, and whether we gave a Message-ID (told by its
    signature: see app/mailboxes/thread_token.py)."""

    addresses: frozenset[str] = frozenset()
    gave: Callable[[str], bool] = field(default=lambda message_id: False)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a server says of one recipient. `action` is failed, delayed, delivered, relayed or expanded; `status` the
    enhanced status code (5.1.1), empty where there is none; `says` the server's own words on one line."""

    recipient: str
    action: str
    status: str
    says: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """An automatic mail: its sort, by what it was known, the Message-IDs of what it answers or returns (the surest
    first), and of a delivery report what it says of each recipient."""

    sort: Sort
    because: str
    answers: tuple[str, ...] = ()
    deliveries: tuple[Delivery, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether it says nothing that a person meant to say to us: it wakes no case, opens none again, and answers
        no question."""
        return self.sort in QUIET


_MOST_RECIPIENTS = 50
_LONGEST_SAYS = 300
_ID = re.compile(r"<[^<>\s]{3,500}>")
_SUBJECT = re.compile(
    r"^\s*(?:\W{0,3})(?:automatic reply|auto(?:matic)?[- ]?re(?:ply|sponse|spond)|auto:|out of (?:the )?office|ooo\b"
    r"|abwesenheits\w*|automatische antwort|nicht im (?:büro|haus)|réponse automatique|absen(?:ce|t) du bureau"
    r"|respuesta autom[aá]tica|risposta automatica|resposta autom[aá]tica|automatisch antwoord|afwezig\w*"
    r"|automatyczna odpowied[zź]|autosvar|automaattinen vastaus)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"^(?:.*[._+-])?(?:no-?_?reply|do-?not-?reply|noreply\w*|nicht-?antworten|ne-?pas-?repondre|no-?responder"
    r"|nao-?responda|non-?rispondere|niet-?beantwoorden|nie-?odpowiadaj|mailer-?daemon|postmaster|bounces?)(?:[._+=-].*)?$"
)
_DAEMON = re.compile(r"^(?:mailer-?daemon|postmaster|mail(?:-| )?delivery.*|maildelivery.*)$")
_REPORT = re.compile(
    r"^(?:reporting-mta|final-recipient|original-recipient|reporting-ua)\s*:", re.IGNORECASE | re.MULTILINE
)
_CODE = re.compile(r"\b([45]\d\d)[ -](?:#?([45]\.\d{1,3}\.\d{1,3}))?")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_KEYWORD = re.compile(r"[a-z0-9-]{1,40}")
_ADDRESS = re.compile(r"[^\s<>\"(),;:@]{1,64}@[^\s<>\"(),;:@]{1,255}")


def automatic(reading: Reading, ours: Ours | None = None) -> Automatic | None:
    """What kind of automatic mail this is; None for a person's mail, and for what is no mail at all."""
    mail = reading.mail
    if mail is None:
        return None
    ours = ours or Ours()
    if _is_own(mail, ours):
        return Automatic(Sort.OWN, "It bears our address and a Message-ID of ours.", (mail.message_id,))
    if (report := _report(reading, mail)) is not None:
        return report
    return _answer(mail, ours) or _made_by_a_system(mail)


def takes_no_reply(reading: Reading, ours: Ours | None = None) -> str:
    """Why nothing is written back to whoever sent this, in a sentence; empty where an answer may be written.

    An answer to software is read by nobody, or is answered by software in turn.
    """
    mail = reading.mail
    if mail is None:
        return ""
    found = automatic(reading, ours)
    if found is not None and found.is_quiet:
        return "It was sent by software, not by a person."
    if _has_null_return_path(mail):
        return "Its sender takes no mail back (empty Return-Path)."
    target = mail.reply_to.email if mail.reply_to and mail.reply_to.email else mail.sender.email
    if not target:
        return "It names no address to answer to."
    if ours is not None and target.casefold() in ours.addresses:
        return f"An answer would go to our own address {target}."
    if _ROBOT.match(target.partition("@")[0].casefold()):
        return f"Nobody reads what is sent to {target}."
    return ""


def _is_own(mail: Mail, ours: Ours) -> bool:
    """By address and Message-ID: one who had a mail of ours can write its Message-ID. X-Loop and the like say nothing:
    whoever forwards a customer's mail to us sets them too."""
    is_from_us = mail.sender.email.casefold() in ours.addresses
    return is_from_us and bool(mail.message_id) and ours.gave(mail.message_id)


def _answer(mail: Mail, ours: Ours) -> Automatic | None:
    """An automatic response, as its headers say."""
    about = tuple(_said_ids(mail))
    submitted = _submitted(mail)
    if submitted == "auto-replied":
        return Automatic(Sort.REPLY, "Auto-Submitted: auto-replied", about)
    for name in ("x-autoreply", "x-auto-reply", "x-autorespond", "x-autoresponder", "x-autoreply-from"):
        value = mail.header(name)
        if value and value.casefold() not in ("no", "false", "0"):
            return Automatic(Sort.REPLY, f"{name.title()}: {value[:60]}", about)
    if "auto_reply" in mail.header("precedence").casefold().replace("-", "_"):
        return Automatic(Sort.REPLY, "Precedence: auto_reply", about)
    is_titled = bool(_SUBJECT.match(mail.subject))
    suppressed = mail.header("x-auto-response-suppress")
    is_generated = submitted.startswith("auto-") or bool(suppressed)
    if is_titled and is_generated:
        how = f"Auto-Submitted: {submitted}" if submitted else f"X-Auto-Response-Suppress: {suppressed[:60]}"
        return Automatic(Sort.REPLY, f"{how}, and its subject", about)
    if is_titled and (about or _has_null_return_path(mail)):
        return Automatic(Sort.REPLY, "Its subject, and that it answers a mail", about)
    if (is_generated or _has_null_return_path(mail)) and any(ours.gave(one) for one in about):
        return Automatic(Sort.REPLY, "It was made by software and answers a mail of ours", about)
    return None


def _made_by_a_system(mail: Mail) -> Automatic | None:
    submitted = _submitted(mail)
    if submitted.startswith("auto-"):
        return Automatic(Sort.GENERATED, f"Auto-Submitted: {submitted[:60]}")
    precedence = mail.header("precedence").casefold().strip()
    if precedence in ("bulk", "list", "junk"):
        return Automatic(Sort.BULK, f"Precedence: {precedence}")
    if mail.header("list-id") or mail.header("list-unsubscribe"):
        return Automatic(Sort.BULK, "It came through a list")
    if _has_null_return_path(mail):
        return Automatic(Sort.GENERATED, "Its Return-Path is empty")
    return None


def _report(reading: Reading, mail: Mail) -> Automatic | None:
    """A report of the mail system: on a delivery, or that a mail was opened."""
    declared = re.sub(r"[\s\"]", "", mail.header("content-type")).casefold()
    failed = mail.header("x-failed-recipients")
    is_report = "report-type=delivery-status" in declared
    is_daemon = bool(_DAEMON.match(mail.sender.email.partition("@")[0].casefold()))
    if "report-type=disposition-notification" in declared:
        return Automatic(Sort.RECEIPT, "It is a read receipt (multipart/report)", tuple(_returned_ids(reading, mail)))
    if not (is_report or failed or (is_daemon and _says_failure(reading))):
        return None
    how = "It is a delivery report (multipart/report)" if is_report else "Mailer-Daemon" if is_daemon else ""
    deliveries = tuple(_deliveries(reading)) or tuple(_told_deliveries(reading, failed))
    return Automatic(
        _sort_of(deliveries), how or "X-Failed-Recipients", tuple(_returned_ids(reading, mail)), deliveries
    )


def _sort_of(deliveries: tuple[Delivery, ...]) -> Sort:
    """One recipient who was not reached makes it a bounce; a report that names nobody counts as one too."""
    actions = {one.action for one in deliveries}
    if not actions or "failed" in actions:
        return Sort.BOUNCE
    return Sort.DELAYED if "delayed" in actions else Sort.RECEIPT


def _says_failure(reading: Reading) -> bool:
    text = reading.text[:20_000]
    return bool(_CODE.search(text) or _STATUS.search(text) or _reports(reading))


def _reports(reading: Reading) -> list[str]:
    """The texts of message/delivery-status and message/disposition-notification parts."""
    return [
        part.text[:100_000] for part in reading.attachments if part.mail is None and _REPORT.search(part.text[:4_000])
    ]


def _deliveries(reading: Reading) -> Iterator[Delivery]:
    for text in _reports(reading):
        yield from _of_report(_unfolded(text))


def _of_report(lines: list[tuple[str, str]]) -> Iterator[Delivery]:
    """One for each group of lines that names a recipient (RFC 3464, 2.3)."""
    groups: list[dict[str, str]] = []
    for name, value in lines:
        starts = name in ("final-recipient", "original-recipient")
        if starts and (not groups or name in groups[-1] or "action" in groups[-1] or "status" in groups[-1]):
            groups.append({})
        if groups:
            groups[-1].setdefault(name, value)
    for group in groups[:_MOST_RECIPIENTS]:
        said = group.get("diagnostic-code", "") or group.get("status", "")
        coded = _STATUS.search(group.get("status", "")) or _STATUS.search(said)
        status = coded.group() if coded else ""
        action = group.get("action", "").split()[0].casefold() if group.get("action", "").split() else ""
        if action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
            action = {"4": "delayed", "2": "delivered"}.get(status[:1], "failed")
        recipient = _recipient(group.get("original-recipient", "")) or _recipient(group.get("final-recipient", ""))
        yield Delivery(recipient, action, status, _one_line(said.partition(";")[2] or said))


def _told_deliveries(reading: Reading, failed: str) -> Iterator[Delivery]:
    """What a server says in words alone, where it sends no report."""
    text = reading.text[:20_000]
    coded = _CODE.search(text)
    says = _one_line(text[coded.start() : coded.start() + 2 * _LONGEST_SAYS].partition("\n\n")[0]) if coded else ""
    status = (coded[2] or "") if coded else ""
    action = "delayed" if coded and coded[1].startswith("4") and not failed else "failed"
    for address in _ADDRESS.findall(failed)[:_MOST_RECIPIENTS]:
        yield Delivery(address.casefold(), action, status, says)
    if not failed and coded:
        yield Delivery("", action, status, says)


def _recipient(value: str) -> str:
    """ "rfc822; name@house" as an address."""
    found = _ADDRESS.search(value.partition(";")[2] or value)
    return found.group().casefold() if found else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_SAYS]


def _unfolded(text: str) -> list[tuple[str, str]]:
    """Header lines as (lower-case name, value), continued lines joined."""
    out: list[tuple[str, str]] = []
    for line in text.replace("\r\n", "\n").split("\n")[:2_000]:
        if line[:1] in (" ", "\t") and out:
            name, value = out[-1]
            out[-1] = (name, f"{value} {line.strip()}"[:4_000])
            continue
        name, colon, value = line.partition(":")
        if colon and re.fullmatch(r"[!-9;-~]{1,70}", name.strip()):
            out.append((name.strip().casefold(), value.strip()[:4_000]))
    return out


def _returned_ids(reading: Reading, mail: Mail) -> Iterator[str]:
    """Message-IDs of the mail that a report is about: of the mail it returns, as it states, and as it refers to."""
    seen: set[str] = set()
    found = [part.mail.message_id for part in reading.attachments if part.mail is not None]
    for text in [*_reports(reading), *(part.text[:100_000] for part in reading.attachments if part.mail is None)]:
        found += [
            value for name, value in _unfolded(text)
            if name in ("original-message-id", "x-original-message-id", "message-id")
        ]  # fmt: skip
    found += [value for name, value in _unfolded(reading.text[:100_000]) if name == "message-id"]
    found += [*_said_ids(mail)]
    for one in found:
        match = _ID.search(one)
        if match and match.group() not in seen and match.group() != mail.message_id:
            seen.add(match.group())
            yield match.group()


def _said_ids(mail: Mail) -> Iterator[str]:
    """What a mail says it answers: In-Reply-To, then References from the newest."""
    told = [*_ID.findall(mail.in_reply_to), *reversed(mail.references)]
    yield from dict.fromkeys(one for one in told if one != mail.message_id)


def _submitted(mail: Mail) -> str:
    """The keyword of Auto-Submitted, without its comments and parameters."""
    found = _KEYWORD.match(mail.header("auto-submitted").casefold())
    return found.group() if found else ""


def _has_null_return_path(mail: Mail) -> bool:
    return any(name == "return-path" and value.replace(" ", "") == "<>" for name, value in mail.headers)
