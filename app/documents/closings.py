"""How letters end, in eight languages: the phrase on the line where the matter is over and the signature begins."""

from __future__ import annotations

import functools
from dataclasses import dataclass

# A "?" after a phrase: it closes a letter only when nothing but a name follows ("Thanks," may also begin one).
_CLOSINGS = (
    # English
    "best regards|kind regards|kindest regards|warm regards|warmest regards|many regards|regards|my regards"
    "|best wishes|kind wishes|with best regards|with kind regards|with regards|with best wishes"
    "|with kindest regards|all best|rgds|all the best|yours sincerely|sincerely yours|sincerely|yours faithfully"
    "|yours truly|yours|respectfully|brgds|kr?|br?|thanks?|thanks so much?|thanks again?|thanks a lot?"
    "|thanks and regards|thanks & regards|thanks and kind regards|thanks and best regards|thanks in advance?"
    "|many thanks?|many thanks in advance?|many thanks and kind regards|thank you?|thank you very much?"
    "|thank you so much?|thank you again?|thank you in advance?|thank you and regards|thank you & regards"
    "|thank you and kind regards|thank you and best regards|cheers?|best?|kindly?|ta?|thx?|tks?"
    "|looking forward to hearing from you|have a nice day|have a great day|have a good weekend?|with thanks"
    "|cordially"
    # German
    "|mit freundlichen grüßen|mit freundlichen gruessen|mit freundlichen grüssen|mit freundlichem gruß"
    "|freundliche grüße|mit freundlichem gruss|mit besten grüßen|mit besten gruessen|mit besten grüssen"
    "|mit bestem gruß|mit bestem gruss|mit herzlichen grüßen|mit lieben grüßen|mit vielen grüßen"
    "|mit kollegialen grüßen|mit vorzüglicher hochachtung|freundliche gruesse|freundliche grüsse"
    "|freundlichen gruß|freundlichen gruss|beste grüße|beste gruesse|beste grüsse|besten gruß|besten gruss"
    "|herzliche grüße|herzliche gruesse|herzliche grüsse|herzlichen gruß|liebe grüße|bg?|liebe gruesse"
    "|liebe grüsse|lieben gruß|lieben gruss|viele grüße|viele gruesse|viele grüsse|schöne grüße|vg|lg"
    "|schoene gruesse|schöne grüsse|schönen gruß|sonnige grüße|nette grüße|grüße|gruesse|grüsse|gruß|gruss|mfg"
    "|m.f.g|hochachtungsvoll|mit bestem dank?|mit freundlicher empfehlung|vielen dank?|vielen dank im voraus?"
    "|besten dank?|vielen dank vorab?|vielen dank und viele grüße|vielen dank und beste grüße"
    "|vielen dank und freundliche grüße|herzlichen dank?|besten dank im voraus?|danke?|danke sehr?|danke dir?"
    "|danke und gruß|danke & gruß|danke im voraus?|danke und viele grüße|danke und schöne grüße|im auftrag|i. a"
    "|i.a|schönes wochenende?|einen schönen tag?"
    # French
    "|cordialement|bien cordialement|très cordialement|cordialement vôtre|bien à vous|bien à toi|sincèrement"
    "|amicalement|sincères salutations|meilleures salutations|salutations|salutations distinguées"
    "|cordiales salutations|cdlt|cdt|bàv|mes salutations distinguées|nos salutations distinguées"
    "|avec mes meilleures salutations|nos meilleures salutations|avec nos meilleures salutations|respectueusement"
    "|merci?|merci d'avance?|merci par avance?|merci beaucoup?|merci et bonne journée|merci bien?|bonne journée?"
    "|belle journée?|bonne réception?|bonne fin de journée?|bonne semaine?|bon week-end?|bien à vous tous"
    "|dans l'attente de votre retour|dans l'attente de vous lire|en vous remerciant|en vous remerciant par avance"
    "|avec mes remerciements|à bientôt?|bises?"
    # Spanish
    "|saludos|un saludo|saludos cordiales|un cordial saludo|cordiales saludos|reciba un cordial saludo"
    "|atentamente|atte|muy atentamente|saludos atentos|atentos saludos|un atento saludo|le saluda atentamente"
    "|le saluda|cordialmente|reciban un cordial saludo|gracias?|muchas gracias?|gracias de antemano?"
    "|gracias y un saludo|gracias y saludos|muchas gracias y un saludo|quedo a la espera|quedo atento"
    "|quedo atenta|quedamos a la espera|un abrazo|sin otro particular|gracias por adelantado?"
    "|a la espera de sus noticias"
    # Dutch
    "|met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|hartelijke groet"
    "|mvg|hartelijke groeten|met hartelijke groet|met hartelijke groeten|groet|groeten|groetjes|m.v.g|m.vr.gr"
    "|hoogachtend|met hoogachting|beste groeten|beste groet|met beste groeten|warme groet|alvast bedankt?"
    "|bedankt?|dank?|gr?|hartelijk dank?|hartelijk bedankt?|met dank?|vriendelijk dank?|dank u?|bedankt en groet"
    "|fijne dag?|fijn weekend?|dank je wel?|dank u wel?|bij voorbaat dank?"
    # Italian
    "|cordiali saluti|distinti saluti|cordialmente|saluti|migliori saluti|cari saluti|tanti saluti"
    "|un cordiale saluto|un saluto|saluti cordiali|i miei più cordiali saluti|porgiamo distinti saluti"
    "|con i migliori saluti|con osservanza|grazie?|grazie mille?|molte grazie?|grazie in anticipo?"
    "|grazie e saluti|grazie e cordiali saluti|grazie e buon lavoro|grazie e buona giornata|buona giornata?"
    "|buon lavoro?|in attesa di riscontro|in attesa di un vostro riscontro|in attesa di vostro riscontro"
    "|in attesa di un suo riscontro|ringraziando"
    # Portuguese
    "|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|os melhores cumprimentos"
    "|com os meus cumprimentos|atenciosamente|cordiais cumprimentos|cordiais saudações|saudações"
    "|saudações cordiais|abraço|abraços|um abraço|att|com estima|com consideração|grato?|grata?|obrigado?"
    "|obrigada?|muito obrigado?|muito obrigada?|sem outro assunto|obrigado desde já?|obrigada desde já?"
    "|obrigado pela atenção?|obrigada pela atenção?|cpts|com cumprimentos"
    # Polish
    "|z poważaniem|z wyrazami szacunku|wyrazy szacunku|łączę wyrazy szacunku|pozdrawiam|pozdrawiam serdecznie"
    "|pozdr|serdecznie pozdrawiam|pozdrowienia|z pozdrowieniami|serdeczne pozdrowienia|łączę pozdrowienia"
    "|z uszanowaniem|z góry dziękuję?|dziękuję?|dziękuję z góry?|dziękuję i pozdrawiam|dzięki?|miłego dnia?"
    "|dobrego dnia?"
)
_EDGE = " \t,.!;:-–—*_~\"'"
_LONGEST = 7  # words of the longest phrase


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing phrase at the start of a line. `tail` is what stands after it; `is_weak` if it may mean mere thanks."""

    is_weak: bool
    tail: str


@functools.cache
def _phrases() -> dict[str, bool]:
    return {phrase.rstrip("?"): phrase.endswith("?") for phrase in _CLOSINGS.split("|")}


def closing(line: str) -> Closing | None:
    """The closing phrase a line begins with, if any. Looks at the first words only."""
    words = line.replace("’", "'").split()[: _LONGEST + 1]
    plain = [word.strip(_EDGE).lower() for word in words]
    if plain and not plain[0]:
        words, plain = words[1:], plain[1:]
    for count in range(min(_LONGEST, len(words)), 0, -1):
        is_weak = _phrases().get(" ".join(plain[:count]))
        if is_weak is None:
            continue
        rest = line.replace("’", "'").split(None)
        skipped = len(rest) - len(words) if len(rest) <= _LONGEST + 1 else int(not rest[0].strip(_EDGE))
        tail = " ".join(rest[skipped + count :]).lstrip("/|& ")
        ends_clearly = words[count - 1][-1] in ",.!;:-–—"
        second = closing(tail) if tail else None
        if second is not None:  # "Mit freundlichen Grüßen / Best regards"
            return Closing(is_weak and second.is_weak, second.tail)
        if tail and not ends_clearly and not tail[0].isupper() and plain[count] not in _JOINING:
            return None
        return Closing(is_weak, tail)
    return None


_JOINING = frozenset({"aus", "vom", "von", "und", "an", "from", "de", "da", "van", "desde"})
"""What may follow a phrase in lower case: "Grüße aus München"."""
