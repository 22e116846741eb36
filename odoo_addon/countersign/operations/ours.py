"""What an earlier operation of ours did, to take it back: found by its key, refused when somebody has touched it."""

from odoo.tools import SQL

from ..exceptions import OperationRefused
from .guards import seen


def earlier(call, kinds):
    """The row that `values["operation"]` names: one of these kinds, in this company."""
    env = call.env
    row = (
        env["countersign.operation"]
        .sudo()
        .search(
            [
                ("key", "=", call.values["operation"]),
                ("kind", "in", list(kinds)),
                ("company_id", "=", env.company.id),
                ("refusal", "=", False),
            ]
        )
    )
    if not row:
        raise OperationRefused(
            env._("%s was not changed by Countersign under that key.", call.target.display_name), "not_ours"
        )
    return row


def maker_of(record, kind):
    """The newest operation of this kind that made the record; an empty row when none did."""
    operations = record.env["countersign.operation"].sudo()
    operations.flush_model(["kind", "result"])
    rows = record.env.execute_query(
        SQL(
            "select id from countersign_operation where kind = %s and result->>'model' = %s and result->>'id' = %s "
            "order by id desc limit 1",
            kind,
            record._name,
            str(record.id),
        )
    )
    return operations.browse([row[0] for row in rows])


def require_made(call, row):
    """The record is the one that this operation made."""
    result = row.result or {}
    if (result.get("model"), result.get("id")) != (call.target._name, call.target.id):
        raise OperationRefused(call.env._("%s was not made by Countersign.", call.target.display_name), "not_ours")


def require_changed(call, row):
    """The record is the one that this operation changed."""
    if (row.res_model, row.res_id) != (call.target._name, call.target.id):
        raise OperationRefused(
            call.env._("%s was not changed by Countersign under that key.", call.target.display_name), "not_ours"
        )


def require_untouched(record, made, now):
    """Raise when what we left is not what is there; the fields that differ are named."""
    differing = sorted(name for name in made or {} if made[name] != now.get(name))
    if made is None or differing:
        labels = [
            record._fields[n].get_description(record.env)["string"] if n in record._fields else n for n in differing
        ]
        raise OperationRefused(
            record.env._(
                "Somebody has worked on %(name)s since (%(fields)s): take it back by hand in Odoo.",
                name=record.display_name,
                fields=", ".join(labels) or "–",
            ),
            "touched",
        )


def snapshot(record, names):
    """These fields in JSON without loss, whoever asks: a person may open a task and not read its timesheets."""
    return {name: seen(record.sudo(), name) for name in names if name in record._fields}


def require_silent(record):
    """Nobody has written on a record that we made: no mail, no comment."""
    said = (
        record.env["mail.message"]
        .sudo()
        .search_count(
            [
                ("model", "=", record._name),
                ("res_id", "=", record.id),
                ("message_type", "in", ["comment", "email", "email_outgoing"]),
            ]
        )
    )
    if said:
        raise OperationRefused(
            record.env._("Somebody has written on %s since: close it by hand in Odoo.", record.display_name), "touched"
        )
