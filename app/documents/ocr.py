"""Words with boxes and scores from a picture of a page, by one OCR engine per process that is kept warm.

The engine (PP-OCR models through onnxruntime) finds lines and reads them. Here a page lying on its side or upside down
is turned, a tilted one straightened by arithmetic, and lines are cut into words where the ink shows a gap, so that the
columns of a table stay apart. Coordinates are points of the page after turning (see `Page.turned`).
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

from app.documents.characters import clean
from app.documents.rows import Placed

LONGEST_SIDE = 2400
"""Pixels; larger pictures are reduced first. A4 at 200 dpi has 2,339."""
DETECTION_SIDE = 1440
"""Pixels of the longer side at which lines are looked for: finer finds no more of them and costs four times as much."""
UNSURE = 0.8
"""Lines with a lower score are mostly wrong, good ones score 0.95 and more."""
_SAMPLE = 10
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {ord("，"): ",", ord("。"): ".", ord("、"): ",", ord("："): ":"}
"""The models know Chinese and at times choose its wide letters and stops."""
_SPACE = 0.22
"""A blank as wide as this part of the line's height is a space, even where the engine read none …"""
_SPACE_BESIDE_ONES = (_SPACE, 0.3, 0.42)
"""… but figures stand in cells of one width, which leaves a blank beside a 1, and more between two."""
_SPACE_IN_WORD = 0.45
"""… and letters of one word stay together unless they are a column apart."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page as read: words, its size in points after turning by `turned` degrees clockwise, and how sure we are.

    `score` is the mean over characters; `unsure` the share of characters in lines that score below `UNSURE`.
    `contrast` is the usual difference between paper and ink in grey levels (255 is black on white).
    """

    words: tuple[Placed, ...]
    width: float
    height: float
    turned: float = 0.0
    score: float = 1.0
    unsure: float = 0.0
    contrast: float = 255.0


@dataclass(slots=True)
class _Line:
    """A line: its four corners (from the upper left, clockwise), the picture of it, and what was read."""

    corners: Any
    crop: Any
    text: str = ""
    score: float = 0.0
    columns: tuple[tuple[str, float], ...] = ()
    """Characters that are not spaces with the place of their middle, as a fraction of the line's length."""
    contrast: float = 255.0


