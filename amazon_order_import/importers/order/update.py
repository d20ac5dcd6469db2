from dataclasses import replace
from decimal import Decimal

from odoo import models

from ...messages import Joined, MessageError, Name, get_message, message
from ...models.order.lookups import ZERO, OrderCase
from .change import OrderChange


class AmazonOrderImporter(models.AbstractModel):
    """Known orders: what a report tells differently of them."""

    _inherit = "amazon.order.importer"

    def _update_order(self, lookups, order, works):
        """Bring a known order up to what the rows say."""
        if order.amazon_fulfillment != lookups.fulfillment:
            raise MessageError(self.env, message("other_fulfillment", order=order.name))
        case = OrderCase(
            customer=order.partner_id,
            delivery=order.partner_shipping_id,
            currency=order.currency_id,
            marketplace=order.amazon_marketplace_id,
            warehouse=order.warehouse_id,
            known_value=self._get_known_value(lookups, order, works),
        )
        change = OrderChange()
        if not works[0].is_known:
            change = self._update_head(lookups, order, works, case)
        case = replace(
            case,
            customer=order.partner_id,
            delivery=order.partner_shipping_id,
            retax=change.retax or self._is_held(order),
        )
        self._update_rows(lookups, order, works, case)
        told = lookups.taxes.problems.get(order.amazon_order_ref)
        if self._is_held(order) or (told and order.state == "draft"):
            self._update_hold(lookups, order, works, case)
        self._tell_change(order, works, change)

    def _is_held(self, order):
        return order.state == "draft" and bool(order.amazon_tax_problem)

    def _update_hold(self, lookups, order, works, case):
        """Note whether an order that was held for its tax can go on now."""
        if order._has_amazon_document_tax():
            order._set_amazon_tax_problem(None)
            return
        rows = [work.values for work in works]
        position = self._get_treatment(lookups, rows[0], case, rows).fiscal_position
        if position != order.fiscal_position_id:
            order.fiscal_position_id = position
        problem = lookups.taxes.problems.get(order.amazon_order_ref)
        order._set_amazon_tax_problem(problem)

    def _update_rows(self, lookups, order, works, case):
        """Update the lines of known rows, add those of further ones."""
        finder = self.env["amazon.product.finder"]
        rows = [work.values for work in works]
        further = {}
        for work in works:
            if work.key in further:
                # The file holds the row twice.
                self._add_lines(lookups, order, further)
                further = {}
            if self._is_adopted(order, work):
                continue
            line = self._match_line(lookups, order, work)
            treatment = self._get_treatment(lookups, work.values, case, rows)
            row_case = replace(case, treatment=treatment)
            if not work.values.quantity:
                self._cancel_row(order, work, line)
            elif line:
                self._check_currency(order, work)
                self._update_row(lookups, order, work, line, row_case)
            elif product := finder.get_product(lookups.products, work):
                self._check_currency(order, work)
                lines = self._prepare_row_lines(lookups, work, product, row_case)
                if self._can_grow(order, work):
                    further[work.key] = lines
                    self._set_outcome(
                        work,
                        "created",
                        sale_order_id=order.id,
                        offer_id=False,
                        **self._get_attention(lookups, work),
                    )
            else:
                self._wait_for_product(lookups, work)
        self._add_lines(lookups, order, further)

    def _check_currency(self, order, work):
        """Refuse a row in another currency than its order's."""
        currency = order.currency_id.name
        if work.values.currency not in ("", currency):
            raise MessageError(
                self.env,
                message(
                    "other_currency",
                    order=order.name,
                    currency=currency,
                    other=work.values.currency,
                ),
            )

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
                message(
                    "changed_too_late",
                    order=order.amazon_order_ref,
                    changes=Joined(tuple(change.left), "\n"),
                ),
            )
        elif change.texts and work.record.outcome in ("unchanged", "updated"):
            texts = (get_message(work.record, "message"), *change.texts)
            self._set_outcome(
                work,
                "updated",
                message("order_updated", changes=Joined(texts, "\n")),
                sale_order_id=order.id,
            )
        told = {work.key for work in works}
        missing = order.order_line.filtered(
            lambda line: line.amazon_row_key
            and line.product_uom_qty
            and line.amazon_row_key not in told
        )
        if change.retax and missing:
            items = tuple(map(Name.of, missing.product_id))
            order._schedule_amazon_activity(
                message(
                    "taxes_to_check",
                    order=order.amazon_order_ref,
                    items=Joined(items),
                )
            )

    # === ITEMS === #

    def _add_lines(self, lookups, order, further):
        """Create further lines at the end of a known order.

        :param dict further: ``{row key: [values of sale.order.line]}``
        """
        vals_list = [vals for lines in further.values() for vals in lines]
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
            message(
                "item_added_too_late",
                sku=work.values.sku,
                quantity=work.values.quantity,
            ),
        )
        return False

    def _match_line(self, lookups, order, work):
        """Return the item line that a row is about, or none."""
        nothing = self.env["sale.order.line"]
        line = lookups.lines.get((order, work.key, "item"), nothing)
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
            return candidates[position] if position < len(candidates) else nothing
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
        return nothing

    def _get_row_lines(self, order, line):
        return order.order_line.filtered(
            lambda sibling: sibling.amazon_row_key == line.amazon_row_key
        )

    def _update_row(self, lookups, order, work, line, case):
        """Compare the lines of a known row with what it says now."""
        known = self._get_row_lines(order, line)
        wanted = self._prepare_row_lines(lookups, work, line.product_id, case)
        if not self._compare_lines(known, wanted, case):
            self._set_unchanged(lookups, order, work)
            return
        if self._take_left_out(lookups, order, work, line, case):
            return
        if not self._only_adds(lookups, order, work, line, case) and self._is_outdated(
            order, work, line
        ):
            return
        wanted = self._prepare_row_lines(lookups, work, line.product_id, case)
        changes, gone = self._compare_lines(known, wanted, case)
        old = self._describe_figures(known)
        new = self._describe_figures(wanted)
        if state := known._get_amazon_closed_state():
            self._leave_to_person(
                order,
                work,
                message(
                    "item_changed_too_late",
                    sku=work.values.sku,
                    state=state,
                    old=old,
                    new=new,
                ),
            )
            return
        self._write_changes(order, line, changes)
        gone._empty_amazon_lines()
        values = {"message": message("item_updated", old=old, new=new)}
        if order.state == "draft":
            values |= self._get_attention(lookups, work)
        self._set_outcome(
            work, "updated", sale_order_id=order.id, offer_id=False, **values
        )

    def _compare_lines(self, known, wanted, case):
        """Return what differs between the lines of a row and what it says now.

        :param known: ``sale.order.line`` records of the row
        :param wanted: list of values of ``sale.order.line``
        :return: ``([(sale.order.line, values)], lines that are not told any more)``;
            no line: it is new; None where nothing differs
        """
        existing = {line.amazon_line_type: line for line in known}
        changes = [
            (existing.get(vals["amazon_line_type"], known.browse()), vals)
            for vals in wanted
            if vals["amazon_line_type"] not in existing
            or self._is_changed(existing[vals["amazon_line_type"]], vals, case)
        ]
        told = {vals["amazon_line_type"] for vals in wanted}
        gone = known.filtered(
            lambda line: (
                line.amazon_figures["quantity"] and line.amazon_line_type not in told
            )
        )
        return (changes, gone) if changes or gone else None

    def _is_changed(self, line, vals, case):
        """Whether a row says something else now than an order line holds."""
        if line.amazon_figures != vals["amazon_figures"]:
            return True
        if not case.retax or line.amazon_has_document_tax:
            return False
        ((_command, _id, tax_ids),) = vals["tax_ids"]
        compare = line.currency_id.compare_amounts
        return bool(
            set(line.tax_ids.ids) != set(tax_ids)
            or compare(line.amazon_amount_total, vals["amazon_amount_total"])
            or compare(line.amazon_amount_tax, vals["amazon_amount_tax"])
            or compare(line.amazon_tax_withheld, vals["amazon_tax_withheld"])
        )

    def _write_changes(self, order, line, changes):
        """Write the lines of a row that differ.

        :param line: its item line
        :param changes: list of ``(sale.order.line, values)``; no line: it is new
        """
        for sibling, vals in changes:
            vals["amazon_row_key"] = line.amazon_row_key
            if sibling:
                sibling.write(self._prepare_line_update(vals))
            else:
                sibling = sibling.create(dict(vals, order_id=order.id))
            self._check_lines(sibling)

    def _set_unchanged(self, lookups, order, work, told=None):
        """Note that a row says nothing new; processed again, it keeps its outcome.

        :param told: `Message` with more about it, or None
        """
        known = work.record.outcome
        attention = {"needs_attention": False}
        if order.state == "draft":
            attention = self._get_attention(lookups, work)
        self._set_outcome(
            work,
            known if known in ("created", "updated") else "unchanged",
            **{
                "message": told,
                "sale_order_id": order.id,
                "offer_id": False,
                **attention,
            },
        )

    def _is_outdated(self, order, work, line):
        """Whether a later report told of the line: an old one changes nothing then."""
        latest = line.amazon_row_id
        if not latest or not work.record.report_id._is_older_than(latest.report_id):
            return False
        self._set_outcome(
            work,
            "unchanged",
            message("outdated", row=Name.of(latest)),
            sale_order_id=order.id,
            offer_id=False,
        )
        return True

    def _prepare_line_update(self, vals):
        kept = ("name", "product_id", "product_uom_id", "amazon_fingerprint")
        update = {name: value for name, value in vals.items() if name not in kept}
        # What Amazon's VAT report said, it said of the figures before.
        return {**update, "amazon_has_document_tax": False}

    def _describe_figures(self, lines):
        """Return Amazon's figures of lines as text: ``item 1 × 19.99 (tax 3.19)``."""
        return ", ".join(
            "{type} {quantity} × {amount} ({tax})".format(
                type=line["amazon_line_type"], **line["amazon_figures"]
            )
            for line in lines
        )
