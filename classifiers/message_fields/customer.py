"""`customer_name`: the company or body that the message comes from or is about, as written.

Read from the order, a buyer's status message, labels ("Bill to:", "Kunde:"), signatures and running text. A sender's
domain vouches for a name that is like it; our own name, portals and shared service centres are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from app.assessments.results import FieldValue
from app.documents.folding import fold
from app.vocabulary import KIND_OF, Kind
from classifiers.message_fields.company_names import likeness, phrases, runs
from classifiers.message_fields.company_words import CUSTOMER_LABEL, INSTITUTION, LEGAL_FORM, NOT_NAMES
from classifiers.message_fields.organisations import organisation_of
from classifiers.message_fields.source import Passage, Source
from classifiers.message_fields.tables import cells_of

_LEAST = 2.0
MOST_NAMES = 300
"""Names that are looked at in one message."""
_NEVER = frozenset({"marketing", "unrelated", "bounce"})
_SHARED = re.compile(r"\b(?:shared services?|service cent(?:re|er)|ssc|business services)\b", re.IGNORECASE)


@dataclass(frozen=True)
class NameFound:
    """A name in a text with what speaks for it."""

    text: str
    passage: Passage
    start: int
    end: int
    score: float

    @property
    def key(self) -> str:
        return " ".join(re.findall(r"\w+", fold(self.text)))


def customer_name(source: Source) -> FieldValue | None:
    """The customer's name, or nothing if several customers are named or none is."""
    if source.reason in _NEVER:
        return None
    found = list(islice(_names(source), MOST_NAMES))
    if not found:
        return None
    totals: dict[str, float] = {}
    for name in found:
        totals[name.key] = max(totals.get(name.key, 0.0), name.score)
    if _several_customers(source, found):
        return None
    top = max(found, key=lambda n: (totals[n.key], bool(LEGAL_FORM.search(n.text)), -found.index(n)))
    if totals[top.key] < _LEAST:
        return None
    longer = [
        n
        for n in found
        if n.key != top.key and n.key.startswith(top.key + " ") and n.score >= _LEAST and LEGAL_FORM.search(n.text)
    ]
    if longer and not LEGAL_FORM.search(top.text):
        top = longer[0]
    return top.passage.field(top.text, top.start, top.end)


def _several_customers(source: Source, found: list[NameFound]) -> bool:
    """Lists of customers (a control's report, a log) name no single one."""
    if not source.is_own_staff:
        return False
    return len({n.key for n in found if n.score >= 4.5 or (n.score >= 2.2 and LEGAL_FORM.search(n.text))}) > 1


def _names(source: Source) -> Iterator[NameFound]:
    for passage in source.passages:
        if passage.zone in ("software", "attached_mail") or (passage.zone == "quoted" and not source.points_to_history):
            continue
        yield from _labelled(source, passage)
        yield from _introduced(source, passage)
        yield from _written(source, passage)
    if source.is_own_staff:
        yield from _talked_about(source)


def _labelled(source: Source, passage: Passage) -> Iterator[NameFound]:
    """Values after "Customer:", and under a column of that heading."""
    if passage.zone in ("subject",):
        return
    for match in CUSTOMER_LABEL.finditer(passage.folded):
        if re.match(r"\W*from\b", match.group()) and passage.zone not in ("document", "new"):
            continue
        end = passage.text.find("\n", match.end())
        end = len(passage.text) if end < 0 else end
        rest = passage.text[match.end() : end]
        bracket = r"" if re.search(r"\([^()]{2,20}\) ", rest) and LEGAL_FORM.search(rest) else r"("
        stop = re.search(
            rf"\t|\s{{3,}}|[;|\"<{bracket}]|, (?=[^,]*\d)|,? (?:vendor|vat|ust)\b", passage.text[match.end() : end]
        )
        end = match.end() + stop.start() if stop else end
        end = match.end() + len(_trim_right(passage.text[match.end() : end]))
        name = passage.text[match.end() : end]
        if 2 < len(name) <= 70 and name[0].isupper() and "@" not in name and sum(c.isdigit() for c in name) <= 2:
            score = 4.0 + 0.6 * bool(LEGAL_FORM.search(name)) + _domain_score(source, name)
            if source.reason == "wrong_entity" and passage.zone == "invoice_copy":
                score -= 4.0  # whom the invoice names is the wrong one
            yield from _unless_ours(source, NameFound(name, passage, match.end(), end, score))
    yield from _column(source, passage)


