"""What must not leave does not, and comes back as it was; what the model makes up of it does not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban

import evals
from app.documents.part import NeedsRecognition
from app.documents.read import read
from app.documents.reading import Reading
from app.documents.withheld import accounts
from app.llm.masking import mask, people, quoted_names

SETS = Path(evals.__file__).parent / "datasets"
TEXT = (
    "From: Anna Brückner <anna@nordlicht.example>\nDear team, our account is now DE89 3704 0044 0532 0130 00, BIC"
    " COBADEFFXXX. Call +49 (0)30 1234-567 or Tel. 030 765432. Regards, Anna\nInvoice INV/2026/0042 of 27.11.2026,"
    " 1.234,50 EUR, PO 4500123456."
)


def test_nothing_of_it_leaves_and_all_comes_back() -> None:
    masked = mask([TEXT], names=people(["Anna Brückner"]))
    sent = masked.texts[0]
    for secret in ("anna@", "Brückner", "Anna", "3704", "COBADEFFXXX", "1234-567", "765432"):
        assert secret not in sent
    for kept in ("INV/2026/0042", "27.11.2026", "1.234,50 EUR", "4500123456"):
        assert kept in sent
    assert masked.restore(sent).text == TEXT
    assert mask([TEXT], names=people(["Anna Brückner"])).texts == masked.texts
    assert "anna" not in repr(masked).casefold()


@pytest.mark.parametrize(
    "secret",
    [
        "DE89370400440532013000", "de89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19",
        "NL91ABNA0417164300", "FR14 2004 1010 0505 0001 3M02 606", "PL61 1090 1014 0000 0712 1981 2874",
        "PT50-0002-0123-1234-5678-9015-4", "a.b+c@mail.example.co.uk", "ann (at) mail.example", "+33 1 42 68 53 00",
        "0049 30 1234567", "(030) 123 45 67", "089/1234567", "4111 1111 1111 1111",
    ],
)  # fmt: skip
def test_every_form_is_masked(secret: str) -> None:
    masked = mask([f"Please use {secret} from now on"])
    assert secret not in masked.texts[0]
    assert masked.restore(masked.texts[0]).text == f"Please use {secret} from now on"


@pytest.mark.parametrize(
    "kept",
    ["INV/2026/0042", "27.11.2026", "01/12/2026", "1 234 567,00", "S00042", "4500123456", "10:30", "KW 48/2026"],
)
def test_what_the_matter_is_about_stays_readable(kept: str) -> None:
    assert mask([f"It is about {kept} and no more"]).texts[0] == f"It is about {kept} and no more"


def test_departments_are_no_people() -> None:
    given_names = ["Accounts Payable", "Buchhaltung Nord", "Anna Brückner", "Weber, Jan (Einkauf)", "Nordlicht GmbH"]
    assert people(given_names) == ("Anna Brückner", "Weber, Jan")


def test_names_in_the_headers_of_quoted_mails_are_masked_too() -> None:
    text = (
        "See below.\n> On Mon, 2 Nov 2026 at 10:12 AM Priya Nandakumar <priya@tarnbeck.example> wrote:\n"
        "> Von: Stoiber-Knapp, Verena <v@nord.example>\n> To: Sam Okafor; Teddy Moor, Rosalind Pike; Accounts Payable\n"
        "Am 3.11.2026 um 9:10 Uhr schrieb Ramona Eder:\nLe 3 nov. 2026, Odile Carpentras a écrit :\nDe: 500 to 600 EUR"
    )
    names = people(quoted_names(text))
    sent = mask([text], names=names).texts[0]
    assert "Accounts Payable" in sent
    people_in_it = ["Nandakumar", "Stoiber", "Verena", "Okafor", "Moor", "Rosalind Pike", "Ramona", "Eder", "Odile"]
    assert [name for name in people_in_it if name in sent] == []
    assert mask([text], names=names).restore(sent).text == text


def test_placeholders_that_the_model_makes_up_are_taken_out() -> None:
    masked = mask([TEXT])
    known = next(iter(masked.values))
    tag = masked.tag
    mangled = [f"[EMAIL-9-{tag}]", known[:-1], known.lower() + "x", f"EMAIL 1 {tag}", "[IBAN-1]", "[PHONE_2]"]
    for written in mangled:
        result = masked.restore(f"write to {written} now")
        assert result.dropped, written
        assert not any(value in result.text for value in masked.values.values())
        assert masked.tag not in result.text


def test_what_an_outsider_writes_is_no_placeholder() -> None:
    text = "My placeholder is [IBAN-1] and [EMAIL-1-a1b2]; pay to DE89370400440532013000"
    masked = mask([text])
    assert masked.restore(masked.texts[0]).text == text
    assert masked.restore("they wrote [IBAN-1]").text == "they wrote [IBAN-1]"


def test_answers_are_restored_text_by_text() -> None:
    masked = mask(['mail "a"@x.example and a@b.example'])
    holder = next(iter(masked.values))
    restored, dropped = masked.restore_all({"a": [holder, 3, None], "b": {"c": f"x {holder}", "d": "[CARD-7]"}})
    assert restored["a"] == [masked.values[holder], 3, None]
    assert dropped == ("[CARD-7]",)


_piece = st.sampled_from([
    "a@b.example", "DE89 3704 0044 0532 0130 00", "+49 30 1234567", "[EMAIL-1-", "[IBAN-1]", "Anna", "Brückner",
    "Tel. ", "konto 1234567", "4111111111111111", "]", "-", " ", "\n", "BIC COBADEFF",
]) | st.text(max_size=6)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.lists(_piece, max_size=10).map("".join), max_size=3))
def test_round_trip(texts: list[str]) -> None:
    masked = mask(texts, names=["Anna Brückner"], vat_ids=True)
    assert [masked.restore(text).text for text in masked.texts] == texts
    assert all(masked.tag not in text.casefold() for text in texts)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_no_answer_brings_back_what_it_did_not_name(answer: str) -> None:
    masked = mask([TEXT])
    result = masked.restore(answer)
    assert not any(value in result.text and value not in answer for value in masked.values.values())


_NO_ACCOUNT = re.compile(r"imponibile|imponible|accounts receivable")
"""Words in which the withholding of accounts, which may withhold too much, sees "nib" and "account"."""


def _letters(text: str) -> str:
    return re.sub(r"[\s.\-/()\u00a0]", "", text).casefold()


def _parts(folder: str) -> list[tuple[str, Reading]]:
    found = []
    for line in (SETS / folder / "labels.jsonl").read_text().splitlines():
        file = json.loads(line)["file"]
        try:
            reading = read((SETS / folder / file).read_bytes(), file, may_recognise=False)
        except NeedsRecognition:
            continue
        found += [(file, part) for part in reading.walk()]
    return found


@pytest.mark.parametrize(("folder", "fewest"), [("messages", 200), ("purchase_orders", 20)])
def test_no_account_address_or_phone_of_the_corpus_leaves(folder: str, fewest: int) -> None:
    """Looked for with other means than those that mask: stdnum, the withholding of accounts, plain patterns."""
    looked_for = 0
    for file, part in _parts(folder):
        names = people([part.mail.sender.name, *(a.name for a in part.mail.to)] if part.mail else [])
        sent = mask([part.text], names=names).texts[0]
        plain = _letters(sent)
        secrets = [
            part.text[s:e] for s, e in accounts(part.text) if not _NO_ACCOUNT.search(part.text[max(0, s - 45) : s])
        ]
        secrets += re.findall(r"[^\s<>:,;()\[\]\"|]+@[^\s<>:,;()\[\]\"|]+\w", part.text)
        secrets += re.findall(r"\+\d[\d ()./-]{7,}\d", part.text)
        secrets += [w for w in re.findall(r"\b[A-Z]{2}\d\d[A-Z0-9]{11,30}\b", part.text) if iban.is_valid(w)]
        for secret in [*secrets, *names]:
            looked_for += 1
            assert _letters(secret) not in plain, (file, secret)
        assert mask([part.text], names=names).restore(sent).text == part.text, file
    assert looked_for >= fewest


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Please ask Mr Keller about INV/2026/0042.", "Keller"),
        ("Ms Okafor's rate is 95.00 EUR.", "Okafor"),
        ("Fragen Sie Frau Dr. Sommer.", "Sommer"),
        ("The rate is wrong.\n\nKind regards,\nAnna Keller\nHead of purchasing", "Anna Keller"),
        ("Merci.\n\nCordialement\nCamille Roux", "Camille Roux"),
        ("The file opens with the password Hunter-22!", "Hunter-22"),
        ("Das Passwort lautet: geheim9", "geheim9"),
        ("PIN: 4471", "4471"),
    ],
)
def test_titles_signatures_and_announced_secrets(text: str, hidden: str) -> None:
    masked = mask([text])
    assert hidden not in masked.texts[0]
    assert masked.restore(masked.texts[0]).text == text


@pytest.mark.parametrize(
    "text",
    [
        "The file is password protected.", "Das Passwort für die Datei folgt.", "Best regards,\nBilling Team",
        "Thanks\nINV/2026/0042 is wrong", "The Sr Consultant rate is 145.00 EUR.", "The password is secret.",
    ],
)  # fmt: skip
def test_what_names_nobody_stays(text: str) -> None:
    assert mask([text]).texts == (text,)
