"""Learning flags and requested action from the phrasebook, this folder's phrases and labelled messages.

Sentence heads learn from the written phrases, and from the messages' own sentences: those of unflagged messages are
counterexamples, of a flagged message the sentence that speaks loudest is an example. The decisions over a message learn
from scores of heads that did not see it. The same messages, phrases and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.vocabulary import Flag, RequestedAction
from classifiers import requested_action as asked
from classifiers.flags import sentences, several, speech
from classifiers.flags.heard import HEADS_OF_PARTS, Clause, Heard, clauses_of, score
from classifiers.flags.trained import NAME, Model
from classifiers.triage import phrases, wording
from classifiers.triage.artefact import FORMAT, Artefact
from classifiers.triage.labelled import Labelled, folds, load_labelled

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Rows = list[dict[int, float]]

VERSION = "1"
_INNER_FOLDS = 4
_ROUNDS = 2
_STRICTNESS = 10.0
_OWN_WEIGHT, _EXAMPLE, _COUNTEREXAMPLE = 2.0, 2.0, 1.0
_NOT_AN_EXAMPLE = -2.0
_HOLDS = ("on_hold", "refuse_pay", "not_process", "no_x_no_pay", "short_paid", "term_stopped")
_LEGAL = ("lawyer", "court", "legal_step", "agency")
_HOLDING_REASONS = ("reason:missing_backup", "reason:short_payment")
_PAYING_REASONS = ("reason:promise_to_pay", "reason:remittance", "reason:auto_reply")
_MATTER = "matter"


@dataclass(frozen=True, slots=True)
class Written:
    """A written sentence: its language, label ("flag:deadline", "not:deadline", "reason:tax"), text and concepts."""

    language: str
    label: str
    text: str
    concepts: frozenset[int]
    is_own: bool

    def speaks_of(self, *names: str) -> bool:
        return any(sentences.number_of(name) in self.concepts for name in names)


@dataclass(frozen=True, slots=True)
class Studied:
    """A labelled message cut into clauses, once for all folds."""

    message: Labelled
    clauses: tuple[Clause, ...]
    rows: tuple[dict[int, float], ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What does not depend on the messages: written sentences, their rows, and the n-grams' rarity."""

    written: tuple[Written, ...]
    rows: tuple[dict[int, float], ...]
    rarity: tuple[float, ...]
    fixed: Mapping[str, tuple[Array, float]]
    """Weights and bias of the heads that learn from written sentences alone."""


def train(datasets: Path, seed: int = 0) -> Artefact:
    """Train on `datasets/messages` (labels.jsonl and the messages it names) and all packaged phrases."""
    base = basis(seed)
    return fit([study(message, base) for message in load_labelled(datasets / "messages")], base, seed)


def basis(seed: int = 0) -> Basis:
    """Load the written sentences, compute their rows, and train what learns from them alone."""
    import numpy as np

    written = tuple(_written())
    seen = np.zeros(wording.COLUMNS)
    for one in written:
        seen[list(wording.columns(one.text))] += 1
    rarity = np.log((1 + len(written)) / (1 + seen)).astype(np.float16).astype(np.float64).tolist()
    rows = tuple(sentences.columns(one.text, one.concepts, rarity) for one in written)
    base = Basis(written, rows, tuple(rarity), {})
    fixed = {head: _head(head, (), base, seed) for head in (Flag.PROMPT_INJECTION.value, _MATTER)}
    weights, biases = _asking(base, seed)
    fixed |= {f"ask:{a.value}": (weights[n], float(biases[n])) for n, a in enumerate(RequestedAction)}
    return replace(base, fixed=fixed)


def study(message: Labelled, base: Basis) -> Studied:
    """Cut a message and compute its clauses' rows."""
    clauses = clauses_of(message.reading)
    return Studied(message, clauses, tuple(sentences.columns(c.text, c.concepts, base.rarity) for c in clauses))


def fit(messages: Sequence[Studied], base: Basis, seed: int = 0) -> Artefact:
    """Train on messages at hand."""
    fold_of = folds([one.message for one in messages], _INNER_FOLDS, seed)
    unseen: list[Heard] = []
    parts = [
        _heads([one for one, number in zip(messages, fold_of, strict=True) if number != fold], base, seed)
        for fold in range(_INNER_FOLDS)
    ]
    for one, number in zip(messages, fold_of, strict=True):
        unseen.append(score(one.message.reading, one.clauses, sentences.Heads(*parts[number])))
    arrays, heads = _heads(messages, base, seed)
    golds = [one.message.gold for one in messages]
    reasons = [one.message.reason for one in messages]
    settings = {
        "format": FORMAT,
        "version": VERSION,
        "seed": seed,
        "fingerprint": sentences.fingerprint(),
        "heads": heads,
        "decisions": _decisions(unseen, reasons, golds),
        "asked": asked.learn(unseen, reasons, [_asked(gold) for gold in golds]),
        "learned_from": {"messages": len(messages), "phrases": len(base.written)},
    }
    return Artefact(arrays, settings)


