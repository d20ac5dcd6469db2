from collections import defaultdict
from dataclasses import dataclass

from odoo import api, models
from odoo.models import BaseModel

from ...messages import Joined, message
from ...models.fulfilment.amazon_return import OPEN_CONDITION
from ...report_formats import read_raw
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel, is_order_number
from ..row_importer import RowWork
from .known_returns import TOLD_FIELDS, KnownReturn, KnownReturns


@dataclass
class ReturnWork(RowWork):
    """A row of a report of returns on its way."""

    order: BaseModel | None = None
    multi_channel: bool = False


class AmazonReturnImporter(models.AbstractModel):
    _name = "amazon.return.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Returns to Amazon"

    _work_class = ReturnWork

    def _import_works(self, report, works, without_order=False):
        """Make returns of rows.

        :param bool without_order: import returns whose order is not here; else they
            wait for it
        """
        self._set_keys(report, works)
        works = [work for work in works if self._is_readable(report, work)]
        self._find_orders(report, works)
        works = [work for work in works if self._is_importable(work, without_order)]
        if works:
            # Each return of its own: the rows of an order need not come together.
            self._import_groups(report, {work.record.number: [work] for work in works})
            self._settle_older_rows(report, works)

    @api.private
    def join_orders(self, company, order_refs):
        """Bring in the returns that waited for orders.

        :param company: ``res.company`` record
        :param order_refs: Amazon's numbers of orders that are imported now
        """
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", company.id),
                ("amazon_order_ref", "in", list(order_refs)),
            ]
        )
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", company.id),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
                ("outcome", "=", "waiting"),
                ("code", "=", "unknown_order"),
                ("report_id.kind", "=", "fba_returns"),
            ],
            order="report_id, number",
        )
        self.import_again(rows)
        self.env["amazon.return.linker"].join_orders(company, orders)

    @api.private
    def import_again(self, rows, without_order=False):
        """Import rows anew that are read already, from what is kept of them.

        :param rows: ``amazon.report.row`` of reports of returns
        :param bool without_order: see ``_import_works``
        """
        for report, group in rows.grouped("report_id").items():
            self.import_rows(
                report,
                [
                    (row, read_raw(report.kind, row.number, row.raw))
                    for row in group.sorted("number")
                ],
                without_order=without_order,
            )
        rows.report_id._update_attention()

    # === ROWS === #

    def _set_keys(self, report, works):
        """Store order number, SKU and key of each row on its record."""
        counts = self._get_counts(report, works)
        for work in works:
            row = work.values
            if not row:
                cells = self._get_cells(work.parsed.raw)
                work.record.write(
                    {
                        "order_ref": cells.get("order-id")
                        or cells.get("amazon-order-id"),
                        "sku": cells.get("sku"),
                    }
                )
                continue
            if row.license_plate:
                work.key = row.license_plate
            elif work.record.row_key:
                work.key = work.record.row_key
            else:
                base = f"{to_utc(row.return_date).isoformat()}#"
                counts[row.order_id, row.sku, base] += 1
                work.key = f"{base}{counts[row.order_id, row.sku, base]}"
            work.record.write(
                {
                    "order_ref": row.order_id or False,
                    "sku": row.sku,
                    "row_key": work.key,
                }
            )

    def _get_counts(self, report, works):
        """Return how often returns without label occurred in earlier rows of the file.

        :return: dict ``{(order number, SKU, moment): count}``
        """
        counts = defaultdict(int)
        refs = {
            work.values.order_id or False
            for work in works
            if work.values and not work.values.license_plate
        }
        if refs:
            for ref, sku, key, count in self.env["amazon.report.row"]._read_group(
                [
                    ("report_id", "=", report.id),
                    ("order_ref", "in", list(refs)),
                    ("row_key", "=like", "%#%"),
                ],
                ["order_ref", "sku", "row_key"],
                ["__count"],
            ):
                counts[ref or "", sku, key.rpartition("#")[0] + "#"] += count
        return counts

    def _is_readable(self, report, work):
        """Set the outcome of rows that tell of no return; return the others."""
        if not self._is_read(report, work):
            return False
        if not work.values.quantity:
            reason = message("no_quantity", sku=work.values.sku)
            self._set_outcome(work, "ignored", reason)
            return False
        return True

    # === ORDERS === #

    def _find_orders(self, report, works):
        """Look up the orders of returns: Amazon's, or own ones that Amazon shipped."""
        company = report.company_id
        refs = {work.values.order_id for work in works} - {""}
        orders = {
            order.amazon_order_ref: order
            for order in self.env["sale.order"].search(
                [
                    ("company_id", "=", company.id),
                    ("amazon_order_ref", "in", list(refs)),
                ]
            )
        }
        foreign = {
            ref for ref in refs if ref not in orders and not is_order_number(ref)
        }
        foreign |= {ref for ref in refs if is_multi_channel(ref)}
        own = self._find_own_orders(company, foreign)
        nothing = self.env["sale.order"]
        for work in works:
            ref = work.values.order_id
            work.multi_channel = ref in foreign
            work.order = orders.get(ref) or own.get(ref) or nothing

    def _find_own_orders(self, company, refs):
        """Return ``{reference of a multi-channel order: sale.order}``.

        By the reports of shipments, which name both numbers, else by the reference.
        """
        if not refs:
            return {}
        found = {
            row.order_ref: row.sale_order_id
            for row in self.env["amazon.report.row"].search(
                [
                    ("company_id", "=", company.id),
                    ("order_ref", "in", list(refs)),
                    ("code", "=", "multi_channel"),
                    ("sale_order_id", "!=", False),
                ]
            )
        }
        by_reference = self.env["sale.order"]._find_seller_orders(company, refs)
        return {**by_reference, **found}

    def _is_importable(self, work, without_order):
        """Set the outcome of rows whose order is not here; return the others."""
        row = work.values
        if work.order or work.record.return_id or without_order:
            return True
        if work.multi_channel:
            reason = message("multi_channel_return", order=row.order_id)
            self._set_outcome(work, "ignored", reason)
            return False
        if row.order_id:
            reason = message("return_order_missing", order=row.order_id, sku=row.sku)
        else:
            reason = message(
                "return_order_unnamed", sku=row.sku, plate=row.license_plate or "–"
            )
        self._set_outcome(work, "waiting", reason)
        return False

    def _settle_older_rows(self, report, works):
        """Close rows of other reports that waited with returns that are known now."""
        keys = {
            (work.values.sku, work.values.license_plate): work
            for work in works
            if work.values.license_plate
            and work.record.outcome not in ("waiting", "error")
        }
        older = self.env["amazon.report.row"].search(
            [
                ("account_id", "=", report.account_id.id),
                ("report_id", "!=", report.id),
                ("report_id.kind", "=", "fba_returns"),
                ("outcome", "=", "waiting"),
                ("code", "=", "unknown_order"),
                ("row_key", "in", [plate for _sku, plate in keys]),
            ]
        )
        settled = older.browse()
        for row in older:
            work = keys.get((row.sku, row.row_key))
            if not work or row.order_ref not in (False, work.values.order_id):
                continue
            self._settle(row, report, work, return_id=work.record.return_id.id)
            settled |= row
        settled.report_id._update_attention()

    # === RETURNS === #

    def _describe_group(self, works):
        return message("subject_return", sku=works[0].values.sku)

    def _import_batch(self, report, groups):
        """Create or update the returns of rows, book their goods, link credit notes."""
        works = [work for members in groups.values() for work in members]
        centers = self.env["amazon.fulfillment.center"]._find_or_create(
            work.values.fulfillment_center_id for work in works
        )
        known = KnownReturns(self._find_known(report, works), self._get_sold(works))
        touched = []
        told = {work.record: self._prepare_told(work, centers) for work in works}
        # First those that say nothing new: others of their moment are what is left.
        works.sort(key=lambda work: not known.has_same(work, told[work.record]))
        for work in works:
            values = told[work.record]
            entry = known.match(work, values)
            if entry is None:
                entry = known.add(
                    work,
                    self.env["amazon.return"],
                    {**self._prepare_identity(report, work), **values},
                )
                self._set_outcome(work, "created", sale_order_id=work.order.id)
            else:
                self._update(entry, work, values)
            entry.works.append(work)
            if entry not in touched:
                touched.append(entry)
        self._store(report, touched)

    def _find_known(self, report, works):
        """Return ``{(order number, SKU): [KnownReturn]}`` of the rows' articles."""
        known = defaultdict(list)
        refs = {work.values.order_id for work in works}
        for record in self.env["amazon.return"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("sku", "in", list({work.values.sku for work in works})),
                "|",
                ("order_ref", "in", list(refs - {""})),
                ("order_ref", "=", False),
            ],
            order="return_date, id",
        ):
            values = {
                name: record._fields[name].convert_to_write(record[name], record)
                for name in (*TOLD_FIELDS, "return_key")
            }
            entry = KnownReturn(record, values)
            known[record.order_ref or "", record.sku].append(entry)
        return known

    def _get_sold(self, works):
        """Return ``{(sale.order, SKU): [item lines]}``."""
        orders = self.env["sale.order"].union(*(work.order for work in works))
        sold = defaultdict(self.env["sale.order.line"].browse)
        for line in orders.order_line:
            if line.amazon_line_type == "item":
                sold[line.order_id, line.amazon_row_id.sku] |= line
        return sold

    def _prepare_told(self, work, centers):
        """Return what a row says now as values of ``amazon.return``."""
        row = work.values
        center = centers.get(row.fulfillment_center_id.strip().upper())
        return {
            "return_date": to_utc(row.return_date),
            "quantity": row.quantity,
            "disposition": row.disposition or False,
            "status": row.status or False,
            "reason": row.reason or False,
            "fulfillment_center_id": center.id if center else False,
            "comment": row.comment or False,
            "license_plate": row.license_plate or False,
            "return_key": work.key,
        }

    def _prepare_identity(self, report, work):
        row = work.values
        return {
            "account_id": report.account_id.id,
            "order_ref": row.order_id or False,
            "sale_order_id": work.order.id,
            "is_multi_channel": work.multi_channel,
            "sku": row.sku,
            "asin": row.asin or False,
            "fnsku": row.fnsku or False,
            "title": row.product_name or False,
            "stock_policy": report.account_id.fba_stock_policy,
        }

    def _update(self, entry, work, values):
        """Bring a known return up to what a row says, unless it is an older report."""
        before = entry.values
        outcome = {"sale_order_id": work.order.id}
        # What a file leaves out, or leaves empty, says nothing.
        kept = [name for name in TOLD_FIELDS if before[name] and not values[name]]
        same_moment = values["return_date"] == before["return_date"]
        if "license_plate" in kept or (same_moment and not values["license_plate"]):
            kept.append("return_key")
        values = {**values, **{name: before[name] for name in kept}}
        if values["return_date"] < before["return_date"]:
            reason = message("return_outdated")
            self._set_outcome(work, "unchanged", reason, **outcome)
            return
        changed = {
            name: value for name, value in values.items() if before.get(name) != value
        }
        if not set(changed) & set(TOLD_FIELDS):
            known = work.record.outcome
            again = known if known in ("created", "updated") else "unchanged"
            self._set_outcome(work, again, **outcome)
            return
        difference = message(
            "return_changed", old=self._describe(before), new=self._describe(values)
        )
        self._set_outcome(work, "updated", difference, **outcome)
        before.update(changed)
        entry.changed = True

    def _describe(self, values):
        parts = (
            values["return_date"].date(),
            f"{values['quantity']} ×",
            values["disposition"] or "",
            values["status"] or "",
        )
        return Joined(parts, " ")

    def _store(self, report, entries):
        """Create and write returns, then all that follows from them."""
        Return = self.env["amazon.return"]
        new = [entry for entry in entries if not entry.record]
        for entry, record in zip(
            new, Return.create([entry.values for entry in new]), strict=True
        ):
            entry.record = record
        for entry in entries:
            if entry.changed and entry not in new:
                entry.record.write(entry.values)
            for work in entry.works:
                work.record.return_id = entry.record
        created = Return.union(*(entry.record for entry in new))
        joined = Return.union(
            *(entry.record for entry in entries if not entry.record.product_id)
        )
        self.env["amazon.return.linker"].link(report.account_id, created | joined)
        touched = Return.union(*(entry.record for entry in entries))
        self.env["amazon.stock.booker"].book_returns(touched)
        touched._attach_credit_notes()
        touched._tell_open_conditions()
        self._tell_missing_products(entries)

    def _tell_missing_products(self, entries):
        """Flag rows whose goods cannot be booked, as their SKU has no product."""
        for entry in entries:
            record = entry.record
            missing = record.stock_policy != "none" and not record.product_id
            for work in entry.works:
                if missing and work.record.outcome in ("created", "updated"):
                    reason = message("unknown_sku_stock", sku=record.sku)
                    work.record.write(
                        {
                            "needs_attention": True,
                            "code": reason.reason,
                            "message": reason,
                        }
                    )
                elif work.record.code != OPEN_CONDITION:
                    work.record.needs_attention = False
