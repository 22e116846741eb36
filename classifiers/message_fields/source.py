"""A reading as the field extractors see it: passages with a zone, folded text, tokens and sentences.

Zones: subject, new, forwarded (history that the sender passes on), quoted (older history), signature, disclaimer,
invoice_copy (an invoice of ours that came back), answer (a buyer's structured answer),
document (any other attachment),
attached_mail (an original message attached: history), software (text that speaks to a program, not to us).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from app.assessments.results import FieldValue
from app.documents.folding import Lexicon, Token, fold, tokenize
from app.documents.invoice_answer import InvoiceAnswer
from app.documents.reading import Evidence, Reading
from app.documents.written_dates import is_day_first
from app.documents.written_numbers import decimal_mark
from app.firm import Firm
from classifiers.flags import trained
from classifiers.flags.injection import addressed_to_software as told_to_software
from classifiers.message_fields.organisations import name_key, same_organisation
from classifiers.message_fields.software_talk import addressed_to_software

NO_FACTS = ("disclaimer", "software")
"""Zones that no field is read from."""

MOST_CHARACTERS = 60_000
"""A passage is read to here: orders and ledgers are shorter, and time stays bounded."""

_MARKS = Lexicon(
    {
        "points": """
            see below, as below, below, siehe unten, s u, unten, untenstehend, nachstehend, cf ci dessous, ci dessous,
            voir ci dessous, plus bas, ver abajo, mas abajo, abajo, a continuacion, zie onder, zie hieronder,
            hieronder,
            onderstaand*, vedi sotto, in calce, qui sotto, di seguito, segue abaixo, abaixo, em baixo, infra, ponizej,
            nizej, w zalaczeniu ponizej, see thread, see chain, fyi, zur info, pour info, para tu informacion,
            ter info
        """,
    }
)
_FORWARD_PREFIX = re.compile(r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|fw|wg|tr|rv|enc|i|doorst|fs|pd|vs)\s*:", re.IGNORECASE)
_FORWARD_MARK = re.compile(
    r"forwarded message|weitergeleitete nachricht|message transfere|mensaje reenviado|doorgestuurd bericht"
    r"|messaggio inoltrato|mensagem (?:re)?encaminhada|przekazana wiadomosc|wiadomosc przekazana"
)
_STATED_CURRENCY = re.compile(
    r"(?im:^|[\t|;])[ ]{0,4}(?i:ccy|currency|curr|währung|waehrung|whg|devise|monnaie|moneda|divisa|munt|valuta|moeda"
    r"|waluta)(?i: code)?[ ]{0,2}[:;|\t ][ \t]{0,6}([A-Z]{3})\b"
)
_SENTENCE_END = re.compile(r"[.!?;]+[\"')\]]{0,2}\s+|\n[ \t>]*\n|\s{6,}")
_ABBREVIATION = re.compile(
    r"(?:\b(?:nr|no|num|inv|ref|art|ca|bzw|zzgl|inkl|exkl|excl|incl|ggf|usw|tel|dr|mr|mrs|ms|prof|fr|sig|vs"
    r"|ns|approx|resp|std|tg|abs|pos|fact|fra|zam|szt|godz|ust|pkt|kl|max|min|mio|co|ltd|inc|bestellnr|best|rg|re"
    r"|lt|gem|vgl|sog|spett|egr|sra|sr|exmos|[a-z]|(?<![.,]\d)(?<![.,])\d{1,2}))$"
)


@dataclass(frozen=True)
class Passage:
    """A stretch of one part with a zone. Offsets of candidates count from the passage's start."""

    zone: str
    part: Reading
    start: int
    end: int
    language: str
    day_first: bool = True
    around: date | None = None

    @cached_property
    def text(self) -> str:
        return self.part.text[self.start : self.end]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def tokens(self) -> list[Token]:
        return tokenize(self.folded)

    @cached_property
    def decimal_mark(self) -> str:
        return decimal_mark(self.text, self.language)

    @cached_property
    def currency(self) -> str:
        """The currency that a document states once for all its figures ("CCY: SGD"), or nothing."""
        found = _STATED_CURRENCY.search(self.text)
        return found.group(1) if found else ""

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        is_prose = self.zone in ("new", "forwarded", "quoted", "attached_mail")
        return list(_sentences(self.text, self.folded, is_prose))

    def sentence_at(self, position: int) -> tuple[int, int]:
        """The sentence that holds a character (binary search)."""
        low, high = 0, len(self.sentences) - 1
        while low < high:
            middle = (low + high) // 2
            if self.sentences[middle][1] <= position:
                low = middle + 1
            else:
                high = middle
        return self.sentences[low] if self.sentences else (0, len(self.folded))

    def line_at(self, position: int) -> tuple[int, int]:
        start = self.folded.rfind("\n", 0, position) + 1
        end = self.folded.find("\n", position)
        return start, len(self.folded) if end < 0 else end

    def evidence(self, start: int, end: int) -> Evidence:
        return self.part.evidence(self.start + start, self.start + end)

    def field(self, value: object, start: int, end: int) -> FieldValue:
        return FieldValue(value, (self.evidence(start, end),))


