import logging
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import REFUSALS, compose, message

_logger = logging.getLogger(__name__)


class AmazonShipmentImporter(models.AbstractModel):
    """Multi-channel shipments: Amazon ships what was sold elsewhere."""

    _inherit = "amazon.shipment.importer"

    @api.private
    def import_multi_channel(self, report, works):
        """Mark the own orders shipped that multi-channel rows name.

        The rows stay ignored: the sale took place elsewhere. Their order gets the
        parcel; an open delivery from FBA stock is validated where the account books
        FBA stock by moves, any other is left to a person, so that nothing is sent
        twice.

        :param report: ``amazon.report`` record
        :param works: list of ``RowWork`` of multi-channel rows
        """
        if not works:
            return
        try:
            with self.env.cr.savepoint():
                self._import_multi_channel(report, works)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            # Orders of others must not suffer from a note on them.
            _logger.exception(
                "Report %s: multi-channel shipments cannot be noted", report.id
            )

    def _import_multi_channel(self, report, works):
        pairs = self._find_own_orders(report, works)
        if not pairs:
            return
        centers = self.env["amazon.fulfillment.center"]._find_or_create(
            work.values.fulfillment_center_id for _order, work in pairs
        )
        known = self._find_known_rows(report, pairs)
        parcels = self._store_parcels(report.account_id, centers, pairs)
        new = defaultdict(list)
        for order, work in pairs:
            told = message(
                "multi_channel_own", multi=work.values.order_id, order=order.name
            )
            work.record.write({"sale_order_id": order.id, "message": told})
            if (work.record.order_ref, work.record.row_key) not in known:
                new[order].append(work)
        for order, order_works in new.items():
            order_parcels = self.env["amazon.parcel"].union(
                *(parcels[order, self._get_reference(work)] for work in order_works)
            )
            self._mark_shipped(report.account_id, order, order_works, order_parcels)

    def _find_own_orders(self, report, works):
        """Return ``[(sale.order, RowWork)]`` of the rows that name an own order."""
        refs = {work.values.merchant_order_id for work in works}
        orders = self.env["sale.order"]._find_seller_orders(
            report.company_id, refs - {""}
        )
        return [
            (orders[ref], work)
            for work in works
            if (ref := work.values.merchant_order_id) in orders
        ]

    def _find_known_rows(self, report, pairs):
        """Return ``{(multi-channel order, row key)}`` that were told of before."""
        rows = self.env["amazon.report.row"].search(
            [
                ("company_id", "=", report.company_id.id),
                ("order_ref", "in", [work.values.order_id for _order, work in pairs]),
                ("code", "=", "multi_channel"),
                ("sale_order_id", "!=", False),
            ]
        )
        return set(rows.mapped(lambda row: (row.order_ref, row.row_key)))

    def _mark_shipped(self, account, order, works, parcels):
        """Tell of a shipment on an own order, and see to its open deliveries."""
        shipped = message(
            "multi_channel_shipped",
            multi=works[0].values.order_id,
            goods="; ".join(
                " ".join(
                    filter(
                        None,
                        (parcel.contents, parcel.carrier, parcel.tracking_number),
                    )
                )
                for parcel in parcels
            ),
        )
        order.message_post(body=compose(self.env, shipped))
        pickings = order.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.location_dest_id.usage == "customer"
            )
        )
        if not pickings or self._validate_deliveries(account, order, works, pickings):
            return
        order._schedule_amazon_todo(
            account.user_id or order.user_id or self.env.user,
            message("multi_channel_open_summary"),
            message(
                "multi_channel_open",
                shipped=shipped,
                pickings=", ".join(pickings.mapped("name")),
            ),
        )

    def _validate_deliveries(self, account, order, works, pickings):
        """Validate deliveries from FBA stock with what Amazon shipped.

        :return: whether all that was shipped is validated
        """
        locations = account.fba_location_ids.location_id
        locations |= account.fba_warehouse_id.lot_stock_id
        pickings = pickings.filtered(
            lambda picking: any(
                picking.location_id._child_of(location) for location in locations
            )
        )
        if account.fba_stock_policy != "move" or not pickings:
            return False
        try:
            with self.env.cr.savepoint():
                self._validate(account, works, pickings)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.info(
                "Deliveries of order %s cannot be validated: %s",
                order.name,
                error,
                exc_info=not isinstance(error, REFUSALS),
            )
            return False
        return True

    def _validate(self, account, works, pickings):
        offers = self.env["amazon.offer"].search(
            [
                ("account_id", "=", account.id),
                ("sku", "in", [work.values.sku for work in works]),
                ("product_id", "!=", False),
            ]
        )
        products = {offer.sku: offer.product_id for offer in offers}
        shipped = defaultdict(float)
        for work in works:
            row = work.values
            moves = pickings.move_ids.filtered(
                lambda move, sku=row.sku: (
                    move.product_id == products.get(sku)
                    or move.product_id.default_code == sku
                )
                and move.state not in ("done", "cancel")
            )
            left = row.quantity
            for move in moves:
                taken = min(left, move.product_uom_qty - shipped[move])
                shipped[move] += taken
                left -= taken
            if left:
                raise UserError(
                    self.env._(
                        "The open deliveries hold less of %(sku)s than Amazon shipped.",
                        sku=row.sku,
                    )
                )
        for move in pickings.move_ids:
            move.quantity = shipped[move]
            move.picked = bool(shipped[move])
        # What is left stays open as a back order.
        pickings.filtered(lambda p: any(p.move_ids.mapped("picked")))._action_done()
