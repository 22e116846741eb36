"""HTML to text as a reader sees it: one line per table row, quotes marked, hidden text kept apart.

A table of data becomes a line per row with the cells separated by tabs; it is also kept as a `Table` whose range holds
exactly those lines. A table used for layout is read cell by cell. Quoted blocks get "> " before each line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from app.documents.characters import clean
from app.documents.reading import Table

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
        "title",
    ]
)
_SPACED = frozenset(["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"])
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "template",
        "object",
        "svg",
        "math",
        "noframes",
        "select",
        "datalist",
        "title",
        "meta",
        "link",
    ]
)
_QUOTE_CLASS = re.compile(r"quote|cite|yahoo_quoted|moz-", re.I)
_SPACE_RUN = re.compile(r"[ \t\n]+")
_KEPT_SPACE = "\x00"  # no cleaned text holds one
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|mso-hide:all|opacity:0(?:\.0\d*)?(?:;|$)"
    r"|font-size:(?:0*\.\d+|[01](?:\.\d+)?)(?:px|pt|em|rem|%|;|$)"
    r"|text-indent:-\d{3}|(?:left|top|margin-left|margin-top):-\d{3}|clip:rect\(0|max-height:0(?:px|;|$)"
    r"|(?:height|width):0(?:px|;|$).{0,60}overflow:hidden|color:transparent"
)
_COLOUR = re.compile(r"(?:^|;)color:([^;!]{1,40})")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,60})")
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_WHITE = re.compile(r"#f[c-f]f[c-f]f[c-f]\b|#fff\b|\bwhite\b|rgba?\(25[2-5],25[2-5],25[2-5]")


@dataclass(frozen=True, slots=True)
class HtmlText:
    """A page as text; `hidden` is what a reader does not see."""

    text: str
    hidden: str = ""
    tables: tuple[Table, ...] = ()


@dataclass(slots=True)
class _Line:
    quote: int
    text: str
    table: int = -1


@dataclass(slots=True)
class _Writer:
    """Collects words into lines; inside a data table's cell, into that cell."""

    lines: list[_Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    quote: int = 0
    cell: list[str] | None = None
    prefix: str = ""

    def add(self, text: str, *, is_pre: bool) -> None:
        if self.cell is not None:
            self.cell.append(text)
        elif is_pre and "\n" in text:
            for i, line in enumerate(text.split("\n")):
                if i:
                    self.break_line()
                self.words.append(_kept(line))
        else:
            self.words.append(_kept(text) if is_pre else text)

    def break_line(self, *, forced: bool = False) -> None:
        if self.cell is not None:
            self.cell.append(" ")
            return
        text = _SPACE_RUN.sub(" ", "".join(self.words)).strip().replace(_KEPT_SPACE, " ").rstrip()
        self.words.clear()
        if text or forced:
            self.lines.append(_Line(self.quote, self.prefix + text if text else ""))
            if text:
                self.prefix = ""

    def blank(self) -> None:
        self.break_line()
        if self.cell is None and self.lines and self.lines[-1].text:
            self.lines.append(_Line(self.quote, ""))


def _kept(text: str) -> str:
    """Preformatted text, whose spaces stay."""
    return text.replace("\t", "    ").replace(" ", _KEPT_SPACE)


def to_text(source: str, *, max_cells: int = 100_000) -> HtmlText:
    """The visible text of an HTML document or fragment. Never raises; what is not HTML comes back as its own text."""
    import lxml.html
    from lxml import etree

    source = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", clean(source).replace("\x0c", "\n"))
    if not source.strip():
        return HtmlText("")
    parser = lxml.html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = lxml.html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return HtmlText(source)
    return _Walk(root, max_cells).run()


class _Walk:
    """One pass over the tree, without recursion: deep nesting costs nothing but a stack."""

    def __init__(self, root: Any, max_cells: int) -> None:
        self.root = root
        self.writer = _Writer()
        self.rows: list[list[list[str]]] = []
        self.tables: list[tuple[tuple[str, ...], ...]] = []
        self.data_table: Any = None
        self.skip_until: Any = None
        self.hidden_until: Any = None
        self.pre = 0
        self.cells_left = max_cells
        self.lists: list[int] = []
        self.backgrounds: list[tuple[Any, bool]] = []
        self.hidden_classes, self.hidden_ids = _hiding_rules(root)

    def run(self) -> HtmlText:
        from lxml import etree

        for event, node in etree.iterwalk(self.root, events=("start", "end")):
            if not isinstance(node.tag, str):
                if event == "end":
                    self._text(node.tail)
                continue
            if event == "start":
                self._start(node)
                if self.skip_until is None:
                    self._text(node.text)
            else:
                self._end(node)
                if node is not self.root:
                    self._text(node.tail)
        self.writer.break_line()
        return self._finish()

    def _text(self, text: str | None) -> None:
        if not text or self.skip_until is not None:
            return
        if self.hidden_until is not None:
            self.writer.hidden.append(text)
        else:
            self.writer.add(text if self.pre else text.replace("\n", " "), is_pre=self.pre > 0)

    def _start(self, node: Any) -> None:
        if self.skip_until is not None:
            return
        tag = node.tag.lower()
        if tag in _SKIPPED:
            self.skip_until = node
            return
        if self.hidden_until is None and self._is_hidden(node):
            self.hidden_until = node
        if self.hidden_until is not None:
            if tag in _BLOCKS or tag == "br":
                self.writer.hidden.append("\n")
            return
        writer = self.writer
        if self.data_table is not None:
            if tag == "tr":
                self.rows.append([])
            elif tag in ("td", "th") and self.cells_left > 0:
                if not self.rows:
                    self.rows.append([])
                self.cells_left -= 1
                writer.cell = []
                self.rows[-1].append(writer.cell)
            elif tag == "br" or tag in _BLOCKS:
                writer.break_line()
            return
        if tag == "br":
            writer.break_line(forced=True)
        elif tag in _BLOCKS:
            if (tag in _SPACED and not _is_tight(node)) or tag == "hr":
                writer.blank()
            else:
                writer.break_line()
        if tag == "blockquote" and _is_quote(node):
            writer.break_line()
            writer.quote += 1
        elif tag in ("pre", "textarea"):
            self.pre += 1
        elif tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            writer.prefix = self._bullet()
        elif tag == "table" and _is_data_table(node):
            self.data_table = node
            self.rows = []
            writer.cell = []  # whatever stands between the rows belongs to no cell

    def _end(self, node: Any) -> None:
        if self.skip_until is not None:
            if node is self.skip_until:
                self.skip_until = None
            return
        tag = node.tag.lower()
        if self.backgrounds and self.backgrounds[-1][0] is node:
            self.backgrounds.pop()
        if self.hidden_until is not None:
            if node is self.hidden_until:
                self.hidden_until = None
                self.writer.hidden.append("\n")
            return
        writer = self.writer
        if self.data_table is not None:
            if node is self.data_table:
                self._end_table()
            elif tag in ("td", "th"):
                writer.cell = []
            elif tag in _BLOCKS:
                writer.break_line()
            return
        if tag == "blockquote" and _is_quote(node):
            writer.break_line()
            writer.quote = max(0, writer.quote - 1)
        if tag in _BLOCKS:
            if tag == "p" and _is_tight(node) and _is_empty(node):
                writer.blank()
            if tag in _SPACED and not _is_tight(node):
                writer.blank()
            else:
                writer.break_line()
        if tag in ("pre", "textarea"):
            self.pre = max(0, self.pre - 1)
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "li":
            writer.prefix = ""

    def _end_table(self) -> None:
        writer = self.writer
        self.data_table = None
        writer.cell = None
        rows = [tuple(" ".join("".join(cell).split()) for cell in row) for row in self.rows]
        rows = [row for row in rows if any(row)]
        if not rows:
            return
        is_table = writer.quote == 0 and max(len(row) for row in rows) > 1
        if is_table:
            self.tables.append(tuple(rows))
        for row in rows:
            writer.lines.append(_Line(writer.quote, "\t".join(row), len(self.tables) - 1 if is_table else -1))
        writer.blank()

    def _bullet(self) -> str:
        if not self.lists or self.lists[-1] < 0:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def _is_hidden(self, node: Any) -> bool:
        style = re.sub(r"\s+", "", (node.get("style") or "")[:2000].lower())
        background = _BACKGROUND.search(style)
        shade = background.group(1) if background else (node.get("bgcolor") or "").lower()
        if shade and "url(" not in shade:
            self.backgrounds.append((node, bool(_WHITE.search(shade)) or "transparent" in shade))
        elif shade:
            self.backgrounds.append((node, False))
        if node.get("hidden") is not None or node.get("type") == "hidden":
            return True
        if style and _HIDING.search(style):
            return True
        colour = _COLOUR.search(style)
        ink = colour.group(1) if colour else (node.get("color") or "").lower()
        if ink and _WHITE.search(ink) and (not self.backgrounds or self.backgrounds[-1][1]):
            return True
        if self.hidden_ids and (node.get("id") or "") in self.hidden_ids:
            return True
        return bool(self.hidden_classes and self.hidden_classes.intersection((node.get("class") or "").split()))

    def _finish(self) -> HtmlText:
        parts: list[str] = []
        position = 0
        spans: dict[int, tuple[int, int]] = {}
        was_blank = True
        for line in self.writer.lines:
            is_blank = not line.text
            if is_blank and was_blank:
                continue
            was_blank = is_blank
            text = "> " * line.quote + line.text if line.quote else line.text
            if line.table >= 0:
                start = spans.get(line.table, (position, 0))[0]
                spans[line.table] = (start, position + len(text))
            parts.append(text)
            position += len(text) + 1
        text = "\n".join(parts).rstrip("\n ")
        tables = tuple(
            Table(rows, where="table", start=spans[i][0], end=spans[i][1]) for i, rows in enumerate(self.tables)
        )
        hidden = "\n".join(" ".join(line.split()) for line in "".join(self.writer.hidden).split("\n") if line.strip())
        return HtmlText(text, hidden, tables)


def _is_quote(node: Any) -> bool:
    style = (node.get("style") or "").lower()
    return bool(
        (node.get("type") or "").lower() == "cite"
        or node.get("cite")
        or _QUOTE_CLASS.search(node.get("class") or "")
        or "border-left" in style
        or node.get("id") in ("isReplyContent", "replyBlockquote")
    )


def _is_tight(node: Any) -> bool:
    """Outlook's paragraphs are lines: their space comes from empty ones."""
    if node.tag != "p":
        return False
    style = (node.get("style") or "").replace(" ", "").lower()
    return "Mso" in (node.get("class") or "") or "margin:0" in style or "margin-bottom:0" in style


def _is_empty(node: Any) -> bool:
    return not "".join(node.itertext()).strip()


def _is_data_table(table: Any) -> bool:
    """A table with no table inside whose cells are short; a single column or page-long cells are layout."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    widest = 0
    for rows, row in enumerate(table.iterdescendants("tr")):
        cells = [child for child in row if child.tag in ("td", "th")]
        widest = max(widest, len(cells))
        if rows > 400:
            break
        for cell in cells:
            if len(" ".join("".join(cell.itertext()).split())) > 600 or sum(1 for _ in cell.iter("p", "br", "div")) > 8:
                return False
    return widest > 1


def _hiding_rules(root: Any) -> tuple[frozenset[str], frozenset[str]]:
    """Classes and ids that the page's own style sheet hides (outside of @media blocks)."""
    classes: set[str] = set()
    ids: set[str] = set()
    for sheet in list(root.iter("style"))[:20]:
        css = re.sub(r"/\*.{0,5000}?\*/", "", (sheet.text or "")[:60_000], flags=re.S)
        for selector, body in _RULE.findall(_without_media(css)):
            if not _HIDING.search(re.sub(r"\s+", "", body.lower())):
                continue
            for one in selector.split(","):
                name = one.strip().split(".")[-1] if "." in one else ""
                if re.fullmatch(r"[\w-]{1,80}", name):
                    classes.add(name)
                elif re.fullmatch(r"\s*\w*#[\w-]{1,80}\s*", one):
                    ids.add(one.strip().split("#")[1])
    return frozenset(classes), frozenset(ids)


def _without_media(css: str) -> str:
    out: list[str] = []
    position = 0
    while (at := css.find("@media", position)) >= 0:
        out.append(css[position:at])
        depth = 0
        end = len(css)
        for i in range(at, len(css)):
            if css[i] == "{":
                depth += 1
            elif css[i] == "}":
                depth -= 1
                if depth <= 0:
                    end = i + 1
                    break
        position = end
    out.append(css[position:])
    return "".join(out)