def _column(source: Source, passage: Passage) -> Iterator[NameFound]:
    column = -1
    size = 0
    at = 0
    for line in passage.text.split("\n"):
        cells = cells_of(line)
        if len(cells) >= 3:
            heads = [fold(line[a:b]).strip() for a, b in cells]
            wanted = [
                i
                for i, h in enumerate(heads)
                if h
                in (
                    "customer",
                    "kunde",
                    "client",
                    "cliente",
                    "klant",
                    "klient",
                    "receiver",
                    "buyer",
                    "debitor",
                    "kontrahent",
                    "nabywca",
                )
            ]
            if wanted:
                column, size = wanted[0], len(cells)
            elif column >= 0 and len(cells) == size:
                a, b = cells[column]
                name = line[a:b].strip()
                if 2 < len(name) <= 70 and name[:1].isupper():
                    start = at + a + line[a:b].index(name)
                    yield from _unless_ours(source, NameFound(name, passage, start, start + len(name), 4.6))
        at += len(line) + 1


def _written(source: Source, passage: Passage) -> Iterator[NameFound]:
    """Capitalised runs that have a legal form, a public body's head, or a likeness to the sender's domain."""
    own_document = passage.zone == "invoice_copy"
    for low, high in phrases(passage.text[:20_000]):
        phrase = passage.text[low:high]
        for start, end in runs(phrase):
            name = phrase[start:end]
            legal = LEGAL_FORM.search(name)
            before = fold(name[: legal.start()]).strip() if legal else ""
            if legal and (not before or (" " not in before and _is_trade_word(before))):
                continue  # Auftragsbestätigung AB
            if " " not in name and not source.is_own_staff:
                continue  # a bare word is how people call a firm, not its name
            institution = any(INSTITUTION.match(word) for word in fold(name).split(" "))
            fit = _domain_score(source, name)
            alone = institution and _is_near_end(passage, low) and _fills_line(passage, low + start, low + end)
            if not legal and fit < 1.5 and not alone:
                continue
            score = 2.2 * bool(legal) + 0.8 * institution + fit + 1.0 * alone
            if source.reason == "wrong_entity":
                score += _right_or_wrong(passage, low + start)
            if _is_near_end(passage, low):
                score += 0.6
            if own_document or passage.zone == "disclaimer":
                score -= 0.8
            if passage.zone in ("subject", "quoted"):
                score -= 0.2 if legal else 0.5
            yield from _unless_ours(source, NameFound(name, passage, low + start, low + end, score))


def _fills_line(passage: Passage, start: int, end: int) -> bool:
    low, high = passage.line_at(start)
    return high - low - (end - start) <= 3


_WRONGLY_NAMED = re.compile(
    r"(?:made out to|billed to|addressed to|issued to|invoiced to|sent to|geht an|ging an|ausgestellt auf|gerichtet "
    r"an|adressiert an|lautet auf|adress\w+ a|libell\w+ a(?: l'ordre de)?|etablie? au nom de|emise? a"
    r"|emitida a|a nombre de|dirigida a|gericht aan|geadresseerd aan|op naam van|intestata a|indirizzata a|emitida "
    r"em nome d\w|dirigida a|wystawion\w+ na|in the name of|not|nicht (?:an|auf)|et non|y no a|niet (?:op|aan)|e non "
    r"a|e nao a|a nie na)\W{0,3}(?:\w{1,4}\W{1,2}){0,3}$"
)
_RIGHTLY_NAMED = re.compile(
    r"(?:should be|must be|was for|is for|work was for|customer is|correct (?:entity|company|name|recipient) is"
    r"|belongs to|reissue (?:it )?to|invoice (?:it )?to|re-?bill to|neu (?:ausstellen )?auf|richtig(?: ist| ware)?"
    r"|auf die|sondern(?: die| an die| auf die)?"
    r"|emane de|emanent de|au nom de|doit etre|bon destinataire est|debe ser|correcta es|deve essere|corretta e|moet "
    r"zijn|juiste \w+ is|deve ser|correta e|powinn\w+ byc(?: na)?|prawidlow\w+ (?:to"
    r"|jest))\W{0,3}(?:\w{1,4}\W{1,2}){0,2}$"
)


