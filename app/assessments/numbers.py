"""Whose number an order number is: the customer's own, or that of our order."""

from __future__ import annotations

from dataclasses import replace

from app.assessments.findings import Books
from app.assessments.matching import same_reference
from app.assessments.results import Assessment, FieldValue


def customers_number(assessment: Assessment, books: Books) -> tuple[str, tuple[str, ...]]:
    """(the customer's order number, our orders' numbers) that a message names, whichever way round they were read.

    A number that one of our orders in the books bears is ours. The customer's number is then the only other one; it
    is empty when there is none, or more than one.
    """
    number = str(assessment.value("po_number") or "").strip()
    stated = assessment.value("order_refs")
    refs = [str(r).strip() for r in (stated if isinstance(stated, list | tuple) else [stated] if stated else [])]
    if not number or not _is_ours(number, books):
        return number, tuple(refs)
    others = [r for r in refs if not _is_ours(r, books)]
    ours = tuple(dict.fromkeys([number, *(r for r in refs if r not in others)]))
    return (others[0], ours) if len(others) == 1 else ("", (*ours, *others))


def righted(assessment: Assessment, books: Books) -> Assessment:
    """The assessment with both numbers in their places, when the books show that they were read the wrong way round.

    The very same assessment otherwise. Its summary is left as it was: whoever words it says it anew.
    """
    number, ours = customers_number(assessment, books)
    if "po_number" in assessment.corrections or "order_refs" in assessment.corrections:
        return assessment  # a person said which is which
    read, refs = assessment.fields.get("po_number"), assessment.fields.get("order_refs")
    if read is None or refs is None or not number or same_reference(number, str(read.value)):
        return assessment
    theirs = tuple(e for e in refs.evidence if same_reference(e.quote, number))
    rest = tuple(e for e in refs.evidence if e not in theirs)
    fields = {
        **assessment.fields,
        "po_number": FieldValue(number, theirs or refs.evidence),
        "order_refs": FieldValue(list(ours), (*read.evidence, *rest)),
    }
    return replace(assessment, fields=fields)


def _is_ours(number: str, books: Books) -> bool:
    return any(same_reference(o.name, number) for o in books.orders)
