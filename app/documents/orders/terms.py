"""Payment terms that a buyer writes into a note: "Payment terms: 30 days net", in the languages we read."""

from __future__ import annotations

import re

_LIMIT = 4000
_LABELS = (
    r"payment\s+terms?|terms\s+of\s+payment|payment\s+conditions?",
    r"zahlungs(?:bedingung(?:en)?|konditionen|ziel)",
    r"(?:conditions?|modalités?|délais?)\s+de\s+(?:paiement|règlement)",
    r"(?:condiciones|forma|plazo)\s+de\s+pago",
    r"betalings(?:voorwaarden?|condities?|termijn)|betaaltermijn",
    r"(?:condizioni|termini|modalità)\s+di\s+pagamento",
    r"(?:condições|prazo)\s+de\s+pagamento",
    r"(?:warunki|termin)\s+płatności",
)
_TERMS = re.compile(
    rf"(?<!\w)(?:{'|'.join(_LABELS)})\s?[:=]\s?(?P<terms>[^\s;|][^;|\n]{{1,200}}?)(?=\s?[;|\n]|\.\s|\.?\s?$)",
    re.IGNORECASE,
)


def terms_in(text: str) -> tuple[int, int] | None:
    """Where a text states payment terms under their name, or None."""
    match = _TERMS.search(text[:_LIMIT])
    return match.span("terms") if match else None
