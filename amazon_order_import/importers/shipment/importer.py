import logging
from collections import defaultdict
from operator import attrgetter

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import plaintext2html

from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...report_formats.kinds import KINDS
from ...report_formats.moments import to_utc

_logger = logging.getLogger(__name__)

#: Amazon's promises: field of ``sale.order``, and where a row tells it.
SHIP_DATES = {
    f"amazon_{name}": attrgetter(name)
    for name in (
        "earliest_ship_date",
        "latest_ship_date",
        "earliest_delivery_date",
        "latest_delivery_date",
    )
}


class AmazonShipmentImporter(models.AbstractModel):
    """What the reports say about shipping: when, how, from where, in which parcels."""

    _name = "amazon.shipment.importer"
    _description = "Import of Amazon Shipments"

    # === LOOK-UPS === #

    @api.model
    def prepare_lookups(self, lookups, works):
        """Look up fulfilment centres and delivery methods of a batch.

        What the reports name for the first time is listed for a person to assign.

        :param lookups: `OrderLookups`; its ``centers`` and ``carriers`` are filled
        :param works: list of ``RowWork``
        """
        if lookups.fulfillment == "fba":
            lookups.centers = self.env["amazon.fulfillment.center"]._find_or_create(
                work.values.fulfillment_center_id for work in works
            )
        else:
            lookups.carriers = self._find_carriers(lookups.account, works)

    def _find_carriers(self, account, works):
        lines = account.carrier_ids
        known = {line.ship_service_level.casefold() for line in lines}
        missing = {}
        for work in works:
            service = work.values.ship_service_level
            if service and service.casefold() not in known:
                missing.setdefault(service.casefold(), service)
        return lines | lines.sudo().create(
            [
                {"account_id": account.id, "ship_service_level": service}
                for service in missing.values()
            ]
        )

    # === ORDERS === #

    @api.model
    def prepare_order_values(self, lookups, works):
        """Return what an order's rows say about its delivery.

        :param lookups: `OrderLookups`
        :param works: list of ``RowWork`` of one order
        :return: dict for ``sale.order``
        """
        row, marketplace = works[0].values, works[0].marketplace
        if lookups.fulfillment == "fba":
            return {"amazon_stock_policy": lookups.account.fba_stock_policy}
        dates = self._get_ship_dates(works)
        carrier = self.env["delivery.carrier"]
        if row.ship_service_level:
            carrier = lookups.carriers._find_carrier(
                row.ship_service_level, marketplace
            )
        return {
            **dates,
            "commitment_date": dates["amazon_latest_ship_date"],
            "carrier_id": carrier.id,
        }

    def _get_ship_dates(self, works):
        """Return Amazon's promises, the strictest where rows differ; naive UTC."""
        return {
            name: to_utc(
                min(filter(None, (get(work.values) for work in works)), default=None)
            )
            for name, get in SHIP_DATES.items()
        }

    @api.model
    def import_shipments(self, lookups, groups):
        """Store parcels of FBA orders and book their stock; update promised dates.

        :param lookups: `OrderLookups`, its orders created and updated
        :param groups: dict ``{order number: [RowWork]}``
        """
        if lookups.fulfillment == "fba":
            self._import_parcels(lookups, groups)
        else:
            self._update_ship_dates(lookups, groups)

    def _update_ship_dates(self, lookups, groups):
        """Bring the promised dates of known orders up to what Amazon says now.

        A date that a person set stays.
        """
        for order_ref, works in groups.items():
            order = lookups.orders.get(order_ref)
            if not order or order.state == "cancel" or order.locked:
                continue
            changed = {
                name: moment
                for name, moment in self._get_ship_dates(works).items()
                if moment and order[name] != moment
            }
            latest = changed.get("amazon_latest_ship_date")
            if latest and order.commitment_date == order.amazon_latest_ship_date:
                changed["commitment_date"] = latest
            if changed:
                order.write(changed)

    # === PARCELS === #

    def _import_parcels(self, lookups, groups):
        pairs = [
            (work.record.sale_order_id, work)
            for works in groups.values()
            for work in works
            if work.record.sale_order_id and work.record.outcome in IMPORTED_OUTCOMES
        ]
        for order, work in pairs:
            center = self._get_center(lookups.centers, work)
            if not center.country_id:
                lookups.flag(order.amazon_order_ref, "unknown_fulfillment_center")
        parcels = self._store_parcels(lookups.account, lookups.centers, pairs)
        linked = self._link_lines(pairs, parcels)
        linked._book_amazon_stock()

    def _get_center(self, centers, work):
        code = work.values.fulfillment_center_id.strip().upper()
        return centers.get(code, self.env["amazon.fulfillment.center"])

    def _get_reference(self, work):
        row = work.values
        return (
            row.shipment_id
            or row.tracking_number
            or (row.shipment_date and row.shipment_date.date().isoformat())
            or "–"
        )

    def _store_parcels(self, account, centers, pairs):
        """Create or update parcels, in one call.

        :param pairs: list of ``(sale.order, RowWork)``
        :return: dict ``{(sale.order, reference): amazon.parcel}``
        """
        works = defaultdict(list)
        for order, work in pairs:
            works[order, self._get_reference(work)].append(work)
        orders = self.env["sale.order"].union(*(order for order, _work in pairs))
        Parcel = self.env["amazon.parcel"]
        parcels = {
            (parcel.order_id, parcel.reference): parcel
            for parcel in Parcel.search([("order_id", "in", orders.ids)])
        }
        missing = [key for key in works if key not in parcels]
        created = Parcel.create(
            [
                self._prepare_parcel(account, centers, *key, works[key])
                for key in missing
            ]
        )
        for key in works.keys() - set(missing):
            self._update_parcel(parcels[key], centers, works[key])
        return {**parcels, **dict(zip(missing, created, strict=True))}

    def _prepare_parcel(self, account, centers, order, reference, works):
        row = works[0].values
        multi_channel = order.amazon_fulfillment != "fba"
        values = {
            "order_id": order.id,
            "reference": reference,
            "is_multi_channel": multi_channel,
            **self._prepare_parcel_details(centers, works),
        }
        if multi_channel:
            values["goods"] = ", ".join(
                f"{work.values.quantity} × {work.values.sku}" for work in works
            )
        elif order.amazon_stock_policy in ("move", "summary"):
            country = self._get_center(centers, works[0]).country_id
            values["location_id"] = account._get_fba_location(country).id
        if row.shipment_id:
            values["shipment_ref"] = row.shipment_id
        return values

    def _prepare_parcel_details(self, centers, works):
        row = works[0].values
        tracking = dict.fromkeys(work.values.tracking_number for work in works)
        return {
            "carrier": row.carrier or False,
            "tracking_number": ", ".join(filter(None, tracking)) or False,
            "shipment_date": to_utc(row.shipment_date),
            "estimated_arrival": to_utc(row.estimated_arrival),
            "fulfillment_center_id": self._get_center(centers, works[0]).id,
        }

    def _update_parcel(self, parcel, centers, works):
        """Fill in, or correct, what Amazon says now; what it leaves out stays."""
        details = self._prepare_parcel_details(centers, works)
        known = (parcel.tracking_number or "").split(", ")
        found = (details["tracking_number"] or "").split(", ")
        tracking = filter(None, dict.fromkeys(known + found))
        details["tracking_number"] = ", ".join(tracking)
        changed = {
            name: value
            for name, value in details.items()
            if value
            and value != parcel._fields[name].convert_to_write(parcel[name], parcel)
        }
        if changed:
            parcel.write(changed)

    def _link_lines(self, pairs, parcels):
        """Link order lines to the parcel that they left in.

        :return: the ``sale.order.line`` of the rows
        """
        orders = self.env["sale.order"].union(*(order for order, _work in pairs))
        by_row, by_key = {}, {}
        for line in orders.order_line.filtered("amazon_row_key"):
            by_row.setdefault(line.amazon_row_id, []).append(line)
            by_key.setdefault((line.order_id, line.amazon_row_key), []).append(line)
        lines = self.env["sale.order.line"]
        left = self.env["amazon.parcel"]
        for order, work in pairs:
            siblings = self.env["sale.order.line"].concat(
                *(by_row.get(work.record) or by_key.get((order, work.key)) or [])
            )
            lines |= siblings
            parcel = parcels[order, self._get_reference(work)]
            known = siblings.amazon_parcel_id
            if known == parcel or (known and not work.values.shipment_id):
                # Amazon left out a shipment that it named before.
                continue
            left |= known
            siblings.amazon_parcel_id = parcel
        left.filtered(lambda parcel: not parcel.line_ids).unlink()
        return lines

    # === MULTI-CHANNEL === #

    @api.model
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
            work.record.write(
                {
                    "sale_order_id": order.id,
                    "message": self.env._(
                        "Multi-channel order %(multi)s: Amazon ships it for your order "
                        "%(order)s, which took place elsewhere. Its parcel is noted "
                        "there.",
                        multi=work.values.order_id,
                        order=order.name,
                    ),
                }
            )
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
        orders = self.find_own_orders(report.company_id, refs - {""})
        return [
            (orders[ref], work)
            for work in works
            if (ref := work.values.merchant_order_id) in orders
        ]

    @api.model
    def find_own_orders(self, company, refs):
        """Return the own orders that references name which sellers give Amazon.

        By its name or Amazon's number, else by the customer's reference if only one
        order has it.

        :param company: ``res.company`` record
        :param refs: iterable of references
        :return: dict ``{reference: sale.order}``
        """
        refs = list(refs)
        if not refs:
            return {}
        by_name, by_customer_ref = {}, defaultdict(list)
        for order in self.env["sale.order"].search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "cancel"),
                "|",
                "|",
                ("name", "in", refs),
                ("amazon_order_ref", "in", refs),
                ("client_order_ref", "in", refs),
            ]
        ):
            if order.amazon_fulfillment == "fba":
                continue
            by_name[order.name] = order
            if order.amazon_order_ref:
                by_name[order.amazon_order_ref] = order
            by_customer_ref[order.client_order_ref].append(order)
        found = {}
        for ref in refs:
            candidates = by_customer_ref.get(ref, [])
            order = by_name.get(ref) or (len(candidates) == 1 and candidates[0])
            if order:
                found[ref] = order
        return found

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
        text = self.env._(
            "Amazon shipped from its stock (multi-channel order %(multi)s): %(goods)s",
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
        order.message_post(body=text)
        pickings = order.picking_ids.filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.location_dest_id.usage == "customer"
            )
        )
        if not pickings or self._validate_deliveries(account, order, works, pickings):
            return
        note = self.env._(
            "%(text)s\nThe delivery %(pickings)s is still open: validate it if it is "
            "for these goods, or cancel it, so that they are not sent twice.",
            text=text,
            pickings=", ".join(pickings.mapped("name")),
        )
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Amazon shipped this order"),
            note=Markup(plaintext2html(note)),
            user_id=(account.user_id or order.user_id or self.env.user).id,
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
                exc_info=not isinstance(error, UserError),
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

    # === SUMMARY === #

    @api.model
    def finish_report(self, report):
        """Book the FBA stock of a processed report, where the account wants a summary.

        A failure does not undo the import: it becomes a to-do, and processing the
        report again books what is missing.

        :param report: ``amazon.report`` record
        """
        if KINDS[report.kind].fulfillment != "fba":
            return
        try:
            with self.env.cr.savepoint():
                self.env["amazon.stock.booker"].book_report(report)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("Stock of report %s cannot be booked", report.id)
            account = report.account_id
            account.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("FBA stock not booked"),
                note=Markup(
                    plaintext2html(
                        self.env._(
                            "The orders of %(report)s are imported, but their goods "
                            "could not be taken out of the FBA stock: %(error)s\n"
                            "Correct this, then process the report again.",
                            report=report.display_name,
                            error=error,
                        )
                    )
                ),
                user_id=(account.user_id or self.env.user).id,
            )
