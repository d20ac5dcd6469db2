import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ...models.order.lookups import ZERO, OrderCase, OrderLookups, SoldSku
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats.kinds import KINDS
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel
from ..row_importer import RowWork


class ImportProblem(UserError):
    """An order cannot be imported as the report gives it; ``code`` names why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


@dataclass
class OrderRowWork(RowWork):
    """A row of an order report on its way."""

    fingerprint: str = ""
    ordinal: int = 1
    marketplace: object = None


class AmazonOrderImporter(models.AbstractModel):
    _name = "amazon.order.importer"
    _inherit = "amazon.row.importer"
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
        works = [OrderRowWork(record.with_env(self.env), row) for record, row in pairs]
        self._set_keys(report, works)
        channels = self._get_channels(works)
        inactive = self._get_inactive_marketplaces(report)
        early = self._get_early_refs(report, works)
        groups = defaultdict(list)
        for work in works:
            if not self._is_importable(report, work, channels, inactive):
                continue
            if work.values.order_id in early:
                self._set_before_start(report, work)
            else:
                groups[work.values.order_id].append(work)
        self.env["amazon.shipment.importer"].import_multi_channel(
            report, [w for w in works if w.record.code == "multi_channel"]
        )
        if groups:
            self._import_groups(report, dict(groups))
        # Before the confirmation: an order with open rows stays a quotation.
        self._settle_older_rows(report, works)
        if groups:
            self._join_waiting(report, list(groups))
            self.env["amazon.order.workflow"].run(report, list(groups))
            self.env["amazon.return.importer"].join_orders(
                report.company_id, list(groups)
            )
            orders = report.row_ids.browse(
                [work.record.id for group in groups.values() for work in group]
            ).sale_order_id
            self.env["amazon.vat.document.importer"].join_orders(
                report.account_id, orders
            )
        self.env.flush_all()

    def _join_waiting(self, report, order_refs):
        """Join what came before its order (a hook).

        :param order_refs: Amazon order numbers of the batch
        """
        self.env["amazon.vat.invoice"]._join_waiting(report.company_id, order_refs)

    @api.model
    def finish_report(self, report):
        self.env["amazon.shipment.importer"].finish_report(report)

    # === ROWS === #

    def _set_keys(self, report, works):
        """Store order number, SKU and key of each row on its record."""
        fulfillment = KINDS[report.kind].fulfillment
        counts = self._get_fingerprint_counts(report, works)
        for work in works:
            if work.values:
                work.key, work.fingerprint, work.ordinal = self._get_row_key(
                    fulfillment, work, counts
                )
                order_ref, sku = work.values.order_id, work.values.sku
            else:
                raw = work.parsed.raw or {}
                order_ref = raw.get("amazon-order-id") or raw.get("order-id")
                sku = raw.get("sku")
                work.key = self._get_raw_key(fulfillment, raw)
            work.record.write(
                {"order_ref": order_ref, "sku": sku, "row_key": work.key or False}
            )

    def _get_row_key(self, fulfillment, work, counts):
        """Return ``(key, fingerprint, ordinal)`` of a row within its order.

        Merchant-fulfilled: the order item. FBA: the shipment item; where Amazon leaves
        its id empty, a fingerprint of the row and its ordinal among equal rows of the
        file; then the order item, which may be empty too (source: amazon-reports.md
        2.4).
        """
        row = work.values
        if fulfillment == "mfn":
            return row.order_item_id, "", 1
        parts = (
            row.order_id,
            row.sku,
            str(row.quantity),
            # Reports write the same moment with this or that offset.
            str(to_utc(row.shipment_date) or ""),
            row.fulfillment_center_id,
            row.tracking_number,
        )
        fingerprint = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]
        if row.shipment_item_id:
            return f"{row.shipment_item_id}/{row.order_item_id}", fingerprint, 1
        if work.record.row_key:
            ordinal = int(self._split_key(work.record.row_key)[0].rpartition(":")[2])
        else:
            counts[fingerprint, row.order_item_id] += 1
            ordinal = counts[fingerprint, row.order_item_id]
        return f"fp:{fingerprint}:{ordinal}/{row.order_item_id}", fingerprint, ordinal

    def _get_raw_key(self, fulfillment, raw):
        """Return the key of a row that cannot be read, or ``""``.

        By it, the row is settled once a readable one comes.
        """
        if fulfillment == "mfn":
            # One that breaks off early may hold a part of the id only.
            whole = raw.get("quantity-purchased") is not None
            return (whole and raw.get("order-item-id")) or ""
        if raw.get("shipment-item-id"):
            item = raw.get("amazon-order-item-id") or ""
            return f"{raw['shipment-item-id']}/{item}"
        return ""

    def _split_key(self, key):
        """Return ``(shipment item or fingerprint with ordinal, order item)``."""
        shipment_item, _slash, order_item = key.rpartition("/")
        return shipment_item, order_item

    def _get_fingerprint_counts(self, report, works):
        """Return how often rows without id occurred in earlier rows of the file.

        :return: dict ``{(fingerprint, order item): count}``
        """
        counts = defaultdict(int)
        if KINDS[report.kind].fulfillment == "mfn":
            return counts
        orders = {
            work.values.order_id
            for work in works
            if work.values and not work.values.shipment_item_id
        }
        if orders:
            for (key,) in self.env["amazon.report.row"]._read_group(
                [
                    ("report_id", "=", report.id),
                    ("order_ref", "in", list(orders)),
                    ("row_key", "=like", "fp:%"),
                ],
                ["row_key"],
            ):
                head, order_item = self._split_key(key)
                counts[head.split(":")[1], order_item] += 1
        return counts

    def _get_channels(self, works):
        """Return ``{sales channel: amazon.marketplace or None}``."""
        names = {work.values.sales_channel for work in works if work.values}
        marketplaces = self.env["amazon.marketplace"].search([])
        by_name = {m.name.casefold(): m for m in marketplaces}
        return {name: by_name.get(name.casefold()) for name in names}

    def _get_inactive_marketplaces(self, report):
        """Return the marketplaces whose channel is switched off in the account."""
        channels = report.account_id.with_context(active_test=False).channel_ids
        return channels.filtered(lambda channel: not channel.active).marketplace_id

    def _is_importable(self, report, work, channels, inactive):
        """Set the outcome of rows that are not to be imported; return the others."""
        row = work.values
        if work.parsed.error:
            outcome, code = "error", work.parsed.error.code
            message = report._translate_format_error(work.parsed.error)
            if (code, work.parsed.error.column) == ("missing_value", "item-price"):
                outcome, code = "waiting", "price_pending"
                message = self.env._(
                    "Amazon gives no price yet for this item of order %(order)s (its "
                    "payment is pending). A later report brings it.",
                    order=work.record.order_ref,
                )
            self._set_outcome(work, outcome, message, code)
            return False
        if is_multi_channel(row.order_id, row.sales_channel):
            self._set_outcome(
                work,
                "ignored",
                self._explain_multi_channel(row.order_id),
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
                self.env._(
                    "The sales channel “%(channel)s” of order %(order)s is not known. "
                    "Add it under Amazon > Configuration > Marketplaces, then process "
                    "the report again.",
                    channel=row.sales_channel,
                    order=row.order_id,
                ),
                "unknown_channel",
            )
            return False
        if work.marketplace and work.marketplace in inactive:
            self._set_outcome(
                work,
                "ignored",
                self.env._(
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

    def _get_early_refs(self, report, works):
        """Return the numbers of orders bought before the start of the account.

        Orders that Odoo has all the same are updated like any other.
        """
        start = report.account_id.orders_from
        if not start:
            return set()
        early = {
            work.values.order_id
            for work in works
            if work.values
            and work.values.purchase_date
            and to_utc(work.values.purchase_date) < start
        }
        known = self.env["sale.order"]._read_group(
            [
                ("company_id", "=", report.company_id.id),
                ("amazon_order_ref", "in", list(early)),
            ],
            ["amazon_order_ref"],
        )
        return early - {ref for (ref,) in known}

    def _set_before_start(self, report, work):
        start = fields.Datetime.context_timestamp(
            report.with_context(tz=report.account_id.user_id.tz),
            report.account_id.orders_from,
        )
        self._set_outcome(
            work,
            "ignored",
            self.env._(
                "Order %(order)s was bought before %(start)s, from when on the account "
                "%(account)s takes orders. To import it, choose an earlier “Orders "
                "From” in the account and process the report again.",
                order=work.values.order_id,
                start=format_date(self.env, start.date()),
                account=report.account_id.name,
            ),
            "before_start",
        )

    def _guess_marketplace(self, report, row):
        """Return the marketplace of a row without sales channel, if there is one."""
        marketplaces = (
            report.marketplace_ids
            or report.account_id.channel_ids.filtered("active").marketplace_id
        )
        if not row.sales_channel and len(marketplaces) == 1:
            return marketplaces
        return self.env["amazon.marketplace"]

    # === ORDERS: ALL AT ONCE, OR ONE BY ONE === #

    def _import_batch(self, report, groups):
        """Create or update the orders of a batch (an upsert), and check their totals.

        :param groups: dict ``{order number: [RowWork]}``
        :raise ImportProblem: where an order does not come out as Amazon states it
        """
        lookups = self._get_lookups(report, groups)
        new = {ref: works for ref, works in groups.items() if ref not in lookups.orders}
        self._create_orders(lookups, new)
        for order_ref in groups:
            if order_ref not in new:
                self._update_order(
                    lookups, lookups.orders[order_ref], groups[order_ref]
                )
        self.env["amazon.shipment.importer"].import_shipments(lookups, groups)
        self._set_tags(lookups)
        # A savepoint ends in any environment: what is computed is computed here, where
        # nothing is tracked.
        self.env.flush_all()

    def _set_tags(self, lookups):
        """Put the tags of flagged orders on them."""
        for order_ref, names in lookups.taxes.flags.items():
            tags = self.env["crm.tag"].concat(
                *(self.env.ref(f"amazon_order_import.tag_{name}") for name in names)
            )
            order = lookups.orders.get(order_ref)
            if order and tags - order.tag_ids:
                order.tag_ids = [Command.link(tag.id) for tag in tags - order.tag_ids]

    # === LOOK-UPS === #

    def _get_lookups(self, report, groups):
        lookups = OrderLookups.of(report)
        works = [work for group in groups.values() for work in group]
        self._find_orders(lookups, groups)
        self.env["amazon.shipment.importer"].prepare_lookups(lookups, works)
        self.env["amazon.product.finder"].find_products(
            lookups.products,
            [
                SoldSku(work.values.sku, work.marketplace, work.values.asin)
                for work in works
            ],
        )
        codes = {self._get_currency_code(lookups, work) for work in works}
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(codes))])
        )
        lookups.currencies = {currency.name: currency for currency in currencies}
        lookups.pricelists = self.env["product.pricelist"]._get_amazon_pricelists(
            lookups.company, currencies
        )
        lookups.channels = {
            channel.marketplace_id: channel
            for channel in lookups.account.channel_ids
            if channel.active
        }
        return lookups

    def _find_orders(self, lookups, groups):
        orders = self.env["sale.order"].search(
            [
                ("company_id", "=", lookups.company.id),
                ("amazon_order_ref", "in", list(groups)),
            ]
        )
        lookups.orders = {order.amazon_order_ref: order for order in orders}
        self._index_lines(lookups, orders.order_line)
        self._find_cancelled(lookups, groups.keys() - lookups.orders.keys())

    def _find_cancelled(self, lookups, order_refs):
        """Note which items of unknown orders a later report told to be cancelled.

        :param order_refs: Amazon order numbers
        """
        if not order_refs:
            return
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", lookups.company.id),
                ("report_id", "!=", lookups.report.id),
                ("report_id.kind", "=", lookups.report.kind),
                ("order_ref", "in", list(order_refs)),
                ("outcome", "=", "cancelled"),
            ]
        )
        lookups.cancelled = {
            (row.order_ref, row.row_key)
            for row in rows
            if lookups.report._is_older_than(row.report_id)
        }

    def _index_lines(self, lookups, lines):
        """Note lines in the batch by what identifies the row they were made of."""
        for line in lines.filtered("amazon_row_key").sorted("id"):
            order, key = line.order_id, line.amazon_row_key
            lookups.lines[order, key, line.amazon_line_type] = line
            if line.amazon_fingerprint and line.amazon_line_type == "item":
                for name in (line.amazon_fingerprint, self._split_key(key)[0]):
                    lookups.fingerprints.setdefault((order, name), []).append(line)

    # === NEW ORDERS === #

    def _create_orders(self, lookups, groups):
        """Create new orders in one call.

        :param groups: dict ``{order number: [RowWork]}``
        """
        selected = {
            order_ref: self._select_new_rows(lookups, works)
            for order_ref, works in groups.items()
        }
        # Also what still waits for its product counts for the value of the order.
        rows = {
            ref: [
                work.values
                for work in {w.key: w for w in works}.values()
                if work.values.quantity and (ref, work.key) not in lookups.cancelled
            ]
            for ref, works in groups.items()
        }
        groups = {ref: ready for ref, (ready, _again) in selected.items() if ready}
        if not groups:
            return
        contacts = self.env["amazon.partner.importer"].get_partners(
            [ready[0][0] for ready in groups.values()], lookups
        )
        vals_list = []
        for (ref, ready), partners in zip(groups.items(), contacts, strict=True):
            vals_list.append(
                self._prepare_order_values(lookups, ready, partners, rows[ref])
            )
        orders = self.env["sale.order"].create(vals_list)
        self._check_totals(orders)
        for order, ready in zip(orders, groups.values(), strict=True):
            lookups.orders[order.amazon_order_ref] = order
            for work, _product in ready:
                self._set_outcome(
                    work,
                    "created",
                    sale_order_id=order.id,
                    offer_id=False,
                    **self._get_attention(lookups, work),
                )
            if again := selected[order.amazon_order_ref][1]:
                self._index_lines(lookups, order.order_line)
                self._update_order(lookups, order, again)

    def _select_new_rows(self, lookups, works):
        """Choose the rows that make up a new order.

        :return: ``[(RowWork, product)]`` and the list of the ``RowWork`` that tell of
            the same items once more, further down in the file
        """
        finder = self.env["amazon.product.finder"]
        ready = []
        again = []
        seen = set()
        for work in works:
            if work.key in seen:
                again.append(work)
            elif (
                not work.values.quantity
                or (work.values.order_id, work.key) in lookups.cancelled
            ):
                self._set_cancelled(work)
            elif not (product := finder.get_product(lookups.products, work)):
                self._wait_for_product(lookups, work)
            else:
                seen.add(work.key)
                ready.append((work, product))
        return ready, again

    def _wait_for_product(self, lookups, work):
        values = self.env["amazon.product.finder"].get_waiting(lookups.products, work)
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

    def _get_attention(self, lookups, work):
        """Return the values of a row that is imported but needs a person, or none."""
        row = work.values
        if self._is_free_of_charge(lookups, row):
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

    def _is_free_of_charge(self, lookups, row):
        """Whether a merchant-fulfilled item has no price though it is no replacement.

        Amazon writes some cancelled items that way (amazon-reports.md 2.1).
        """
        return (
            lookups.fulfillment == "mfn"
            and not row.item_price
            and not row.is_replacement_order
        )

    def _prepare_order_values(self, lookups, ready, partners, rows):
        """Return the values of a new ``sale.order``, lines included.

        :param ready: list of ``(RowWork, product)``, at least one
        :param partners: ``(customer, invoice contact, delivery contact)``
        :param rows: list of the ``SaleRow`` of all items, also of those not ready yet
        """
        work = ready[0][0]
        row = work.values
        customer, invoice, delivery = partners
        account, company = lookups.account, lookups.company
        channel = lookups.channels.get(work.marketplace)
        currency = self._get_currency(lookups, work)
        case = OrderCase(
            customer=customer,
            delivery=delivery,
            currency=currency,
            marketplace=work.marketplace,
            warehouse=self._get_warehouse(lookups, channel),
        )
        positions = []
        lines = []
        for work, product in ready:
            treatment = self._get_treatment(lookups, work.values, case, rows)
            positions.append(treatment.fiscal_position)
            lines += self._prepare_row_lines(
                lookups, work, product, replace(case, treatment=treatment)
            )
        for sequence, line in enumerate(lines, start=1):
            line["sequence"] = 10 * sequence
        purchased = to_utc(row.purchase_date)
        return {
            **self._get_order_defaults(lookups),
            "company_id": company.id,
            "partner_id": customer.id,
            "partner_invoice_id": invoice.id,
            "partner_shipping_id": delivery.id,
            "pricelist_id": lookups.pricelists[currency].id,
            "fiscal_position_id": positions[0].id,
            "warehouse_id": case.warehouse.id,
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
            "client_order_ref": row.purchase_order_number or row.order_id,
            "origin": work.marketplace.name or "Amazon",
            "amazon_order_ref": row.order_id,
            "amazon_account_id": account.id,
            "amazon_marketplace_id": work.marketplace.id,
            "amazon_fulfillment": lookups.fulfillment,
            "amazon_purchase_date": purchased,
            **(details := self._prepare_order_details(lookups, row)),
            "amazon_told": {
                **self.env["amazon.order.change"].describe(row, details),
                "report": lookups.report.id,
            },
            **self.env["amazon.shipment.importer"].prepare_order_values(
                lookups, [work for work, _product in ready]
            ),
            "amazon_is_replacement": bool(row.is_replacement_order),
            "amazon_replaced_order_ref": row.original_order_id or False,
            "order_line": [Command.create(line) for line in lines],
        }

    def _get_order_defaults(self, lookups):
        """Return defaults that Odoo would look up anew for each order of a lookups."""
        if lookups.order_defaults is None:
            Order = self.env["sale.order"]
            names = ("campaign_id", "medium_id", "source_id", "quotation_document_ids")
            known = [name for name in names if name in Order._fields]
            lookups.order_defaults = dict.fromkeys(known, False) | Order.default_get(
                known
            )
        return lookups.order_defaults

    def _prepare_order_details(self, lookups, row):
        """Return what the report says of the order besides addresses and amounts."""
        if row.is_buyer_requested_cancellation:
            lookups.flag(row.order_id, "cancellation_requested")
        return {
            "amazon_is_business": bool(row.is_business_order),
            "amazon_is_prime": bool(row.is_prime),
            "amazon_is_invoiced": bool(row.is_amazon_invoiced),
            "amazon_purchase_order_number": row.purchase_order_number or False,
            "amazon_price_designation": row.price_designation or False,
            "amazon_ioss_number": row.ioss_number or False,
            "amazon_ship_service_level": row.ship_service_level or False,
            "amazon_cancel_reason": row.buyer_requested_cancel_reason or False,
        }

    def _prepare_row_lines(self, lookups, work, product, case):
        lines = self.env["amazon.order.line.builder"].prepare_lines(
            work.values, lookups, case, product
        )
        for line in lines:
            line["amazon_row_key"] = work.key
            line["amazon_fingerprint"] = work.fingerprint or False
            line["amazon_row_id"] = work.record.id
            line["amazon_shipment_date"] = to_utc(work.values.shipment_date)
        return lines

    def _get_currency_code(self, lookups, work):
        """Return the currency of a row; free rows may come without one."""
        local = work.marketplace.currency_id or lookups.company.currency_id
        return work.values.currency or local.name

    def _get_currency(self, lookups, work):
        code = self._get_currency_code(lookups, work)
        currency = lookups.currencies.get(code)
        if not currency:
            raise ImportProblem(
                "unknown_currency",
                self.env._(
                    "Odoo has no currency “%(currency)s”. Create it under Accounting > "
                    "Configuration > Currencies.",
                    currency=code,
                ),
            )
        return currency

    def _get_warehouse(self, lookups, channel):
        warehouse = (channel and channel.warehouse_id) or lookups.account.warehouse_id
        if not warehouse:
            if lookups.warehouse is None:
                lookups.warehouse = self.env["stock.warehouse"].search(
                    [("company_id", "=", lookups.company.id)], limit=1
                )
            warehouse = lookups.warehouse
        return warehouse

    def _get_treatment(self, lookups, row, case, rows):
        return self.env["amazon.tax.advisor"].get_treatment(row, lookups, case, rows)

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

    def _update_order(self, lookups, order, works):
        """Bring a known order up to what the rows say."""
        if order.amazon_fulfillment != lookups.fulfillment:
            raise ImportProblem(
                "other_fulfillment",
                self.env._(
                    "It exists as %(order)s with the other way of fulfilment "
                    "(merchant or Amazon). Compare it with Seller Central.",
                    order=order.name,
                ),
            )
        case = OrderCase(
            customer=order.partner_id,
            delivery=order.partner_shipping_id,
            currency=order.currency_id,
            marketplace=order.amazon_marketplace_id,
            warehouse=order.warehouse_id,
            known_value=self._get_known_value(lookups, order, works),
        )
        finder = self.env["amazon.product.finder"]
        rows = [work.values for work in works]
        change = self._update_head(lookups, order, works, case)
        case = replace(
            case,
            customer=order.partner_id,
            delivery=order.partner_shipping_id,
            retax=change.retax,
        )
        new_lines = []
        for work in works:
            line = self._match_line(lookups, order, work)
            if isinstance(line, dict):
                # The file holds the row twice.
                self._add_lines(lookups, order, new_lines)
                new_lines = []
                line = self._match_line(lookups, order, work)
            treatment = self._get_treatment(lookups, work.values, case, rows)
            row_case = replace(case, treatment=treatment)
            if not work.values.quantity:
                self._cancel_row(order, work, line)
            elif not line and not (
                product := finder.get_product(lookups.products, work)
            ):
                self._wait_for_product(lookups, work)
            elif work.values.currency not in ("", order.currency_id.name):
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
                self._update_row(lookups, order, work, line, row_case)
            else:
                lines = self._prepare_row_lines(lookups, work, product, row_case)
                if self._can_grow(order, work):
                    new_lines += lines
                    for vals in lines:
                        lookups.lines[order, work.key, vals["amazon_line_type"]] = vals
                    self._set_outcome(
                        work,
                        "created",
                        sale_order_id=order.id,
                        offer_id=False,
                        **self._get_attention(lookups, work),
                    )
        self._add_lines(lookups, order, new_lines)
        self._tell_change(order, works, change)

    def _get_known_value(self, lookups, order, works):
        """Return the price of the items that the rows do not tell of, a ``Decimal``."""
        told = {line.id for w in works if (line := self._match_line(lookups, order, w))}
        return sum(
            (
                Decimal(line.amazon_figures["amount"])
                for line in order.order_line
                if line.amazon_line_type == "item" and line.id not in told
            ),
            ZERO,
        )

    def _update_head(self, lookups, order, works, case):
        """Bring addresses and other data of a known order up to what the rows say.

        :return: `amazon.order.change`'s ``OrderChange``
        """
        row = works[0].values
        rows = [work.values for work in works]

        def get_position(customer, delivery):
            moved = replace(case, customer=customer, delivery=delivery)
            return self._get_treatment(lookups, row, moved, rows).fiscal_position

        return self.env["amazon.order.change"].update_order(
            lookups,
            order,
            works,
            self._prepare_order_details(lookups, row),
            get_position,
        )

    def _tell_change(self, order, works, change):
        """Have the order's first row tell what changed on the head of the order."""
        work = works[0]
        if change.left:
            self._leave_to_person(
                order,
                work,
                self.env._(
                    "Amazon changed order %(order)s after it was delivered, invoiced, "
                    "locked or cancelled in Odoo.\n%(changes)s\nCorrect the documents "
                    "where needed.",
                    order=order.amazon_order_ref,
                    changes=change.left,
                ),
            )
        elif change.texts and work.record.outcome in ("unchanged", "updated"):
            texts = [work.record.message or "", *change.texts]
            self._set_outcome(
                work,
                "updated",
                "\n".join(filter(None, texts)),
                sale_order_id=order.id,
            )
        told = {work.key for work in works}
        missing = order.order_line.filtered(
            lambda line: line.amazon_row_key
            and line.product_uom_qty
            and line.amazon_row_key not in told
        )
        if change.retax and missing:
            order._schedule_amazon_activity(
                self.env._(
                    "The new address of order %(order)s changes its taxes, but the "
                    "report does not tell of all its items again. Check the taxes of: "
                    "%(items)s.",
                    order=order.amazon_order_ref,
                    items=", ".join(missing.mapped("product_id.display_name")),
                )
            )

    def _add_lines(self, lookups, order, vals_list):
        """Create further lines at the end of a known order."""
        if vals_list:
            last = max(order.order_line.mapped("sequence"), default=0)
            for position, vals in enumerate(vals_list, start=1):
                vals.update(order_id=order.id, sequence=last + 10 * position)
            lines = self.env["sale.order.line"].create(vals_list)
            self._check_lines(lines)
            self._index_lines(lookups, lines)

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

    def _match_line(self, lookups, order, work):
        """Return the item line that a row is about, or none."""
        line = lookups.lines.get((order, work.key, "item"))
        if line or not work.fingerprint:
            return line
        shipment_item, order_item = self._split_key(work.key)
        same = lookups.fingerprints.get(
            (order, shipment_item)
        ) or lookups.fingerprints.get((order, work.fingerprint), [])
        candidates = [
            line
            for line in same
            if not order_item
            or self._split_key(line.amazon_row_key)[1] in ("", order_item)
        ]
        if not work.values.shipment_item_id:
            # Amazon left out an id that it gave before.
            position = work.ordinal - 1
            return candidates[position] if position < len(candidates) else None
        for line in candidates:
            known_shipment_item, known_order_item = self._split_key(line.amazon_row_key)
            if known_shipment_item.startswith("fp:") or (
                known_shipment_item == shipment_item
            ):
                # Amazon gives an id that it left out before.
                key = f"{shipment_item}/{order_item or known_order_item}"
                siblings = self._get_row_lines(order, line)
                siblings.amazon_row_key = key
                self._index_lines(lookups, siblings)
                return line
        return None

    def _get_row_lines(self, order, line):
        return order.order_line.filtered(
            lambda sibling: sibling.amazon_row_key == line.amazon_row_key
        )

    def _update_row(self, lookups, order, work, line, case):
        """Compare the lines of a known row with what it says now."""
        wanted = self._prepare_row_lines(lookups, work, line.product_id, case)
        existing = {
            sibling.amazon_line_type: sibling
            for sibling in self._get_row_lines(order, line)
        }
        changes = [
            (existing.get(vals["amazon_line_type"], order.order_line.browse()), vals)
            for vals in wanted
            if case.retax
            or vals["amazon_line_type"] not in existing
            or existing[vals["amazon_line_type"]].amazon_figures
            != vals["amazon_figures"]
        ]
        gone = {
            line_type
            for line_type, sibling in existing.items()
            if sibling.amazon_figures["quantity"]
        } - {vals["amazon_line_type"] for vals in wanted}
        if not changes and not gone:
            self._set_unchanged(lookups, order, work)
            return
        if self._is_outdated(order, work, line):
            return
        old = self._describe_figures(existing.values())
        new = self._describe_figures(wanted)
        if not self._is_open(existing.values()):
            self._leave_to_person(
                order,
                work,
                self.env._(
                    "Amazon changed item %(sku)s, but in Odoo the order is %(state)s."
                    "\nBefore: %(old)s\nNow: %(new)s\nCorrect it by hand (return, "
                    "credit note) where needed.",
                    sku=work.values.sku,
                    state=self._describe_closed(existing.values()),
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

    def _set_unchanged(self, lookups, order, work):
        """Note that a row says nothing new; processed again, it keeps its outcome."""
        known = work.record.outcome
        attention = {"needs_attention": False}
        if order.state == "draft":
            attention = self._get_attention(lookups, work)
        self._set_outcome(
            work,
            known if known in ("created", "updated") else "unchanged",
            sale_order_id=order.id,
            offer_id=False,
            **attention,
        )

    def _is_outdated(self, order, work, line):
        """Whether a later report told of the line: an old one changes nothing then."""
        latest = line.amazon_row_id
        if not latest or not work.record.report_id._is_older_than(latest.report_id):
            return False
        self._set_outcome(
            work,
            "unchanged",
            self.env._(
                "%(row)s is a later report and tells otherwise; that counts.",
                row=latest.display_name,
            ),
            "outdated",
            sale_order_id=order.id,
            offer_id=False,
        )
        return True

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
        return not self._describe_closed(lines)

    def _describe_closed(self, lines):
        """Return why lines can no longer be changed, or ``""``."""
        order = next(iter(lines)).order_id
        if order.state == "cancel":
            return self.env._("cancelled")
        if order.locked:
            return self.env._("locked")
        if any(
            # Also where a credit note took the quantity back: the invoice stands.
            invoice_line.move_id.state != "cancel"
            for line in lines
            for invoice_line in line.invoice_lines
        ):
            return self.env._("invoiced")
        if any(
            line.qty_delivered and line.qty_delivered_method != "amazon"
            for line in lines
        ):
            return self.env._("delivered")
        return ""

    def _cancel_row(self, order, work, line):
        """Take a cancelled item off a known order."""
        if not line:
            self._set_cancelled(work, order)
            return
        lines = self._get_row_lines(order, line)
        if order.state != "cancel" and any(lines.mapped("product_uom_qty")):
            if self._is_outdated(order, work, line):
                return
            if not self._is_open(lines):
                self._leave_to_person(
                    order,
                    work,
                    self.env._(
                        "Amazon cancelled item %(sku)s, but in Odoo the order is "
                        "%(state)s.\nBefore: %(old)s\nNow: cancelled (quantity 0)\n"
                        "Take the goods back or make a credit note where needed.",
                        sku=work.values.sku,
                        state=self._describe_closed(lines),
                        old=self._describe_figures(lines),
                    ),
                )
                return
            for sibling in lines:
                self._drop_line(sibling)
            lines.amazon_row_id = work.record
            if not any(
                order.order_line.filtered(
                    lambda rest: rest.amazon_line_type == "item"
                ).mapped("product_uom_qty")
            ):
                order._action_cancel()
        self._set_cancelled(work, order)

    @api.model
    def cancel_items(self, order, works):
        """Cancel items of a known order that Amazon cancelled, by the order item.

        :param order: ``sale.order`` record that is not cancelled
        :param works: list of ``RowWork`` of the rows that say so, with the order item
            as ``key``; those whose item Odoo has get their outcome
        """
        lines = order.order_line.filtered(
            lambda line: line.amazon_line_type == "item" and line.product_uom_qty
        ).grouped("amazon_row_key")
        for work in works:
            if line := lines.get(work.key):
                self._cancel_row(order, work, line)

    @api.model
    def cancel_order(self, order, works):
        """Cancel a known order that Amazon cancelled as a whole.

        One that has left, or is invoiced or locked, becomes a to-do of a person. Its
        lines stay as they are, so that a report that tells of them once more finds
        nothing changed.

        :param order: ``sale.order`` record that is not cancelled
        :param works: list of ``RowWork`` of the rows that say so; get their outcome
        """
        lines = order.order_line.filtered("amazon_row_key") or order.order_line
        closed = self._describe_closed(lines) if lines else ""
        if not closed and order.amazon_parcel_ids:
            closed = self.env._("shipped by Amazon")
        for work in works:
            if closed:
                self._leave_to_person(
                    order,
                    work,
                    self.env._(
                        "Amazon cancelled order %(order)s, but in Odoo it is %(state)s."
                        "\nTake the goods back or make a credit note where needed.",
                        order=order.amazon_order_ref,
                        state=closed,
                    ),
                )
            else:
                self._set_outcome(
                    work,
                    "cancelled",
                    self.env._(
                        "Amazon cancelled order %(order)s; it is cancelled in Odoo, "
                        "too.",
                        order=order.amazon_order_ref,
                    ),
                    "cancelled",
                    sale_order_id=order.id,
                )
        if not closed:
            order._action_cancel()

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
        """Make a difference visible that must not be settled by itself.

        Once a person has done the to-do, later reports with the same difference leave
        it at that.
        """
        told = order.amazon_told or {}
        left = told.get("left", {})
        digest = hashlib.sha256(message.encode()).hexdigest()[:20]
        if left.get(work.key) == digest and not order._has_amazon_activity(message):
            self._set_outcome(
                work,
                "unchanged",
                self.env._("A person has dealt with this:\n%s", message),
                "left_to_person",
                sale_order_id=order.id,
            )
            return
        order.amazon_told = {**told, "left": {**left, work.key: digest}}
        self._set_outcome(
            work, "waiting", message, "document_closed", sale_order_id=order.id
        )
        order._schedule_amazon_activity(message)
