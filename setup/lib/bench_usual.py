"""The same work as connectors usually do it, and by Odoo's own ``load()``."""

import csv
import io
from datetime import datetime
from itertools import groupby

from odoo import fields

from .bench_clock import Clock


def read(content, reference):
    """Return ``[(order number, rows)]`` of a report file."""
    rows = csv.DictReader(
        io.StringIO(content.decode()), dialect="excel-tab", quoting=csv.QUOTE_NONE
    )
    return [
        (ref, list(group)) for ref, group in groupby(rows, lambda row: row[reference])
    ]


def one_by_one(env, content, reference, quantity, validate=False):
    """Import a file order by order, looking up each thing when it is needed."""
    made = env["sale.order"]
    rows = 0
    with Clock() as clock:
        for ref, group in read(content, reference):
            rows += len(group)
            if env["sale.order"].search([("client_order_ref", "=", ref)]):
                continue
            order = _import_one(env, ref, group, quantity)
            if validate:
                order.picking_ids.move_ids.write({"picked": True})
                order.picking_ids.button_validate()
            env.cr.commit()
            made |= order
    return made, clock.figures(len(made), rows)


def _import_one(env, ref, rows, quantity):
    first = rows[0]
    Partner = env["res.partner"]
    customer = Partner.search([("email", "=", first["buyer-email"])], limit=1)
    if not customer:
        customer = Partner.create(
            {
                **_address(env, first),
                "name": first["buyer-name"],
                "email": first["buyer-email"],
                "phone": first["buyer-phone-number"],
            }
        )
    delivery = Partner.search(
        [
            ("parent_id", "=", customer.id),
            ("type", "=", "delivery"),
            ("name", "=", first["recipient-name"]),
            ("street", "=", first["ship-address-1"]),
        ],
        limit=1,
    )
    if not delivery:
        delivery = Partner.create(
            {
                **_address(env, first),
                "name": first["recipient-name"],
                "parent_id": customer.id,
                "type": "delivery",
            }
        )
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "partner_shipping_id": delivery.id,
            "client_order_ref": ref,
            "date_order": _moment(first),
            "order_line": [
                fields.Command.create(line)
                for row in rows
                for line in _lines(env, row, quantity)
            ],
        }
    )
    order.action_confirm()
    return order


def _moment(row):
    moment = datetime.fromisoformat(row["purchase-date"].replace("Z", "+00:00"))
    return moment.replace(tzinfo=None)


def _address(env, row):
    country = env["res.country"].search([("code", "=", row["ship-country"])], limit=1)
    return {
        "street": row["ship-address-1"],
        "street2": row["ship-address-2"],
        "city": row["ship-city"],
        "zip": row["ship-postal-code"],
        "country_id": country.id,
    }


def _lines(env, row, quantity):
    """The lines of a row: item and shipping."""
    parts = [
        (row["sku"], int(row[quantity]), row["item-price"]),
        ("AMAZON-SHIPPING", 1, row["shipping-price"]),
    ]
    for code, count, amount in parts:
        if float(amount) or code == row["sku"]:
            product = env["product.product"].search(
                [("default_code", "=", code)], limit=1
            )
            yield {
                "product_id": product.id,
                "product_uom_qty": count,
                "price_unit": float(amount) / count,
            }


def invoice(env, orders):
    """Invoice orders one by one, as connectors do with Amazon's tax reports."""
    with Clock() as clock:
        for ref in orders.mapped("client_order_ref"):
            order = env["sale.order"].search([("client_order_ref", "=", ref)])
            order._create_invoices().action_post()
            env.cr.commit()
    return clock.figures(len(orders), sum(map(len, orders.mapped("order_line"))))


def take_back(env, orders):
    """Take one unit of each order back, one by one."""
    with Clock() as clock:
        for ref in orders.mapped("client_order_ref"):
            order = env["sale.order"].search([("client_order_ref", "=", ref)])
            picking = order.picking_ids[:1]
            wizard = env["stock.return.picking"].create({"picking_id": picking.id})
            wizard.product_return_moves[:1].quantity = 1
            back = wizard._create_return()
            back.move_ids.write({"picked": True})
            back.button_validate()
            env.cr.commit()
    return clock.figures(len(orders), len(orders))


def load(env, content, reference, quantity):
    """Import a file by ``load()``, and confirm its orders in one call."""
    people, table, codes = [], [], {}
    for product in env["product.product"].search([("default_code", "!=", False)]):
        codes[product.default_code] = product.id
    groups = read(content, reference)
    germany = env.ref("base.de").id
    with Clock() as clock:
        for ref, rows in groups:
            row = rows[0]
            names = ("buyer-name", "buyer-email", "ship-address-1", "ship-city")
            people.append([f"bench.{ref}", *(row[n] for n in names)])
            people[-1] += [row["ship-postal-code"], germany]
        made = env["res.partner"].load(
            ["id", "name", "email", "street", "city", "zip", "country_id/.id"], people
        )
        for partner, (ref, rows) in zip(made["ids"], groups, strict=True):
            lines = [
                (codes[code], count, float(amount) / count)
                for row in rows
                for code, count, amount in (
                    (row["sku"], int(row[quantity]), row["item-price"]),
                    ("AMAZON-SHIPPING", 1, row["shipping-price"]),
                )
                if float(amount)
            ]
            for index, line in enumerate(lines):
                head = ["", "", ""] if index else [partner, ref, str(_moment(rows[0]))]
                table.append([*head, *line])
        found = env["sale.order"].load(
            [
                "partner_id/.id",
                "client_order_ref",
                "date_order",
                "order_line/product_id/.id",
                "order_line/product_uom_qty",
                "order_line/price_unit",
            ],
            table,
        )
        if not found["ids"]:
            raise ValueError(found["messages"][:3])
        env["sale.order"].browse(found["ids"]).action_confirm()
        env.cr.commit()
    return clock.figures(len(groups), len(groups) * 2)
