"""`countersign eval run`: every answer is kept, what is there is not asked again, mistakes are sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.documents.read import read
from classifiers.llm.question import question
from tests.command_line import Run
from tests.llm_server import LlmServer, fails, says
from tests.model_answers import smallest
from tests.unit.evals.runs import answers, dataset, write_labels

QUICK = ("--concurrency", "1")


def beginning(reason: str) -> str:
    """The beginning of an answer, which is all that is asked for with --reason-only."""
    schema, _ = question(read(b"Subject: x\n\nx\n", "m.eml")).of_reason
    return json.dumps({**smallest(schema.definition), "reason": reason})


def test_every_answer_of_any_labelled_folder_is_kept_under_the_guidelines_names(run: Run, tmp_path: Path) -> None:
    done = run("eval", "run", "--dataset", str(dataset(tmp_path / "d")), "--out", str(tmp_path / "r"), "--json", *QUICK)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["cases"], found["answered"]) == (3, 3)
    assert found["measures"]["error_rate"]["value"] == 0
    assert found["measures"]["tokens"]["value"] is None
    kept = {line["id"]: line for line in answers(tmp_path / "r")}
    assert kept.keys() == {"hours", "away", "bank"}
    assert {"file", "kind", "reason", "secondary_reasons", "flags", "fields", "prediction_set", "elapsed_ms"} <= kept[
        "hours"
    ].keys()


def test_a_run_that_was_interrupted_asks_only_what_is_left(run: Run, tmp_path: Path) -> None:
    data, out = str(dataset(tmp_path / "d")), tmp_path / "r"
    assert run("eval", "run", "--dataset", data, "--out", str(out), "--limit", "2", *QUICK).code == 0
    first = answers(out)
    with (out / "answers.jsonl").open("a") as torn:
        torn.write('{"id": "bank", "kind": "dis')
    assert run("eval", "run", "--dataset", data, "--out", str(out), *QUICK).code == 0
    assert answers(out)[:2] == first
    assert [line["id"] for line in answers(out)] == ["hours", "away", "bank"]


def test_a_folder_keeps_one_run_unless_told_to_start_over(run: Run, tmp_path: Path) -> None:
    data, out = dataset(tmp_path / "d"), str(tmp_path / "r")
    again = ("eval", "run", "--dataset", str(data), "--out", out, "--limit", "1", *QUICK)
    assert run(*again).code == 0
    dataset(tmp_path / "d", hours={"flags": ["deadline"]})
    refused = run(*again)
    assert refused.code == 1
    assert "another dataset" in refused.err
    assert run(*again, "--anew").code == 0


def test_too_few_cases_are_not_trained_on(run: Run, tmp_path: Path) -> None:
    data, out = str(dataset(tmp_path / "d")), str(tmp_path / "r")
    done = run("eval", "run", "--dataset", data, "--out", out, "--folds", "2", *QUICK)
    assert done.code == 1
    assert "3 cases are too few" in done.err
    assert run("eval", "run", "--dataset", data, "--out", out, "--folds", "1").code == 2


@pytest.mark.parametrize(
    ("label", "says_so"),
    [
        ({"file": "gone.eml", "kind": "dispute", "reason": "tax"}, "not there: gone.eml"),
        ({"file": "hours.eml", "kind": "dispute", "reason": "remittance"}, "no kind and reason"),
        ({"file": "../secret", "kind": "dispute", "reason": "tax"}, "outside of the dataset"),
        ({"kind": "dispute"}, "this is no label"),
    ],
)
def test_a_label_that_cannot_be_used_is_named(
    run: Run, tmp_path: Path, label: dict[str, str], says_so: str
) -> None:  # fmt: skip
    write_labels(dataset(tmp_path / "d"), label)
    (tmp_path / "secret").write_text("not ours to read")
    done = run("eval", "run", "--dataset", str(tmp_path / "d"), "--out", str(tmp_path / "r"))
    assert done.code == 1
    assert says_so in " ".join(done.err.split())
    assert not (tmp_path / "r").exists()


def test_suites_below_a_folder_are_run_together(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        dataset(tmp_path / "suites" / name)
    out = tmp_path / "r"
    assert (
        run("eval", "run", "--dataset", str(tmp_path / "suites"), "--out", str(out), "--limit", "4", *QUICK).code == 0
    )
    assert [line["file"] for line in answers(out)] == ["one/hours.eml", "one/away.eml", "one/bank.eml", "two/hours.eml"]


def test_a_case_without_a_label_is_asked_and_not_scored(run: Run, tmp_path: Path) -> None:
    data = dataset(tmp_path / "d")
    write_labels(data, {"id": "x", "file": "away.eml", "must_not": {"kind": ["dispute"]}})
    done = run("eval", "run", "--dataset", str(data), "--out", str(tmp_path / "r"), "--json", *QUICK)
    measures = json.loads(done.out)["measures"]
    assert measures["kind_micro_f1"]["value"] is None
    assert measures["forbidden_broken"]["value"] == 0


def test_without_a_model_the_model_cannot_be_measured(run: Run, tmp_path: Path, no_model: None) -> None:
    done = run(
        "eval", "run", "--dataset", str(dataset(tmp_path / "d")), "--out", str(tmp_path / "r"), "--engine", "model"
    )  # fmt: skip
    assert done.code == 1
    assert "COUNTERSIGN_LLM_MODEL" in done.err


def test_the_model_alone_is_measured_with_what_it_cost(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_model: None
) -> None:
    with LlmServer(says(beginning("auto_reply"))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("COUNTERSIGN_LLM_PRICES", '{"small-1": ["1", "2"]}')
        out = tmp_path / "r"
        asking = ("eval", "run", "--dataset", str(dataset(tmp_path / "d")), "--out", str(out), "--engine", "model",
                  "--model", "small-1", "--reason-only", "--json", *QUICK)  # fmt: skip
        done = run(*asking)
        assert done.code == 0, done.err
        found = json.loads(done.out)
        assert found["measures"]["kind_micro_f1"]["value"] == pytest.approx(1 / 3)
        assert found["measures"]["fields_micro_f1"]["value"] is None, "only the reason was asked for"
        assert found["measures"]["tokens"]["value"] == 120
        assert found["cost_total"] == pytest.approx(3 * (100 * 1 + 20 * 2) / 1_000_000)
        line = answers(out)[0]["model"]
        assert line["prompt"].startswith("triage/v")
        assert len(line["fingerprint"]) == 64
        asked = len(server.requests)
        assert run(*asking).code == 0
        assert len(server.requests) == asked, "what was answered is not asked again"


def test_what_a_model_could_not_answer_is_asked_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_model: None
) -> None:
    asking = ("eval", "run", "--dataset", str(dataset(tmp_path / "d")), "--out", str(tmp_path / "r"), "--limit", "1",
              "--engine", "model", "--model", "small-1", "--reason-only", "--json", *QUICK)  # fmt: skip
    with LlmServer(fails(401)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        done = run(*asking)
        assert done.code == 0
        assert json.loads(done.out)["measures"]["error_rate"]["value"] == 1
    with LlmServer(says(beginning("hours_quantity"))) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert json.loads(run(*asking).out)["measures"]["reason_micro_f1"]["value"] == 1
    kept = answers(tmp_path / "r")
    assert [line.get("outcome", "answered") for line in kept] == ["misconfigured", "answered"], "every answer is kept"


def test_the_judge_without_a_usable_answer_gives_the_offline_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_model: None
) -> None:
    data = dataset(tmp_path / "d")
    (data / "hours.eml").write_bytes(
        b"From: a@nordlicht.example\nSubject: about it\n\nWe should talk about this one.\n"
    )
    write_labels(data, {"id": "x", "file": "hours.eml", "kind": "billing_request", "reason": "question"})
    with LlmServer(says("I cannot help with that.")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        done = run("eval", "run", "--dataset", str(data), "--out", str(tmp_path / "r"), "--engine", "llm", "--model",
                   "small-1", "--json", *QUICK)  # fmt: skip
    assert done.code == 0, done.err
    (line,) = answers(tmp_path / "r")
    assert line["engine"] == "offline"
    assert line["model"]["outcome"] == "malformed"
    assert line["model"]["prompt_tokens"] > 0, "what was spent in vain is counted"
    found = json.loads(done.out)["measures"]
    assert (found["asked_share"]["value"], found["fallback_rate"]["value"]) == (1, 1)


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No language model in the environment."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "COUNTERSIGN_LLM_MODEL", "COUNTERSIGN_LLM_FILE"):
        monkeypatch.delenv(name, raising=False)
