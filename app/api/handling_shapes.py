"""What the doors for handling cases take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from app.api.shapes import CaseLine, CloseReason, Reason, SnoozedFor
from app.decisions.call_back import ITEMS
from app.writebacks.alarm import FRAUD_REASONS

Item = Literal["number_from_odoo", "known_contact", "asked", "written_down"]
FraudReason = Literal["bank_details_change", "impersonation"]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
if set(get_args(Item)) != set(ITEMS) or set(get_args(FraudReason)) != set(FRAUD_REASONS):
    raise RuntimeError("the API's words for the call-back or for fraud are not the product's")


class SeenRequest(BaseModel):
    """Which version of the case was seen; another one is a 409 that says who did what."""

    version: int = Field(ge=1, description="`version` of the case as it was read.")


class SnoozeRequest(SeenRequest):
    """Until when, or until whose answer; one of the two is needed, and whichever comes first counts."""

    until: AwareDatetime | None = None
    event: SnoozedFor = ""
    because: Note = Field("", description="Everybody sees it in the list.")


class ReopenRequest(SeenRequest):
    """Why it is opened again."""

    because: Note = ""


class AssignRequest(SeenRequest):
    """Whose case it becomes. A team takes it from its owner; with neither it is nobody's."""

    person: str = Field("", max_length=254, description="Mail address of a reviewer or controller.")
    team: str = Field("", max_length=80)
    note: Note = ""


class SeenCase(SeenRequest):
    """A case in the version that was seen."""

    id: int = Field(ge=1, le=2**63 - 1)


class BulkRequest(BaseModel):
    """One thing to do with each of these cases; what it needs as in its own door. Decisions are taken one by one."""

    do: Literal["assign", "snooze", "close", "merge"]
    cases: list[SeenCase] = Field(min_length=1, max_length=100)
    person: str = Field("", max_length=254)
    team: str = Field("", max_length=80)
    until: AwareDatetime | None = None
    event: SnoozedFor = ""
    reason: CloseReason | None = Field(None, description="Needed to close.")
    into: int | None = Field(None, ge=1, le=2**63 - 1, description="Needed to merge: the case that stays.")
    note: Note = Field("", description="Why; everybody sees it in the history.")

    @model_validator(mode="after")
    def _is_whole(self) -> BulkRequest:
        if self.do == "close" and self.reason is None:
            raise ValueError("say the reason for closing")
        if self.do == "merge" and self.into is None:
            raise ValueError("say which case the others are folded into")
        return self


class Left(BaseModel):
    """A case that nothing was done with, and why."""

    case_id: int
    why: str


class BulkOutcome(BaseModel):
    """Each case by itself: what was done, and what was left as it is."""

    done: list[int]
    left: list[Left]


class MergeRequest(SeenRequest):
    """Into which case, and why."""

    into: int = Field(ge=1, le=2**63 - 1)
    because: Note = ""


class MatterShape(BaseModel):
    """A matter that is split off."""

    reason: Reason
    about: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)] = Field(
        description="What it is about, in a sentence."
    )
    invoices: list[str] = Field(default=[], max_length=50, description="Those of the message's invoices it is about.")


class SplitRequest(SeenRequest):
    """The matters that become cases of their own."""

    matters: list[MatterShape] = Field(min_length=1, max_length=5)


class CaseFamily(BaseModel):
    """Cases that belong together."""

    cases: list[CaseLine]


class FraudRequest(SeenRequest):
    """What sort of fraud."""

    reason: FraudReason
    note: Note = ""


class Halted(BaseModel):
    """What marking as fraud stopped, and what had been sent already and can be taken back."""

    case_id: int
    version: int
    withdrawn: int
    sent: int


class Ticked(BaseModel):
    """An item that is done; `written_down` needs a note: who answered, and when."""

    item: Item
    note: Note = ""


class CallBackRequest(SeenRequest):
    """The items that are done; the others are not."""

    done: list[Ticked] = Field(max_length=4)


class Check(BaseModel):
    """An item that somebody did."""

    item: str
    note: str
    done_by: str
    done_at: datetime


class CallBack(BaseModel):
    """The checklist of a security alert. `why_not` says why nothing is confirmed yet; empty: it is open."""

    case_id: int
    version: int
    why_not: str
    done: list[Check]
    left: list[str]


class QuestionRequest(SeenRequest):
    """A question about the work."""

    text: Text
    to: str = Field("", max_length=254, description="Mail address of a project manager; empty: whichever answers.")
    put_off: bool = Field(False, description="The case waits for the answer.")


class AnswerRequest(BaseModel):
    """An answer in words, a word on the delivery, or both."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""
    was_delivered: bool | None = None


class Answer(BaseModel):
    """What a project manager answered."""

    text: str
    was_delivered: bool | None
    by: str
    at: datetime


class Question(BaseModel):
    """A question and, once there is one, its answer. `asked_to` is empty when any project manager may answer."""

    id: int
    case_id: int
    text: str
    asked_by: str
    asked_to: str
    asked_at: datetime
    answer: Answer | None


class QuestionList(BaseModel):
    """Questions, the oldest first."""

    questions: list[Question]
