"""Names of companies in running text: where they begin and end, and how like a mail domain they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.documents.folding import fold
from classifiers.message_fields.company_words import CONNECTORS, INSTITUTION, LEGAL_FORM, NOT_NAMES

_WORD = re.compile(r"[^\W_](?:[^\W_]|['’&.-](?=[^\W_]))*\.?|&")
_BREAK = re.compile(r"[,;:|·•()<>\[\]\"“”„/\t\n\r*]|\s[–—-]\s|\s{2,}|[.!?]\s")


def phrases(text: str) -> Iterator[tuple[int, int]]:
    """Stretches between marks that end a name; marks inside a legal form (S.L., Inc., A/S) are none."""
    guarded = [(m.start(), m.end()) for m in LEGAL_FORM.finditer(text)]
    at = start = 0
    for mark in _BREAK.finditer(text):
        while at < len(guarded) and guarded[at][1] <= mark.start():
            at += 1
        end = mark.start()
        if at < len(guarded) and guarded[at][0] <= mark.start():
            if mark.end() <= guarded[at][1]:
                continue
            end = guarded[at][1]
        elif mark.group() == "," and LEGAL_FORM.match(text, mark.start() + 2):
            continue  # Acme, Inc.
        if end > start:
            yield start, end
        start = mark.end()
    if start < len(text):
        yield start, len(text)


_PLAIN_PART = re.compile(r"communes|villes|eaux|travail|services|bains|mer|montagne|transports|logements?|energies?")
"""Words that French names write small after "de": communauté de communes."""


def runs(phrase: str) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words, joined by small words such as "de" or "und", without words that are no names."""
    words = [(m.start(), m.end(), m.group()) for m in _WORD.finditer(phrase)]
    run: list[tuple[int, int, str]] = []
    forms = [(m.start(), m.end()) for m in LEGAL_FORM.finditer(phrase)]
    for word in words:
        folded = fold(word[2]).strip(".")
        in_form = any(s <= word[0] < e for s, e in forms)
        if (
            in_form
            or (_is_capitalised(word[2]) and not any(c.isdigit() for c in word[2]) and folded not in NOT_NAMES)
            or (run and (folded in CONNECTORS or word[2] == "&") and folded not in NOT_NAMES)
            or (run and word[2] == "Service")
            or (not run and word[0] == 0 and word[2] == "The")
            or (run and fold(run[-1][2]) in CONNECTORS and _PLAIN_PART.fullmatch(folded))
        ):
            run.append(word)
        else:
            yield from _closed(run, forms)
            run = []
    yield from _closed(run, forms)


def _is_capitalised(word: str) -> bool:
    """Acme, and d'Orbe or dell'Arno too."""
    return word[:1].isupper() or bool(re.match(r"[a-z]{1,5}['’][A-ZÀ-Ý]", word))


def _closed(run: list[tuple[int, int, str]], forms: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    while (
        run
        and (fold(run[-1][2]).strip(".") in CONNECTORS or run[-1][2] == "&")
        and not any(s <= run[-1][0] < e for s, e in forms)
    ):
        run = run[:-1]
    while run and run[-1][2] == "Service":
        run = run[:-1]  # a department, unless a legal form follows
    while run and run[0][2].islower() and fold(run[0][2]).strip(".") in CONNECTORS:
        run = run[1:]
    if not run:
        return
    start, end = run[0][0], run[-1][1]
    within = [(s, e) for s, e in forms if start <= s <= end]
    if within:
        end = max(within[-1][1], within[0][1]) if len(within) == 1 or within[-1][0] - within[0][1] < 4 else within[0][1]
    elif run[-1][2].endswith("."):
        end -= 1
    if 2 < end - start <= 80 and len(run) <= 9:
        yield start, end


def likeness(domain: str, name: str) -> float:
    words = [w for w in re.findall(r"[^\W_]+", fold(name)) if len(w) > 1 or w.isdigit()]
    joined = "".join(words)
    parts = [p for p in re.split(r"[-_]", fold(domain)) if len(p) > 2]
    squeezed = re.sub(r"[^a-z0-9]", "", fold(domain))
    if len(squeezed) >= 4 and (squeezed in joined or (len(joined) >= 5 and joined in squeezed)):
        return 3.0
    best = 0.0
    for word in words:
        if len(word) < 4 or word in NOT_NAMES or INSTITUTION.match(word):
            continue
        for part in parts:
            if word == part:
                best = max(best, 2.6)
            elif len(part) >= 4 and (part.startswith(word) or word.startswith(part)):
                best = max(best, 2.2)
            elif len(word) >= 5 and word in part:
                best = max(best, 1.8)
    transliterated = squeezed.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    if best == 0.0 and any(len(w) >= 5 and w in transliterated for w in words):
        best = 2.2
    return best