def _right_or_wrong(passage: Passage, start: int) -> float:
    """An invoice to the wrong company has two names: the one it went to and the one it should have gone to."""
    if passage.zone == "invoice_copy":
        return -2.0
    before = passage.folded[max(0, start - 70) : start]
    return 1.5 * bool(_RIGHTLY_NAMED.search(before)) - 2.5 * bool(_WRONGLY_NAMED.search(before))


_YOUR_CUSTOMER = re.compile(
    r"\b(?:your customer|your client|the buyer|ihr kunde|ihre kundin|ihres kunden|durch|votre client|su cliente|uw "
    r"klant|vostro cliente|vs cliente|o seu cliente|vosso cliente|panstwa klient|mandantin|mandanten"
    r"|to all suppliers of|purchase ledger of|on behalf of|im namen der|pour le compte de|por cuenta de|namens|per "
    r"conto di|em nome de|w imieniu)\s+(?=\S)"
)


_BARE_CUSTOMER = re.compile(
    r"(?:^|[.\n] ?|\b[Tt]he |\b[Dd]er |\b[Ll]e |\b[Ee]l |\b[Dd]e |\b[Ii]l |\bO )(?:[Cc]ustomer|[Bb]uyer|[Cc]lient"
    r"|Kunde|[Cc]liente|[Kk]lant|[Kk]lient) (?=[A-ZÀ-Ý][^\W\d_]+ )"
)


def _introduced(source: Source, passage: Passage) -> Iterator[NameFound]:
    """ "Your customer Acme has rejected": a portal or an auditor names for whom it writes."""
    for match in chain(_YOUR_CUSTOMER.finditer(passage.folded), _BARE_CUSTOMER.finditer(passage.text)):
        piece = passage.text[match.end() : match.end() + 90]
        low, high = next(iter(phrases(piece)), (0, 0))
        run = next(iter(runs(piece[low:high])), None)
        if run and run[0] == 0 and low == 0:
            start, end = match.end(), match.end() + run[1]
            yield from _unless_ours(source, NameFound(passage.text[start:end], passage, start, end, 4.0))


def _trim_right(text: str) -> str:
    """A labelled value without what follows the name: an address, a department, a full stop."""
    legal = LEGAL_FORM.search(text)
    if legal:
        return text[: legal.end()]
    return re.split(r",| [–—-] |\. ", text)[0].rstrip(" .,:;\r")


def _is_near_end(passage: Passage, position: int) -> bool:
    return passage.zone == "signature" or (passage.zone in ("new", "forwarded") and len(passage.text) - position < 220)


def _domains(source: Source) -> list[str]:
    """Whose domains vouch for a name: the sender's; in a mail of our own people those of the customers it shows."""
    found = source.cache.get("domains")
    if isinstance(found, list):
        return found
    if not source.is_own_staff:
        domains = [source.sender_domain]
    else:
        written = {
            m.group(1).lower() for p in source.passages for m in re.finditer(r"[\w.+-]{1,64}@([\w.-]{3,80})", p.text)
        }
        domains = sorted(d.rstrip(".") for d in written if organisation_of(d) not in source.our_names)
    names = [name for d in domains if (name := organisation_of(d))]
    source.cache["domains"] = names
    return names


def _domain_score(source: Source, name: str) -> float:
    """How well a name fits a domain that vouches: 0 to 3."""
    score = max((likeness(domain, name) for domain in _domains(source)), default=0.0)
    mail = source.reading.mail
    if mail and _AUTOMATIC.match(mail.sender.email):
        score *= 0.5  # a platform writes for others
    return score


_AUTOMATIC = re.compile(
    r"(?:no-?_?reply|do-?not-?reply|ne-?pas-?repondre|nicht-?antworten|noresponder|niet-?beantwoorden|nao-?responder"
    r"|non-?rispondere|notifications?|mailer|system|statuts?|status|onboarding|portal|alerts?)\b",
    re.IGNORECASE,
)


