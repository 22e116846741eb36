"""The OpenAPI document: valid, complete, and such that a client generator makes good names of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from openapi_spec_validator import validate

from app.config import Settings
from app.db import Database
from app.decisions import approval_matrix
from app.main import create_app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    settings = Settings(countersign_secret_key="s" * 48, countersign_public_url="https://desk.firm.example")  # type: ignore[arg-type]
    app = create_app(settings, Database("postgresql://nobody@127.0.0.1:1/none"), approval_matrix.load(), odoo=None)
    return json.loads(json.dumps(app.openapi()))  # type: ignore[no-any-return]


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]


def test_it_is_a_valid_openapi_document(document: dict[str, Any]) -> None:
    validate(document)


def test_it_holds_the_api_and_nothing_else(document: dict[str, Any]) -> None:
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert document["servers"] == [{"url": "https://desk.firm.example"}]


def test_operations_have_short_names_of_their_own(document: dict[str, Any]) -> None:
    names = [op["operationId"] for _, _, op in operations(document)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z][A-Za-z]{4,22}", name) for name in names)


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    for path, method, op in operations(document):
        errors = {code: r for code, r in op["responses"].items() if code >= "400"}
        assert {"401", "403"} <= set(errors), (path, method)
        for response in errors.values():
            content = response["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_operation_needs_a_key_and_is_described(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["apiKey"]["scheme"], schemes["odooToken"]["bearerFormat"]) == ("bearer", "JWT")
    assert schemes["odooSignature"] | {"in": "header", "name": "webhook-signature"} == schemes["odooSignature"]
    for path, method, op in operations(document):
        proof = {"/v1/odoo/events": "odooSignature"}.get(path, "odooToken" if "/odoo/" in path else "apiKey")
        proofs = [{proof: []}]
        if path.startswith("/v1/inbound/"):  # Mailgun's signature is in the form that it posts
            proofs = [] if "/mailgun" in path else [{"inboundKey": []}, {"inboundBasic": []}]
        assert op["security"] == proofs, (path, method)
        assert op["description"]
        assert op["tags"]


def test_answers_have_named_shapes(document: dict[str, Any]) -> None:
    for path, method, op in operations(document):
        good = next(r for code, r in op["responses"].items() if code < "300")
        schema = next(iter(good["content"].values()))["schema"]
        assert "$ref" in schema or schema.get("format") == "binary", (path, method)


def test_examples_fit_their_shapes(document: dict[str, Any]) -> None:
    import jsonschema

    for name, schema in document["components"]["schemas"].items():
        examples = schema.get("examples") or ([schema["example"]] if "example" in schema else [])
        for example in examples:
            whole = {**schema, "components": document["components"]}
            jsonschema.Draft202012Validator(whole).validate(example), name
