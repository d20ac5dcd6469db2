from dataclasses import replace

from odoo import Command, models

from ...messages import Joined, MessageError, Money, message
from ...models.order.amazon_tax_cure import choose_code
from ...models.order.lookups import OrderCase
from ...report_formats.moments import to_utc


class AmazonOrderImporter(models.AbstractModel):
    """New orders, and the lines of known ones."""

    _inherit = "amazon.order.importer"

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
        self._set_outcome(work, "waiting", **values)

    def _get_attention(self, lookups, work):
        """Return the values of a row that is imported but needs a person, or none."""
        row = work.values
        if request := self._get_cancel_request(row):
            return {"needs_attention": True, "message": request}
        if self._is_free_of_charge(lookups, row):
            return {
                "needs_attention": True,
                "message": message("free_of_charge", order=row.order_id),
            }
        if left := work.parsed.unknown_money:
            amounts = tuple(f"{column} {amount}" for column, amount in left.items())
            return {
                "needs_attention": True,
                "message": message(
                    "money_without_line",
                    order=row.order_id,
                    amounts=Joined(amounts, ", "),
                ),
            }
        if problem := self._get_tax_problem(lookups, work):
            return {
                "needs_attention": True,
                "message": message(
                    choose_code("held_for_tax", problem),
                    order=row.order_id,
                    problem=problem,
                ),
            }
        return {"needs_attention": False}

    def _get_tax_problem(self, lookups, work):
        """Return the `Message` why the tax of a row's order cannot be told, or None."""
        problem = lookups.taxes.problems.get(work.values.order_id)
        order = lookups.orders.get(work.values.order_id)
        if problem and order:
            line = self._match_line(lookups, order, work)
            if line.amazon_has_document_tax:
                return None
        return problem

    def _is_free_of_charge(self, lookups, row):
        """Whether a merchant-fulfilled item has no price though it is no replacement.

        Amazon writes some cancelled items that way (amazon-reports.md 2.1).
        """
        return (
            lookups.fulfillment == "mfn"
            and not row.item_price
            and not row.is_replacement_order
        )

    # === VALUES === #

    def _prepare_order_values(self, lookups, ready, partners, rows):
        """Return the values of a new ``sale.order``, lines included.

        :param ready: list of ``(RowWork, product)``, at least one
        :param partners: ``(customer, invoice contact, delivery contact)``
        :param rows: list of the ``SaleRow`` of all items, also of those not ready yet
        """
        work = ready[0][0]
        customer, invoice, delivery = partners
        channel = lookups.channels.get(work.marketplace)
        currency = self._get_currency(lookups, work)
        case = OrderCase(
            customer=customer,
            delivery=delivery,
            currency=currency,
            marketplace=work.marketplace,
            warehouse=self._get_warehouse(lookups, channel),
        )
        positions, lines = self._prepare_new_lines(lookups, ready, case, rows)
        return {
            **self._get_order_defaults(lookups),
            **self._prepare_odoo_values(lookups, work, channel),
            **self._prepare_amazon_values(lookups, work),
            **self._prepare_delivery_values(
                lookups, [work for work, _product in ready]
            ),
            "partner_id": customer.id,
            "partner_invoice_id": invoice.id,
            "partner_shipping_id": delivery.id,
            "pricelist_id": lookups.pricelists[currency].id,
            "fiscal_position_id": positions[0].id,
            "warehouse_id": case.warehouse.id,
            "amazon_tax_problem": lookups.taxes.problems.get(work.values.order_id),
            "order_line": [Command.create(line) for line in lines],
        }

    def _prepare_new_lines(self, lookups, ready, case, rows):
        """Return the fiscal positions of rows, and the values of their lines."""
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
        return positions, lines

    def _prepare_odoo_values(self, lookups, work, channel):
        """Return the values of an order that Odoo would else derive or ask for."""
        account, row = lookups.account, work.values
        team = channel.team_id if channel else account.team_id
        return {
            "company_id": lookups.company.id,
            "team_id": team.id or account.team_id.id,
            "user_id": account.user_id.id,
            "payment_term_id": False,
            "preferred_payment_method_line_id": False,
            "require_signature": False,
            "require_payment": False,
            "validity_date": False,
            "note": False,
            "date_order": to_utc(row.purchase_date),
            "client_order_ref": row.purchase_order_number or row.order_id,
            "origin": self._get_origin(work),
            **self._prepare_name(account, row),
        }

    def _prepare_name(self, account, row):
        """Return the name of an order where it is to bear Amazon's number."""
        if account.order_name != "amazon":
            return {}
        return {"name": f"{account.order_name_prefix or ''}{row.order_id}"}

    def _get_origin(self, work):
        """Return where an order comes from; with its number, unless the customer's
        reference holds that: by it, a later installation knows the order again."""
        origin = work.marketplace.name or "Amazon"
        if work.values.purchase_order_number:
            return f"{origin} {work.values.order_id}"
        return origin

    def _prepare_amazon_values(self, lookups, work):
        """Return what is Amazon's own of an order, but its delivery."""
        row = work.values
        details = self._prepare_order_details(lookups, row)
        return {
            "amazon_order_ref": row.order_id,
            "amazon_account_id": lookups.account.id,
            "amazon_marketplace_id": work.marketplace.id,
            "amazon_fulfillment": lookups.fulfillment,
            "amazon_purchase_date": to_utc(row.purchase_date),
            **details,
            "amazon_told": {
                **self.env["amazon.order.change"].describe(row, details),
                "report": lookups.report.id,
            },
            "amazon_is_replacement": bool(row.is_replacement_order),
            "amazon_replaced_order_ref": row.original_order_id or False,
        }

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

    def _get_currency(self, lookups, work):
        code = self._get_currency_code(lookups, work)
        currency = lookups.currencies.get(code)
        if not currency:
            raise MessageError(self.env, message("unknown_currency", currency=code))
        return currency

    def _get_treatment(self, lookups, row, case, rows):
        treatment = self.env["amazon.tax.advisor"].get_treatment(
            row, lookups, case, rows
        )
        if problem := treatment.place.problem:
            lookups.hold(row.order_id, problem)
        return treatment

    # === TOTALS === #

    def _check_totals(self, orders):
        """Compare each order's total in Odoo with Amazon's, to the cent.

        :raise MessageError: where they differ
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
            raise MessageError(
                self.env,
                message(
                    "total_differs",
                    odoo=Money(odoo, currency.id),
                    amazon=Money(amazon, currency.id),
                    position=order.fiscal_position_id.name or "–",
                ),
            )
