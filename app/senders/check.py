"""Whether a mail comes from whom it says: its signatures, its server's findings, and how its names look. Pure but for
the name service it is given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesHeaderParser

from app.documents.mail_headers import addresses
from app.documents.reading import Mail
from app.firm import FREE_MAIL
from app.senders.checked import CODES, Checked, Sign
from app.senders.domains import Alike, alike, as_read, has_mixed_letters, house, registered
from app.senders.name_service import Lookup
from app.senders.server_results import ServerResults, server_results
from app.senders.signature import Signature, signatures

ENOUGH = 3
"""Signed mails of a house after which an unsigned one is odd."""
OLD = timedelta(days=7)
"""A mail that took so long to arrive is an old one that is read late: keys are changed and withdrawn meanwhile."""
LONGEST_FACT = 200
_HEAD = 256 * 1024
_TRAVELLED = ("list-id", "list-post", "resent-from", "x-forwarded-to", "x-forwarded-for", "x-google-group-id")
"""Headers of lists and forwarders, which change what they pass on."""
_TITLES = frozenset({
    "ceo", "cfo", "coo", "cto", "president", "director", "managing", "manager", "chief", "executive", "officer", "mr",
    "mrs", "ms", "dr", "prof", "herr", "frau", "geschaftsfuhrer", "geschaftsfuhrerin", "monsieur", "madame", "dg",
    "directeur", "directrice", "senor", "senora", "sir", "via",
})  # fmt: skip
"""Words beside a person's name that change nothing about whose it is."""
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier mails of the same house say: whether there were any, whether a person has settled a case of it
    (asked only where its names resemble somebody's), and how many of its latest mails were signed and not."""

    came_before: bool = False
    is_settled: bool = False
    signed: int = 0
    unsigned: int = 0


@dataclass(frozen=True, slots=True)
class Around:
    """What is known where the mail arrived.

    `customers` are registered domains of customers with the customer's name; `ours` our own; `people` the names of our
    people as `name_key` writes them. `trusted` is the server whose results are believed (empty: none). `as_sent`:
    it came straight from a mailbox whose server hands it on byte for byte, so that nothing has written it anew.
    `arrived_at` is aware.
    """

    arrived_at: datetime
    customers: Mapping[str, str] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    before: Before = Before()
    reply_is_known: bool = False
    """Whether answers would go to a house that a person has settled a case of."""
    trusted: str = ""
    as_sent: bool = False


def check(mail: Mail, content: bytes | None, around: Around, lookup: Lookup) -> Checked:
    """Check the sender of a mail. `content` are its raw bytes, None where signatures cannot be checked: they are not
    the bytes that were sent (Outlook's own files), or too many."""
    domain = mail.sender.domain
    whose = house(mail.sender.email) if domain else ""
    if not domain:
        return Checked("", (_sign("no_sender"),))
    found: list[Sign] = []
    seals: tuple[Signature, ...] | None = None
    if content is not None:
        if (others := _several_senders(content)) is not None:
            found.append(_sign("several_senders", addresses=others))
        seals = signatures(content, lookup, at=around.arrived_at)
    said = server_results(mail.headers, trusted=around.trusted, sender_domain=domain)
    is_signed = any(s.outcome == "good" and registered(s.domain) == registered(domain) for s in seals or ())
    found += _authenticity(mail, seals, said, around, is_signed=is_signed)
    found += _names(mail, around, is_confirmed=any(s.level == "confirmed" for s in found))
    if registered(domain) not in around.ours:
        found += _answers(mail, around)
        if not around.before.came_before and registered(domain) not in around.customers:
            found.append(_sign("first_contact", house=whose))
    found.sort(key=lambda s: CODES.index(s.code))
    return Checked(whose, tuple(found), is_signed=is_signed)


def name_key(name: str) -> str:
    """A person's name by which it is known again: its words without accents, in one order; empty for a single word."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    words = [word for word in re.findall(r"[^\W\d_]{2,}", bare) if word not in _TITLES]
    return " ".join(sorted(words)) if len(words) > 1 else ""


def _sign(code: str, **facts: str) -> Sign:
    return Sign(code, {name: " ".join(value.split())[:LONGEST_FACT] for name, value in facts.items()})


def _several_senders(content: bytes) -> str | None:
    """The addresses of a mail that names several senders of different houses; None for an ordinary one."""
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(content[:_HEAD].lstrip(b"\r\n\t "))
    lines = head.get_all("from") or []
    found = [a for line in lines for a in addresses(line) if a.email]
    houses = {house(a.email) for a in found}
    return ", ".join(a.email for a in found[:5]) if len(houses) > 1 else None


def _authenticity(
    mail: Mail, seals: Sequence[Signature] | None, said: ServerResults, around: Around, *, is_signed: bool
) -> list[Sign]:
    """What signatures (None: they cannot be checked) and the server say of the sender's own house."""
    domain = mail.sender.domain
    own = [s for s in seals or () if registered(s.domain) == registered(domain)]
    others = [s.domain for s in seals or () if s.outcome == "good" and s not in own]
    travelled = not around.as_sent or any(mail.header(name) for name in _TRAVELLED)
    is_answered_for = is_signed or bool(said.passed)
    found: list[Sign] = []
    if is_signed:
        found.append(_sign("signed", domain=next(s.domain for s in own if s.outcome == "good")))
    if said.passed:
        how = next(m for m in ("dmarc", "dkim", "spf") if m in said.passed)
        found.append(_sign("confirmed_by_server", domain=domain, server=said.server, how=how.upper()))
    speaks_against = [
        m for m in said.refused
        if not is_signed and (m == "dmarc" or (not said.passed and not travelled))
    ]  # fmt: skip
    if speaks_against:
        found.append(_sign("server_says_no", domain=domain, server=said.server, how=speaks_against[0].upper()))
    if is_answered_for:
        return found
    outcomes = {s.outcome for s in own}
    if seals is None:
        return [*found, _sign("never_checked")]
    if "away" in outcomes:
        found.append(_sign("not_checked", domain=domain))
    elif outcomes & {"broken", "no_key", "unreadable"}:
        found.append(_sign(_broken(outcomes, mail, around, travelled=travelled), domain=domain))
    elif outcomes:
        found.append(_sign("partly_signed", domain=domain))
    elif others:
        found.append(_sign("signed_by_another", domain=domain, by=", ".join(dict.fromkeys(others))))
    elif registered(domain) in around.ours:
        found.append(_sign("own_unconfirmed", domain=domain))
    else:
        found.append(_sign("not_signed", domain=domain))
    is_unlike_before = around.as_sent and around.before.signed >= ENOUGH and not around.before.unsigned
    if is_unlike_before and "away" not in outcomes and all(s.level != "failed" for s in found):
        found.append(_sign("unsigned_this_time", domain=domain, count=str(around.before.signed)))
    return found


def _broken(outcomes: set[str], mail: Mail, around: Around, *, travelled: bool) -> str:
    """What a signature of the sender's own house that does not hold means."""
    if travelled:
        return "changed_on_way"
    is_old = mail.sent_at is not None and around.arrived_at - mail.sent_at > OLD
    return "key_gone" if is_old and "broken" not in outcomes else "broken_signature"


def _names(mail: Mail, around: Around, *, is_confirmed: bool) -> list[Sign]:
    """How the sender's names look: the domain beside those we know, the display name beside the address."""
    domain, name = mail.sender.domain, mail.sender.name
    shown = as_read(domain)
    found: list[Sign] = []
    is_ours = registered(domain) in around.ours
    is_known = is_ours or registered(domain) in around.customers or around.before.is_settled
    if not is_known:
        if (like := alike(domain, sorted(around.ours))) is not None:
            found.append(_looks("looks_like_us", shown, like, around))
        elif (like := alike(domain, sorted(around.customers))) is not None:
            found.append(_looks("looks_like_customer", shown, like, around))
        elif has_mixed_letters(domain):
            found.append(_sign("mixed_letters", domain=shown, written=domain))
    other = _ADDRESS.search(name)
    if other is not None and house(other[0]) != house(mail.sender.email):
        is_list = is_confirmed and any(mail.header(h) for h in ("list-id", "list-post"))
        if not is_list:  # lists write "anna@kunde.example via list" themselves
            found.append(_sign("name_shows_another", shown=other[0], address=mail.sender.email))
    if not is_known and name_key(name) in around.people:
        found.append(_sign("name_of_ours", name=name, address=mail.sender.email))
    return found


def _looks(code: str, shown: str, like: Alike, around: Around) -> Sign:
    return _sign(code, domain=shown, like=like.known, by=like.by, customer=around.customers.get(like.known, ""))


def _answers(mail: Mail, around: Around) -> list[Sign]:
    """Where answers would go, if not to the sender."""
    reply = mail.reply_to
    if reply is None or not reply.domain or house(reply.email) == house(mail.sender.email):
        return []
    to = registered(reply.domain)
    if (
        reply.domain not in FREE_MAIL
        and to in around.customers
        and around.customers[to] == around.customers.get(registered(mail.sender.domain))
    ):
        return []
    is_known = to in around.ours or to in around.customers or around.reply_is_known
    if not is_known:
        like = alike(reply.domain, [registered(mail.sender.domain)]) or alike(
            reply.domain, sorted({*around.ours, *around.customers})
        )
        if like is not None:
            return [_sign("answers_to_lookalike", reply_to=reply.email, like=like.known)]
        if reply.domain in FREE_MAIL and mail.sender.domain not in FREE_MAIL:
            return [_sign("answers_to_free_mail", reply_to=reply.email, address=mail.sender.email)]
    return [_sign("answers_elsewhere", reply_to=reply.email)]
