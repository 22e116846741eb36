"""How fast, as JSON with ratios: `make bench`. Figures of one run on one machine; only ratios travel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DATASETS = Path(__file__).parent / "datasets"


def main() -> None:
    """Measure and print."""
    measured = {"start": start(), "reading": reading(), "triage": triage(), "questions_at_once": questions_at_once()}
    print(json.dumps({"cpus": os.cpu_count(), **measured}, indent=1))


def start(rounds: int = 5) -> dict[str, float]:
    """Seconds of `countersign --help` and of an empty Python, best of several."""

    def best(*arguments: str) -> float:
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - began)
        return round(min(times), 3)

    return {"help_s": best(sys.executable, "-m", "workers", "--help"), "python_s": best(sys.executable, "-c", "")}


def reading() -> dict[str, float]:
    """Pages a second of our reading (words with boxes, tables, language) and of pypdfium2's plain text, same files.

    In a process of its own, as files are read in the product: what else has been loaded here weighs on neither.
    """
    told = subprocess.run([sys.executable, "-m", "evals.reading_speed"], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def triage() -> dict[str, Any]:
    """Messages a second of `countersign triage` on the corpus, start-up included; also without what needs OCR."""
    from app.documents.read import read

    messages = sorted((DATASETS / "messages").glob("*.eml"))
    with TemporaryDirectory() as folder:
        for path in messages:
            if not any(page.is_scanned for part in read(path.read_bytes(), path.name).walk() for page in part.pages):
                (Path(folder) / path.name).symlink_to(path.resolve())
        without_ocr = len(list(Path(folder).iterdir()))
        seconds = _triage_seconds(folder)
    everything = _triage_seconds(str(DATASETS / "messages"))
    return {
        "messages_without_ocr": without_ocr, "per_s_without_ocr": round(without_ocr / seconds, 1),
        "messages": len(messages), "per_s": round(len(messages) / everything, 1),
    }  # fmt: skip


def questions_at_once() -> dict[str, float]:
    """64 questions at once to a model that takes 2 s: the share of the ideal throughput, and megabytes."""
    told = subprocess.run([sys.executable, "-m", "evals.llm_speed"], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(told.stdout)
    return {name: found[name] for name in ("at_once", "latency_seconds", "share_of_ideal", "megabytes_at_most")}


def _triage_seconds(folder: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "workers", "triage", folder, "--jsonl"], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
