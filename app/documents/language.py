"""Which of the eight languages a text is written in: by its small words, else by a letter model.

Names, numbers and codes fill business texts and mislead letter models; articles, prepositions and the trade's column
headings do not. The letter model (py3langid, kept to the eight languages) is asked when the small words are too few.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from app.documents.reading import Reading
from app.vocabulary import LANGUAGES

_AT_FIRST, _ENOUGH = 900, 4000
"""Characters looked at: the second number when the first ones do not decide."""
_AROUND = ".,;:!?()[]{}\"'„“”«»‘’…-–—*>|"
_LEAST = 2.5
"""The score that small words must reach, and be `_CLEARLY` times ahead of the next language, to decide alone."""
_CLEARLY = 1.8

_SMALL_WORDS = {
    "en": (
        "about above after all amount an and any are as at attached be been before below but by can could date "
        "dear description did do does due enclosed for forward forwarding from fyi has have hello hi if in "
        "invoice is it its net no not number of ok on only or order our payment please price purchase quantity "
        "regards see so supplier terms than thanks that the their them then there they this to total unit us "
        "value was we were what when which who will with would you your"
    ),
    "de": (
        "aber als an anbei anhang auch auf aus bei beigefügt beschreibung bestellnummer bestellung betrag bis "
        "bitte danke das dass datum dem den der des die ein eine einem einen einer einheit es für geehrte gesamt "
        "gruß grüße haben hallo hat ich ihnen ihr ihre ihren im in ist kann kein keine liebe lieferant menge mit "
        "nach netto nicht noch nur oben oder preis rechnung sehr sich sie siehe sind stunden summe tage um und "
        "uns unsere unserer unten vom von war was weitergeleitet wenn werden wie wir wird wurde zahlung "
        "zahlungsbedingungen zu zum zur über"
    ),
    "fr": (
        "a au aux avec avez avons bon bonjour c ce ces cette ci-après ci-dessous ci-joint ci-jointe commande "
        "comme cordialement d dans date de des dessous du délai désignation elle en est et facture fournisseur "
        "heures ht il j je jours l la le les leur mais merci montant n ne nos notre nous numéro ont ou paiement "
        "par pas plus pour prix qu quantité que qui s sa sans se ses si son sont sur svp total transmets ttc tva "
        "un une unité voir vos votre vous été être"
    ),
    "es": (
        "abajo adjunta adjuntamos adjunto al anexo cantidad como compra con condiciones cuando de del descripción "
        "desde días el en es esta este estos está están factura fecha gracias ha han hasta hemos hola horas "
        "importe iva la las le les lo los muy más no nos nuestra nuestro número o orden pago para pedido pero por "
        "porque precio proveedor que razón reenvío saludos se ser si sido sin sobre su sus también total un una "
        "unidad usted ustedes ver y ya"
    ),
    "nl": (
        "aan aantal als bedankt bedrag beste bestelling betaling bij bijgevoegd bijlage btw dagen dan dat datum "
        "de deze die dit door doorsturen een eenheid en er factuur geachte geen graag groet groeten hebben heeft "
        "het hieronder ik in is je jullie kan kunnen leverancier maar met naar niet nog nummer of om omschrijving "
        "ons onze ook op order over prijs te tot totaal u uit uren uw van voor we wel werd wij worden wordt zie "
        "zijn zoals"
    ),
    "it": (
        "abbiamo ai al all alla allegata allegati allegato anche buongiorno che ci come con d da dal data dei del "
        "dell della delle descrizione di e essere fattura fornitore giorni gli grazie ha hanno i il importo in "
        "inoltro iva l la le lo ma nel nell nella non nostra nostro numero o ordine ore pagamento per più prezzo "
        "quantità quanto questa questo saluti se segue si sono sotto stato sul sulla totale un una unità vedi vi "
        "vostra vostro è"
    ),
    "pt": (
        "a abaixo anexo anexos ao as até com como condições cumprimentos da das data de descrição dias do dos e "
        "em encomenda esta este está factura fatura foi foram fornecedor horas isso iva já mais mas na nas no nos "
        "nossa nosso não número o obrigada obrigado olá os ou pagamento para pedido pela pelo por preço quando "
        "quantidade que reencaminho se segue sem ser seu seus sua suas são também tem temos total um uma unidade "
        "valor ver vossa vosso à é"
    ),
    "pl": (
        "ale być był była było cena czy data dla dni do dobry dostawca dzień dziękuję faktura faktury fakturę "
        "godzin i ilość jak jednostka jest jeszcze jeżeli już która które który kwota lub na nam nas nasz nasza "
        "netto nie numer o od opis oraz pan pani patrz państwa państwo po poniżej pozdrawiam proszę przekazuję "
        "przesyłam przez płatności razem się są ta te tego tej ten termin to tylko vat w wartość we z za "
        "zamówienia zamówienie załączam załączeniu ze że"
    ),
}


@functools.cache
def _weights() -> dict[str, tuple[tuple[int, float], ...]]:
    """For each small word its languages and what it is worth there: the fewer share it, the more."""
    homes: dict[str, list[int]] = {}
    for i, name in enumerate(LANGUAGES):
        for word in set(_SMALL_WORDS[name].split()):
            homes.setdefault(word, []).append(i)
    return {word: tuple((i, 1 / len(where) ** 1.5) for i in where) for word, where in homes.items()}


@functools.cache
def small_words() -> dict[str, frozenset[str]]:
    """The articles, prepositions and the like by which languages are told apart, each with its languages."""
    return {word: frozenset(LANGUAGES[i] for i, _ in homes) for word, homes in _weights().items()}


@functools.cache
def _letter_model() -> Callable[[str], str]:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))

    def classify(text: str) -> str:
        return str(identifier.classify(text)[0])

    return classify


def detect(text: str) -> str:
    """The ISO 639-1 code of a text; "" for one without words."""
    for much in (_AT_FIRST, _ENOUGH):
        words = words_of(text[:much])
        scores = _scores(words)
        best, second = sorted(scores, reverse=True)[:2]
        if best >= _LEAST and best >= _CLEARLY * second:
            return LANGUAGES[scores.index(best)]
    if not any(len(word) > 1 for word in words):
        return ""
    guess = _letter_model()(" ".join(words)[:_ENOUGH])
    if best >= 1.0 and scores[LANGUAGES.index(guess)] < best / 2:
        return LANGUAGES[scores.index(best)]
    return guess


def words_of(text: str) -> list[str]:
    """Words in lower case, without what holds figures or is an address."""
    out = []
    for token in text.lower().split():
        word = token.strip(_AROUND)
        if word.isalpha() or (word and word.replace("'", "").replace("’", "").replace("-", "").isalpha()):
            out.append(word)
    return out


def _scores(words: list[str]) -> list[float]:
    """What the small words say for each language. A word counts three times at most: headings are repeated."""
    scores = [0.0] * len(LANGUAGES)
    weights = _weights()
    seen: dict[str, int] = {}
    for word in words:
        parts = (word,) if word in weights else re.split("['’-]", word)
        for part in parts:
            worth = weights.get(part)
            if worth is not None and seen.get(part, 0) < 3:
                seen[part] = seen.get(part, 0) + 1
                for i, value in worth:
                    scores[i] += value
    return scores


def of_mail(reading: Reading) -> str:
    """The language of what the sender wrote: the new text, with the subject if it is short, else what was forwarded."""
    new = words_of(reading.segment_text("new")[:_ENOUGH])
    if len(new) >= 8:
        return detect(reading.segment_text("new"))
    for roles in (("new", "subject"), ("new", "forwarded"), ("new", "subject", "quoted")):
        text = reading.segment_text(*roles)
        if len(words_of(text[:_ENOUGH])) >= 3:
            return detect(text)
    own = detect(reading.text)
    return own or next((part.language for part in reading.attachments if part.language), "")
