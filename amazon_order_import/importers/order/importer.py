import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from odoo import fields, models
from odoo.models import BaseModel

from ...messages import message
from ...report_formats import ParsedRow
from ...report_formats.kinds import KINDS
from ...report_formats.moments import to_utc
from ...report_formats.order_numbers import is_multi_channel
from ..row_importer import RowWork


@dataclass
class OrderRowWork(RowWork):
    """A row of an order report on its way.

    - ``fingerprint``: recognises a shipment item, whether Amazon gives its id or not
    - ``ordinal``: which of the equal rows of a file it is
    - ``marketplace``: ``amazon.marketplace`` record, may be empty
    - ``additions``: `RowWork` of further lines that add to the item; ``parsed`` holds
      what they add up to, ``bare`` the row without them, or None
    - ``is_known``: the row was imported before, and only something is added to it
    """

    fingerprint: str = ""
    ordinal: int = 1
    marketplace: BaseModel | None = None
    additions: list[RowWork] = field(default_factory=list)
    bare: ParsedRow | None = None
    is_known: bool = False

    @property
    def bare_values(self):
        """What the row tells by itself, without what adds to its item."""
        return (self.bare or self.parsed).values


class AmazonOrderImporter(models.AbstractModel):
    """Decides which rows become orders, and what identifies each of them.

    ``creation``, ``update`` and ``cancellation`` make, change and cancel the orders.
    Shipments, returns and VAT join by the hooks at the end of this file.
    """

    _name = "amazon.order.importer"
    _inherit = "amazon.row.importer"
    _description = "Import of Amazon Orders"

    _work_class = OrderRowWork

    def _import_works(self, report, works):
        self._set_keys(report, works)
        self._take_additions(report, works)
        own, foreign = [], []
        for work in works:
            # What only adds to an item gets its outcome with that, or at the end.
            if not work.parsed.continuation and self._is_read(report, work):
                (foreign if self._is_multi_channel(work) else own).append(work)
        self._set_multi_channel(foreign)
        groups = defaultdict(list)
        own = self._choose_importable(report, own)
        for work in own:
            groups[work.values.order_id].append(work)
        self._join_multi_channel(report, foreign)
        if groups:
            self._import_groups(report, dict(groups))
        self._set_added(works)
        self._leave_contradictions(report, own)
        # Before the confirmation: an order with open rows stays a quotation.
        added = [more for work in works for more in work.additions]
        self._settle_older_rows(report, works + added)
        if groups:
            self._join_waiting(report, list(groups))
            self.env["amazon.order.workflow"].run(report, list(groups))
            orders = report.row_ids.browse(
                [work.record.id for group in groups.values() for work in group]
            ).sale_order_id
            self._join_followers(report, list(groups), orders)

    # === KEYS === #

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
            elif line := work.parsed.continuation:
                order_ref, sku, work.key = line.order_id, line.sku, line.key
            else:
                cells = self._get_cells(work.parsed.raw)
                order_ref = work.parsed.order_ref or False
                sku = cells.get("sku")
                work.key = self._get_raw_key(fulfillment, cells)
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

    def _get_raw_key(self, fulfillment, cells):
        """Return the key of a row that cannot be read, or ``""``.

        By it, the row is settled once a readable one comes; so only what tells the
        item itself has it, and none that may add to the item.

        :param dict cells: see ``_get_cells``
        """
        column = "quantity-purchased" if fulfillment == "mfn" else "quantity-shipped"
        if not cells.get(column) and not (cells.get("sku") and cells.get("currency")):
            return ""
        item = cells.get("amazon-order-item-id") or cells.get("order-item-id") or ""
        if fulfillment == "mfn":
            # One that breaks off early may hold a part of the id only.
            return item if column in cells else ""
        shipment_item = cells.get("shipment-item-id")
        return f"{shipment_item}/{item}" if shipment_item else ""

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

    # === WHICH ROWS BECOME ORDERS === #

    def _is_read(self, report, work):
        error = work.parsed.error
        if error and (error.code, error.column) == ("missing_value", "item-price"):
            self._set_outcome(
                work, "waiting", message("price_pending", order=work.record.order_ref)
            )
            return False
        return super()._is_read(report, work)

    def _is_multi_channel(self, work):
        return is_multi_channel(work.values.order_id, work.values.sales_channel)

    def _set_multi_channel(self, works):
        for work in works:
            self._set_outcome(
                work, "ignored", self._explain_multi_channel(work.values.order_id)
            )

    def _choose_importable(self, report, works):
        """Set the outcome of rows that are not to be imported; return the others."""
        channels = self._get_channels(works)
        inactive = self._get_inactive_marketplaces(report)
        importable = [
            work
            for work in works
            if self._find_marketplace(report, work, channels, inactive)
        ]
        early = self._get_early_refs(report, works)
        for work in importable:
            if work.values.order_id in early:
                self._set_before_start(report, work)
        return [work for work in importable if work.values.order_id not in early]

    def _get_channels(self, works):
        """Return ``{sales channel: amazon.marketplace or None}``."""
        names = {work.values.sales_channel for work in works}
        marketplaces = self.env["amazon.marketplace"].search([])
        by_name = {m.name.casefold(): m for m in marketplaces}
        return {name: by_name.get(name.casefold()) for name in names}

    def _get_inactive_marketplaces(self, report):
        """Return the marketplaces whose channel is switched off in the account."""
        channels = report.account_id.with_context(active_test=False).channel_ids
        return channels.filtered(lambda channel: not channel.active).marketplace_id

    def _find_marketplace(self, report, work, channels, inactive):
        """Set the marketplace of a row; where it keeps the row out, tell why.

        :return: whether the row can be imported
        """
        row = work.values
        work.marketplace = channels[row.sales_channel] or self._guess_marketplace(
            report, row
        )
        if row.sales_channel and not work.marketplace:
            self._set_outcome(
                work,
                "waiting",
                message(
                    "unknown_channel", channel=row.sales_channel, order=row.order_id
                ),
            )
            return False
        if work.marketplace and work.marketplace in inactive:
            self._set_outcome(
                work,
                "ignored",
                message(
                    "inactive_channel",
                    channel=work.marketplace.name,
                    account=report.account_id.name,
                    order=row.order_id,
                ),
            )
            return False
        return True

    def _guess_marketplace(self, report, row):
        """Return the marketplace of a row without sales channel, if there is one."""
        marketplaces = (
            report.marketplace_ids
            or report.account_id.channel_ids.filtered("active").marketplace_id
        )
        if not row.sales_channel and len(marketplaces) == 1:
            return marketplaces
        return self.env["amazon.marketplace"]

    def _get_early_refs(self, report, works):
        """Return the numbers of orders bought before the start of the account.

        Orders that Odoo has all the same are updated like any other.
        """
        start = report.account_id._get_orders_from(KINDS[report.kind].fulfillment)
        if not start:
            return set()
        early = {
            work.values.order_id
            for work in works
            if work.values.purchase_date and to_utc(work.values.purchase_date) < start
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
        account = report.account_id
        start = fields.Datetime.context_timestamp(
            report.with_context(tz=account.user_id.tz),
            account._get_orders_from(KINDS[report.kind].fulfillment),
        )
        self._set_outcome(
            work,
            "ignored",
            message(
                "before_start",
                order=work.values.order_id,
                start=start.date(),
                account=account.name,
            ),
        )

    # === ORDERS: ALL AT ONCE, OR ONE BY ONE === #

    def _import_batch(self, report, groups):
        """Create or update the orders of a batch (an upsert), and check their totals.

        :param groups: dict ``{order number: [RowWork]}``
        :raise MessageError: where an order does not come out as Amazon states it
        """
        lookups = self._get_lookups(report, groups)
        new = {ref: works for ref, works in groups.items() if ref not in lookups.orders}
        known = groups.keys() - new.keys()
        self._create_orders(lookups, self._take_doubles(lookups, new))
        known -= self._settle_repeated(lookups, {ref: groups[ref] for ref in known})
        for order_ref in groups:
            if order_ref in known:
                self._update_order(
                    lookups, lookups.orders[order_ref], groups[order_ref]
                )
        self._import_delivery(
            lookups,
            {ref: works for ref, works in groups.items() if not works[0].is_known},
        )
        self._check_payments(lookups, groups)
        self._note_cancel_requests(lookups, groups)
        self._set_tags(lookups)
        # A savepoint ends in any environment: what is computed is computed here, where
        # nothing is tracked.
        self.env.flush_all()

    def _set_tags(self, lookups):
        """Put the tags of flagged orders on them."""
        for order_ref, names in lookups.taxes.flags.items():
            if order := lookups.orders.get(order_ref):
                order._add_amazon_tags(names)

    # === HOOKS: WHAT BELONGS TO ORDERS === #

    def _prepare_lookups(self, lookups, works):
        """Look up what a later domain needs to know for a batch of orders (a hook).

        :param lookups: `OrderLookups`
        :param works: list of `OrderRowWork` of all its orders
        """

    def _prepare_delivery_values(self, lookups, works):
        """Return what an order's rows say about its delivery (a hook).

        :param works: list of `OrderRowWork` of one new order
        :return: dict for ``sale.order``
        """
        return {}

    def _import_delivery(self, lookups, groups):
        """Import what the rows say about deliveries of their orders (a hook).

        :param lookups: `OrderLookups`, its orders created and updated
        :param groups: dict ``{order number: [OrderRowWork]}``
        """

    def _join_multi_channel(self, report, works):
        """Use the rows of orders of other shops, which become no order (a hook).

        :param works: list of `OrderRowWork`, each with its outcome
        """

    def _join_waiting(self, report, order_refs):
        """Join what came before its order and says how it is invoiced (a hook).

        Runs before the workflow of the orders.

        :param order_refs: Amazon order numbers of the rows
        """

    def _join_followers(self, report, order_refs, orders):
        """Join what follows orders: their returns, their documents (a hook).

        :param order_refs: Amazon order numbers of the rows
        :param orders: ``sale.order`` records that the rows are about
        """
