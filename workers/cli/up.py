"""`countersign up`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def up(
    port: Annotated[int | None, typer.Option(help="Port of the web app (COUNTERSIGN_PORT, 8080).")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for all data (COUNTERSIGN_DATA, .countersign).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object when everything is up.")] = False,
) -> None:
    """Start engines, worker, scheduler and web app, and stay until Ctrl-C."""
    from app import config
    from workers.supervisor import Supervisor

    asked = {"countersign_port": port, "countersign_data": data}
    settings = config.load(with_engines=False, **{k: v for k, v in asked.items() if v is not None})
    supervisor = Supervisor(settings, lambda line: print(line, file=sys.stderr, flush=True))
    settings = supervisor.start()
    supervisor.heed_signals()  # whoever reads that it is up may end it at once
    if as_json:
        print(json.dumps({"url": settings.public_url, "data": str(settings.countersign_data.resolve())}), flush=True)
    else:
        print(f"Countersign is up: {settings.public_url}", flush=True)
    supervisor.run()
    if not as_json:
        print("Countersign has stopped.", flush=True)
