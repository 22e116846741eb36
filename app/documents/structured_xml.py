"""XML documents: which standard they are of, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from app.documents.answers import cdar, cxml_status, sdi, ubl_response
from app.documents.orders import cii, cxml, gs1_xml, idoc, oagis, opentrans, plain_xml, rosettanet, ubl, xcbl
from app.documents.orders.draft import Draft, Transcript
from app.documents.orders.values import tidy
from app.documents.orders.xml import SIZE_LIMIT, EntitiesDeclared, tree
from app.documents.reading import Problem
from app.documents.structured import Structured, answered, ordered, together


class Standard(NamedTuple):
    """A standard's reader: the documents of its kind in a tree, and one of them as a draft."""

    documents: Callable[[etree._Element], list[etree._Element]]
    read: Callable[[etree._Element], Draft]


ORDERS = tuple(
    Standard(module.documents, module.read)
    for module in (ubl, cii, cxml, idoc, opentrans, gs1_xml, oagis, rosettanet, xcbl, plain_xml)
)
"""In the order they are tried; XML of no standard comes last."""

ANSWERS = tuple(module.answers for module in (ubl_response, cdar, sdi, cxml_status))

_DOCUMENTS_LIMIT = 50  # orders read of one file
_LEAVES_LIMIT = 20_000
_CUT_OFF = Problem("corrupt", "The XML ends early or is damaged; what stands in it was read. Ask for it again.", False)


def parse_xml(content: bytes) -> Structured | None:
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
    declared = b"<?xml" in content[:200].replace(b"\0", b"")
    problems = () if document.is_whole else (_CUT_OFF,)
    drafts = _orders(document.root)
    if drafts:
        return together([ordered("xml", draft) for draft in drafts], problems)
    for answers in ANSWERS:
        told = answers(document.root)
        if told:
            return together([answered("xml", one) for one in told[:_DOCUMENTS_LIMIT]], problems)
    if not document.is_whole and not declared:
        return None  # text that happens to begin with "<"
    text = leaves(document.root)
    return Structured("xml", text, title=_spaced(document.root.tag), problems=problems)


def _orders(root: etree._Element) -> list[Draft]:
    """The orders in a tree, by the first standard that finds lines in them, else by the first that claims them.

    Names are shared: what one standard claims and finds empty may be another's, or no standard's.
    """
    claimed: list[Draft] = []
    for standard in ORDERS:
        drafts = [standard.read(node) for node in standard.documents(root)[:_DOCUMENTS_LIMIT]]
        if any(draft.lines for draft in drafts):
            return drafts
        claimed = claimed or drafts
    return claimed


def leaves(root: etree._Element) -> str:
    """Any XML as lines "name: value" of its elements and attributes."""
    page = Transcript()
    page.write(_spaced(root.tag) + "\n")
    for count, element in enumerate(root.iter(etree.Element)):
        if count > _LEAVES_LIMIT:
            break
        if not isinstance(element.tag, str):
            continue
        label = _spaced(element.tag)
        for key, found in element.attrib.items():
            page.say(f"{label} {_spaced(str(key).rpartition('}')[2])}", tidy(str(found)))
        page.say(label, tidy(element.text))
    return page.text


def _spaced(tag: str) -> str:
    """A tag in words: "OrderLine" as "Order line"."""
    words: list[str] = []
    for at, char in enumerate(tag[:80]):
        if char.isupper() and at and not tag[at - 1].isupper() and tag[at - 1] not in "-_.":
            words.append(" ")
        words.append(" " if char in "-_." else char)
    text = " ".join("".join(words).split())
    return text if text.isupper() else text[:1].upper() + text[1:].casefold()