def _sentences(text: str, folded: str, is_prose: bool) -> Iterator[tuple[int, int]]:
    start = 0
    for line_end in _paragraph_ends(text, is_prose):
        for mark in _SENTENCE_END.finditer(folded, start, line_end):
            is_stop = mark.group()[0] == "."
            if is_stop and text[mark.end() : mark.end() + 1].islower():
                continue  # am 31.08. abgelaufen
            if is_stop and _ABBREVIATION.search(folded, max(start, mark.start() - 12), mark.start()):
                continue
            if mark.end() > start:
                yield start, mark.end()
                start = mark.end()
        if line_end > start:
            yield start, line_end
            start = line_end


def _paragraph_ends(text: str, is_prose: bool) -> Iterator[int]:
    """Line ends that end a sentence: not those where prose was wrapped."""
    at = 0
    while True:
        stop = text.find("\n", at)
        if stop < 0:
            break
        line = text[at:stop]
        follows = text[stop + 1 : stop + 40].lstrip("> ")[:1]
        wrapped = len(line) >= 50 and (
            follows.islower() or (is_prose and (follows.isalnum() or (follows and follows in "$€£('\"")))
        )
        if not wrapped or "  " in line.strip() or ": " in line[:28] or "|" in line or "\t" in line:
            yield stop + 1
        at = stop + 1
    yield len(text)


@dataclass(frozen=True)
class Source:
    """A whole message with its attachments, cut into passages; and who wrote it to whom."""

    reading: Reading
    passages: tuple[Passage, ...]
    reason: str
    firm: Firm
    sent_on: date | None
    language: str
    our_names: frozenset[str]
    is_own_staff: bool
    sender_domain: str
    is_forward: bool
    points_to_history: bool
    cache: dict[str, object] = field(default_factory=dict, compare=False)

    def zone(self, *names: str) -> Iterator[Passage]:
        return (p for p in self.passages if p.zone in names)


def source_of(reading: Reading, reason: str, firm: Firm | None) -> Source:
    """Cut a reading into passages. Quoted history of a forwarded mail becomes `forwarded`."""
    firm = firm or Firm()
    mail = reading.mail
    sent_at = mail.sent_at if mail else None
    sender = mail.sender.domain if mail else ""
    domains = {a.domain for a in (*mail.to, *mail.cc)} - {""} if mail else set()
    ours = set(firm.domains) or domains
    own_staff = bool(mail) and any(same_organisation(sender, d) for d in ours)
    if firm.domains and sender and not any(same_organisation(sender, d) for d in firm.domains):
        own_staff = False
    our_names = {name_key(d) for d in ours} | {fold(n).strip() for n in firm.names}
    language = reading.language or "en"
    pieces = list(_pieces(reading, reason, frozenset(our_names)))
    told = told_to_software(reading, trained.packaged().heads)
    day_first = is_day_first(
        "\n".join(fold(part.text[s : min(e, s + 4000)]) for _, part, s, e in pieces[:6]),
        language,
        _offset(mail.header("date") if mail else ""),
    )
    around = sent_at.date() if sent_at else _latest_date(reading)
    passages = tuple(
        Passage(zone, part, start, min(end, start + MOST_CHARACTERS), part.language or language, day_first, around)
        for zone, part, start, end in (cut for piece in pieces for cut in _without_software_talk(*piece, told))
        if part.text[start:end].strip()
    )
    new_words = sum(len(p.tokens) for p in passages if p.zone == "new")
    pointing = any(_MARKS.find(p.tokens) for p in passages if p.zone == "new")
    subject = mail.subject if mail else ""
    forward = any(p.zone == "forwarded" for p in passages) or bool(_FORWARD_PREFIX.match(subject))
    points = new_words <= 8 or (pointing and new_words <= 60)
    return Source(
        reading,
        passages,
        reason,
        firm,
        around,
        language,
        frozenset(n for n in our_names if n),
        own_staff,
        sender,
        forward,
        points,
    )


def _pieces(reading: Reading, reason: str, our_names: frozenset[str]) -> Iterator[tuple[str, Reading, int, int]]:
    for part in reading.walk():
        if part.mail is not None:
            yield from _mail_pieces(part, is_root=part.path == reading.path)
        elif part.form in ("pdf", "image", "sheet", "word", "xml", "edi", "text") and part.text:
            zone = "document"
            if part.invoice_answer is not None:
                yield from _answer_pieces(part, part.invoice_answer)
                continue
            if part.order is None and _is_invoice_copy(fold(part.text[:3000]), our_names):
                zone = "invoice_copy"
            elif part.path == reading.path and part.form == "text":
                zone = "new"
            yield zone, part, 0, len(part.text)


