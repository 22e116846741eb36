"""XML made safe to read: nothing fetched, no entities, namespaces put aside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lxml import etree

from app.documents.orders.values import tidy

SIZE_LIMIT = 48 * 1024 * 1024
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class EntitiesDeclared(Exception):
    """The document declares entities of its own; no order standard does, attacks do."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed document: local names only. `is_whole` is false if it had to be mended."""

    root: etree._Element
    is_whole: bool


def tree(content: bytes) -> Tree | None:
    """Parse bytes as XML, mending a file that is cut off; None if there is no element in it.

    Raises:
        EntitiesDeclared: The document type declares entities (a billion laughs, or a file to fetch).
    """
    squeezed = content.replace(b"\0", b"")
    if b"<!ENTITY" in squeezed:
        raise EntitiesDeclared
    content = _clean_start(content)
    is_whole = True
    try:
        root = etree.fromstring(content, _parser(recover=False))
    except (etree.XMLSyntaxError, ValueError, LookupError):
        is_whole = False
        try:
            root = etree.fromstring(content, _parser(recover=True))
        except (etree.XMLSyntaxError, ValueError, LookupError):
            return None
    if root is None or not isinstance(root.tag, str):
        return None
    dtd: Any = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise EntitiesDeclared
    for element in root.iter(etree.Element):
        tag = element.tag
        if isinstance(tag, str) and ("}" in tag or ":" in tag):
            _name_locally(element, tag)
    return Tree(root, is_whole)


def _name_locally(element: etree._Element, tag: str) -> None:
    """Drop a name's namespace, or a prefix that the file never declares."""
    try:
        element.tag = tag.rpartition("}")[2].rpartition(":")[2]
    except ValueError:
        element.tag = "damaged"


def within(root: etree._Element, names: Collection[str], *, depth: int = 5) -> list[etree._Element]:
    """The outermost elements of these names, in an envelope (SBDH, SOAP, a list) or on their own, in order."""
    if root.tag in names:
        return [root]
    if depth == 0:
        return []
    found: list[etree._Element] = []
    for child in root:
        if isinstance(child.tag, str):
            found.extend(within(child, names, depth=depth - 1))
    return found


def value(node: etree._Element | None, *paths: str) -> str:
    """The first text found at one of the paths, tidied; the empty string if there is none."""
    if node is None:
        return ""
    for path in paths:
        found = tidy(node.findtext(path)) if path != "." else tidy(node.text)
        if found:
            return found
    return ""


def values(node: etree._Element | None, path: str) -> list[str]:
    """All texts found at a path, tidied, without empty ones."""
    if node is None:
        return []
    return [text for text in (tidy("".join(map(str, n.itertext()))) for n in node.iterfind(path)) if text]


def first(node: etree._Element | None, *paths: str) -> etree._Element | None:
    """The first element at one of the paths."""
    if node is None:
        return None
    for path in paths:
        found = node.find(path)
        if found is not None:
            return found
    return None


def attribute(node: etree._Element | None, *names: str) -> str:
    """The first attribute of these names that is set, tidied; names of any namespace match by their local part."""
    if node is None:
        return ""
    for name in names:
        found = tidy(node.get(name))
        if found:
            return found
    return ""


def language(node: etree._Element | None) -> str:
    """xml:lang of an element."""
    return attribute(node, _XML_LANG)


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _clean_start(content: bytes) -> bytes:
    """Without blanks before the declaration, which XML forbids and mail gateways add."""
    return content.lstrip() if content[:1].isspace() else content
