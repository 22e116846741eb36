"""XML documents: which standard they are of, and what they say."""

from __future__ import annotations

from lxml import etree

from app.documents.orders import ubl
from app.documents.orders.draft import Transcript, transcribe
from app.documents.orders.values import tidy
from app.documents.orders.xml import SIZE_LIMIT, EntitiesDeclared, tree
from app.documents.reading import Problem
from app.documents.structured import Structured

_LEAVES_LIMIT = 20_000
_CUT_OFF = Problem("corrupt", "The XML ends early or is damaged; what stands in it was read. Ask for it again.", False)


def parse_xml(content: bytes, name: str) -> Structured | None:
    """Read bytes that look like XML; None if they are HTML or hold no element."""
    if len(content) > SIZE_LIMIT:
        return Structured("xml", "", problems=(Problem("too_large", "This XML file is too large to read."),))
    try:
        document = tree(content)
    except EntitiesDeclared:
        problem = "This XML file declares entities, as attacks do. It was not read: ask for it without them."
        return Structured("xml", "", problems=(Problem("unsupported", problem),))
    if document is None or document.root.tag.casefold() == "html":
        return None
    problems = () if document.is_whole else (_CUT_OFF,)
    for standard in (ubl,):
        if standard.is_ours(document):
            draft = standard.read(document)
            text, order = transcribe(draft)
            language = order.language if order else ""
            return Structured("xml", text, order, None, draft.title, draft.standard, language, problems)
    return Structured("xml", leaves(document.root), title=_spaced(document.root.tag), problems=problems)


def leaves(root: etree._Element) -> str:
    """Any XML as lines "path: value" of its leaf elements and attributes."""
    page = Transcript()
    page.write(_spaced(root.tag) + "\n")
    count = 0
    for element in root.iter(etree.Element):
        if not isinstance(element.tag, str):
            continue
        label = _spaced(element.tag)
        for key, found in element.attrib.items():
            page.say(f"{label} {_spaced(str(key).rpartition('}')[2])}", tidy(str(found)))
        page.say(label, tidy(element.text))
        count += 1
        if count > _LEAVES_LIMIT:
            break
    return page.text


def _spaced(tag: str) -> str:
    """A tag in words: "OrderLine" as "Order line"."""
    words: list[str] = []
    for at, char in enumerate(tag[:80]):
        if char.isupper() and at and (not tag[at - 1].isupper() and tag[at - 1] not in "-_."):
            words.append(" ")
        words.append(" " if char in "-_." else char)
    text = " ".join("".join(words).split())
    return text[:1].upper() + text[1:].casefold() if not text.isupper() else text
