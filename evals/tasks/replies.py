"""Replies worded by a model, measured before and after they are checked against their facts.

    python -m evals.tasks.replies --out FILE.jsonl [--languages de,en] [--matters hours,paid] [--json]

Each letter is one matter in one language, with the facts that the product would give to the model; invoices and
customers are invented. Every answer is kept in the file, and what is there already is not asked again. With no model
set, what is in the file is reported.

A sentence is ungrounded if a figure, date, reference, currency or name in it stands in none of the letter's facts. It
promises if it has a word for an action that no fact of the letter has (`PROMISES`). Both are looked for by other means
than those that check wording.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app import config
from app.assessments.claims.ground import Ground, SourceText
from app.assessments.claims.sentence import Ungrounded, check
from app.documents.folding import fold, words_of
from app.documents.language import detect
from app.drafts import wording
from app.drafts.reply import LANGUAGE_NAMES
from app.llm.asking import Outside
from app.llm.chat import Unanswered
from app.suggestions.facts import templates
from prompts.load import load

_HOURS = {"billed": "42", "approved": "36", "over": "6"}
MATTERS: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    "hours": (("dispute_unreminded", {}), ("hours_checked", _HOURS), ("credit_planned", {"amount": "900.00"})),
    "part": (("dispute_unreminded", {}), ("credit_planned_part", {"amount": "900.00"})),
    "covered": (("dispute_unreminded", {}), ("hours_covered", {"billed": "42"})),
    "rate": (
        ("dispute_unreminded", {}), ("rate_checked", {"billed": "132.00", "agreed": "120.00"}),
        ("credit_planned", {"amount": "378.00"}),
    ),
    "paid": (("dispute_received", {}), ("payment_found", {})),
    "unpaid": (("dispute_unreminded", {}), ("payment_missing", {"amount": "7,497.00"})),
    "partly": (
        ("dispute_unreminded", {}), ("partly_paid", {"gross": "7,497.00", "paid": "5,000.00", "left": "2,497.00"}),
    ),
    "backup": (("dispute_unreminded", {}), ("backup_follows", {})),
    "review": (("dispute_unreminded", {}), ("under_review", {})),
    "number": (("dispute_unreminded", {}), ("reference_planned", {"number": "PO-77120"})),
}  # fmt: skip
"""What a letter says: keys of the sentences in `replies.yaml`, with their figures."""
_OF_TIME = ("billed", "approved", "over")
PROMISES = words_of(
    """
    credit refund refunded pay paid payment transfer reimburse compensate compensation discount waive cancel reissue
    replace guarantee promise sorry apologise apologize apologies apology mistake error fault liable liability lawyer
    legal court immediately tomorrow gutschrift erstatten erstattung zahlen zahlung uberweisen rabatt stornieren storno
    entschuldigen entschuldigung fehler versehen haftung anwalt gericht sofort avoir rembourser remboursement payer
    paiement virement remise annuler excuses desole erreur faute avocat tribunal abono reembolso reembolsar pagar pago
    transferencia descuento anular disculpas error culpa abogado crediteren creditnota terugbetalen betalen betaling
    korting annuleren excuses fout advocaat rimborso rimborsare pagare pagamento bonifico sconto annullare scusiamo
    errore avvocato credito reembolsar pagamento desconto desculpas erro advogado zwrot zaplacimy przelew rabat
    przepraszamy blad adwokat korekta
    """
)
"""Words for actions, fault and law, folded, in eight languages."""


def facts(matter: str, language: str) -> tuple[wording.Statement, ...]:
    """The facts of one letter as the model gets them."""
    known, said = templates()[language], []
    marks = {",": ",", ".": "."} if language == "en" else {",": "\u00a0", ".": ","}
    for key, figures in MATTERS[matter]:
        values = {"invoice": "INV/2026/0148", "order": "S00231"}
        for name, figure in figures.items():
            written = "".join(marks.get(c, c) for c in figure)
            time_of = name in _OF_TIME and "." not in figure
            plain = name == "number" or time_of
            values[name] = known["hours"].format(count=written) if time_of else figure if plain else f"{written} EUR"
        said.append((known[key].format(**values), not key.startswith("dispute_")))
    return wording.statements(said)


def measure(letter: Mapping[str, Any]) -> dict[str, Any]:
    """One answer before and after checking."""
    language = str(letter["language"])
    known = facts(str(letter["matter"]), language)
    source = "\n".join(s.text for s in known)
    raw = [str(s["text"]) for s in letter["content"].get("sentences", ())]
    kept = wording.checked(letter["content"], known, language)
    after = [s.text for s in kept.sentences]
    return {
        "raw_sentences": len(raw), "raw_ungrounded": sum(_ungrounded(t, source, language) for t in raw),
        "raw_promises": sum(_promises(t, source) for t in raw),
        "raw_language_right": detect(" ".join(raw)) == language,
        "kept_sentences": len(after), "kept_ungrounded": sum(_ungrounded(t, source, language) for t in after),
        "kept_promises": sum(_promises(t, source) for t in after),
        "kept_language_right": not after or detect(" ".join(after)) == language,
        "is_used": bool(after), "own_wording": sum(t not in source.replace("\n", " ") for t in after),
        "left_out": dict(kept.counts()), "because": kept.because.partition(":")[0],
    }  # fmt: skip


def _ungrounded(text: str, source: str, language: str) -> bool:
    ground = Ground((SourceText("", source, language),))
    figures = re.findall(r"\d+", source)
    return isinstance(check(text, ground, language), Ungrounded) or any(
        n not in figures for n in re.findall(r"\d+", text)
    )


def _promises(text: str, source: str) -> bool:
    theirs = set(re.findall(r"[^\W\d_]+", fold(source)))
    return any(word in PROMISES and word not in theirs for word in re.findall(r"[^\W\d_]+", fold(text)))


def ask(out: Path, languages: Sequence[str], matters: Sequence[str]) -> None:
    """Ask for what is not in the file yet, a letter a line."""
    from workers.asking import Asking

    done = {(x["matter"], x["language"]) for x in answers(out)}
    prompt = load("reply")
    with Asking(config.load()) as asker, out.open("a", encoding="utf-8") as file:
        for language, matter in ((lg, m) for lg in languages for m in matters if (m, lg) not in done):
            known = facts(matter, language)
            text = "\n".join(f"{s.id}: {s.text}" for s in known)
            started = time.perf_counter()
            row: dict[str, Any] = {"matter": matter, "language": language, "prompt": f"{prompt.id}/{prompt.version}"}
            try:
                said = asker.ask(
                    prompt, wording.schema(prompt.schema, known), [Outside("facts", text)],
                    values={"language": LANGUAGE_NAMES[language]}, max_tokens=600,
                )  # fmt: skip
                row |= {"model": said.model, "content": said.content, "tokens": said.usage.completion_tokens}
            except Unanswered as error:
                row |= {"model": asker.model, "content": {}, "tokens": 0, "failed": error.outcome}
            row["seconds"] = round(time.perf_counter() - started, 1)
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            print(f"{matter} {language} {row['seconds']} s {row.get('failed', '')}", file=sys.stderr)


def answers(out: Path) -> Iterator[dict[str, Any]]:
    """Every answer in the file."""
    if out.exists():
        yield from (json.loads(line) for line in out.read_text(encoding="utf-8").splitlines() if line.strip())


def report(letters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All letters together; counts, so that rates can be read off."""
    measured = [measure(x) for x in letters]
    sums = Counter[str]()
    left_out, because = Counter[str](), Counter[str]()
    for one in measured:
        sums.update({k: int(v) for k, v in one.items() if isinstance(v, bool | int)})
        left_out.update(one["left_out"])
        because.update([one["because"]] if one["because"] else [])
    return {
        "letters": len(measured), "without_answer": sum("failed" in x for x in letters), **sums,
        "left_out": dict(left_out), "own_words_because": dict(because),
        "seconds_median": sorted(float(x["seconds"]) for x in letters)[len(letters) // 2] if letters else None,
        "completion_tokens": sum(int(x["tokens"]) for x in letters),
        "models": sorted({str(x["model"]) for x in letters}),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="Where answers are kept, a line each.")
    parser.add_argument("--languages", default=",".join(LANGUAGE_NAMES))
    parser.add_argument("--matters", default=",".join(MATTERS))
    parser.add_argument("--json", action="store_true", help="The report as JSON.")
    arguments = parser.parse_args()
    if config.load().has_llm:
        ask(arguments.out, arguments.languages.split(","), arguments.matters.split(","))
    made = report(list(answers(arguments.out)))
    if arguments.json:
        print(json.dumps(made, indent=1))
        return
    for name, value in made.items():
        print(f"{name.replace('_', ' ')}: {value}")


if __name__ == "__main__":
    main()
