"""A long document is cut by what it means: never over the budget, never inside a word, never without saying so."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.reading import Address, Mail, Reading, Segment, Table
from classifiers.llm.cutting import Cut, cut, tokens

_SENDER = Address("Anna", "anna@nordlicht.example")


def mail(segments: list[tuple[str, str]], attachments: tuple[Reading, ...] = ()) -> Reading:
    text, ranges = "", []
    for role, said in segments:
        ranges.append(Segment(role, len(text), len(text) + len(said)))
        text += f"{said}\n"
    envelope = Mail(_SENDER, None, (), (), "", "", "", (), None, (), tuple(ranges))
    return Reading("", "m.eml", "message/rfc822", "mail", text, mail=envelope, attachments=attachments)


def sheet(before: str, table: str, after: str, name: str = "lines.xlsx", *, is_hidden: bool = False) -> Reading:
    text = f"{before}\n{table}\n{after}"
    start = len(before) + 1
    rows = tuple(tuple(line.split("\t")) for line in table.split("\n"))
    tables = (Table(rows, is_hidden=is_hidden, start=start, end=start + len(table)),) if table else ()
    return Reading("0", name, "application/x", "sheet", text, tables=tables, hidden_text="unseen words")


LONG = mail(
    [
        ("subject", "Invoice INV/2026/0042"),
        ("new", "Please correct the hours."),
        ("signature", "Anna"),
        ("quoted", "older words " * 50),
    ],
    (sheet("Purchase order", "Design\t10\t120.00", "General terms apply. " * 20),),
)


def shown(result: Cut) -> list[tuple[str, str]]:
    return [(piece.role, piece.text) for piece in result.pieces]


def test_all_of_a_short_message_is_shown_and_nothing_is_said() -> None:
    result = cut(LONG, 10_000)
    assert result.left_out == ()
    assert [piece.role for piece in result.pieces] == [
        "subject", "new", "table", "document", "document", "signature", "quoted",
    ]  # fmt: skip


def test_the_matter_comes_first_and_history_last() -> None:
    result = cut(LONG, 33)
    assert shown(result)[:3] == [
        ("subject", "Invoice INV/2026/0042"),
        ("new", "Please correct the hours."),
        ("table", "Design\t10\t120.00"),
    ]
    assert any(s == "Not shown to the model: the quoted history (599 characters)." for s in result.sentences)
    assert any("of text of “lines.xlsx”" in s for s in result.sentences)


def test_text_is_cut_at_the_end_of_a_sentence_where_one_is_near() -> None:
    result = cut(mail([("new", "One sentence stands here. Another one follows it and does not fit")]), 14)
    assert shown(result) == [("new", "One sentence stands here.")]
    assert result.sentences == ("Not shown to the model: 40 of 65 characters of the new text.",)


def test_what_hangs_on_a_mail_as_a_mail_is_history() -> None:
    inner = mail([("new", "their first letter")])
    inner = Reading("0", "old.eml", "message/rfc822", "mail", inner.text, mail=inner.mail)
    assert shown(cut(mail([("new", "See attached")], (inner,)), 100))[-1] == ("quoted", "their first letter")


def test_what_nobody_sees_is_not_shown() -> None:
    reading = mail([("new", "See attached")], (sheet("Order", "secret\trow", "End", is_hidden=True),))
    everything = " ".join(piece.text for piece in cut(reading, 1_000).pieces)
    assert "secret" not in everything
    assert "unseen" not in everything


_words = st.lists(st.text("abcäß12.,€\t", min_size=1, max_size=30), max_size=30).map(" ".join)
_roles = st.sampled_from(["subject", "new", "forwarded", "quoted", "signature", "disclaimer"])
_mails = st.builds(
    lambda segments, before, rows, after: mail(segments, (sheet(before, "\n".join(rows), after),)),
    st.lists(st.tuples(_roles, _words), max_size=6), _words, st.lists(_words, max_size=5), _words,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_mails, st.integers(-5, 400))
def test_never_over_budget_never_inside_a_word_never_silent(reading: Reading, budget: int) -> None:
    result = cut(reading, budget)
    assert result == cut(reading, budget)
    assert result.tokens <= max(0, budget)
    for piece in result.pieces:
        text = reading.part(piece.part).text
        assert text[piece.start : piece.end] == piece.text
        assert piece.start == 0 or text[piece.start - 1].isspace()
        assert piece.end == len(text) or text[piece.end].isspace()
    ranges = [(p.part, p.start, p.end) for p in result.pieces]
    for part, start, end in ranges:
        assert not any(p == part and s < end and start < e and (s, e) != (start, end) for p, s, e in ranges)
    whole = cut(reading, 10_000)
    assert whole.left_out == ()
    lost = sum(len(p.text) for p in whole.pieces) - sum(len(p.text) for p in result.pieces)
    assert sum(one.characters for one in result.left_out) == lost
    assert len(result.sentences) == len(result.left_out)


def test_the_estimate_is_no_less_than_a_third_of_the_characters() -> None:
    assert [tokens("x" * n) for n in (0, 1, 3, 4)] == [0, 1, 1, 2]