def _asked(gold: dict[str, Any]) -> str | None:
    return (gold.get("fields") or {}).get("requested_action")


def _written() -> list[Written]:
    import yaml

    found = [(p.language, p.label, p.text, False) for p in phrases.load_phrasebook()]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(Path(str(files("classifiers.flags") / "phrases")).glob("??.yaml")):
        book = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both loaders are safe
        for action, texts in book.pop("asks").items():
            found += [(path.stem, f"action:{action}", text, True) for text in texts]
        for flag, blocks in book.pop("compose").items():
            found += [(path.stem, *one, True) for block in blocks for one in _composed(flag, block)]
        for flag, sides in book.items():
            found += [(path.stem, f"flag:{flag}", text, True) for text in sides["is"]]
            found += [(path.stem, f"not:{flag}", text, True) for text in sides["is_not"]]
    return [
        Written(language, label, text, sentences.concepts(text, language), own) for language, label, text, own in found
    ]


def _composed(flag: str, block: dict[str, Any]) -> list[tuple[str, str]]:
    """(label, sentence) of a block: each thing that is said, of a few of its subjects."""
    subjects, label = block["subjects"], f"{'flag' if block['side'] == 'is' else 'not'}:{flag}"
    count = len(subjects)
    return [
        (label, f"{subjects[(3 * at + 7 * turn) % count]} {says}.")
        for at, says in enumerate(block["says"])
        for turn in range(block.get("turns", 2))
    ]


def _heads(messages: Sequence[Studied], base: Basis, seed: int) -> tuple[dict[str, Array], list[str]]:
    """Train all heads: arrays for the artefact, and the heads' names in order."""
    import numpy as np

    learned = {flag.value: _head(flag.value, messages, base, seed) for flag in speech.STATED}
    learned |= base.fixed
    names = list(learned)
    coefficients = [weights for weights, _ in learned.values()]
    biases = [bias for _, bias in learned.values()]
    table = np.stack(coefficients, axis=1)
    scale = np.maximum(np.abs(table).max(axis=0), 1e-9) / 127
    arrays = {
        "weights": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.array(biases, dtype=np.float32),
        "rarity": np.array(base.rarity, dtype=np.float16),
    }
    return arrays, names


def _head(head: str, messages: Sequence[Studied], base: Basis, seed: int) -> tuple[Array, float]:
    """One yes-or-no head. What is unclear in the written sentences is left out."""
    rows, answers, weights = [], [], []
    for one, row in zip(base.written, base.rows, strict=True):
        answer, weight = _answer(head, one)
        if answer is not None:
            rows.append(row)
            answers.append(answer)
            weights.append(weight)
    table = _matrix(rows)
    model = _logistic(table, answers, weights, seed)
    if messages:
        for _ in range(_ROUNDS):
            more = _from_messages(head, messages, model)
            model = _logistic(
                _matrix([*rows, *(row for row, _ in more)]),
                answers + [answer for _, answer in more],
                weights + [_EXAMPLE if answer else _COUNTEREXAMPLE for _, answer in more],
                seed,
            )
    return model.coef_[0], float(model.intercept_[0])


def _answer(head: str, one: Written) -> tuple[bool | None, float]:
    """Whether a written sentence is an example of a head (None: unclear), and its weight."""
    is_reason = one.label.startswith("reason:")
    if head == _MATTER:
        if one.is_own or one.label == "flag:payment_held":
            return None, 1.0
        if one.label in ("flag:quoted_history_only", "neutral"):
            return False, 1.0
        return (True if is_reason or one.label.startswith("action:") else None), 1.0
    if head == Flag.DEADLINE and not sentences.sets_a_time(one.concepts):
        return None, 1.0
    if one.label in (f"flag:{head}", f"not:{head}"):
        return one.label.startswith("flag:"), _OWN_WEIGHT if one.is_own else 1.0
    if head == Flag.PAYMENT_HELD and one.speaks_of(*_HOLDS):
        if one.label in _HOLDING_REASONS:
            return True, 0.5
        return (None if is_reason or one.is_own else False), 1.0
    if head == Flag.LEGAL_THREAT and one.speaks_of(*_LEGAL) and (is_reason or one.is_own):
        return None, 1.0
    asks = one.speaks_of("asks", "stops")
    if head == Flag.DEADLINE and asks and one.label.startswith(("reason:", "action:")):
        return (False if one.label in _PAYING_REASONS else None), 1.0
    return False, 1.0


