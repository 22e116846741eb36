"""Telling the matter of a mail from what stands around it, in eight languages."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.segments import segments

REPLIES = {
    "en": ("On Mon, 3 Nov 2026 at 10:12, Bob Ray <bob@firm.example> wrote:", "Kind regards"),
    "de": ("Am 03.11.2026 um 10:12 schrieb Bob Ray <bob@firm.example>:", "Mit freundlichen Grüßen"),
    "fr": ("Le lun. 3 nov. 2026 à 10:12, Bob Ray <bob@firm.example> a écrit :", "Bien cordialement,"),
    "es": ("El lun, 3 nov 2026 a las 10:12, Bob Ray (<bob@firm.example>) escribió:", "Un cordial saludo,"),
    "nl": ("Op ma 3 nov 2026 om 10:12 schreef Bob Ray <bob@firm.example>:", "Met vriendelijke groet,"),
    "it": ("Il giorno lun 3 nov 2026 alle ore 10:12 Bob Ray <bob@firm.example> ha scritto:", "Cordiali saluti"),
    "pt": (
        "Em seg., 3 de nov. de 2026 às 10:12, Bob Ray <bob@firm.example> escreveu:",
        "Com os melhores cumprimentos,",
    ),
    "pl": ("W dniu 3.11.2026 o 10:12, Bob Ray pisze:", "Z poważaniem"),
}
HEADERS = {
    "en": "From: Bob Ray <bob@firm.example>\nSent: Monday, 3 November 2026 10:12\n"
    "To: Ann Lee\nSubject: Invoice 7",
    "de": "Von: Bob Ray <bob@firm.example>\nGesendet: Montag, 3. November 2026 10:12\n"
    "An: Ann Lee\nBetreff: Rechnung 7",
    "fr": "De : Bob Ray <bob@firm.example>\nEnvoyé : lundi 3 novembre 2026 10:12\n"
    "À : Ann Lee\nObjet : Facture 7",
    "es": "De: Bob Ray <bob@firm.example>\nEnviado el: lunes, 3 de noviembre de 2026 10:12\n"
    "Para: Ann Lee\nAsunto: Factura 7",
    "nl": "Van: Bob Ray <bob@firm.example>\nVerzonden: maandag 3 november 2026 10:12\n"
    "Aan: Ann Lee\nOnderwerp: Factuur 7",
    "it": "Da: Bob Ray <bob@firm.example>\nInviato: lunedì 3 novembre 2026 10:12\n"
    "A: Ann Lee\nOggetto: Fattura 7",
    "pt": "De: Bob Ray <bob@firm.example>\nEnviada em: segunda-feira, 3 de novembro de 2026 10:12\n"
    "Para: Ann Lee\nAssunto: Fatura 7",
    "pl": "Od: Bob Ray <bob@firm.example>\nWysłano: poniedziałek, 3 listopada 2026 10:12\n"
    "Do: Ann Lee\nTemat: Faktura 7",
}  # fmt: skip
FORWARDS = {
    "en": "---------- Forwarded message ---------",
    "de": "-------- Weitergeleitete Nachricht --------",
    "fr": "---------- Message transféré ---------",
    "es": "---------- Mensaje reenviado ---------",
    "nl": "---------- Doorgestuurd bericht ---------",
    "it": "---------- Messaggio inoltrato ---------",
    "pt": "---------- Mensagem encaminhada ---------",
    "pl": "---------- Wiadomość przekazana dalej ---------",
}
SUBJECT_MARKS = {"en": "FW", "de": "WG", "fr": "TR", "es": "RV", "nl": "Doorst", "it": "I", "pt": "ENC", "pl": "PD"}
CONFIDENTIAL = {
    "en": "This e-mail is confidential and for the intended recipient only. If received in error please delete it.",
    "de": "Diese E-Mail ist vertraulich. Sind Sie nicht der richtige Adressat, vernichten Sie diese Mail bitte.",
    "fr": "Ce message est confidentiel, réservé à son destinataire. Reçu par erreur, merci de le détruire.",
    "es": "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por error, elimínelo.",
    "nl": "Dit bericht is vertrouwelijk, uitsluitend bestemd voor de geadresseerde. Openbaarmaking is verboden.",
    "it": "Il messaggio è riservato ai destinatari.\nSe ricevuto per errore, cancellarlo; la diffusione è vietata.",
    "pt": "Esta mensagem é confidencial e destina-se ao destinatário. Se a recebeu por engano, elimine-a.",
    "pl": "Wiadomość jest poufna, dla adresata.\nJeżeli otrzymali ją Państwo przez pomyłkę, prosimy o usunięcie.",
}


def parts(body: str, subject: str = "Invoice 7") -> dict[str, str]:
    """The text of each role, joined."""
    text = f"{subject}\n\n{body}"
    out: dict[str, str] = {}
    for segment in segments(text, len(subject)):
        out[segment.role] = (out.get(segment.role, "") + "\n" + text[segment.start : segment.end]).strip()
    return out


@pytest.mark.parametrize("language", REPLIES)
def test_a_reply_is_new_text_signature_and_quote(language: str) -> None:
    header, closing = REPLIES[language]
    found = parts(f"Line 3 is wrong.\n\n{closing}\nAnn Lee\nBuyer Ltd\n\n{header}\n> please pay\n> Bob")
    assert found["new"] == "Line 3 is wrong."
    assert found["signature"] == f"{closing}\nAnn Lee\nBuyer Ltd"
    assert found["quoted"] == f"{header}\n> please pay\n> Bob"


@pytest.mark.parametrize("language", HEADERS)
def test_a_header_block_begins_the_history_of_a_reply(language: str) -> None:
    found = parts(f"Line 3 is wrong.\n\n{HEADERS[language]}\n\nplease pay\n\nBob", "RE: Invoice 7")
    assert found["new"] == "Line 3 is wrong."
    assert found["quoted"] == f"{HEADERS[language]}\n\nplease pay\n\nBob"


@pytest.mark.parametrize("language", HEADERS)
def test_the_same_block_under_a_forwarding_subject_is_forwarded(language: str) -> None:
    found = parts(f"See below.\n\n{HEADERS[language]}\n\nplease pay\n", f"{SUBJECT_MARKS[language]}: Invoice 7")
    assert found["new"] == "See below."
    assert found["forwarded"] == f"{HEADERS[language]}\n\nplease pay"


@pytest.mark.parametrize("language", FORWARDS)
def test_a_forward_mark_says_so_whatever_the_subject(language: str) -> None:
    found = parts(f"See below.\n\n{FORWARDS[language]}\n{HEADERS[language]}\n\nplease pay\n")
    assert found["forwarded"].endswith("please pay")
    assert "quoted" not in found


@pytest.mark.parametrize("language", CONFIDENTIAL)
def test_legal_boilerplate_is_a_disclaimer(language: str) -> None:
    closing = REPLIES[language][1]
    found = parts(f"Line 3 is wrong.\n\n{closing}\nAnn Lee\n\n{CONFIDENTIAL[language]}")
    assert found["new"] == "Line 3 is wrong."
    assert found["disclaimer"] == CONFIDENTIAL[language]


def test_answers_between_quoted_lines_stay_new() -> None:
    found = parts("On 3 Nov 2026, Bob wrote:\n> Is line 3 right?\nNo, it is not.\n> And line 4?\nYes.")
    assert found["new"] == "No, it is not.\nYes."
    assert found["quoted"] == "On 3 Nov 2026, Bob wrote:\n> Is line 3 right?\n> And line 4?"


def test_the_history_below_a_forwarded_message_is_quoted() -> None:
    inner = "From: Ann\nSent: 1 November 2026\nTo: Bob\nSubject: RE: budget\n\nyes"
    outer = "From: Bob\nSent: 3 November 2026\nTo: Cy\nSubject: budget\n\nplease see"
    found = parts(f"For you.\n\n{outer}\n\n{inner}", "FW: budget")
    assert found["forwarded"] == outer
    assert found["quoted"] == inner


def test_an_attribution_over_two_lines_and_old_separators() -> None:
    wrapped = parts(
        "Fine.\n\nOn Mon, 3 Nov 2026 at 10:12, Robert Alexander Ray\n<robert.ray@firm.example> wrote:\n> hello"
    )
    assert wrapped["new"] == "Fine."
    original = parts("Fine.\n\n-----Original Message-----\nFrom: Bob\nSent: 3 Nov 2026\nTo: Ann\nSubject: x\n\nhello")
    assert original["quoted"].startswith("-----Original")
    assert parts("Fine.\n\n________________________________\nVon: Bob\nGesendet: Montag\nAn: Ann\nBetreff: x\n\nhallo")[
        "quoted"
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Ann Lee <ann@firm.example> schrieb am Montag, 3. November 2026 um 10:12:12 MEZ:",
        "Le lundi 3 novembre 2026 à 10:12:12 UTC+1, Ann Lee <ann@firm.example> a écrit :",
        "On Mon, Nov 3, 2026 at 10:12 AM Ann Lee <ann.lee@a-very-long-name.example>\nwrote:",
        "Op 3 nov 2026 om 10:12 heeft Ann Lee <ann@firm.example> het volgende geschreven:",
        "Dnia 3 listopada 2026 10:12 Ann Lee <ann@firm.example> napisał(a):",
        "pon., 3 lis 2026 o 10:12 Ann Lee <ann@firm.example> napisał(a):",
        "Ann Lee escreveu no dia segunda, 3/11/2026 à(s) 10:12:",
        "2026-11-03 10:12 GMT+01:00 Ann Lee <ann@firm.example>:",
        "Ann Lee hat am 03.11.2026 10:12 CET geschrieben:",
        'Gesendet: Montag, 3. November 2026 um 10:12 Uhr\nVon: "Ann Lee" <ann@firm.example>\nAn: Bob\nBetreff: x',
        "*From:* Ann Lee\n*Date:* Monday, 3 November 2026 at 10:12\n*To:* Bob\n*Cc:* Cy\n*Subject:* x",
        "________________________________\nDa: Ann Lee\nInviato: lunedì 3 novembre 2026\nA: Bob\nOggetto: x",
        "-----Ursprüngliche Nachricht-----\nVon: Ann Lee\nGesendet: Montag, 3. November 2026\nAn: Bob\nBetreff: x",
        "Begin forwarded message:\n\n> From: Ann Lee\n> Subject: x\n> Date: 3 November 2026",
    ],
)
def test_the_headers_that_mail_programs_write(header: str) -> None:
    found = parts(f"A colleague told me that line 3 is wrong.\n\n{header}\n> please pay\n> Ann")
    assert found["new"] == "A colleague told me that line 3 is wrong."
    assert (found.get("quoted", "") + found.get("forwarded", "")).endswith("> please pay\n> Ann")


def test_an_attribution_right_below_a_sentence_leaves_the_sentence_new() -> None:
    found = parts("A colleague told me\nthat line 3 is wrong.\nOn 3 Nov 2026 Bob wrote:\n> hello")
    assert found["new"] == "A colleague told me\nthat line 3 is wrong."


def test_a_mail_without_quotes_is_all_new() -> None:
    text = "From the invoice of 3 May we deduct 40.\nTo: nobody in particular.\nDate: soon"
    assert parts(text) == {"subject": "Invoice 7", "new": text}


def test_thanks_at_the_beginning_is_not_a_signature() -> None:
    found = parts(
        "Thanks,\nwe received the invoice but it has no order number on it at all, please correct.\n\nThanks,\nAnn"
    )
    assert found["signature"] == "Thanks,\nAnn"
    assert found["new"].startswith("Thanks,\nwe received")


def test_a_postscript_after_the_signature_is_new() -> None:
    found = parts("Line 3 is wrong.\n\nBest regards\nAnn\n\nPS: so is line 4.")
    assert found["new"] == "Line 3 is wrong.\nPS: so is line 4."


def test_a_name_alone_at_the_end_is_a_signature() -> None:
    assert parts("Line 3 is wrong.\n\nAnn Lee\nHead of Purchasing, Buyer Ltd")["signature"].startswith("Ann Lee")
    assert "signature" not in parts("Line 3 is wrong.\n\nPlease correct")


def test_a_warning_of_the_mail_server_is_a_disclaimer() -> None:
    banner = "CAUTION: This email originated from outside the organisation. Do not click links."
    found = parts(f"{banner}\n\nLine 3 is wrong.")
    assert found == {"subject": "Invoice 7", "disclaimer": banner, "new": "Line 3 is wrong."}


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list("abc >:-_\n@.1Vondegrüß")), max_size=400), st.text(max_size=30))
def test_segments_lie_in_order_and_lose_no_letter(body: str, subject: str) -> None:
    subject = " ".join(subject.split())
    text = f"{subject}\n\n{body}"
    found = segments(text, len(subject))
    assert found[0].role == "subject"
    assert found[0].end == len(subject)
    assert all(before.end <= after.start for before, after in pairwise(found))
    covered = "".join(text[s.start : s.end] for s in found)
    assert "".join(covered.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "line",
    ["> " * 30, "From: x", "On 1.1.2026 a@b", "Best regards", "- " * 200, "Name", "", "confidential virus", "a" * 900],
)
def test_time_is_linear_in_the_length_of_a_mail(line: str) -> None:
    text = "\n".join([line] * 60_000)
    started = time.process_time()
    segments("x\n\n" + text, 1)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "body",
    [
        "Thanks, booked.\nSam", "Danke, erhalten und verbucht. Schönes Wochenende!\nJan", "Merci, c'est noté.\nLuc",
        "Dank je wel, ontvangen en verwerkt. Fijn weekend!\nJoris", "Grazie, ricevuta e registrata.\nUgo",
        "Dziękuję, otrzymaliśmy i zaksięgowaliśmy.\nJan", "Obrigado, recebida.\nRui", "Gracias, ya está.\nAna",
    ],
)  # fmt: skip
def test_thanks_in_the_first_line_are_the_matter(body: str) -> None:
    text = f"Re: Invoice 7\n\n{body}"
    new = "".join(text[s.start : s.end] for s in segments(text, 13) if s.role == "new")
    assert body.splitlines()[0] in new