def _unless_ours(source: Source, name: NameFound) -> Iterator[NameFound]:
    folded = name.key
    if any(re.search(rf"\b{re.escape(own)}", folded) for own in source.our_names if len(own) > 2):
        return
    if _SHARED.search(name.text):
        return
    yield name


_PROPER = re.compile(r"(?<![\w@.])[A-ZÀ-ÝŁŚŻŹĆ][a-zà-ÿęąśżźćńółß]{3,}(?:[-'][A-ZÀ-Ý]?[a-zà-ÿ]+)?(?![\w@])")


def _talked_about(source: Source) -> Iterator[NameFound]:
    """In a mail of our own people: the name that stands in subject and text and is nobody on the mail."""
    mail = source.reading.mail
    if mail is None or KIND_OF.get(source.reason) not in (Kind.BILLING_DISCREPANCY, Kind.SECURITY_ALERT):
        return
    people = {
        fold(w)
        for a in (mail.sender, *mail.to, *mail.cc)
        for w in re.findall(r"[^\W_]+", a.name + " " + a.email.split("@")[0])
    }
    subjects = list(source.zone("subject"))
    texts = list(source.zone("new", "forwarded"))
    body = "\n".join(p.text for p in texts)
    counts: dict[str, int] = {}
    for passage in subjects + texts:
        for match in _PROPER.finditer(passage.text):
            counts[match.group()] = counts.get(match.group(), 0) + 1
    yield from _named_in_text(source, [*subjects, *texts], people)
    for passage in subjects:
        for match in _PROPER.finditer(passage.text):
            word = match.group()
            key = fold(word)
            if (
                key in people
                or key in NOT_NAMES
                or _is_trade_word(key)
                or any(own in key for own in source.our_names if len(own) > 2)
            ):
                continue
            in_body = bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", body))
            if re.search(r"(?:ung|heit|keit|schaft|tion|stelle|zeit|kosten|nahme|wurf|liste|plan|fehler)$", key):
                continue
            lower = bool(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", body))
            if lower:
                continue
            begins = match.start() <= 1 or bool(re.search(r"[:\]–-]\s*$", passage.text[: match.start()]))
            score = 2.4 if in_body else 1.6 + 0.5 * begins
            yield NameFound(word, passage, match.start(), match.end(), score)
            yield from _longer(source, texts, word, score)


_FOR = re.compile(r"\b(?:for|pour|chez|para|voor|bij|per|presso|dla|to)\s$")


def _named_in_text(source: Source, texts: list[Passage], people: set[str]) -> Iterator[NameFound]:
    """ "The draft for Acme": a name after such a word, in languages that write only names with a capital."""
    if source.language == "de":
        return
    for passage in texts:
        for match in _PROPER.finditer(passage.text):
            key = fold(match.group())
            if key in people or key in NOT_NAMES or _is_trade_word(key):
                continue
            if _FOR.search(passage.folded, max(0, match.start() - 8), match.start()):
                yield NameFound(match.group(), passage, match.start(), match.end(), 2.05)


def _longer(source: Source, texts: list[Passage], word: str, score: float) -> Iterator[NameFound]:
    """The same name with what is written beside it in the text: Aceros Valdemar for Valdemar. Not in German."""
    if source.language == "de":
        return
    for passage in texts:
        beside, own = r"[A-Z][a-zà-ÿ]{2,}", re.escape(word)
        found = re.search(
            rf"(?<=[a-z,] )((?:{beside} ){{1,2}}{own}(?: {beside}){{0,2}}|{own}(?: {beside}){{1,2}})(?!\w)",
            passage.text,
        )
        if found and not re.match(r"(?:Mr|Mrs|Ms|Señor|Monsieur|Madame)\b", found.group(1)):
            yield NameFound(found.group(1), passage, found.start(1), found.end(1), score + 0.2)
            return


def _is_trade_word(key: str) -> bool:
    from app.documents.counted import UNIT_OF
    from app.documents.folding import Token
    from app.documents.written_dates import MONTHS
    from classifiers.message_fields.amount_roles import MONEY_LEXICON
    from classifiers.message_fields.references import REFERENCE_LEXICON

    token = [Token(key, 0, len(key))]
    return key in MONTHS or key in UNIT_OF or bool(MONEY_LEXICON.find(token)) or bool(REFERENCE_LEXICON.find(token))