def _from_messages(head: str, messages: Sequence[Studied], model: Any) -> list[tuple[dict[int, float], bool]]:
    found = []
    for one in messages:
        rows = [
            row
            for clause, row in zip(one.clauses, one.rows, strict=True)
            if clause.zone in ("new", "subject")
            and (head in HEADS_OF_PARTS or not clause.is_part)
            and (head != Flag.DEADLINE or sentences.sets_a_time(clause.concepts))
        ]
        if not rows:
            continue
        if head not in one.message.gold["flags"]:
            found += [(row, False) for row in rows]
            continue
        scores = model.decision_function(_matrix(rows))
        best = int(scores.argmax())
        if scores[best] > _NOT_AN_EXAMPLE:
            found.append((rows[best], True))
    return found


def _asking(base: Basis, seed: int) -> tuple[Array, Array]:
    """The choice of what a sentence asks for: one row of weights and one bias for each requested action."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    actions = [action.value for action in RequestedAction]
    rows, answers = [], []
    for at, (one, row) in enumerate(zip(base.written, base.rows, strict=True)):
        section, _, name = one.label.partition(":")
        if section == "action":
            answer = name
        elif not _asks_nothing(one, at):
            continue
        else:
            answer = RequestedAction.NONE.value
        rows.append(row)
        answers.append(actions.index(answer))
    weights = np.where(np.array(answers) == actions.index(RequestedAction.NONE.value), 0.3, 1.0)
    model = LogisticRegression(C=10.0, max_iter=200, random_state=seed)
    model.fit(_matrix(rows), answers, sample_weight=weights)
    return model.coef_, model.intercept_


def _asks_nothing(one: Written, at: int) -> bool:
    """Whether a sentence surely asks for nothing; every other such sentence of the reasons is enough."""
    if one.label in ("neutral", "flag:payment_held", "flag:legal_threat"):
        return not one.is_own
    is_question = one.text.rstrip().endswith("?")
    return one.label.startswith("reason:") and at % 2 == 1 and not one.speaks_of("asks") and not is_question


def _decisions(
    unseen: Sequence[Heard], reasons: Sequence[str], golds: Sequence[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for flag in (Flag.PAYMENT_HELD, Flag.DEADLINE):
        said = [(reason, flag in gold["flags"]) for reason, gold in zip(reasons, golds, strict=True)]
        rows = []
        for at, (heard, reason) in enumerate(zip(unseen, reasons, strict=True)):
            others = speech.usual_by_reason(said[:at] + said[at + 1 :])  # its own flag must not tell of itself
            rows.append(speech.features(speech.loudest(heard, flag, heard.zones_that_speak()), reason, others[reason]))
        found[flag.value] = _decision(rows, [answer for _, answer in said], 1.0, 0.5)
        found[flag.value]["usual"] = speech.usual_by_reason(said)
    found[Flag.LEGAL_THREAT.value] = {"weights": [1.0, *(0.0,) * 6], "bias": 0.0, "usual": {}}
    rows = [several.features(heard, reason, several.matters()) for heard, reason in zip(unseen, reasons, strict=True)]
    answers = [Flag.MULTI_ISSUE in gold["flags"] for gold in golds]
    found[Flag.MULTI_ISSUE.value] = _decision(rows, answers, 3.0, 0.35)
    return found


def _decision(
    rows: Sequence[Sequence[float]], answers: Sequence[bool], strictness: float, threshold: float
) -> dict[str, Any]:
    """A logistic decision whose boundary lies at a probability of `threshold`."""
    from math import log

    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strictness).fit(rows, answers)
    bias = float(model.intercept_[0]) - log(threshold / (1.0 - threshold))
    return {"weights": [round(float(w), 4) for w in model.coef_[0]], "bias": round(bias, 4)}


def _matrix(rows: Sequence[dict[int, float]]) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    sizes = [len(row) for row in rows]
    return csr_matrix(
        (
            np.fromiter((value for row in rows for value in row.values()), dtype=np.float64, count=sum(sizes)),
            np.fromiter((column for row in rows for column in row), dtype=np.int64, count=sum(sizes)),
            np.cumsum([0, *sizes]),
        ),
        shape=(len(rows), sentences.width()),
    )


def _logistic(table: Any, answers: Sequence[bool], weights: Sequence[float], seed: int) -> Any:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    said = np.array(answers)
    balance = float(np.sqrt((~said).sum() / max(said.sum(), 1)))
    model = LogisticRegression(C=_STRICTNESS, max_iter=300, solver="liblinear", random_state=seed)
    return model.fit(table, said, sample_weight=np.where(said, balance, 1.0) * np.array(weights))


def main(datasets: Path, folder: Path | None = None, seed: int = 0, say: Callable[[str], object] = print) -> None:
    """Train and write the packaged model."""
    artefact = train(datasets, seed)
    Model.of(artefact)
    artefact.save(folder or Path(str(files("classifiers.flags") / "model")), NAME)
    say(f"flags {artefact.version}: {artefact.settings['learned_from']}")
