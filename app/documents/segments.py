"""The parts of a mail's text by role: what is new, what is quoted or forwarded, signature, disclaimer.

A line machine: every line is looked at a bounded number of times and only its first 400 characters, so that time is
linear in the mail's length whatever it contains.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import mail_phrases as phrases
from app.documents.closings import closing
from app.documents.reading import Segment

_LOOK = 400


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    depth: int
    text: str
    role: str = "new"
    is_header: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.text


@dataclass(frozen=True, slots=True)
class _Break:
    """Where an older message begins: its header's lines, and whether the header itself says that it was forwarded."""

    first: int
    after: int
    is_forward: bool
    subject: str = ""


def segments(text: str, subject_end: int) -> tuple[Segment, ...]:
    """Segments of a mail's text, whose subject ends at `subject_end` and whose body follows after a blank line."""
    lines = _lines(text, min(len(text), subject_end + 2))
    _mark_history(lines, text[:subject_end])
    _mark_endings(lines)
    out = [Segment("subject", 0, subject_end)]
    for line in lines:
        if out[-1].role == line.role and len(out) > 1:
            out[-1] = Segment(line.role, out[-1].start, line.end)
        else:
            out.append(Segment(line.role, line.start, line.end))
    return tuple(s for s in out if s.role == "subject" or text[s.start : s.end].strip())


def _lines(text: str, start: int) -> list[_Line]:
    out = []
    for raw in text[start:].split("\n"):
        depth, at = 0, 0
        while at < len(raw) and at < 60 and raw[at] in "> ":
            if raw[at] == ">":
                depth += 1
            at += 1
        body = raw[at : at + _LOOK] if depth else raw[:_LOOK]
        out.append(_Line(start, start + len(raw), depth, body.strip()))
        start += len(raw) + 1
    return out


def _mark_history(lines: list[_Line], subject: str) -> None:
    """Set the role of quoted and forwarded lines."""
    role = "forwarded" if phrases.FORWARD_PREFIX.match(subject.strip()) else "quoted"
    inside = ""
    i = 0
    while i < len(lines):
        line = lines[i]
        found = _break_at(lines, i)
        if found is not None:
            follows = _next_text(lines, found.after)
            if inside == "quoted":
                role = "quoted"
            elif found.is_forward:
                role = "forwarded"
            for one in lines[found.first : found.after]:
                one.role = role
                one.is_header = True
            if follows is not None and lines[follows].depth > line.depth:
                i = _mark_quote(lines, follows, role)
            else:
                inside = role
                i = found.after
            role = "forwarded" if phrases.FORWARD_PREFIX.match(found.subject) and inside != "quoted" else "quoted"
            continue
        if inside:
            line.role = inside
        elif line.depth:
            line.role = "quoted"
        i += 1


def _mark_quote(lines: list[_Line], first: int, role: str) -> int:
    """Give a run of ">" lines their role; blank lines inside the run belong to it. The index after the run."""
    i = first
    while i < len(lines) and (lines[i].depth or lines[i].is_blank):
        i += 1
    while i > first and lines[i - 1].is_blank and not lines[i - 1].depth:
        i -= 1
    start = first
    while start and lines[start - 1].is_blank:
        start -= 1
    for one in lines[start:i]:
        one.role = role
    return i


def _next_text(lines: list[_Line], i: int) -> int | None:
    return next((j for j in range(i, min(len(lines), i + 6)) if not lines[j].is_blank), None)


def _break_at(lines: list[_Line], i: int) -> _Break | None:
    line = lines[i]
    text = line.text
    if not text:
        return None
    if phrases.FORWARD_MARK.match(text) or phrases.FORWARD_BEGINS.fullmatch(text):
        return _with_header(lines, i, i + 1, is_forward=True)
    if phrases.ORIGINAL_MARK.match(text):
        return _with_header(lines, i, i + 1, is_forward=False)
    if phrases.RULE.fullmatch(text):
        follows = _next_text(lines, i + 1)
        if follows is not None and follows - i <= 3 and (header := _header(lines, follows)) is not None:
            return _Break(i, header.after, False, header.subject)
        return None
    header = _header(lines, i)
    if header is not None:
        return header
    return _attribution(lines, i)


def _with_header(lines: list[_Line], first: int, after: int, *, is_forward: bool) -> _Break:
    follows = _next_text(lines, after)
    header = _header(lines, follows, least=1) if follows is not None else None
    if header is None:
        return _Break(first, after, is_forward)
    return _Break(first, header.after, is_forward, header.subject)


