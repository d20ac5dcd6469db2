import hashlib
from collections import defaultdict

from odoo import models

from ...messages import Joined, Money, Name, message
from ...models.order.lookups import OrderCase
from ...report_formats import describe_facts


class AmazonOrderImporter(models.AbstractModel):
    """Orders that stand in Odoo under Amazon's number without being ours yet.

    Typed by hand, made by another connector, or left by an earlier installation. One
    that agrees with Amazon is adopted; any other waits for a person, and no second
    order is made meanwhile.
    """

    _inherit = "amazon.order.importer"

    def _take_doubles(self, lookups, groups):
        """Adopt orders that Odoo has already, or hold their rows.

        :param dict groups: ``{order number: [OrderRowWork]}`` of unknown orders
        :return: those of them that Odoo really has not
        """
        doubles = self.env["sale.order"]._find_amazon_doubles(
            lookups.company,
            [
                ref
                for ref, works in groups.items()
                if any(work.values.quantity for work in works)
            ],
        )
        for order_ref, orders in doubles.items():
            works = groups[order_ref]
            chosen = orders.filtered(lambda o: o.amazon_double_decision == "adopt")
            orders = chosen or orders
            difference = self._find_order_difference(lookups, orders, works)
            if not difference or chosen:
                self._adopt_order(lookups, orders[:1], works, difference)
            else:
                self._hold_double(lookups, orders[:1], works, difference)
        return {ref: works for ref, works in groups.items() if ref not in doubles}

    # === WHAT DIFFERS === #

    def _find_order_difference(self, lookups, orders, works):
        """Return what an order has otherwise than Amazon says, a `Message`, or None."""
        if len(orders) > 1:
            names = Joined(tuple(map(Name.of, orders)))
            return message("double_several", orders=names)
        currency = orders.currency_id
        works = self._get_distinct(works)
        codes = {self._get_currency_code(lookups, work) for work in works}
        if codes != {currency.name}:
            codes = ", ".join(sorted(codes))
            return message("double_currency", odoo=currency.name, amazon=codes)
        finder = self.env["amazon.product.finder"]
        sold = defaultdict(float)
        for work in works:
            match = lookups.products.matches[work.values.sku, work.marketplace]
            if not match.product:
                told = finder.get_waiting(lookups.products, work)
                return message("double_product", reason=told["message"])
            sold[match.product] += work.values.quantity
        lines = orders.order_line.filtered(lambda line: not line.display_type)
        for product, members in lines.grouped("product_id").items():
            quantity = sum(members.mapped("product_uom_qty"))
            if sold.pop(product, None if product.type != "service" else quantity) != (
                quantity
            ):
                return message("double_items", product=Name.of(product))
        if sold:
            return message("double_items", product=Name.of(next(iter(sold))))
        wanted = self._prepare_adopted_lines(lookups, orders, works)
        total = sum(
            line["amazon_amount_total"] for lines in wanted.values() for line in lines
        )
        if currency.compare_amounts(orders.amount_total, total):
            return message(
                "double_total",
                odoo=Money(orders.amount_total, currency.id),
                amazon=Money(total, currency.id),
            )
        return None

    def _get_distinct(self, works):
        """Return the works of each row key once, without cancelled items."""
        works = {w.key: w for w in reversed(works) if w.values.quantity}
        return list(works.values())[::-1]

    def _prepare_adopted_lines(self, lookups, order, works):
        """Return what an import would make of an order that is there already.

        :return: dict ``{row key: [values of sale.order.line]}``, the item first; items
            without a product are left out
        """
        case = OrderCase(
            customer=order.partner_id,
            delivery=order.partner_shipping_id,
            currency=order.currency_id,
            marketplace=works[0].marketplace,
            warehouse=order.warehouse_id,
        )
        ready = [
            (work, product)
            for work in self._get_distinct(works)
            if (
                product := lookups.products.matches[
                    work.values.sku, work.marketplace
                ].product
            )
        ]
        rows = [work.values for work, _product in ready]
        _positions, lines = self._prepare_new_lines(lookups, ready, case, rows)
        wanted = defaultdict(list)
        for line in lines:
            wanted[line["amazon_row_key"]].append(line)
        return wanted

    # === ADOPT === #

    def _adopt_order(self, lookups, order, works, difference):
        """Make an order of Odoo the one of Amazon's; its own data stay.

        :param difference: `Message`: what differs, where a person wants it all the
            same; None: nothing
        """
        wanted = self._prepare_adopted_lines(lookups, order, works)
        unclear = self._link_lines_by_amounts(order, wanted)
        first = self._get_distinct(works)[0]
        values = self._prepare_amazon_values(lookups, first)
        facts = {
            work.key: self._hash_facts(work)
            for work in self._get_distinct(works)
            if work.key in unclear or work.key not in wanted or difference
        }
        values["amazon_told"]["adopted"] = facts
        if lookups.fulfillment == "fba":
            values |= self._prepare_delivery_values(lookups, works)
            if order.state == "sale":
                # Whoever made the order has seen to the stock.
                values["amazon_stock_policy"] = "none"
        values["amazon_tax_problem"] = lookups.taxes.problems.get(first.values.order_id)
        with self._keep_delivered(order):
            order.write(values)
            self.env.flush_all()
        lookups.orders[order.amazon_order_ref] = order
        self._index_lines(lookups, order.order_line)
        told = message("order_adopted", order=Name.of(order))
        for work in works:
            if not work.values.quantity:
                self._set_cancelled(work, order)
                continue
            values = {"message": told, "sale_order_id": order.id, "offer_id": False}
            if order.state == "draft":
                values |= self._get_attention(lookups, work)
            self._set_outcome(work, "updated", double_order_id=False, **values)
        self._post_adoption(lookups, order, difference)

    def _keep_delivered(self, order):
        """Keep what is delivered of an order, and how that is told, as it is."""
        fields = self.env["sale.order.line"]._fields
        names = ("qty_delivered", "qty_delivered_method")
        lines = order.order_line if order.state != "draft" else order.order_line[:0]
        return self.env.protecting([fields[name] for name in names], lines)

    def _hash_facts(self, work):
        facts = "\0".join(describe_facts(work.values))
        return hashlib.sha256(facts.encode()).hexdigest()[:20]

    def _link_lines_by_amounts(self, order, wanted):
        """Link lines of an order with the rows that tell of them.

        :param dict wanted: see ``_prepare_adopted_lines``
        :return: set of row keys of which not every amount has its own line
        """
        currency = order.currency_id
        free = list(order.order_line.filtered(lambda line: not line.display_type))

        def take(vals, fits):
            total = vals["amazon_amount_total"]
            found = sorted(
                filter(fits, free),
                key=lambda line: currency.compare_amounts(line.price_total, total) != 0,
            )
            if found:
                free.remove(found[0])
            return found[0] if found else None

        unclear = set()
        for key, (item, *charges) in wanted.items():
            line = take(
                item,
                lambda line, item=item: (
                    line.product_id.id == item["product_id"]
                    and line.product_uom_qty == item["product_uom_qty"]
                ),
            )
            if not line:
                unclear.add(key)
                continue
            left = []
            for vals in charges:
                found = take(
                    vals,
                    lambda line, vals=vals: (
                        line.product_id.type == "service"
                        and not currency.compare_amounts(
                            line.price_total, vals["amazon_amount_total"]
                        )
                    ),
                )
                if found:
                    self._link_line(found, vals)
                else:
                    left.append(vals)
            for name in ("amazon_amount_total", "amazon_amount_tax"):
                item[name] += sum(vals[name] for vals in left)
            self._link_line(line, item)
            if left or currency.compare_amounts(
                line.price_total, item["amazon_amount_total"]
            ):
                unclear.add(key)
        return unclear

    def _link_line(self, line, vals):
        names = [name for name in vals if name.startswith("amazon_")]
        with self._keep_delivered(line.order_id):
            line.write({name: vals[name] for name in names})
            line.flush_recordset()

    def _post_adoption(self, lookups, order, difference):
        account = lookups.account.name
        text = self.env._(
            "This order was in Odoo already and is Amazon's order %(number)s. The "
            "report %(report)s of the account %(account)s was joined to it; nothing "
            "of it was changed.",
            number=order.amazon_order_ref,
            report=lookups.report.display_name,
            account=account,
        )
        order.with_context(mail_create_nolog=False).message_post(body=text)
        if difference:
            order._schedule_amazon_activity(
                message("double_adopted_differs", difference=difference),
                message("todo_order_double"),
            )

    def _is_adopted(self, order, work):
        """Deal with a row of an order that was adopted, and not line by line.

        :return: whether the row has its outcome now
        """
        adopted = (order.amazon_told or {}).get("adopted")
        if not adopted or work.key not in adopted:
            return False
        if adopted[work.key] == self._hash_facts(work):
            self._set_outcome(work, "unchanged", sale_order_id=order.id)
        else:
            told = message("adopted_item_changed", sku=work.values.sku)
            self._leave_to_person(order, work, told)
        return True

    # === HOLD === #

    def _hold_double(self, lookups, order, works, difference):
        told = message(
            "double_differs",
            number=works[0].values.order_id,
            order=Name.of(order),
            difference=difference,
        )
        matches = lookups.products.matches
        for work in works:
            self._set_outcome(work, "waiting", told, double_order_id=order.id)
            if not matches[work.values.sku, work.marketplace].product:
                # With a product, the two can be compared.
                self._wait_for_product(lookups, work)
        user = lookups.account.user_id or order.user_id or self.env.user
        order._schedule_amazon_todo(user, message("todo_order_double"), told)