@functools.cache
def _engine(threads: int) -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.use_cls": False,  # its classifier turns correct long lines upside down
            "Global.return_word_box": True,
            "Global.log_level": "critical",
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTION_SIDE,
            "Det.box_thresh": 0.35,  # at 0.5 lone figures and units of poor scans go missing
            "Rec.rec_img_shape": [3, 48, 64],
            "Rec.rec_batch_num": 4,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def recognise(image: Any, points_per_pixel: float, threads: int = 1) -> Recognised:
    """Read a Pillow picture of a page."""
    import numpy as np

    width, height = image.size
    shrink = min(1.0, LONGEST_SIDE / max(width, height))
    if shrink < 1:
        image = image.resize((max(1, round(width * shrink)), max(1, round(height * shrink))))
    pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
    scale = points_per_pixel / shrink
    quarter, pixels, lines = _upright_lines(pixels, threads)
    if quarter % 2:
        width, height = height, width
    across, down = width * points_per_pixel, height * points_per_pixel
    lines = _read_lines(lines, threads)
    if not lines:
        return Recognised((), across, down, quarter * 90.0)
    tilt = _tilt(lines, pixels)
    words = [word for line in lines for word in _words(line, tilt, scale, across / scale, down / scale)]
    letters = sum(len(line.columns) for line in lines)
    unsure = sum(len(line.columns) for line in lines if line.score < UNSURE)
    contrasts = sorted(line.contrast for line in lines)
    return Recognised(
        words=tuple(words),
        width=across,
        height=down,
        turned=(quarter * 90.0 - tilt) % 360,
        score=sum(line.score * len(line.columns) for line in lines) / max(1, letters),
        unsure=unsure / max(1, letters),
        contrast=contrasts[len(contrasts) // 2],
    )


def _upright_lines(pixels: Any, threads: int) -> tuple[int, Any, list[_Line]]:
    """By how many quarters clockwise the page was turned to stand upright, its picture then, and its lines."""
    import numpy as np

    lines = _find_lines(pixels, threads)
    if not lines:
        return 0, pixels, []
    quarter = 0
    long_ones = [line for line in lines if _length(line.corners) > 2 * _height(line.corners)]
    tall_ones = [line for line in lines if _height(line.corners) > 2 * _length(line.corners)]
    if len(tall_ones) > len(long_ones):
        quarter = 1
        pixels = np.ascontiguousarray(np.rot90(pixels, -1))
        lines = _find_lines(pixels, threads)
    sample = sorted(lines, key=lambda line: _length(line.corners), reverse=True)[:_SAMPLE]
    upright = _score(sample, threads)
    if upright < 0.9:
        flipped = [_Line(line.corners, np.ascontiguousarray(line.crop[::-1, ::-1])) for line in sample]
        if _score(flipped, threads) > upright + 0.05:
            quarter += 2
            pixels = np.ascontiguousarray(pixels[::-1, ::-1])
            lines = _find_lines(pixels, threads)
    return quarter % 4, pixels, lines


def _find_lines(pixels: Any, threads: int) -> list[_Line]:
    from rapidocr.main import RapidOCRError

    record: dict[str, Any] = {}
    try:
        crops, found = _engine(threads).detect_and_crop(pixels, record)
    except RapidOCRError:  # no text at all
        return []
    padding = record.get("padding_1", {})
    corners = found.boxes - [padding.get("left", 0), padding.get("top", 0)]
    return [_Line(corner, crop) for corner, crop in zip(corners, crops, strict=True) if min(crop.shape[:2]) >= 3]


def _score(lines: list[_Line], threads: int) -> float:
    read = _read_lines([_Line(line.corners, line.crop) for line in lines], threads)
    letters = sum(len(line.text) for line in read)
    return sum(line.score * len(line.text) for line in read) / letters if letters else 0.0


def _read_lines(lines: list[_Line], threads: int) -> list[_Line]:
    if not lines:
        return []
    result = _engine(threads).recognize_txt([line.crop for line in lines])
    for line, text, score, places in zip(lines, result.txts, result.scores, result.word_results, strict=True):
        line.text, line.score = text, float(score)
        total = places.line_txt_len or 1.0
        line.columns = tuple(
            (letter, (column + 0.5) / total)
            for word, columns in zip(places.words, places.word_cols, strict=True)
            for letter, column in zip(word, columns, strict=True)
            if not letter.isspace()
        )
    return [line for line in lines if line.columns]


def _length(corners: Any) -> float:
    return math.dist(corners[0], corners[1])


def _height(corners: Any) -> float:
    return math.dist(corners[0], corners[3])


def _tilt(lines: list[_Line], pixels: Any) -> float:
    """By how many degrees the lines fall to the right: roughly from their corners, finely from the picture."""
    angles = sorted(
        (math.degrees(math.atan2(c[1][1] - c[0][1], c[1][0] - c[0][0])), _length(c))
        for c in (line.corners for line in lines)
        if _length(c) > 3 * _height(c)
    )
    half = sum(weight for _, weight in angles) / 2
    rough = 0.0
    for angle, weight in angles:
        half -= weight
        if half <= 0:
            rough = angle
            break
    if abs(rough) > 20:
        return 0.0
    tilt = _finer(pixels, rough)
    return tilt if abs(tilt) >= 0.1 else 0.0


def _finer(pixels: Any, rough: float) -> float:
    """The angle near `rough` at which rows of ink and blank rows part best (projection profile)."""
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = 900 / max(height, width)
    grey = cv2.cvtColor(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    ink = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    middle = (grey.shape[1] / 2, grey.shape[0] / 2)

    def parted(angle: float) -> float:
        turn = cv2.getRotationMatrix2D(middle, angle, 1.0)
        rows = cv2.warpAffine(ink, turn, (grey.shape[1], grey.shape[0]), flags=cv2.INTER_NEAREST).sum(axis=1)
        return float((np.diff(rows.astype(float)) ** 2).sum())

    best = max((rough + step / 4 for step in range(-6, 7)), key=parted)
    best = max((best + step / 20 for step in range(-4, 5)), key=parted)
    return best if parted(best) > 1.02 * parted(0.0) else 0.0


def _words(line: _Line, tilt: float, scale: float, width: float, height: float) -> list[Placed]:
    """The words of a line with boxes in points, on the page straightened by `tilt` about its middle."""
    import numpy as np

    corners = np.asarray(line.corners, dtype=float)
    angle = math.radians(-tilt)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    corners = (corners - middle) @ turn.T + middle
    left = (corners[0] + corners[3]) / 2
    right = (corners[1] + corners[2]) / 2
    half = _height(corners) / 2
    out = []
    for text, start, end in _cut(line):
        first, last = left + (right - left) * start, left + (right - left) * end
        y = (first[1] + last[1]) / 2
        if cleaned := clean(text.translate(_WIDE)).replace(" ", ""):
            x0, top, x1, bottom = (float(v) * scale for v in (first[0], y - half, last[0], y + half))
            out.append(Placed(cleaned, x0, top, x1, bottom, round(line.score, 3)))
    return out


def _cut(line: _Line) -> list[tuple[str, float, float]]:
    """A line's words with where they begin and end, as fractions of its length."""
    gaps, first, last = _blanks(line)
    columns = line.columns
    letters = "".join(letter for letter, _ in columns)
    spaced = _spaces_before(line.text, letters)
    unit = line.crop.shape[0] / max(1, line.crop.shape[1])
    cuts: list[tuple[int, float, float]] = []
    for i in range(1, len(columns)):
        before, after = columns[i - 1][1], columns[i][1]
        between = [gap for gap in gaps if before < (gap[0] + gap[1]) / 2 < after]
        gap = max(between, key=lambda g: g[1] - g[0], default=None)
        if gap is not None and (i in spaced or gap[1] - gap[0] > unit * _least_space(letters[i - 1], letters[i])):
            cuts.append((i, gap[0], gap[1]))
        elif i in spaced:
            at = (before + after) / 2
            cuts.append((i, at, at))
    out = []
    begin, start = 0, first
    for i, end, next_start in [*cuts, (len(columns), last, last)]:
        out.append((letters[begin:i], start, max(end, start)))
        begin, start = i, next_start
    return out


def _least_space(before: str, after: str) -> float:
    """The narrowest blank between two letters that is a space, in heights of the line."""
    if before.isdigit() and after.isdigit():
        return _SPACE_BESIDE_ONES[(before == "1") + (after == "1")]
    if (before.isalpha() and after.isalpha() and not after.isupper()) or after in ",.;:)-%" or before in ".,(-":
        return _SPACE_IN_WORD
    return _SPACE


def _spaces_before(text: str, letters: str) -> set[int]:
    """Indices of `letters` before which `text`, the same with spaces, has a space."""
    out: set[int] = set()
    i = 0
    for c in text:
        if c.isspace():
            out.add(i)
        elif i < len(letters):
            i += 1
    return out


def _blanks(line: _Line) -> tuple[list[tuple[float, float]], float, float]:
    """Runs of columns without ink as fractions of the width, and where ink begins and ends. Notes the contrast."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(line.crop, cv2.COLOR_BGR2GRAY)
    height, width = grey.shape
    _, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    is_inverted = dark.mean() > 0.5
    if is_inverted:
        dark = 1 - dark
    ink_levels, paper_levels = grey[dark == 1], grey[dark == 0]
    if len(ink_levels) and len(paper_levels):
        line.contrast = abs(
            float(np.median(paper_levels)) - float(np.percentile(ink_levels, 80 if is_inverted else 20))
        )
    margin = max(1, height // 10)
    ink = dark[margin : height - margin].sum(axis=0) >= max(1, height // 20)
    places = np.flatnonzero(ink)
    if len(places) == 0:
        return [], 0.0, 1.0
    steps = np.flatnonzero(np.diff(places) > 1)
    gaps = [((places[i] + 1) / width, places[i + 1] / width) for i in steps]
    return gaps, places[0] / width, (places[-1] + 1) / width
