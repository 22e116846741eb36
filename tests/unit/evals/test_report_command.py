"""`report`, `compare` and `gate` on the command line: a page that needs nothing else, exit codes that CI can use."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from app.documents.sandbox import Reader
from evals.cases import fingerprint, load
from evals.engines import Offline
from evals.run_folder import begin
from evals.running import carry_out
from tests.command_line import Run
from tests.unit.evals.runs import dataset

HOSTILE = "<script>alert(1)</script> <img src=https://evil.example/x.png>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over three mails, one of which is hostile and labelled wrongly on purpose; made once."""
    folder = tmp_path_factory.mktemp("made")
    data = dataset(folder / "d", bank={"kind": "dispute", "reason": "tax", "note": HOSTILE})
    mail = data / "bank.eml"
    mail.write_bytes(mail.read_bytes() + HOSTILE.encode())
    cases = load(data)
    about = {
        "name": "", "dataset": fingerprint(cases), "folder": str(data), "cases": len(cases), "engine": "offline",
        "model": None, "prompt": None, "folds": 0, "seed": None, "versions": {}, "learned_from": False,
        "concurrency": 1, "began_at": "2026-11-22T09:00:00+00:00",
    }  # fmt: skip
    with Reader(1) as reader:
        begun = begin(folder / "r", about, cases)
        carry_out(cases, begun, Offline(), reader, concurrency=1, say=lambda _: None)
    return folder


@pytest.fixture
def ran(made: Path, tmp_path: Path) -> Path:
    """A copy of that run and its dataset, to be changed."""
    copied = tmp_path / "copied"
    shutil.copytree(made, copied)
    about = json.loads((copied / "r" / "run.json").read_text())
    (copied / "r" / "run.json").write_text(json.dumps({**about, "folder": str(copied / "d")}))
    return copied / "r"


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_report_is_one_file_that_loads_nothing_and_shows_sources_as_text(run: Run, ran: Path) -> None:
    assert run("eval", "report", str(ran)).code == 0
    text = (ran / "report.html").read_text("utf-8")
    page = _Page(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object"}
    assert not [attrs for _, attrs in page.tags if {"src", "href"} & attrs.keys()]
    assert "@import" not in text
    assert "url(http" not in text
    assert "&lt;script&gt;alert(1)" in text, "the worst case is shown with its source"
    charts = [str(attrs["class"]) for tag, attrs in page.tags if tag == "svg" and "class" in attrs]
    for sort in ("words", "confusion", "dots", "reliability", "risk", "sizes", "latency", "interval"):
        assert f"chart chart-{sort}" in charts


def test_a_source_that_has_changed_since_is_not_shown(run: Run, ran: Path) -> None:
    (ran.parent / "d" / "bank.eml").write_bytes(b"Subject: another\n\nAnother text.\n")
    assert run("eval", "report", str(ran)).code == 0
    text = (ran / "report.html").read_text("utf-8")
    assert "Another text" not in text
    assert "has changed" in text


def test_a_report_of_an_order_alone_has_no_charts_of_what_was_not_measured(run: Run, ran: Path) -> None:
    lines = [json.loads(line) for line in (ran / "answers.jsonl").read_text().splitlines()]
    for line in lines:
        for name in ("confidence", "reading", "prediction_set"):
            line.pop(name)
    (ran / "answers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run("eval", "report", str(ran), "--worst", "0").code == 0
    assert "chart-risk" not in re.sub(r"<style>.*?</style>", "", (ran / "report.html").read_text(), flags=re.DOTALL)


def test_comparing_prints_flips_and_json(run: Run, ran: Path) -> None:
    assert "3 cases in both runs" in run("eval", "compare", str(ran), str(ran), columns=120).out
    found = json.loads(run("eval", "compare", str(ran), str(ran), "--json").out)
    assert (found["cases"], found["flips"], found["mcnemar"]["reason"]["p"]) == (3, [], 1.0)


def test_the_gate_ends_with_one_when_something_fell(run: Run, ran: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    gate = ("eval", "gate", str(ran), "--baseline", str(baseline))
    assert "--write" in run(*gate).err, "there is no baseline yet"
    assert run(*gate, "--write").code == 0
    assert run(*gate).code == 0
    held = json.loads(baseline.read_text())
    held["measures"]["reason_micro_f1"]["value"] = 1.0
    baseline.write_text(json.dumps(held))
    fell = run(*gate, columns=120)
    assert fell.code == 1
    assert "Reason, micro-F1" in fell.out
    assert json.loads(run(*gate, "--json").out)["fallen"] == ["reason_micro_f1"]