def _header(lines: list[_Line], i: int, least: int = 2) -> _Break | None:
    """A block of "From: … Sent: … To: … Subject: …" in one of the languages, beginning at line `i`."""
    match = phrases.HEADER_LINE.match(lines[i].text)
    if match is None or not (match["from"] or least == 1 or (match["sent"] and _is_from(lines, i + 1))):
        return None
    kinds: set[str] = set()
    subject = ""
    after = i
    blanks = 0
    j = i
    while j < len(lines) and j < i + 24:
        text = lines[j].text
        if not text:
            blanks += 1
            if blanks > 1 and "subject" in kinds:
                break
            if blanks > 4:
                break
            j += 1
            continue
        match = phrases.HEADER_LINE.match(text)
        kind = next((k for k in phrases.HEADER_KINDS if match and match[k]), "")
        if not kind or (kind == "from" and "from" in kinds and "subject" in kinds):
            is_continuation = blanks == 0 and bool(kinds) and "subject" not in kinds and j - after < 3
            if not is_continuation or (not kind and len(text) > 200):
                break
            j += 1
            continue
        if blanks and "subject" in kinds and kind in ("from", "to", "sent"):
            break
        if match is not None and kind == "subject":
            subject = match["value"].strip()
        kinds.add(kind)
        blanks = 0
        j += 1
        after = j
    if len(kinds & {"from", "sent", "to", "subject"}) < max(2, least):
        return None
    if "from" in kinds and not kinds & {"sent", "subject"}:
        return None
    return _Break(i, after, False, subject)


def _attribution(lines: list[_Line], i: int) -> _Break | None:
    """ "On … Max wrote:" on one line or wrapped over up to three."""
    first = lines[i].text
    if len(first) > 250 or lines[i].depth > 3:
        return None
    joined = ""
    for j in range(i, min(i + 3, len(lines))):
        if lines[j].is_blank:
            break
        joined = f"{joined} {lines[j].text}".strip()
        if len(joined) > 350:
            break
        if not joined.endswith(":"):
            continue
        if not phrases.DATE_LIKE.search(joined):
            return None
        if j > i and any(phrases.ATTRIBUTION_START.match(lines[k].text) for k in range(i + 1, j + 1)):
            return None  # it begins on a later line
        follows = _next_text(lines, j + 1)
        is_quoting = follows is not None and lines[follows].depth > lines[i].depth
        return _Break(i, j + 1, False) if _says_who_wrote(joined, is_one_line=j == i, is_quoting=is_quoting) else None
    return None


def _says_who_wrote(text: str, *, is_one_line: bool, is_quoting: bool) -> bool:
    """Whether a line that ends in a colon and has a date or an address introduces a quote."""
    starts_well = phrases.ATTRIBUTION_START.match(text) is not None
    verb = next(iter(list(phrases.ATTRIBUTION_VERB.finditer(text))[-1:]), None)
    if verb is None:
        return starts_well and "@" in text and is_one_line and is_quoting
    tail = text[verb.end() :]
    if phrases.DATE_LIKE.search(tail) or (starts_well and len(tail) < 120):
        return True
    return len(tail) < 5 and ("@" in text or (is_one_line and is_quoting))


def _is_from(lines: list[_Line], i: int) -> bool:
    match = phrases.HEADER_LINE.match(lines[i].text) if i < len(lines) else None
    return match is not None and bool(match["from"])


def _mark_endings(lines: list[_Line]) -> None:
    """Within each run of new or forwarded text, tell signature and disclaimer from the matter."""
    start = 0
    while start < len(lines):
        role = lines[start].role
        end = start
        while end < len(lines) and lines[end].role == role:
            end += 1
        if role in ("new", "forwarded"):
            _mark_banner(lines, start, end)
            _mark_last_disclaimer(lines, start, end)
            _mark_signature(lines, start, end, role)
            _mark_disclaimer(lines, start, end)
        start = end


def _mark_banner(lines: list[_Line], start: int, end: int) -> None:
    """ "External sender, do not click" at the top of a message."""
    first = next((i for i in range(start, end) if not lines[i].is_blank), None)
    if first is None or not phrases.BANNER.match(lines[first].text):
        return
    after = first
    while after < end and not lines[after].is_blank and after - first < 6:
        after += 1
    if phrases.BANNER_MATTER.search(" ".join(line.text for line in lines[first:after])):
        for line in lines[first:after]:
            line.role = "disclaimer"


def _mark_signature(lines: list[_Line], start: int, end: int, role: str) -> None:
    i = start
    while i < end:
        line = lines[i]
        if line.role != role or line.is_blank or line.is_header:
            i += 1
            continue
        if _ends_here(lines, start, i, end):
            j = i
            while j < end:
                if j > i and phrases.POSTSCRIPT.match(lines[j].text):
                    break
                lines[j].role = "signature"
                j += 1
            i = _after_postscript(lines, j, end)
            continue
        i += 1


