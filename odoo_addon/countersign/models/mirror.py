from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import operation  # noqa: F401 - the model that this one adds to must be known first

LARGEST_PAGE = 5000
CHATTER = ("sale.order", "project.project", "project.task", "account.move")
"""Models whose notes are mirrored."""


class CountersignMirror(models.Model):
    """What an outside copy of Odoo's records asks to keep in step. Everything is read with the caller's own rights."""

    _inherit = "countersign.operation"

    @api.readonly
    @api.model
    def mirror_standing(self, scopes):
        """How many records each model and domain has, and a sum over their ids and write dates, as text.

        :param scopes: ``{model: domain}``
        :return: ``{model: [count, total]}``; two equal answers mean that nothing was changed, made or deleted
        """
        found = {}
        for model, domain in scopes.items():
            query = self._mirrored(model)._search(domain)
            if query.is_empty():
                found[model] = [0, "0"]
                continue
            query.order = None
            [[count, total]] = self.env.execute_query(query.select(SQL("count(*)"), self._mirror_total(query)))
            found[model] = [count, total]
        return found

    @api.readonly
    @api.model
    def mirror_ranges(self, model, domain, size):
        """The same by id divided by ``size``: ``[[key, count, total], ...]``."""
        query = self._mirrored(model)._search(domain)
        if query.is_empty():
            return []
        key = SQL("%s / %s", SQL.identifier(query.table, "id"), size)
        query.groupby = SQL("1")
        query.order = SQL("1")
        rows = self.env.execute_query(query.select(key, SQL("count(*)"), self._mirror_total(query)))
        return [list(row) for row in rows]

    @api.readonly
    @api.model
    def mirror_rows(
        self, model, domain, fields, names=(), limit=1000, by_change=False, after=None, after_id=0, up_to_id=None
    ):
        """Records as ``read`` answers them, in a stable order, with exact write dates.

        :param fields: what to read; a many2one is its id, or ``[id, name]`` for those in ``names``
        :param limit: records at most, up to 5000
        :param by_change: order by (write_date, id), beginning after the pair ``after``; else by id
        :param after_id: only ids above; for an order by id
        :param up_to_id: only ids up to this one
        """
        records = self._mirrored(model)
        for name in names:
            if name not in fields or records._fields[name].type != "many2one":
                raise ValueError(f"{name} is not among the fields that are read, or no many2one")
        bounds = {"by_change": by_change, "up_to_id": up_to_id, "limit": max(1, min(limit, LARGEST_PAGE))}
        ids = self._mirror_ids(records, domain, after, after_id, bounds)
        records = records.browse(ids)
        records.check_access("read")
        rows = records.read(fields, load=None)
        linked = {name: self._mirror_names(records, name) for name in names}
        dates = {record.id: record.write_date for record in records}
        for row in rows:
            for name, named in linked.items():
                row[name] = named.get(row[name], False)
            if dates[row["id"]]:
                row["write_date"] = dates[row["id"]].isoformat(" ", "microseconds")
        return rows

    @api.readonly
    @api.model
    def describe(self, models, modules):
        """Which of these models, fields and modules exist here; fields that are kept from the caller are left out.

        :param models: ``{model: [field, ...]}``
        :param modules: names of modules
        :return: ``{"models": {model: [field, ...]}, "modules": [name, ...]}``
        """
        self._require_caller()
        found = {}
        for model, fields in models.items():
            if model in self.env:
                found[model] = sorted(self.env[model].fields_get(fields, attributes=["type"]))
        # sudo: names of installed modules are no secret to an internal user who may call this
        installed = self.env["ir.module.module"].sudo().search([("name", "in", modules), ("state", "=", "installed")])
        return {"models": found, "modules": sorted(installed.mapped("name"))}

    @api.model
    def _mirrored(self, model):
        """The model as the caller may read it, archived records too."""
        self._require_caller()
        records = self.env[model].with_context(active_test=False)
        records.check_access("read")
        return records

    @api.model
    def _mirror_ids(self, records, domain, after, after_id, bounds):
        if records._name != "mail.message":
            return [row[0] for row in self._mirror_page(records, domain, after, after_id, **bounds)]
        # A search for messages looks at each one's record before it counts to the limit: so a page at a time.
        ids = []
        while len(ids) < bounds["limit"]:
            # sudo: only ids of chatter, of which the caller's own search keeps what they may read
            page = self._mirror_page(records.sudo(), [("model", "in", CHATTER)], after, after_id, **bounds)
            mine = set(records.search(Domain(domain) & Domain("id", "in", [row[0] for row in page])).ids)
            ids += [row[0] for row in page if row[0] in mine]
            if len(page) < bounds["limit"]:
                break
            after_id, after = page[-1][0], [page[-1][1], page[-1][0]] if bounds["by_change"] else None
        return ids[: bounds["limit"]]

    @api.model
    def _mirror_page(self, records, domain, after, after_id, by_change, up_to_id, limit):
        """Ids and write dates of at most ``limit`` records."""
        query = records._search(domain, order="id")
        if query.is_empty():
            return []
        stamp, key = SQL.identifier(query.table, "write_date"), SQL.identifier(query.table, "id")
        if by_change and after:
            query.add_where(SQL("(%s, %s) > (%s::timestamp, %s)", stamp, key, after[0], after[1]))
        elif after_id:
            query.add_where(SQL("%s > %s", key, after_id))
        if up_to_id is not None:
            query.add_where(SQL("%s <= %s", key, up_to_id))
        query.order = SQL("%s, %s", stamp, key) if by_change else SQL("%s", key)
        query.limit = limit
        return self.env.execute_query(query.select(key, stamp))

    @api.model
    def _mirror_total(self, query):
        """Microseconds since 1970 of the write date, and the id weighted so that records of one date differ."""
        stamp, key = SQL.identifier(query.table, "write_date"), SQL.identifier(query.table, "id")
        # As text: Odoo turns PostgreSQL's exact numbers into floats.
        return SQL(
            "coalesce(sum(coalesce(extract(epoch from %s) * 1000000, 0)::bigint + 1000003 * %s::bigint), 0)::text",
            stamp,
            key,
        )

    @api.model
    def _mirror_names(self, records, name):
        """``{id: [id, name]}`` of what a many2one of these records points at."""
        # sudo: as ``read`` does, which names what a record points at whoever asks
        return {linked.id: [linked.id, linked.display_name] for linked in records.mapped(name).sudo()}
