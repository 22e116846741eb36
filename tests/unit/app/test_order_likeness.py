"""When two cases brought the same order: pure rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.decisions.same_order import Told, likeness

ORDER = Told(
    case_id=1, kind="customer_po", reason="new_po", word="Sure", is_mail=True, flags=frozenset(), customer_id=7,
    customer_name="Northmoor", company_id=1, papers=frozenset({"a"}),
    stated={"po_number": "PO-0071", "amount_total": "1200.00", "currency": "EUR"},
)  # fmt: skip
BY_PORTAL = replace(ORDER, case_id=2, is_mail=False, papers=frozenset({"b"}))


def stated(**more: str) -> dict[str, str]:
    return {**ORDER.stated, **more}


def test_the_same_file_or_the_same_number_and_total_is_certain() -> None:
    for other in (BY_PORTAL, replace(BY_PORTAL, papers=ORDER.papers, stated={})):
        like = likeness(ORDER, other)
        assert like is not None
        assert like.is_certain


@pytest.mark.parametrize("number", ["PO 71", "po-71", "71", "PO-0071"])
def test_a_number_is_the_same_however_it_is_written(number: str) -> None:
    like = likeness(ORDER, replace(BY_PORTAL, stated=stated(po_number=number, amount_total="1200")))
    assert like is not None
    assert like.is_certain


@pytest.mark.parametrize(
    "other",
    [
        replace(BY_PORTAL, customer_id=8, papers=ORDER.papers),
        replace(BY_PORTAL, company_id=2, papers=ORDER.papers),
        replace(BY_PORTAL, stated=stated(po_number="PO-72"), papers=ORDER.papers),
        replace(BY_PORTAL, kind="security_alert", reason="impersonation", papers=ORDER.papers),
        replace(BY_PORTAL, kind="dispute", reason="rate_price", papers=ORDER.papers),
        replace(BY_PORTAL, customer_id=None),
        replace(BY_PORTAL, reason="po_change"),
    ],
)
def test_another_customer_company_number_or_matter_is_another_case(other: Told) -> None:
    assert likeness(ORDER, other) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(BY_PORTAL, stated=stated(amount_total="1300.00")),
        replace(BY_PORTAL, stated=stated(currency="CHF")),
        replace(BY_PORTAL, stated={"po_number": "PO-71"}),
        replace(BY_PORTAL, stated=stated(valid_until="2027-01-31"), papers=ORDER.papers),
        replace(BY_PORTAL, flags=frozenset({"prompt_injection"}), papers=ORDER.papers),
        replace(BY_PORTAL, word="Unsure"),
        replace(BY_PORTAL, reason="po_change", papers=ORDER.papers),
    ],
)
def test_what_is_likely_is_not_certain(other: Told) -> None:
    one = replace(ORDER, stated=stated(valid_until="2026-12-31"))
    like = likeness(one, other)
    assert like is not None
    assert not like.is_certain


orders = st.builds(
    Told,
    case_id=st.integers(1, 9), kind=st.sampled_from(["customer_po", "dispute", "security_alert"]),
    reason=st.sampled_from(["new_po", "po_change", "po_reference"]), word=st.sampled_from(["Sure", "Likely", "Unsure"]),
    is_mail=st.booleans(), flags=st.frozensets(st.sampled_from(["multi_issue", "deadline"]), max_size=1),
    customer_id=st.sampled_from([None, 7, 8]), customer_name=st.just(""), company_id=st.sampled_from([None, 1, 2]),
    papers=st.frozensets(st.sampled_from("ab"), max_size=2),
    stated=st.fixed_dictionaries({}, optional={
        "po_number": st.sampled_from(["PO-71", "71", "PO-72", "-"]), 
        "amount_total": st.sampled_from(["1", "1.00", "2"]),
        "currency": st.sampled_from(["EUR", "CHF"]),
    }),
)  # fmt: skip


@given(orders, orders)
def test_no_two_customers_or_companies_are_ever_one_and_the_order_of_asking_does_not_matter(
    one: Told, other: Told
) -> None:
    like, turned = likeness(one, other), likeness(other, one)
    assert (like is None) == (turned is None)
    if like is None or turned is None:
        return
    assert like.is_certain == turned.is_certain
    assert len({one.customer_id, other.customer_id} - {None}) <= 1
    assert len({one.company_id, other.company_id} - {None}) <= 1
    assert one.kind == other.kind == "customer_po"
    assert one.marks & other.marks