def _after_postscript(lines: list[_Line], i: int, end: int) -> int:
    while i < end and not lines[i].is_blank:
        i += 1
    return i


def _ends_here(lines: list[_Line], start: int, i: int, end: int) -> bool:
    """Whether the matter is over at this line: a sign-off mark, a closing phrase, or a name alone at the end.

    Thanks in the first line are the matter: "Thanks, booked." is all that some mails say.
    """
    text = lines[i].text
    if phrases.SIGN_OFF_MARK.fullmatch(text) or (len(text) < 100 and phrases.SENT_FROM.match(text)):
        return True
    found = closing(text) if len(text) <= 110 else None
    if found is not None and len(found.tail.split()) <= 6 and not found.tail.endswith(("?", ":")):
        is_first = all(line.is_blank or line.role != lines[i].role for line in lines[start:i])
        return not found.is_weak or (not is_first and _only_a_name_follows(lines, i + 1, end))
    return _is_name_at_the_end(lines, i, end)


def _only_a_name_follows(lines: list[_Line], i: int, end: int) -> bool:
    """ "Thanks," closes a mail only when short lines follow, or another closing."""
    seen = 0
    for line in lines[i:end]:
        if line.is_blank:
            continue
        if closing(line.text) or phrases.SIGN_OFF_MARK.fullmatch(line.text) or phrases.SENT_FROM.match(line.text):
            return True
        if len(line.text) > 60 or (seen == 0 and _is_sentence(line.text)):
            return False
        seen += 1
        if seen == 2:
            return True
    return True


def _is_name_at_the_end(lines: list[_Line], i: int, end: int) -> bool:
    """A name, perhaps with function and firm, in the last lines of the text."""
    if i == 0 or not _is_name(lines[i].text):
        return False
    if not lines[i - 1].is_blank:  # "… in the run on 26 June. / Bev"
        is_last = all(line.is_blank for line in lines[i + 1 : min(end, i + 4)])
        return (
            is_last and end - i <= 4 and len(lines[i].text.split()) <= 3 and lines[i - 1].text.endswith((".", "!", "?"))
        )
    seen = 0
    for line in lines[i:end]:
        if line.is_blank or line.role == "disclaimer":
            continue
        seen += 1
        if seen > 8 or len(line.text) > 90 or "\t" in line.text or (seen > 1 and _is_sentence(line.text)):
            return False
    return True


def _is_name(text: str) -> bool:
    """A few capitalised words without figures: a person, a department, a firm."""
    words = text.split()
    if (
        not 1 <= len(words) <= 6
        or len(text) > 60
        or _is_sentence(text)
        or any(c.isdigit() or c in "@<>=/:" for c in text)
    ):
        return False
    if len(words) == 1 and len(text) <= 3 and text.isupper() and not text.endswith("."):
        return len(text) == 1  # an initial, not "OK" or "PO"
    return all(
        word.lower().strip(",") in phrases.NAME_PARTICLES or word[0].isupper() or not word[0].isalpha()
        for word in words
    )


def _is_sentence(text: str) -> bool:
    return text.endswith(("?", ":", ";", "!")) or (text.endswith(".") and not phrases.ABBREVIATION.search(text))


def _mark_last_disclaimer(lines: list[_Line], start: int, end: int) -> None:
    """Legal boilerplate in the last paragraphs of a message, with the rules of asterisks around it."""
    while end > start:
        last = end
        while last > start and lines[last - 1].is_blank:
            last -= 1
        first = last
        while first > start and not lines[first - 1].is_blank:
            first -= 1
        text = " ".join(line.text for line in lines[first:last][:40])
        if first == start or not (_is_boilerplate(text) or phrases.RULE.fullmatch(text)):
            return
        for line in lines[first:end]:
            line.role = "disclaimer"
        end = first


def _mark_disclaimer(lines: list[_Line], start: int, end: int) -> None:
    """In a signature, boilerplate and all that follows it."""
    first = start
    for i in range(start, end + 1):
        if i < end and not lines[i].is_blank and lines[i].role == "signature":
            continue
        if i > first and _is_boilerplate(" ".join(line.text for line in lines[first:i][:40])):
            begin = next((j for j in range(first, i) if phrases.DISCLAIMER_WORDS.search(lines[j].text)), first)
            for line in lines[begin:end]:
                if line.role == "signature":
                    line.role = "disclaimer"
            return
        first = i + 1


def _is_boilerplate(text: str) -> bool:
    hits = {match.group().lower() for match in phrases.DISCLAIMER_WORDS.finditer(text[:3000])}
    return len(hits) >= 3 or (len(hits) >= 1 and phrases.DISCLAIMER_TITLE.match(text) is not None)
