"""Where a case's matter comes from, and what that changes: a document from outside is read and judged by the
classifiers, one that a detector brought is told by the rule that found it, of one that was raised in Odoo the record is
known. Nothing else asks for the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.assessments import ask_books, grounding
from app.assessments.findings import Reconciliation
from app.assessments.results import Assessment, Classification
from app.cases import from_odoo
from app.cases.from_odoo import Raised
from app.cases.models import Case, CaseDocument
from app.detectors import asking, raising, telling
from app.detectors.telling import Told
from app.documents.models import Document
from app.odoo.commands import Attachment
from app.suggestions.proposal import Advice
from workers.wiring import Parts

if TYPE_CHECKING:
    from app.documents.reading import Reading
    from classifiers.llm.opinion import Ask
    from classifiers.llm.question import Example


class Matter(Protocol):
    """What a case is about: its document, and how it is assessed and compared with Odoo."""

    @property
    def document_id(self) -> int: ...
    @property
    def attachment(self) -> Attachment: ...
    def assess(self, p: Parts) -> tuple[Reading, Assessment]: ...
    def consult(
        self, p: Parts, assessment: Assessment, reading: Reading, ask: Ask, examples: Sequence[Example]
    ) -> Assessment:
        """The assessment once a language model has been asked too; the same where there is nothing to ask."""
        ...

    def found_already(self) -> Reconciliation | None:
        """What is known of the books before they are asked; None when that is nothing."""
        ...

    def ask(self, p: Parts, assessment: Assessment, reading: Reading) -> Reconciliation: ...
    def show(self, case: Case) -> None:
        """What the matter itself says better than an assessment of it."""
        ...

    def advice(self) -> Advice | None: ...


@dataclass(frozen=True, slots=True)
class FromOutside:
    """A document that came in: read in a bounded child process, judged by the classifiers."""

    document_id: int
    attachment: Attachment

    def assess(self, p: Parts) -> tuple[Reading, Assessment]:
        from classifiers.assess import assess

        reading = p.reader.read(self.attachment.content, self.attachment.name)
        assessment = assess(reading, p.settings.firm)
        if p.settings.has_llm:
            from classifiers.llm.opinion import awaited

            assessment = replace(assessment, asked=awaited(assessment.classification))
        return reading, grounding.grounded(assessment, reading)

    def consult(
        self, p: Parts, assessment: Assessment, reading: Reading, ask: Ask, examples: Sequence[Example]
    ) -> Assessment:
        from classifiers.assess import assess

        def as_before(*_: object) -> Classification:
            return assessment.classification

        said = assess(reading, p.settings.firm, classify=as_before, ask=ask, examples=examples)
        return grounding.grounded(said, reading)

    def found_already(self) -> Reconciliation | None:
        return None

    def ask(self, p: Parts, assessment: Assessment, reading: Reading) -> Reconciliation:
        return ask_books.ask(p.odoo, assessment, reading, p.settings.firm)

    def show(self, case: Case) -> None:
        pass

    def advice(self) -> Advice | None:
        return None


@dataclass(frozen=True, slots=True)
class RaisedInOdoo(FromOutside):
    """What a person raised on a record in Odoo: judged like any text, but the record is known."""

    on: Raised

    def ask(self, p: Parts, assessment: Assessment, reading: Reading) -> Reconciliation:
        on = (self.on.model, self.on.record_id)
        return ask_books.ask(p.odoo, assessment, reading, p.settings.firm, raised_on=on)

    def show(self, case: Case) -> None:
        case.company_id = case.company_id or self.on.company_id
        how = "Somebody raised it in Odoo." if self.on.type == "exception.raised" else "Somebody sent it from Odoo."
        if not case.here_because.startswith(how):
            case.here_because = f"{how} {case.here_because}"


@dataclass(frozen=True, slots=True)
class FromDetector:
    """A discrepancy that a rule found in Odoo: certain by rule, with its arithmetic."""

    document_id: int
    attachment: Attachment
    told: Told

    def assess(self, p: Parts) -> tuple[Reading, Assessment]:
        reading, assessment = telling.tell(self.attachment.content)
        return reading, grounding.grounded(assessment, reading)

    def consult(
        self, p: Parts, assessment: Assessment, reading: Reading, ask: Ask, examples: Sequence[Example]
    ) -> Assessment:
        return assessment  # certain by rule

    def found_already(self) -> Reconciliation | None:
        return asking.as_found(self.told.discrepancy)

    def ask(self, p: Parts, assessment: Assessment, reading: Reading) -> Reconciliation:
        return asking.ask(p.odoo, self.told.discrepancy)

    def show(self, case: Case) -> None:
        telling.show(case, self.told)

    def advice(self) -> Advice | None:
        d = self.told.discrepancy
        return Advice(d.step, d.rule, d.explains, self.told.found_at.date(), d.about, d.invoice, d.order, d.company_id)


def of_case(session: Session, case_id: int) -> Matter:
    """The matter of a case: what a detector told last, else the document that opened it.

    What was added to a case by others is shown beside it, and judged by people.
    """
    told = raising.document_of(session, case_id)
    if told is not None:
        return of_document(session, told)
    opened_by = session.execute(
        select(CaseDocument.document_id)
        .join(Document, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case_id)
        .order_by(CaseDocument.role != "opening", CaseDocument.added_at, Document.id)
        .limit(1)
    ).scalar_one()
    return of_document(session, opened_by)


def of_document(session: Session, document_id: int) -> Matter:
    """The matter that a document brings, by its source."""
    document = session.get_one(Document, document_id)
    attachment = Attachment(document.name, document.content)
    if telling.is_a_detectors(session, document_id):
        return FromDetector(document_id, attachment, telling.read(document.content))
    raised = from_odoo.raised_on(session, document_id)
    return RaisedInOdoo(document_id, attachment, raised) if raised else FromOutside(document_id, attachment)
