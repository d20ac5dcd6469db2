import hashlib
import logging
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timezone

from psycopg2.errors import UniqueViolation

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

MULTI_CHANNEL_ID = re.compile(r"S\d\d-", re.IGNORECASE)
IMPORT_CONTEXT = {
    # One note per report says what happened; not one per order.
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "sale_no_log_for_new_lines": True,
    # A wrong VAT number must not keep an order out.
    "no_vat_validation": True,
    "amazon_import": True,
}


class ConcurrentImport(Exception):
    """Another transaction has just created the same order: try again after it."""


class ImportProblem(UserError):
    """An order cannot be imported as the report gives it; ``code`` names why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


@dataclass
class RowWork:
    """A row on its way: its record, what the file says, what is found out."""

    record: object
    parsed: object
    key: str = ""
    fingerprint: str = ""
    ordinal: int = 1
    marketplace: object = None

    @property
    def values(self):
        return self.parsed.values


@dataclass
class OrderBatch:
    """The look-ups of a batch: each is one query for all its orders."""

    report: object
    account: object
    company: object
    orders: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)
    fingerprints: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    offers: dict = field(default_factory=dict)
    currencies: dict = field(default_factory=dict)
    pricelists: dict = field(default_factory=dict)
    channels: dict = field(default_factory=dict)
    fiscal_positions: dict = field(default_factory=dict)
    taxes: dict = field(default_factory=dict)
    tax_amounts: dict = field(default_factory=dict)
    descriptions: dict = field(default_factory=dict)
    tax_rules: object = None
    europe: object = None
    flags: dict = field(default_factory=lambda: defaultdict(set))

    def flag(self, order_ref, name):
        """Mark an order for a person's eye.

        :param str order_ref: Amazon order number
        :param str name: tag of ``data/crm_tag_data.xml`` without ``tag_``, e.g.
            ``address_incomplete``
        """
        self.flags[order_ref].add(name)


class AmazonOrderImporter(models.AbstractModel):
    _name = "amazon.order.importer"
    _description = "Import of Amazon Orders"

    @api.model
    def import_rows(self, report, pairs):
        """Make orders of report rows and store the outcome of every row.

        Never commits. A row, or an order, that cannot be imported gets its outcome
        and leaves the others alone.

        :param report: ``amazon.report`` record
        :param pairs: list of ``(amazon.report.row, ParsedRow)``
        :raise ConcurrentImport: where another transaction has just created one of the
            orders, with ``amazon_retry_concurrent`` in the context
        """
        self = self.with_context(**IMPORT_CONTEXT)
        report = report.with_env(self.env)
        works = [RowWork(record.with_env(self.env), row) for record, row in pairs]
        self._set_keys(report, works)
        channels = self._get_channels(report, works)
        groups = defaultdict(list)
        for work in works:
            if self._is_importable(report, work, channels):
                groups[work.values.order_id].append(work)
        if groups:
            self._import_groups(report, dict(groups))
            self.env["amazon.order.workflow"].run(report, list(groups))
        self._settle_older_rows(report, works)

    # === ROWS === #

    def _set_outcome(self, work, outcome, message=False, code=False, **values):
        """Store what became of a row."""
        work.record.write(
            {"outcome": outcome, "message": message, "code": code, **values}
        )

    def _set_keys(self, report, works):
        """Store order number, SKU and key of each row on its record."""
        counts = self._get_fingerprint_counts(report, works)
        for work in works:
            if work.values:
                work.key, work.fingerprint, work.ordinal = self._get_row_key(
                    work, counts
                )
                order_ref, sku = work.values.order_id, work.values.sku
            else:
                raw = work.parsed.raw or {}
                order_ref = raw.get("amazon-order-id") or raw.get("order-id")
                sku = raw.get("sku")
            work.record.write(
                {"order_ref": order_ref, "sku": sku, "row_key": work.key or False}
            )

    def _get_row_key(self, work, counts):
        """Return ``(key, fingerprint, ordinal)`` of a row within its order.

        Merchant-fulfilled: the order item. FBA: the shipment item; where Amazon leaves
        its id empty, a fingerprint of the row and its ordinal among equal rows of the
        file (source: amazon-reports.md 2.4).
        """
        row = work.values
        if not hasattr(row, "shipment_item_id"):
            return row.order_item_id, "", 1
        parts = (
            row.order_id,
            row.order_item_id,
            row.sku,
            str(row.quantity),
            row.shipment_date.isoformat() if row.shipment_date else "",
            row.fulfillment_center_id,
            row.tracking_number,
        )
        fingerprint = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
        if row.shipment_item_id:
            return f"{row.shipment_item_id}/{row.order_item_id}", fingerprint, 1
        if work.record.row_key:
            ordinal = int(work.record.row_key.rpartition(":")[2])
        else:
            counts[fingerprint] += 1
            ordinal = counts[fingerprint]
        return f"fp:{fingerprint}:{ordinal}", fingerprint, ordinal

    def _get_fingerprint_counts(self, report, works):
        """Return how often each fingerprint occurred in earlier rows of the file."""
        counts = defaultdict(int)
        if any(
            work.values and not getattr(work.values, "shipment_item_id", True)
            for work in works
        ):
            for row in self.env["amazon.report.row"].search(
                [("report_id", "=", report.id), ("row_key", "=like", "fp:%")]
            ):
                counts[row.row_key.split(":")[1]] += 1
        return counts

    def _get_channels(self, report, works):
        """Return ``{sales channel: amazon.marketplace}`` and the inactive ones."""
        names = {work.values.sales_channel for work in works if work.values}
        marketplaces = self.env["amazon.marketplace"].search([])
        by_name = {m.name.casefold(): m for m in marketplaces}
        return {name: by_name.get(name.casefold()) for name in names}

    def _is_importable(self, report, work, channels):
        """Set the outcome of rows that are not to be imported; return the others."""
        _ = self.env._
        row = work.values
        if work.parsed.error:
            self._set_outcome(
                work,
                "error",
                report._translate_format_error(work.parsed.error),
                work.parsed.error.code,
            )
            return False
        if MULTI_CHANNEL_ID.match(row.order_id) or row.sales_channel.lower().startswith(
            "non-amazon"
        ):
            self._set_outcome(
                work,
                "ignored",
                _(
                    "Multi-channel order %(order)s: Amazon only ships it for you, the "
                    "sale took place elsewhere.",
                    order=row.order_id,
                ),
                "multi_channel",
            )
            return False
        work.marketplace = channels[row.sales_channel] or self._guess_marketplace(
            report, row
        )
        if row.sales_channel and not work.marketplace:
            self._set_outcome(
                work,
                "waiting",
                _(
                    "The sales channel “%(channel)s” of order %(order)s is not known. "
                    "Add it under Amazon > Configuration > Marketplaces, then process "
                    "the report again.",
                    channel=row.sales_channel,
                    order=row.order_id,
                ),
                "unknown_channel",
            )
            return False
        channel = report.account_id.with_context(
            active_test=False
        ).channel_ids.filtered(lambda c: c.marketplace_id == work.marketplace)
        if work.marketplace and channel and not channel.active:
            self._set_outcome(
                work,
                "ignored",
                _(
                    "The channel %(channel)s is switched off in the account "
                    "%(account)s. Switch it on and process the report again to import "
                    "order %(order)s.",
                    channel=work.marketplace.name,
                    account=report.account_id.name,
                    order=row.order_id,
                ),
                "inactive_channel",
            )
            return False
        return True

    def _guess_marketplace(self, report, row):
        """Return the marketplace of a row without sales channel, if there is one."""
        marketplaces = report.marketplace_ids or report.account_id.channel_ids.filtered(
            "active"
        ).marketplace_id
        if not row.sales_channel and len(marketplaces) == 1:
            return marketplaces
        return self.env["amazon.marketplace"]

    def _settle_older_rows(self, report, works):
        """Close open rows of other reports that tell of what is imported by now."""
        settled = {
            (work.record.order_ref, work.key): work
            for work in works
            if work.key and work.record.outcome not in ("waiting", "error")
        }
        if not settled:
            return
        older = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("report_id", "!=", report.id),
                ("outcome", "in", ("waiting", "error")),
                ("order_ref", "in", list({ref for ref, _key in settled})),
            ]
        )
        for row in older:
            work = settled.get((row.order_ref, row.row_key))
            if work:
                row.write(
                    {
                        "outcome": "unchanged",
                        "code": "settled_elsewhere",
                        "message": self.env._(
                            "Settled by %(report)s, row %(number)s.",
                            report=report.display_name,
                            number=work.parsed.number,
                        ),
                        "sale_order_id": work.record.sale_order_id.id,
                        "offer_id": False,
                    }
                )
        older.report_id._update_attention()

    # === ORDERS: ALL AT ONCE, OR ONE BY ONE === #

    def _import_groups(self, report, groups):
        """Import orders together; if that fails, one by one to find the guilty.

        :param groups: dict ``{order number: [RowWork]}``
        """
        if len(groups) > 1:
            try:
                with self.env.cr.savepoint():
                    self._import_orders(report, groups)
                return
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except UniqueViolation as error:
                self._check_concurrent(error)
            except Exception as error:  # noqa: BLE001 - told for each order below
                _logger.info(
                    "Report %s: batch of %s orders fails (%s), going on one by one",
                    report.id,
                    len(groups),
                    type(error).__name__,
                )
        for order_ref, works in groups.items():
            try:
                with self.env.cr.savepoint():
                    self._import_orders(report, {order_ref: works})
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                raise
            except UniqueViolation as error:
                self._check_concurrent(error)
                self._fail_order(works, "concurrent", self._concurrent_message(works))
            except UserError as error:
                code = getattr(error, "code", "refused")
                self._fail_order(works, code, self._refused_message(works, error))
            except Exception as error:
                # Any addon may be in the way; the others' orders must not suffer.
                _logger.exception(
                    "Report %s: order %s cannot be imported", report.id, order_ref
                )
                self._fail_order(
                    works, "unexpected", self._unexpected_message(works, error)
                )

    def _check_concurrent(self, error):
        if self.env.context.get("amazon_retry_concurrent"):
            raise ConcurrentImport from error

    def _fail_order(self, works, code, message):
        outcome = "waiting" if code == "concurrent" else "error"
        for work in works:
            self._set_outcome(work, outcome, message, code)

    def _concurrent_message(self, works):
        return self.env._(
            "Order %(order)s was being imported by another process at the same moment. "
            "Process the report again: it will find the order.",
            order=works[0].values.order_id,
        )

    def _refused_message(self, works, error):
        return self.env._(
            "Order %(order)s was not imported: %(error)s\nCorrect this and process the "
            "report again.",
            order=works[0].values.order_id,
            error=error,
        )

    def _unexpected_message(self, works, error):
        return self.env._(
            "Order %(order)s was not imported because of an unexpected error "
            "(%(error)s); the server log has its details. Pass this on to your "
            "administrator, then process the report again.",
            order=works[0].values.order_id,
            error=f"{type(error).__name__}: {error}",
        )

    def _import_orders(self, report, groups):
        """Create or update the orders of a batch (an upsert), and check their totals.

        :param groups: dict ``{order number: [RowWork]}``
        :raise ImportProblem: where an order does not come out as Amazon states it
        """
        batch = self._get_batch(report, groups)
        new = {ref: works for ref, works in groups.items() if ref not in batch.orders}
        self._create_orders(batch, new)
        for order_ref in groups:
            if order_ref not in new:
                self._update_order(
                    batch, batch.orders[order_ref], groups[order_ref]
                )
        self._set_tags(batch)

    def _set_tags(self, batch):
        """Put the tags of flagged orders on them."""
        for order_ref, names in batch.flags.items():
            tags = self.env["crm.tag"].concat(
                *(self.env.ref(f"amazon_order_import.tag_{name}") for name in names)
            )
            order = batch.orders.get(order_ref)
            if order and tags - order.tag_ids:
                order.tag_ids = [Command.link(tag.id) for tag in tags - order.tag_ids]

    # === LOOK-UPS === #

    def _get_batch(self, report, groups):
        account = report.account_id
        batch = OrderBatch(report, account, report.company_id)
        works = [work for group in groups.values() for work in group]
        self._find_orders(batch, groups)
        self.env["amazon.product.finder"].find_products(batch, works)
        codes = {work.values.currency for work in works if work.values.currency}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes))])
        )
        batch.currencies = {currency.name: currency for currency in currencies}
        batch.pricelists = self.env["product.pricelist"]._get_amazon_pricelists(
            batch.company, currencies
        )
        batch.channels = {
            channel.marketplace_id: channel
            for channel in account.channel_ids
            if channel.active
        }
        return batch

    def _find_orders(self, batch, groups):
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", batch.company.id),
                ("amazon_order_ref", "in", list(groups)),
            ]
        )
        batch.orders = {order.amazon_order_ref: order for order in orders}
        for line in orders.order_line.filtered("amazon_row_key").sorted("id"):
            batch.lines[line.order_id, line.amazon_row_key, line.amazon_line_type] = (
                line
            )
            if line.amazon_fingerprint:
                batch.fingerprints.setdefault(
                    (line.order_id, line.amazon_fingerprint), []
                ).append(line)

    # === NEW ORDERS === #

    def _create_orders(self, batch, groups):
        """Create new orders in one call.

        :param groups: dict ``{order number: [RowWork]}``
        """
        groups = {
            order_ref: ready
            for order_ref, works in groups.items()
            if (ready := self._select_new_rows(batch, works))
        }
        if not groups:
            return
        contacts = self.env["amazon.partner.importer"].get_partners(
            [ready[0][0].values for ready in groups.values()], batch.account
        )
        vals_list = []
        for ready, partners in zip(groups.values(), contacts, strict=True):
            vals_list.append(self._prepare_order_values(batch, ready, partners))
        orders = self.env["sale.order"].create(vals_list)
        self._check_totals(orders)
        for order, ready in zip(orders, groups.values(), strict=True):
            batch.orders[order.amazon_order_ref] = order
            for work, _product in ready:
                self._set_outcome(
                    work,
                    "created",
                    sale_order_id=order.id,
                    offer_id=False,
                    **self._get_attention(batch, work),
                )

    def _select_new_rows(self, batch, works):
        """Return ``[(RowWork, product)]`` of the rows that make up a new order."""
        finder = self.env["amazon.product.finder"]
        ready = []
        seen = set()
        for work in works:
            if not work.values.quantity:
                self._set_cancelled(work)
            elif not (product := finder.get_product(batch, work)):
                self._wait_for_product(batch, work)
            elif work.key in seen:
                self._set_outcome(
                    work, "unchanged", self.env._("The file holds this row twice.")
                )
            else:
                seen.add(work.key)
                ready.append((work, product))
        return ready

    def _wait_for_product(self, batch, work):
        values = self.env["amazon.product.finder"].get_waiting(batch, work)
        self._set_outcome(work, "waiting", code="unknown_sku", **values)

    def _set_cancelled(self, work, order=None):
        self._set_outcome(
            work,
            "cancelled",
            self.env._(
                "Amazon cancelled this item of order %(order)s (quantity 0).",
                order=work.values.order_id,
            ),
            "cancelled",
            sale_order_id=order.id if order else False,
        )

    def _get_attention(self, batch, work):
        """Return the values of a row that is imported but needs a person, or none."""
        row = work.values
        if self._is_free_of_charge(batch, row):
            return {
                "needs_attention": True,
                "code": "free_of_charge",
                "message": self.env._(
                    "Amazon gives no price for this item of order %(order)s. It may be "
                    "cancelled: check it in Seller Central, then confirm or cancel the "
                    "quotation.",
                    order=row.order_id,
                ),
            }
        return {"needs_attention": False}

    def _is_free_of_charge(self, batch, row):
        """Whether a merchant-fulfilled item has no price though it is no replacement.

        Amazon writes some cancelled items that way (amazon-reports.md 2.1).
        """
        return (
            batch.report.kind.startswith("mfn")
            and not row.item_price
            and not getattr(row, "is_replacement_order", False)
        )

    def _prepare_order_values(self, batch, ready, partners):
        """Return the values of a new ``sale.order``, lines included.

        :param ready: list of ``(RowWork, product)``, at least one
        :param partners: ``(customer, invoice contact, delivery contact)``
        """
        work = ready[0][0]
        row = work.values
        customer, invoice, delivery = partners
        account, company = batch.account, batch.company
        channel = batch.channels.get(work.marketplace)
        currency = self._get_currency(batch, row)
        context = {
            "customer": customer,
            "delivery": delivery,
            "currency": currency,
            "marketplace": work.marketplace,
            "warehouse": self._get_warehouse(batch, channel),
        }
        rows = [work.values for work, _product in ready]
        context["treatment"] = self._get_treatment(batch, row, context, rows)
        position = context["treatment"].fiscal_position
        lines = []
        for work, product in ready:
            context["treatment"] = self._get_treatment(
                batch, work.values, context, rows
            )
            lines += self._prepare_row_lines(batch, work, product, context)
        for sequence, line in enumerate(lines, start=1):
            line["sequence"] = 10 * sequence
        purchased = row.purchase_date.astimezone(timezone.utc).replace(tzinfo=None)
        return {
            "company_id": company.id,
            "partner_id": customer.id,
            "partner_invoice_id": invoice.id,
            "partner_shipping_id": delivery.id,
            "pricelist_id": batch.pricelists[currency].id,
            "fiscal_position_id": position.id,
            "warehouse_id": context["warehouse"].id,
            "team_id": (channel.team_id if channel else account.team_id).id
            or account.team_id.id,
            "user_id": account.user_id.id,
            "payment_term_id": False,
            "preferred_payment_method_line_id": False,
            "require_signature": False,
            "require_payment": False,
            "validity_date": False,
            "note": False,
            "date_order": purchased,
            "client_order_ref": getattr(row, "purchase_order_number", "")
            or row.order_id,
            "origin": work.marketplace.name or "Amazon",
            "amazon_order_ref": row.order_id,
            "amazon_account_id": account.id,
            "amazon_marketplace_id": work.marketplace.id,
            "amazon_fulfillment": "fba"
            if batch.report.kind.startswith("fba")
            else "mfn",
            "amazon_purchase_date": purchased,
            **self._prepare_order_details(batch, row),
            "amazon_is_replacement": bool(getattr(row, "is_replacement_order", False)),
            "amazon_replaced_order_ref": getattr(row, "original_order_id", False),
            "order_line": [Command.create(line) for line in lines],
        }

    def _prepare_order_details(self, batch, row):
        """Return what the report says of the order besides addresses and amounts."""
        if getattr(row, "is_buyer_requested_cancellation", False):
            batch.flag(row.order_id, "cancellation_requested")
        return {
            "amazon_is_business": bool(getattr(row, "is_business_order", False)),
            "amazon_is_prime": bool(getattr(row, "is_prime", False)),
            "amazon_purchase_order_number": getattr(row, "purchase_order_number", "")
            or False,
            "amazon_price_designation": getattr(row, "price_designation", "") or False,
            "amazon_ioss_number": getattr(row, "ioss_number", "") or False,
            "amazon_ship_service_level": row.ship_service_level or False,
            "amazon_cancel_reason": getattr(row, "buyer_requested_cancel_reason", "")
            or False,
        }

    def _prepare_row_lines(self, batch, work, product, context):
        lines = self.env["amazon.order.line.builder"].prepare_lines(
            work.values, batch, context, product
        )
        for line in lines:
            line["amazon_row_key"] = work.key
            line["amazon_fingerprint"] = work.fingerprint or False
            line["amazon_row_id"] = work.record.id
        return lines

    def _get_currency(self, batch, row):
        currency = batch.currencies.get(row.currency)
        if not currency:
            raise ImportProblem(
                "unknown_currency",
                self.env._(
                    "Odoo has no currency “%(currency)s”. Create it under Accounting > "
                    "Configuration > Currencies.",
                    currency=row.currency,
                ),
            )
        return currency

    def _get_warehouse(self, batch, channel):
        warehouse = (channel and channel.warehouse_id) or batch.account.warehouse_id
        if not warehouse:
            warehouse = self.env["stock.warehouse"].search(
                [("company_id", "=", batch.company.id)], limit=1
            )
        return warehouse

    def _get_treatment(self, batch, row, context, rows):
        return self.env["amazon.tax.advisor"].get_treatment(row, batch, context, rows)

    def _check_totals(self, orders):
        """Compare each order's total in Odoo with Amazon's, to the cent.

        :raise ImportProblem: where they differ
        """
        for order in orders:
            self._check_amount(order, order.amount_total, order.amazon_amount_total)

    def _check_lines(self, lines):
        """Compare the total of lines in Odoo with Amazon's, to the cent."""
        for line in lines:
            self._check_amount(
                line.order_id, line.price_total, line.amazon_amount_total
            )

    def _check_amount(self, order, odoo, amazon):
        currency = order.currency_id
        if currency.compare_amounts(odoo, amazon):
            raise ImportProblem(
                "total_differs",
                self.env._(
                    "Odoo comes to %(odoo)s, but Amazon to %(amazon)s. Check the taxes "
                    "of the products and the fiscal position “%(position)s”.",
                    odoo=currency.format(odoo),
                    amazon=currency.format(amazon),
                    position=order.fiscal_position_id.name or "–",
                ),
            )

    # === KNOWN ORDERS === #

    def _update_order(self, batch, order, works):
        """Bring a known order up to what the rows say."""
        if order.amazon_fulfillment != batch.report.kind[:3]:
            raise ImportProblem(
                "other_fulfillment",
                self.env._(
                    "It exists as %(order)s with the other way of fulfilment "
                    "(merchant or Amazon). Compare it with Seller Central.",
                    order=order.name,
                ),
            )
        context = {
            "customer": order.partner_id,
            "delivery": order.partner_shipping_id,
            "currency": order.currency_id,
            "marketplace": order.amazon_marketplace_id,
            "warehouse": order.warehouse_id,
        }
        finder = self.env["amazon.product.finder"]
        rows = [work.values for work in works]
        new_lines = []
        for work in works:
            line = self._match_line(batch, order, work)
            context["treatment"] = self._get_treatment(
                batch, work.values, context, rows
            )
            if not work.values.quantity:
                self._cancel_row(order, work, line)
            elif not line and not (product := finder.get_product(batch, work)):
                self._wait_for_product(batch, work)
            elif order.currency_id.name != work.values.currency:
                raise ImportProblem(
                    "other_currency",
                    self.env._(
                        "It exists as %(order)s in %(currency)s, but this row is in "
                        "%(other)s.",
                        order=order.name,
                        currency=order.currency_id.name,
                        other=work.values.currency,
                    ),
                )
            elif line:
                self._update_row(batch, order, work, line, context)
            else:
                lines = self._prepare_row_lines(batch, work, product, context)
                if self._can_grow(order, work):
                    new_lines += lines
                    # The file may hold the row twice.
                    for vals in lines:
                        batch.lines[order, work.key, vals["amazon_line_type"]] = vals
                    self._set_outcome(
                        work,
                        "created",
                        sale_order_id=order.id,
                        offer_id=False,
                        **self._get_attention(batch, work),
                    )
        if new_lines:
            last = max(order.order_line.mapped("sequence"), default=0)
            for position, vals in enumerate(new_lines, start=1):
                vals.update(order_id=order.id, sequence=last + 10 * position)
            self._check_lines(self.env["sale.order.line"].create(new_lines))

    def _can_grow(self, order, work):
        """Whether a further item can be added; else leave the row to a person."""
        if order.state != "cancel" and not order.locked:
            return True
        self._leave_to_person(
            order,
            work,
            self.env._(
                "Amazon reports a further item (%(sku)s, quantity %(quantity)s), but "
                "the order is cancelled or locked in Odoo. Add it by hand, or set the "
                "order to quotation or unlock it, and process the report again.",
                sku=work.values.sku,
                quantity=work.values.quantity,
            ),
        )
        return False

    def _match_line(self, batch, order, work):
        """Return the item line that a row is about, or none."""
        line = batch.lines.get((order, work.key, "item"))
        if line or not work.fingerprint:
            return line
        candidates = batch.fingerprints.get((order, work.fingerprint), [])
        if not work.values.shipment_item_id:
            # Amazon left out an id that it gave before.
            position = work.ordinal - 1
            return candidates[position] if position < len(candidates) else None
        for line in candidates:
            # Amazon gives an id that it left out before.
            if line.amazon_row_key.startswith("fp:"):
                old_key = line.amazon_row_key
                siblings = order.order_line.filtered(
                    lambda sibling, key=old_key: sibling.amazon_row_key == key
                )
                siblings.amazon_row_key = work.key
                for sibling in siblings:
                    batch.lines[order, work.key, sibling.amazon_line_type] = sibling
                return line
        return None

    def _get_row_lines(self, order, line):
        return order.order_line.filtered(
            lambda sibling: sibling.amazon_row_key == line.amazon_row_key
        )

    def _update_row(self, batch, order, work, line, context):
        """Compare the lines of a known row with what it says now."""
        if isinstance(line, dict):
            self._set_outcome(
                work,
                "unchanged",
                self.env._("The file holds this row twice."),
                sale_order_id=order.id,
            )
            return
        wanted = self._prepare_row_lines(batch, work, line.product_id, context)
        existing = {
            sibling.amazon_line_type: sibling
            for sibling in self._get_row_lines(order, line)
        }
        changes = [
            (existing.get(vals["amazon_line_type"], order.order_line.browse()), vals)
            for vals in wanted
            if vals["amazon_line_type"] not in existing
            or existing[vals["amazon_line_type"]].amazon_figures
            != vals["amazon_figures"]
        ]
        gone = set(existing) - {vals["amazon_line_type"] for vals in wanted}
        if not changes and not gone:
            self._set_outcome(
                work, "unchanged", sale_order_id=order.id, offer_id=False
            )
            return
        old = self._describe_figures(existing.values())
        new = self._describe_figures(wanted)
        if not self._is_open(existing.values()):
            self._leave_to_person(
                order,
                work,
                self.env._(
                    "Amazon changed item %(sku)s after it was delivered or invoiced in "
                    "Odoo.\nBefore: %(old)s\nNow: %(new)s\nCorrect it by hand (return, "
                    "credit note) where needed.",
                    sku=work.values.sku,
                    old=old,
                    new=new,
                ),
            )
            return
        for sibling, vals in changes:
            vals["amazon_row_key"] = line.amazon_row_key
            if sibling:
                sibling.write(self._prepare_line_update(vals))
            else:
                sibling = sibling.create(dict(vals, order_id=order.id))
            self._check_lines(sibling)
        for line_type in gone:
            self._drop_line(existing[line_type])
        self._set_outcome(
            work,
            "updated",
            self.env._("Before: %(old)s\nNow: %(new)s", old=old, new=new),
            sale_order_id=order.id,
            offer_id=False,
        )

    def _prepare_line_update(self, vals):
        kept = ("name", "product_id", "product_uom_id", "amazon_fingerprint")
        return {name: value for name, value in vals.items() if name not in kept}

    def _describe_figures(self, lines):
        """Return Amazon's figures of lines as text: ``item 1 × 19.99 (tax 3.19)``."""
        return ", ".join(
            "{type} {quantity} × {amount} ({tax})".format(
                type=line["amazon_line_type"], **line["amazon_figures"]
            )
            for line in lines
        )

    def _is_open(self, lines):
        """Whether lines may still be changed: neither delivered nor invoiced."""
        return not any(
            line.qty_invoiced
            or (line.qty_delivered and line.qty_delivered_method != "amazon")
            or line.order_id.locked
            or line.order_id.state == "cancel"
            for line in lines
        )

    def _cancel_row(self, order, work, line):
        """Take a cancelled item off a known order."""
        if not line or isinstance(line, dict):
            self._set_cancelled(work, order)
            return
        lines = self._get_row_lines(order, line)
        if order.state != "cancel" and any(lines.mapped("product_uom_qty")):
            if not self._is_open(lines):
                self._leave_to_person(
                    order,
                    work,
                    self.env._(
                        "Amazon cancelled item %(sku)s after it was delivered or "
                        "invoiced in Odoo. Take the goods back or make a credit note "
                        "where needed.",
                        sku=work.values.sku,
                    ),
                )
                return
            for sibling in lines:
                self._drop_line(sibling)
            if not any(
                order.order_line.filtered(
                    lambda rest: rest.amazon_line_type == "item"
                ).mapped("product_uom_qty")
            ):
                order._action_cancel()
        self._set_cancelled(work, order)

    def _drop_line(self, line):
        """Set a line to nothing; Odoo forbids to delete lines of confirmed orders."""
        figures = dict(line.amazon_figures, quantity=0, amount="0", tax="0")
        line.write(
            {
                "product_uom_qty": 0.0,
                "extra_tax_data": False,
                "amazon_amount_total": 0.0,
                "amazon_amount_tax": 0.0,
                "amazon_tax_withheld": 0.0,
                "amazon_figures": figures,
            }
        )

    def _leave_to_person(self, order, work, message):
        """Make a difference visible that must not be settled by itself."""
        self._set_outcome(
            work, "waiting", message, "document_closed", sale_order_id=order.id
        )
        order._schedule_amazon_activity(message)
