"""Text in a message that speaks to a program and not to us: its figures and numbers are no facts."""

from __future__ import annotations

import re

_SOFTWARE = (
    r"(?:ai|a\.i\.|llm|chatbot|bots?|copilots?|assistants?|agents?|language model|automated (?:mail |e-?mail "
    r"|invoice )?(?:handler|processor|system|reader)s?"
    r"|(?:ai|mail|invoice|document) processors?|ki|assistent(?:en)?|automatische \w{4,20}|sprachmodell|maschinelle "
    r"\w{4,20}|assistente?s?|asistentes?|ia"
    r"|systemes? automati\w+|sistemas? automati\w+|sistemi? automati\w+|geautomatiseerde? \w{4,20}|asystent\w*"
    r"|system\w* automatyczn\w*|sztuczn\w+ inteligencj\w+)"
)
_TO_SOFTWARE = re.compile(
    r"(?:^|\n|\[|<!--|\*\*|---|###|>)[\s\[\*#>-]{0,6}(?:(?:system )?(?:note|notice|instructions?|message|prompt"
    r"|hinweis|anweisung|hinweise|nachricht|instruction|consigne|message|note"
    r"|instruccion|instrucciones|nota|aviso|instructie|opmerking|bericht|istruzion[ei]|messaggio|instruc[oe]\w*"
    r"|mensagem|instrukcj\w|uwaga|wiadomosc)?[\s:]{0,3})"
    r"(?:(?:to|for|an|fur|a|al|para|voor|per|dla|do|aux?|pour|the|any|die|das|den|der|le|la|les|el|los|de|het|il|lo"
    r"|gli|o|os|all|alle|todos|toda?)\s+){0,3}" + _SOFTWARE + r"\b"
)


_IF_A_PROGRAM = re.compile(
    r"\b(?:if you are an? (?:ai|llm|language model|assistant|automated)|si vous etes un modele|si vous etes une ia"
    r"|wenn (?:du|sie) ein (?:sprachmodell|ki)"
    r"|si eres un modelo|si es usted un modelo|se sei un modello|se voce e um modelo|als (?:je|u) een (?:taalmodel"
    r"|ai)|jesli jestes modelem"
    r"|ignore (?:all |your |previous |the )*(?:rules|instructions|guidance)|vorherige (?:vorgaben|anweisungen) "
    r"ignorieren|ignorez les (?:regles|instructions)|ignora las (?:reglas|instrucciones))\b"
)


def addressed_to_software(folded: str) -> list[tuple[int, int]]:
    """Ranges that speak to a program and not to us: their figures and numbers are no facts of the message."""
    found: list[tuple[int, int]] = []
    starts = [m.start() for m in _TO_SOFTWARE.finditer(folded)]
    starts += [folded.rfind("\n", 0, m.start()) + 1 for m in _IF_A_PROGRAM.finditer(folded)]
    for start in sorted(set(starts)):
        end = folded.find("\n\n", start + 2)
        found.append((start, len(folded) if end < 0 else end))
    return found
