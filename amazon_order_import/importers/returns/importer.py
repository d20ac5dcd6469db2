from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models

from ...models.order.lookups import ProductLookups, SoldSku
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats import read_raw
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel, is_order_number
from ...trusted_context import get_trusted
from ..row_importer import RowWork

#: A return says the same as before where these do not differ.
TOLD_FIELDS = (
    "return_date",
    "quantity",
    "disposition",
    "status",
    "reason",
    "fulfillment_center_id",
    "comment",
    "license_plate",
)


@dataclass
class ReturnWork(RowWork):
    """A row of a report of returns on its way."""

    order: object = None
    multi_channel: bool = False


@dataclass(eq=False)
class KnownReturn:
    """A return that is known, or just being made: ``record`` is empty then."""

    record: object
    values: dict
    works: list = field(default_factory=list)
    changed: bool = False


class AmazonReturnImporter(models.AbstractModel):
    _name = "amazon.return.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Returns to Amazon"

    @api.model
    def import_rows(self, report, pairs):
        """Make returns of report rows and store the outcome of every row.

        A return waits for its order. With ``amazon_without_order`` in the context, it
        is imported without.

        :param report: ``amazon.report`` record
        :param pairs: list of ``(amazon.report.row, ParsedRow)``
        :raise ConcurrentImport: where another transaction has just made one of the
            returns, with ``amazon_retry_concurrent`` in the context
        """
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        works = [ReturnWork(record.with_env(self.env), row) for record, row in pairs]
        self._set_keys(report, works)
        works = [work for work in works if self._is_readable(report, work)]
        self._find_orders(report, works)
        works = [work for work in works if self._is_importable(work)]
        if works:
            # Each return of its own: the rows of an order need not come together.
            self._import_groups(report, {work.record.number: [work] for work in works})
            self._settle_older_rows(report, works)
        self.env.flush_all()

    @api.model
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
        self._join_known(company, orders)

    @api.model
    def import_again(self, rows):
        """Import rows anew that are read already, from what is kept of them.

        :param rows: ``amazon.report.row`` of reports of returns
        """
        for report, group in rows.grouped("report_id").items():
            self.import_rows(
                report,
                [
                    (row, read_raw(report.kind, row.number, row.raw))
                    for row in group.sorted("number")
                ],
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
            self._set_outcome(
                work,
                "ignored",
                self.env._("Amazon names no unit of %(sku)s.", sku=work.values.sku),
                "no_quantity",
            )
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
        by_reference = self.env["amazon.shipment.importer"].find_own_orders(
            company, refs
        )
        return {**by_reference, **found}

    def _is_importable(self, work):
        """Set the outcome of rows whose order is not here; return the others."""
        row = work.values
        if (
            work.order
            or work.record.return_id
            or get_trusted(self.env, "amazon_without_order")
        ):
            return True
        if work.multi_channel:
            self._set_outcome(
                work,
                "ignored",
                self.env._(
                    "Return of the multi-channel order %(order)s: Amazon only shipped "
                    "it, and no order in Odoo has this reference.",
                    order=row.order_id,
                ),
                "multi_channel",
            )
            return False
        if row.order_id:
            message = self.env._(
                "The order %(order)s of this return (%(sku)s) is not in Odoo. The "
                "return is joined to it by itself once a report brings the order. If "
                "it is older than your data in Odoo, press Import Without Order.",
                order=row.order_id,
                sku=row.sku,
            )
        else:
            message = self.env._(
                "Amazon names no order for this return of %(sku)s (label %(plate)s). "
                "A later report may name it. To have it in Odoo all the same, press "
                "Import Without Order.",
                sku=row.sku,
                plate=row.license_plate or "–",
            )
        self._set_outcome(work, "waiting", message, "unknown_order")
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
        return self.env._("The return of %(sku)s", sku=works[0].values.sku)

    def _import_batch(self, report, groups):
        """Create or update the returns of rows, book their goods, link credit notes."""
        works = [work for members in groups.values() for work in members]
        centers = self.env["amazon.fulfillment.center"]._find_or_create(
            work.values.fulfillment_center_id for work in works
        )
        known = self._find_known(report, works)
        sold = self._get_sold(works)
        touched = []
        told = {work.record: self._prepare_told(work, centers) for work in works}
        # First those that say nothing new: others of their moment are what is left.
        works.sort(key=lambda work: not self._is_known(known, work, told[work.record]))
        for work in works:
            values = told[work.record]
            entry = self._match(known, sold, work, values)
            if entry is None:
                entry = KnownReturn(
                    self.env["amazon.return"],
                    {**self._prepare_identity(report, work), **values},
                )
                known[work.values.order_id, work.values.sku].append(entry)
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

    def _match(self, known, sold, work, values):
        """Return the `KnownReturn` that a row tells of, or None.

        Without label, rows that say the same are as many units as the file has of
        them. A row with another date may be the same return with a new date, or
        another unit: as long as all units of the article are not back, it is another
        unit.
        """
        row = work.values
        entries = known[row.order_id, row.sku]
        if row.license_plate:
            for entry in entries:
                if entry.values["return_key"] == work.key:
                    return entry
        elif alike := self._get_alike(entries, work):
            # Rows of one moment come in any order.
            return max(
                alike,
                key=lambda entry: (
                    self._says_same(entry, values),
                    entry.values["return_key"] == work.key,
                ),
            )
        same, others = [], []
        for entry in entries:
            has_label = bool(entry.values["license_plate"])
            if entry.values["return_date"] == values["return_date"]:
                # Amazon names the label in one file, and not in another.
                if has_label != bool(row.license_plate):
                    same.append(entry)
            elif not has_label:
                others.append(entry)
        for entry in same:
            if not self._is_in_report(entry, work):
                return entry
        lines = sold.get((work.order, row.sku))
        returned = sum(entry.values["quantity"] for entry in entries)
        if lines and others and not row.license_plate:
            quantity = sum(lines.mapped("product_uom_qty"))
            if returned + row.quantity > quantity:
                return others[-1]
        return None

    def _get_alike(self, entries, work):
        """Return those of a moment that no other row of the report tells of."""
        moment = work.key.rpartition("#")[0]
        return [
            entry
            for entry in entries
            if entry.values["return_key"].rpartition("#")[0] == moment
            and not self._is_in_report(entry, work)
        ]

    def _is_known(self, known, work, values):
        """Whether a return without label is known as a row tells of it."""
        entries = known[work.values.order_id, work.values.sku]
        return not work.values.license_plate and any(
            self._says_same(entry, values) for entry in entries
        )

    def _says_same(self, entry, values):
        return all(entry.values[name] == values[name] for name in TOLD_FIELDS)

    def _is_in_report(self, entry, work):
        """Whether another row of the same report tells of a return."""
        rows = entry.record.row_ids.union(*(other.record for other in entry.works))
        return any(
            row.report_id == work.record.report_id and row != work.record
            for row in rows
        )

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
            self._set_outcome(
                work,
                "unchanged",
                self.env._("A later row tells of this return; that counts."),
                "outdated",
                **outcome,
            )
            return
        changed = {
            name: value for name, value in values.items() if before.get(name) != value
        }
        if not set(changed) & set(TOLD_FIELDS):
            known = work.record.outcome
            again = known if known in ("created", "updated") else "unchanged"
            self._set_outcome(work, again, **outcome)
            return
        self._set_outcome(
            work,
            "updated",
            self.env._(
                "Before: %(old)s\nNow: %(new)s",
                old=self._describe(before),
                new=self._describe(values),
            ),
            **outcome,
        )
        before.update(changed)
        entry.changed = True

    def _describe(self, values):
        parts = (
            f"{values['return_date']:%Y-%m-%d}",
            f"{values['quantity']} ×",
            values["disposition"],
            values["status"],
        )
        return " ".join(filter(None, parts))

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
        self._link(report.account_id, created | joined)
        touched = Return.union(*(entry.record for entry in entries))
        self.env["amazon.stock.booker"].book_returns(touched)
        touched._attach_credit_notes()
        self._tell_missing_products(entries)

    def _tell_missing_products(self, entries):
        """Flag rows whose goods cannot be booked, as their SKU has no product."""
        for entry in entries:
            record = entry.record
            missing = record.stock_policy != "none" and not record.product_id
            for work in entry.works:
                if missing and work.record.outcome in ("created", "updated"):
                    work.record.write(
                        {
                            "needs_attention": True,
                            "code": "unknown_sku_stock",
                            "message": self.env._(
                                "No product for the SKU %(sku)s, so that its goods are "
                                "not booked. Choose one under Amazon > Configuration > "
                                "SKU Mapping, then process the report again.",
                                sku=record.sku,
                            ),
                        }
                    )
                elif work.record.needs_attention:
                    work.record.needs_attention = False

    # === ORDER LINES AND PRODUCTS === #

    def _link(self, account, returns):
        """Link returns to the order line and product that came back."""
        lines_by_sku = defaultdict(self.env["sale.order.line"].browse)
        for line in returns.sale_order_id.order_line:
            if line.product_id and line.product_uom_qty > 0:
                sku = line.amazon_row_id.sku
                lines_by_sku[line.order_id, sku or line.product_id] |= line
        returned = self._count_returned(returns.sale_order_id)
        products = self._find_products(account, returns)
        for record in returns:
            order, product = record.sale_order_id, products[record]
            lines = lines_by_sku.get((order, record.sku)) or lines_by_sku.get(
                (order, product), self.env["sale.order.line"]
            )
            lines = lines.filtered(
                lambda line: line.amazon_line_type in ("item", False)
            )
            free = lines.filtered(
                lambda line, record=record: (
                    line.product_uom_qty - returned[line] >= record.quantity
                )
            )
            line = (free or lines)[:1]
            returned[line] += record.quantity
            record.write(
                {
                    "sale_line_id": line.id,
                    "product_id": (line.product_id or product).id,
                }
            )

    def _count_returned(self, orders):
        counts = defaultdict(float)
        counts.update(
            self.env["amazon.return"]._read_group(
                [
                    ("sale_order_id", "in", orders.ids),
                    ("sale_line_id", "!=", False),
                ],
                ["sale_line_id"],
                ["quantity:sum"],
            )
        )
        return counts

    def _find_products(self, account, returns):
        """Return ``{amazon.return: product}``, by SKU."""
        wanted = {
            record: SoldSku(
                record.sku, self._get_marketplace(record), record.asin or ""
            )
            for record in returns
        }
        lookups = ProductLookups(account)
        if wanted:
            self.env["amazon.product.finder"].find_products(
                lookups, list(wanted.values())
            )
        return {
            record: lookups.matches[sold.sku, sold.marketplace].product
            for record, sold in wanted.items()
        }

    def _get_marketplace(self, record):
        return record.sale_order_id.amazon_marketplace_id

    def _join_known(self, company, orders):
        """Link returns to orders that were imported without them."""
        known = self.env["amazon.return"].search(
            [
                ("company_id", "=", company.id),
                ("order_ref", "in", orders.mapped("amazon_order_ref")),
                ("sale_order_id", "=", False),
            ]
        )
        by_ref = {order.amazon_order_ref: order for order in orders}
        for record in known:
            record.sale_order_id = by_ref[record.order_ref]
            record.row_ids.sale_order_id = record.sale_order_id
        for account, returns in known.grouped("account_id").items():
            self._link(account, returns)
            self.env["amazon.stock.booker"].book_returns(returns)
            returns._attach_credit_notes()
