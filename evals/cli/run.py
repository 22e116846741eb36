"""`countersign eval run`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from app.config import Settings
    from evals.engines import Engine
    from evals.running import Progress, Say

_FEW = 2
"""Questions at once where the model runs on this machine."""
_FENCES = "the same fences around outside text in every run"


class EngineName(StrEnum):
    """Who is measured."""

    OFFLINE = "offline"
    LLM = "llm"
    MODEL = "model"


def run(
    dataset: Annotated[
        Path, typer.Option(help="Folder with labels.jsonl and the files it names, or a folder of such folders.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the run. One that holds an unfinished run goes on.")],
    engine: Annotated[
        EngineName,
        typer.Option(help="offline: without a model. llm: the judge, which asks a model where it is not certain. "
                          "model: the model alone, unguarded."),
    ] = EngineName.OFFLINE,
    model: Annotated[str, typer.Option(help="The model's name; COUNTERSIGN_LLM_MODEL else.")] = "",
    prompt: Annotated[str, typer.Option(help="The prompt's version, such as v2; the newest else.")] = "",
    limit: Annotated[int, typer.Option(help="Only so many cases, in the order of the labels; 0 for all.", min=0)] = 0,
    folds: Annotated[
        int,
        typer.Option(help="Train the offline engine anew for each of so many folds, without it: the honest way on "
                          "cases that the packaged engine was trained on. 0: as packaged.", min=0, max=20),
    ] = 0,
    seed: Annotated[int, typer.Option(help="How the folds are dealt.")] = 0,
    votes: Annotated[
        Path | None,
        typer.Option(help="With --folds and --engine llm: what the model said of the cases (evals.tasks.votes): "
                          "each fold learns what its vote is worth. As packaged else.", exists=True, dir_okay=False),
    ] = None,
    concurrency: Annotated[int, typer.Option(help="Cases at once; as many as fit the engine else.", min=0)] = 0,
    reason_only: Annotated[
        bool, typer.Option("--reason-only", help="Ask the model for the reason alone: cheap, and no summary.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Start over: answers that the folder holds are removed.")
    ] = False,
    name: Annotated[str, typer.Option(help="What the run is called in tables; the folder's name else.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with all measures.")] = False,
) -> None:  # fmt: skip
    """Ask an engine about every case of a dataset and keep every single answer.

    Stopped in the middle, the same command asks what is left. Needs no database.
    """
    from app import config
    from app.clock import now
    from app.documents.sandbox import Reader
    from classifiers.triage.votes import load_votes
    from evals import cases as labelled
    from evals import run_folder, running

    if folds == 1:
        raise typer.BadParameter("one fold would leave nothing to learn from: two or more, or 0", param_hint="--folds")
    settings = _settings(config.load(with_engines=False), model)
    held = labelled.load(dataset)
    some = held[:limit] if limit else held
    with ExitStack() as stack:
        asked, about = _engine(stack, settings, engine, prompt, is_reason_only=reason_only)
        about = {
            "name": name, "dataset": labelled.fingerprint(held), "folder": str(dataset.resolve()), "cases": len(some),
            "engine": engine.value, "folds": folds, "seed": seed if folds else None, **about,
            "votes": _digest(votes), "learned_from": _learned(dataset, folds),
            "began_at": now().isoformat(timespec="seconds"),
        }  # fmt: skip
        at_once = concurrency or _at_once(settings, engine)
        about["concurrency"] = at_once
        if anew:
            run_folder.clear(out)
        begun = run_folder.begin(out, about, some)
        reader = stack.enter_context(Reader(min(at_once, os.cpu_count() or 1)))
        say = stack.enter_context(_progress(settings.countersign_llm_currency, has_model=engine != EngineName.OFFLINE))
        if folds:
            ran = running.cross_validate(
                some, begun, asked, reader, folds=folds, seed=seed, concurrency=at_once, say=say,
                spoken=load_votes(votes) if votes else None,
            )  # fmt: skip
        else:
            ran = running.carry_out(some, begun, asked, reader, concurrency=at_once, say=say)
    about["ended_at"] = now().isoformat(timespec="seconds")
    run_folder.write_about(out, about)
    _tell(out, ran, as_json=as_json)


def _settings(settings: Settings, model: str) -> Settings:
    """The settings with the model that was asked for, and with fences that are the same in every run."""
    from pydantic import SecretStr

    changed: dict[str, Any] = {"countersign_secret_key": SecretStr(_FENCES)}
    if model:
        changed["countersign_llm_model"] = model
    return settings.model_copy(update=changed)


def _engine(
    stack: ExitStack, settings: Settings, engine: EngineName, version: str, *, is_reason_only: bool
) -> tuple[Engine, dict[str, Any]]:
    """The engine that was asked for, and what makes its answers what they are."""
    from classifiers.flags import trained
    from classifiers.triage.artefact import packaged
    from evals.engines import Offline

    versions = {"triage": packaged().version, "flags": trained.packaged().version}
    if engine is EngineName.OFFLINE:
        return Offline(settings.firm), {"model": None, "prompt": None, "versions": versions}
    from app.errors import Misconfigured
    from classifiers.llm.question import PROMPT
    from evals.model_engines import Endpoint, Judge, ModelAlone
    from prompts.load import BadPrompt, load
    from workers.asking import Asking, tariff

    if not settings.has_llm:
        raise Misconfigured(
            "There is no language model to ask. Set COUNTERSIGN_LLM_MODEL (or --model) with OPENAI_API_KEY or "
            "OPENAI_BASE_URL, or COUNTERSIGN_LLM_FILE."
        )
    try:
        chosen = load(PROMPT, version.removeprefix(f"{PROMPT}/") or None)
    except BadPrompt as error:
        raise typer.BadParameter(str(error), param_hint="--prompt") from None
    asker = stack.enter_context(Asking(settings))
    endpoint = Endpoint(asker, chosen, tariff(settings), is_reason_only)
    about = {
        "model": asker.model, "prompt": f"{chosen.id}/{chosen.version}", "is_reason_only": is_reason_only,
        "versions": versions,
    }  # fmt: skip
    return (Judge if engine is EngineName.LLM else ModelAlone)(endpoint, settings.firm), about


def _at_once(settings: Settings, engine: EngineName) -> int:
    from urllib.parse import urlsplit

    if engine is EngineName.OFFLINE:
        return os.cpu_count() or 1
    host = urlsplit(settings.openai_base_url).hostname or ""
    is_here = settings.countersign_llm_file is not None or host in ("localhost", "127.0.0.1", "::1")
    return _FEW if is_here else min(16, settings.countersign_llm_concurrency)


def _digest(file: Path | None) -> str | None:
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file else None


def _learned(dataset: Path, folds: int) -> bool:
    """Whether the engine as packaged was built with these cases at hand, so that its figures flatter."""
    import evals

    own = Path(evals.__file__).parent / "datasets"
    return not folds and dataset.resolve().is_relative_to(own)


@contextmanager
def _progress(currency: str, *, has_model: bool) -> Iterator[Say]:
    """A bar with the time left and the cost so far on standard error; where nobody watches, a line now and then."""
    from evals.cli.watching import bar

    with bar(currency, has_model=has_model) as say:
        yield say


def _tell(folder: Path, ran: Progress, *, as_json: bool) -> None:
    from evals.cli.tables import print_measures
    from evals.measures import measure
    from evals.run_folder import open_run

    found = measure(open_run(folder))
    if as_json:
        typer.echo(json.dumps({"run": str(folder), **found.as_plain()}, ensure_ascii=False))
        return
    print_measures(found)
    typer.echo(f"All answers are in {folder}. See them with: countersign eval report {folder}")
    if ran.errors:
        typer.echo(f"{ran.errors} cases gave no answer; the same command asks them again.", err=True)
