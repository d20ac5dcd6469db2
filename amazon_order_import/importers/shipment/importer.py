from collections import defaultdict

from odoo import api, models

from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...report_formats.moments import to_utc


class AmazonShipmentImporter(models.AbstractModel):
    """What the reports say about shipping: when, how, from where, in which parcels."""

    _name = "amazon.shipment.importer"
    _description = "Import of Amazon Shipments"

    # === LOOK-UPS === #

    @api.private
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

    @api.private
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
        rows = [work.values for work in works]

        def get_strictest(moments):
            return to_utc(min(filter(None, moments), default=None))

        return {
            "amazon_earliest_ship_date": get_strictest(
                row.earliest_ship_date for row in rows
            ),
            "amazon_latest_ship_date": get_strictest(
                row.latest_ship_date for row in rows
            ),
            "amazon_earliest_delivery_date": get_strictest(
                row.earliest_delivery_date for row in rows
            ),
            "amazon_latest_delivery_date": get_strictest(
                row.latest_delivery_date for row in rows
            ),
        }

    @api.private
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
