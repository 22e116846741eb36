"""Whether a customer's tag says that it wants a purchase order, and whether a reference can be one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.detectors.words.folding import fold

_ORDER = (
    r"\bp\.?\s?o\.?(?:s|\b)|purchase order|order number|order no|bestell\w*|auftragsnummer|bon de commande|"
    r"bons de commande|"
    r"\bbc\b|commande|orden de compra|\boc\b|pedido|ordine|\boda\b|bestelbon|inkoop\w*|bestelnummer|"
    r"ordem de compra|"
    r"nota de encomenda|encomenda|zamowieni\w*"
)
_NEEDED = (
    r"requir\w*|mandatory|obligat\w*|necessary|needed|needs|must|compulsory|no pay|no invoice|only with|always|"
    r"pflicht\w*|\w*pflicht|\w*pflichtig|erforderlich|notwendig|notig|benotigt|zwingend|nur mit|muss|"
    r"requis\w*|exige\w*|exigence|necessaire|imperati\w*|indispensable|"
    r"requerid\w*|requier\w*|necesit\w*|precisa\w*|exigid\w*|necesari\w*|imprescindible|"
    r"verplicht|vereist|nodig|noodzakelijk|"
    r"obbligator\w*|richiest\w*|richied\w*|necessari\w*|"
    r"obrigator\w*|necessari\w*|"
    r"wymag\w*|obowiazkow\w*|konieczn\w*|niezbedn\w*"
)
_NOT = (
    r"\bnot\b|\bno (?:need|po needed|po required)|\bnicht\b|\bkein\w*|\bpas\b|\bsans\b|\bsin\b|\bniet\b|"
    r"\bgeen\b|\bnon\b|\bsenza\b|\bnao\b|\bsem\b|\bnie\b|\bbez\b|optional|waived|exempt"
)
_PAY = re.compile(r"no p\.?o\.?,? ?[,-]? ?no (?:pay|invoice)")
_PENDING = re.compile(
    r"^(?:[-./\s?x0]*|n\.?/?a\.?|tb[acd]|to (?:be \w+|follow|come)|(?:po |p\.o\. )?(?:pending|missing|awaited|"
    r"requested|open)|none|no po|unknown|"
    r"folgt|wird nachgereicht|ausstehend|offen|unbekannt|a venir|en attente|inconnu|pendiente|por confirmar|volgt|"
    r"in afwachting|da confermare|in attesa|segue|pendente|a confirmar|brak|w toku|nieznany)[\s.!]*$"
)


def wants_po(tags: Iterable[str], also: Iterable[str] = ()) -> bool:
    """Any tag that says so in one of eight languages, or is one of `also` (names set in the policy)."""
    further = {fold(name).strip() for name in also}
    return any(_says_so(fold(tag)) or fold(tag).strip() in further for tag in tags)


def _says_so(tag: str) -> bool:
    if _PAY.search(tag):
        return True
    return bool(re.search(_ORDER, tag) and re.search(_NEEDED, tag)) and not re.search(_NOT, tag)


def is_number(reference: str, own_names: Iterable[str]) -> bool:
    """Whether a reference can be a customer's order number: not empty, not "to follow", not our own order's name."""
    written = fold(reference).strip()
    if _PENDING.match(written):
        return False
    ours = {plain(name) for name in own_names}
    parts = {plain(part) for part in re.split(r"[,;]", reference)} - {""}
    return bool(parts - ours)


def plain(number: str) -> str:
    """A number as it is compared: letters and digits alone, without leading words such as "PO" or "No."."""
    folded = fold(number)
    folded = re.sub(
        r"^\s*(?:p\.?\s?o\.?|purchase order|order|bestellung|commande)\b[\s:#.-]*(?:no\.?|number|"
        r"nr\.?)?[\s:#.-]*(?=\S)",
        "",
        folded,
    )
    return re.sub(r"[\W_]+", "", folded)
