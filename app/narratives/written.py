"""Hours, amounts, dates and the few words of our own in a text, in the customer's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.money import Money


@dataclass(frozen=True, slots=True)
class Phrases:
    """The frame's words; braces are filled in. `thousands` and `mark` write numbers, `day` is a strftime form."""

    thousands: str
    mark: str
    day: str
    hours: str
    po: str
    total: str
    formal: str
    other: str
    week: str
    milestone: str
    reached: str
    share: str
    cost: str


_NARROW = "\u202f"
_PHRASES = {
    "en": Phrases(
        ",", ".", "%-d %b %Y", "h", "Purchase order: {po}", "{period}: {hours} in total",
        "For the services provided in the period {period} we charge {hours} in total:", "Further work as ordered",
        "Week {week}/{year}", "Milestone {name}", "reached on {day}", "{share}% of {amount}", "{name}, {day}: {amount}",
    ),
    "de": Phrases(
        ".", ",", "%d.%m.%Y", "Std.", "Bestellnummer: {po}", "{period}: insgesamt {hours}",
        "Für die im Zeitraum {period} erbrachten Leistungen berechnen wir insgesamt {hours}:",
        "Weitere Leistungen laut Auftrag", "KW {week}/{year}", "Meilenstein {name}", "erreicht am {day}",
        "{share} % von {amount}", "{name}, {day}: {amount}",
    ),
    "fr": Phrases(
        _NARROW, ",", "%d/%m/%Y", "h", "Bon de commande : {po}", "{period} : {hours} au total",
        "Pour les prestations réalisées sur la période {period}, nous facturons {hours} au total :",
        "Autres prestations prévues à la commande", "Semaine {week}/{year}", "Jalon {name}", "atteint le {day}",
        "{share} % de {amount}", "{name}, {day} : {amount}",
    ),
    "es": Phrases(
        ".", ",", "%d/%m/%Y", "h", "Pedido: {po}", "{period}: {hours} en total",
        "Por los servicios prestados en el periodo {period} facturamos {hours} en total:",
        "Otros trabajos según pedido", "Semana {week}/{year}", "Hito {name}", "alcanzado el {day}",
        "{share} % de {amount}", "{name}, {day}: {amount}",
    ),
    "nl": Phrases(
        ".", ",", "%d-%m-%Y", "uur", "Inkoopordernummer: {po}", "{period}: in totaal {hours}",
        "Voor de werkzaamheden in de periode {period} brengen wij in totaal {hours} in rekening:",
        "Overige werkzaamheden volgens opdracht", "Week {week}/{year}", "Mijlpaal {name}", "bereikt op {day}",
        "{share}% van {amount}", "{name}, {day}: {amount}",
    ),
    "it": Phrases(
        ".", ",", "%d/%m/%Y", "ore", "Ordine d'acquisto: {po}", "{period}: {hours} in totale",
        "Per le prestazioni svolte nel periodo {period} fatturiamo {hours} in totale:",
        "Altre prestazioni come da ordine", "Settimana {week}/{year}", "Traguardo {name}", "raggiunto il {day}",
        "{share}% di {amount}", "{name}, {day}: {amount}",
    ),
    "pt": Phrases(
        ".", ",", "%d/%m/%Y", "h", "Ordem de compra: {po}", "{period}: {hours} no total",
        "Pelos serviços prestados no período {period} faturamos {hours} no total:",
        "Outros trabalhos conforme a encomenda", "Semana {week}/{year}", "Marco {name}", "atingido em {day}",
        "{share}% de {amount}", "{name}, {day}: {amount}",
    ),
    "pl": Phrases(
        "\u00a0", ",", "%d.%m.%Y", "godz.", "Zamówienie: {po}", "{period}: łącznie {hours}",
        "Za usługi wykonane w okresie {period} naliczamy łącznie {hours}:", "Pozostałe prace zgodnie z zamówieniem",
        "Tydzień {week}/{year}", "Kamień milowy {name}", "osiągnięty {day}", "{share}% z {amount}",
        "{name}, {day}: {amount}",
    ),
}  # fmt: skip
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOUR_UNITS = tuple(sorted({p.hours for p in _PHRASES.values()}))


class Writer:
    """Writes in one language. A language we do not have is written in English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in _PHRASES else "en"
        self.words = _PHRASES[self.language]

    def number(self, value: Decimal, decimals: int = 0) -> str:
        """An exact number with at least so many decimals, in the language's marks."""
        exponent = value.normalize().as_tuple().exponent
        places = max(decimals, -exponent if isinstance(exponent, int) else 0)
        plain = f"{value:,.{places}f}"
        return plain.translate({ord(","): self.words.thousands, ord("."): self.words.mark})

    def hours(self, value: Decimal) -> str:
        """7.5 h, 7,5 Std. The blank does not break."""
        return f"{self.number(value)}\u00a0{self.words.hours}"

    def amount(self, value: Money) -> str:
        """1,234.50 EUR, 1.234,50 EUR, 1 234,50 EUR."""
        return f"{self.number(value.rounded().amount, 2)}\u00a0{value.currency}"

    def day(self, day: date) -> str:
        if self.language == "en":
            return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"
        return day.strftime(self.words.day)

    def period(self, days: Sequence[date]) -> str:
        first, last = min(days), max(days)
        return self.day(first) if first == last else f"{self.day(first)} – {self.day(last)}"

    def days(self, days: Sequence[date]) -> str:
        """The days of a piece of work, each named where they are few."""
        apart = sorted(set(days))
        return ", ".join(map(self.day, apart)) if len(apart) <= 3 else self.period(apart)

    def week(self, day: date) -> str:
        year, week, _ = day.isocalendar()
        return self.words.week.format(week=week, year=year)

    def share(self, share: Decimal, amount: Money) -> str:
        return self.words.share.format(share=self.number(share * 100), amount=self.amount(amount))
