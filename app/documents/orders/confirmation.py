"""Words by which a buyer asks for an order confirmation, in the languages we read."""

from __future__ import annotations

import re

_LIMIT = 6000  # characters looked at of one text

# In a pattern a space stands for white space and "~" for up to eight words in between.
_PHRASES = {
    "en": (
        r"(?:please|pls|kindly|must|shall|should|to be)~(?:acknowledged?|confirm(?:ed)?)(?!\w)",
        r"(?:^|(?<=[.!;:] ))(?:acknowledge|confirm)(?! that)(?!\w)",
        r"(?:confirmation|acknowledge?ment|acceptance) (?:of \w+ )?(?:is )?"
        r"(?:required|requested|expected|needed|mandatory|within|due|by return)(?!\w)",
        r"(?:require|request|await|expect|need)s? (?:\w+ ){0,3}(?:confirmation|acknowledge?ment)(?!\w)",
        r"(?:send|return|provide|e-?mail)~(?:confirmation|acknowledge?ment)(?!\w)",
    ),
    "de": (
        r"(?:auftrags|bestell)?bestätigung\w*~(?:erbeten|erforderlich|erwartet|erwarten|gebeten|erwünscht|senden)",
        r"(?:auftrags|bestell)bestätigung\w* (?:bitte|binnen|innerhalb|bis)",
        r"(?:bitte|bitten)~\w*bestätig\w*",
        r"(?:erbitten|erwarten|benötigen)~\w*bestätigung\w*",
        r"(?:ist|sind)~zu bestätigen",
    ),
    "fr": (
        r"(?:merci|veuillez|prière|prions|demandons)~confirm\w*",
        r"(?:merci|veuillez|prière|prions|demandons)~accus\w+ (?:de )?réception",
        r"(?:accusé de réception|confirmation) (?:de (?:la )?commande |écrite )?"
        r"(?:exigée?|demandée?|obligatoire|souhaitée?|requise?|attendue?|sous|à retourner|à nous)",
        r"à confirmer (?:sous|par|avant|dans)",
    ),
    "es": (
        r"(?:rogamos|ruega|ruego|sírvanse|sírvase|por favor|favor de|solicitamos)~"
        r"(?:confirm\w+|acus\w+ (?:de )?recibo)",
        r"(?:confirmación|acuse de recibo) (?:del? pedido |por escrito )?"
        r"(?:obligatori[oa]|requerid[oa]|solicitad[oa]|necesari[oa]|en un plazo|antes de)",
        r"confírm\w+ (?:el|la|este|recepción|pedido|por)",
    ),
    "nl": (
        r"(?:gelieve|graag|verzoeken|verzoek|gaarne|ontvangen)~(?:bevestig\w*|(?:order|opdracht)bevestiging)",
        r"(?:order|opdracht)?bevestiging~(?:vereist|verplicht|gewenst|gevraagd|verwacht|binnen|retour)",
    ),
    "it": (
        r"(?:si prega|pregasi|preghiamo|vogliate|si richiede|richiediamo|attendiamo|in attesa)~conferm\w*",
        r"conferma (?:d['’]ordine |dell['’]ordine |scritta )?(?:richiesta|obbligatoria|necessaria|entro|da inviare)",
    ),
    "pt": (
        r"(?:solicitamos|agradecemos|agradece-se|por favor|favor|queiram?|pede-se|pedimos)~"
        r"(?:confirm\w+|acus\w+ (?:a )?rece(?:p|ç)\w+)",
        r"confirmação (?:da encomenda |do pedido |por escrito )?"
        r"(?:obrigatória|necessária|solicitada|exigida|no prazo|em \d)",
    ),
    "pl": (
        r"(?:prosimy|proszę|uprasza się)~potwierdz\w+",
        r"potwierdzenie (?:zamówienia |przyjęcia |odbioru )*"
        r"(?:wymagane|konieczne|oczekiwane|prosimy|w ciągu|w terminie)",
    ),
}


def _compiled() -> re.Pattern[str]:
    phrases = "|".join(phrase for phrases in _PHRASES.values() for phrase in phrases)
    phrases = phrases.replace("~", r",? (?:[^\s]{1,40} ){0,8}?").replace(" ", r"\s")
    return re.compile(rf"(?<!\w)(?:{phrases})", re.IGNORECASE)


_ASKS = _compiled()


def asks_for_confirmation(text: str) -> tuple[int, int] | None:
    """Where a text asks for a confirmation or acknowledgement of the order, or None.

    White space is expected to be collapsed to single blanks or line ends.
    """
    match = _ASKS.search(text[:_LIMIT])
    return match.span() if match else None