_SAID = ("invoice_number", "reasons", "actions", "notes", "amounts")


def _answer_pieces(part: Reading, answer: InvoiceAnswer) -> Iterator[tuple[str, Reading, int, int]]:
    """The lines of a structured answer that say something of the invoice; a platform that refuses is no customer."""
    said = (*_SAID, "sender") if not answer.is_platform_refusal else _SAID
    lines: dict[int, int] = {}
    for name, start, end in answer.spans:
        if name in said:
            low = part.text.rfind("\n", 0, start) + 1
            high = part.text.find("\n", end)
            lines[low] = max(lines.get(low, 0), len(part.text) if high < 0 else high)
    for low in sorted(lines):
        yield "answer", part, low, lines[low]


def _mail_pieces(part: Reading, *, is_root: bool) -> Iterator[tuple[str, Reading, int, int]]:
    assert part.mail is not None
    forwarded = bool(_FORWARD_PREFIX.match(part.mail.subject))
    seen_quote = False
    for segment in part.mail.segments:
        zone = segment.role
        if not is_root and zone in ("subject", "new", "quoted"):
            zone = "attached_mail"
        elif zone == "quoted":
            head = fold(part.text[max(0, segment.start - 80) : segment.start + 160])
            if not seen_quote and (forwarded or _FORWARD_MARK.search(head)):
                zone = "forwarded"
            seen_quote = True
        yield zone, part, segment.start, segment.end
    if not part.mail.segments and part.text:
        yield ("new" if is_root else "attached_mail"), part, 0, len(part.text)


_INVOICE_TITLE = re.compile(
    r"\b(?:tax invoice|invoice|credit note|rechnung|gutschrift|facture|avoir|factura|factuur|creditnota|fattura|nota "
    r"di credito"
    r"|fatura|nota de credito|faktura)\b"
)
_BILL_TO = re.compile(
    r"\b(?:bill(?:ed)? to|invoice to|invoiced to|sold to|customer|rechnungsempfanger|rechnung an|kunde|facture a"
    r"|client|facturar a|facturado a"
    r"|cliente|gefactureerd aan|factuuradres|klant|intestato a|spett|destinatario|faturado a|nabywca)\b\s*:?"
)
_AMOUNT_DUE = re.compile(
    r"\b(?:total due|amount due|balance due|total|invoice total|rechnungsbetrag|gesamtbetrag|gesamtsumme|brutto"
    r"|zahlbetrag|total ttc|net a payer"
    r"|montant total|total factura|importe total|totaal|te betalen|totale|totale documento|total a pagar|razem|do "
    r"zaplaty)\b"
)


def _is_invoice_copy(folded: str, our_names: frozenset[str]) -> bool:
    """An invoice of ours: it says so at its head, names who is billed, and our name comes before the customer's."""
    head = folded[:700]
    title = _INVOICE_TITLE.search(head.replace("0", "o"))  # OCR reads INV0ICE
    if not title or not _AMOUNT_DUE.search(folded):
        return False
    billed = _BILL_TO.search(folded)
    ours = min((head.find(n) for n in our_names if n and n in head), default=-1)
    return bool(billed) and (ours < 0 or ours < (billed.start() if billed else 0))


def _offset(header: str) -> float | None:
    found = re.search(r"([+-])(\d\d)(\d\d)\s*(?:\(|$)", header.strip())
    if not found:
        return None
    hours = int(found.group(2)) + int(found.group(3)) / 60
    return -hours if found.group(1) == "-" else hours


def _latest_date(reading: Reading) -> date | None:
    """Without a date of its own a mail is dated by its `Received` headers, else not at all."""
    if reading.mail is None:
        return None
    for value in (v for k, v in reading.mail.headers if k == "received"):
        found = re.search(r"(\d{1,2}) (\w{3}) (\d{4})", value)
        if found:
            try:
                return datetime.strptime(found.group(), "%d %b %Y").date()  # noqa: DTZ007
            except ValueError:
                continue
    return None


def _without_software_talk(
    zone: str, part: Reading, start: int, end: int, told: tuple[Evidence, ...]
) -> Iterator[tuple[str, Reading, int, int]]:
    """The piece with what is addressed to software set apart in the zone `software`, which nobody reads for facts.

    `told` are the places for which the flag is raised. What speaks to software goes on to the end of its paragraph.
    """
    ranges = [(e.start, e.end) for e in told if e.part == part.path and e.start < end and e.end > start]
    if zone not in ("subject", "answer"):
        ranges += [(start + low, start + high) for low, high in addressed_to_software(fold(part.text[start:end]))]
    at = start
    for low, high in sorted(ranges):
        stop = part.text.find("\n\n", high)
        high = min(end, high if part.text[low:high].endswith("\n\n") or stop < 0 else stop)
        if high <= at:
            continue
        yield zone, part, at, max(at, low)
        yield "software", part, max(at, low), high
        at = high
    yield zone, part, at, end
