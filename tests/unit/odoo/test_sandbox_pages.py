"""Links to Odoo lead to a plain page in the sandbox; whatever stands in a record stays text."""

from __future__ import annotations

from starlette.testclient import TestClient

from fixtures.odoo.sandbox import Sandbox


def test_a_record_has_a_page_with_what_was_noted_on_it() -> None:
    sandbox = Sandbox()
    order = next(iter(sandbox.books.all("sale.order")))
    sandbox.books.add(
        "mail.message",
        {"model": "sale.order", "res_id": order["id"], "body": "<p>Credited <script>alert(1)</script></p>",
         "date": "2026-11-22 08:00:00", "message_type": "comment"},
    )  # fmt: skip
    sandbox.books.write("sale.order", order["id"], {"client_order_ref": "<img src=x onerror=alert(1)>"})
    page = TestClient(sandbox.app).get(f"/odoo/sale.order/{order['id']}")
    assert page.status_code == 200
    assert order["name"] in page.text
    assert "Credited" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_every_record_has_a_page() -> None:
    sandbox = Sandbox()
    http = TestClient(sandbox.app)
    for model in ("account.move", "sale.order", "res.partner", "project.project", "project.task", "hr.expense"):
        for record in list(sandbox.books.all(model)):
            assert http.get(f"/odoo/{model}/{record['id']}").status_code == 200, (model, record["id"])


def test_what_is_not_there_is_said_so() -> None:
    http = TestClient(Sandbox().app)
    for path in ("/odoo/sale.order/99999", "/odoo/res.nonsense/1", "/odoo/mail.message/134"):
        assert http.get(path).status_code == 404
