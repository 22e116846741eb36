"""The pictures of docs/pictures: `make pictures` takes them anew. They are looked at, not compared."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.documents.page_images import ChildRenderer
from tests.desk import Desk, open_desk
from tests.house import SAMPLES, House
from workers import detection

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("PICTURES" not in os.environ, reason="PICTURES names no folder to keep them in"),
]

EVERYTHING = ("reviewer", "controller", "auditor", "policy_owner", "administrator")


@pytest.fixture
def furnished(house: House, chromium: Any) -> Iterator[Desk]:
    """All samples taken in and read, what the detectors find, and pages drawn as they are."""
    for sample in sorted(SAMPLES.iterdir()):
        house.take_in(sample.read_bytes(), sample.name)
    detection.run(house.parts)
    house.work()
    with closing(ChildRenderer()) as renderer, open_desk(house, chromium, renderer) as found:
        yield found


def keep(page: Any, name: str) -> None:
    """Keep what is on screen, in few colours."""
    from PIL import Image

    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(255, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        Path(os.environ["PICTURES"]) / f"{name}.png", optimize=True
    )


def test_pictures_for_the_documentation(furnished: Desk) -> None:
    def somebody(width: int = 1280, height: int = 860, scheme: str = "light", name: str = "Ines") -> Any:
        page = furnished.person(name, *EVERYTHING, viewport={"width": width, "height": height}, color_scheme=scheme)
        page.emulate_media(reduced_motion="reduce", color_scheme=scheme)
        return page

    page = somebody()
    page.keyboard.press("j")
    page.keyboard.press("j")
    keep(page, "inbox")
    for sample, name in ((1, "case"), (12, "case-fraud"), (7, "case-order")):
        page.goto(f"/cases/{sample}")
        keep(page, name)
    page.goto("/cases/1")
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette li")
    keep(page, "palette")
    page.goto("/cases/1")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] .keys")
    keep(page, "keyboard")
    for address, name in (("/dashboards", "dashboards"), ("/policy", "policy")):
        page.goto(address)
        keep(page, name)
    wide = somebody(1680, 900, "dark")
    wide.goto("/inbox")
    wide.keyboard.press("j")
    wide.keyboard.press("j")
    keep(wide, "inbox-preview-dark")
    phone = somebody(360, 780)
    phone.goto("/inbox")
    keep(phone, "inbox-phone")
    phone.goto("/cases/1")
    keep(phone, "case-phone")
    dark = somebody(scheme="dark")
    dark.goto("/cases/7")
    dark.hover(".field[data-evidence] >> nth=1")
    keep(dark, "case-order-dark")
    page.goto("/cases/1")
    page.keyboard.press("c")
    page.wait_for_selector("#undo")
    keep(page, "undo")
    assert furnished.wrong == []
