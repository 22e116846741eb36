"""The labelled messages put to a model that is asked about every one: what leaves the house, and what does not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path

import pytest
from stdnum import iban

import evals
from app.assessments.results import Assessment
from app.documents.part import NeedsRecognition
from app.documents.read import read
from app.documents.reading import Reading
from app.llm.asking import Asker
from app.llm.chat import Answer, Message, ModelUnavailable, Schema
from app.llm.waiting import ModelLoop
from classifiers.assess import assess
from tests.unit.workers.test_faulty_model import uncertain
from workers.asking import about_messages

MESSAGES = Path(evals.__file__).parent / "datasets" / "messages"
EMAIL = re.compile(r"[^\s<>:,;()\[\]\"|]+@[^\s<>:,;()\[\]\"|]+\w")
PHONE = re.compile(r"\+\d[\d ()./-]{7,}\d")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]){11,30}\b")
COUNTRIES = ("AT", "BE", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "PT")
DEPARTMENT = re.compile(
    r"account|accounting|achats|acquisti|administrati|amministrazion|buchhalt|compras|compta|conformit|contabil"
    r"|crediteuren|dział|einkauf|exchequer|fatur|finan|fornitori|fournisseurs|inkoop|kreditoren|księgow|mail delivery"
    r"|notification|office|onboarding|pagos|postmaster|procurement|proveedores|purchas|rechnung|service|system"
    r"|verwaltung|change|team|créditeurs",
    re.IGNORECASE,
)
"""A mailbox of many: its display name is no person's, though its address repeats it."""


@dataclass
class Listening:
    """A model that keeps what it was sent and never answers."""

    name: str = "small"
    sent: list[str] = field(default_factory=list)

    async def answer(
        self, messages: Sequence[Message], *, schema: Schema | None, max_tokens: int, deadline: float
    ) -> Answer:
        self.sent.append("\n".join(message.text for message in messages))
        raise ModelUnavailable("It only listens.")


@dataclass(frozen=True)
class Asked:
    """A message, what was sent of it to the model, and the assessment."""

    file: str
    label: dict[str, object]
    reading: Reading
    sent: str
    found: Assessment


@pytest.fixture(scope="module")
def corpus() -> Iterator[list[Asked]]:
    """Every message that can be read without recognising a scan, as if none of them were certain."""
    every = []
    with ModelLoop() as loop:
        for line in (MESSAGES / "labels.jsonl").read_text().splitlines():
            label = json.loads(line)
            try:
                reading = read((MESSAGES / label["file"]).read_bytes(), label["file"], may_recognise=False)
            except NeedsRecognition:
                continue
            model = Listening()
            ask = about_messages(Asker(model, loop, salt=b"salt"))
            found = assess(reading, classify=uncertain, ask=ask)
            every.append(Asked(label["file"], label, reading, "\n".join(model.sent), found))
        yield every


def test_no_address_phone_account_or_persons_name_leaves(corpus: list[Asked]) -> None:
    """Looked for with other means than those that mask: stdnum, plain patterns, and names in headers that their own
    address repeats."""
    looked_for = 0
    for one in (one for one in corpus if one.sent):
        leaked = [*EMAIL.findall(one.sent), *PHONE.findall(one.sent)]
        leaked += [found for found in ACCOUNT.findall(one.sent) if iban.is_valid(found) or found[:2] in COUNTRIES]
        words = {word for name in _people_of(one.file) for word in re.findall(r"[^\W\d_]{3,}", name)}
        leaked += words & set(re.findall(r"[^\W\d_]+", one.sent))
        assert leaked == [], one.file
        written = "\n".join(part.text for part in one.reading.walk())
        looked_for += len(words) + sum(len(form.findall(written)) for form in (EMAIL, PHONE, ACCOUNT))
    assert looked_for > 500


def test_text_aimed_at_software_is_shown_to_no_model(corpus: list[Asked]) -> None:
    injected = [one for one in corpus if "prompt_injection" in one.label["flags"]]  # type: ignore[operator]
    assert len(injected) >= 15
    for one in injected:
        assert one.sent == "", one.file
        assert one.found.asked is not None
        assert one.found.asked.because == (
            "The language model was not asked: the document holds text aimed at software."
        )


def test_nearly_every_other_message_is_asked_about(corpus: list[Asked]) -> None:
    others = [one for one in corpus if "prompt_injection" not in one.label["flags"]]  # type: ignore[operator]
    assert sum(bool(one.sent) for one in others) >= len(others) - 5


def test_without_an_answer_all_is_as_without_a_model(corpus: list[Asked]) -> None:
    for one in corpus[::7]:
        assert replace(one.found, asked=None) == assess(one.reading, classify=uncertain), one.file


def _people_of(file: str) -> Iterator[str]:
    """Display names in the headers, of mails within as well, that are people's: their address holds a part of them."""
    message = message_from_bytes((MESSAGES / file).read_bytes(), policy=policy.default)
    for part in message.walk():
        for header in ("from", "to", "cc", "reply-to"):
            for name, address in getaddresses([str(value) for value in part.get_all(header, [])]):
                local = _plain(address.partition("@")[0])
                parts = [word for word in name.split() if len(_plain(word)) >= 3 and _plain(word) in local]
                if parts and len(name.split()) > 1 and not DEPARTMENT.search(name):
                    yield name


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())
