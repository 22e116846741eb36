"""Which of the eight languages a text is written in: by its small words, and by a letter model where they do not decide.

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
    "en": "the of and to in is for on that this with you we our your are it be have has not please from by was were been will would can could as an at or if but they there their which what who when only no invoice order purchase number quantity price amount total net due date payment terms supplier description unit value thanks regards dear hi hello attached any all its us them about after before than then so do did does",
    "de": "der die das und in den von zu mit ist im für auf nicht ein eine einen einem einer des dem sich auch es an als aus wir sie ich uns unsere unserer ihr ihre ihren ihnen bitte haben hat wurde werden wird kann bei nach noch nur aber oder wenn dass wie was um bis zum zur vom sind war keine kein rechnung bestellung bestellnummer menge preis betrag summe gesamt netto datum zahlung zahlungsbedingungen lieferant beschreibung einheit stunden tage grüße gruß danke hallo liebe sehr geehrte anbei über",
    "fr": "le la les de des du et en un une est que qui dans pour sur pas par au aux avec ce cette ces nous vous notre votre nos vos il elle sont été être avons avez a ont ne se plus mais ou si comme sans son sa ses leur je merci bonjour facture commande bon numéro quantité prix montant total ht ttc date paiement délai fournisseur désignation unité jours heures cordialement ci-joint tva l d j n qu s c",
    "es": "el la los las de del y en un una es que por para con no se su sus lo al como más pero nos le les nuestro nuestra su este esta estos está están ha han hemos sido ser si ya o sin sobre muy también hasta desde gracias hola factura pedido orden compra número cantidad precio importe total fecha pago condiciones proveedor descripción unidad días horas saludos adjunto iva usted ustedes cuando porque",
    "nl": "de het een en van in is op te dat die voor met niet zijn aan er om ook als bij door naar uit maar dan nog wel wij we u uw ons onze hebben heeft wordt worden werd kan kunnen deze dit geen over tot of graag factuur bestelling order nummer aantal prijs bedrag totaal datum betaling leverancier omschrijving eenheid uren dagen groet groeten bedankt beste geachte bijlage btw ik je jullie zoals",
    "it": "il lo la i gli le di del della dei delle e in un una è che per con non si da dal alla al ai nel nella sono ha hanno abbiamo stato essere ma o se come più anche ci vi nostro nostra vostro vostra questo questa quanto grazie buongiorno fattura ordine numero quantità prezzo importo totale data pagamento fornitore descrizione unità giorni ore saluti allegato iva l d dell all nell sul sulla vostra",
    "pt": "o a os as de do da dos das e em um uma é que por para com não se no na nos nas ao à como mais mas foi foram ser está são tem temos ou sem sua seu suas seus nosso nossa vossa vosso este esta isso já até obrigado obrigada olá fatura factura encomenda pedido número quantidade preço valor total data pagamento condições fornecedor descrição unidade dias horas cumprimentos anexo iva pelo pela quando também",
    "pl": "i w na z do nie się jest to że o za od dla po przez jak ale czy są był była było być oraz lub który która które ten ta te tego tej nam nas nasz nasza państwa państwo pan pani proszę dziękuję dzień dobry faktura fakturę faktury zamówienie zamówienia numer ilość cena kwota wartość razem netto data termin płatności dostawca opis jednostka godzin dni pozdrawiam załączeniu vat ze we już tylko jeszcze jeżeli",
}  # fmt: skip


@functools.cache
def _weights() -> dict[str, tuple[tuple[int, float], ...]]:
    """For each small word its languages and what it is worth there: the fewer share it, the more."""
    homes: dict[str, list[int]] = {}
    for i, name in enumerate(LANGUAGES):
        for word in set(_SMALL_WORDS[name].split()):
            homes.setdefault(word, []).append(i)
    return {word: tuple((i, 1 / len(where) ** 1.5) for i in where) for word, where in homes.items()}


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
