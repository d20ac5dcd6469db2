"""Run by ``odoo shell`` in a fresh database: measures imports of merchant orders.

Orders of the same kind, from the same simulated Amazon, with the same products, taxes
and stock, are imported in two ways: by ``amazon.report`` in batches, and one by one as
connectors usually do (search, create the customer, create the order, confirm, commit).
The second way runs half before and half after the first, so that a database that has
grown, or a machine that is busy for a while, favours neither.
"""

import csv
import io
import json
import os
import platform
import sys
import time
from datetime import datetime
from itertools import groupby
from pathlib import Path

import requests

from odoo import fields, release

from odoo.addons.amazon_order_import.report_formats import open_report

from setup.lib.demo_amazon import ask
from setup.lib.demo_check import check_order
from setup.lib.demo_seller import ensure_account, ensure_products, ensure_taxes
from tests.simulator.testing import MFN_EU, Caller, read_table

KIND = "mfn_orders_eu"
WARM_UP = 200
STOCK = 1_000_000


class Clock:
    """What happens between entering and leaving: time, queries, memory."""

    def __init__(self, env):
        self.cr = env.cr

    def __enter__(self):
        # Has the system forget the highest memory use so far.
        Path("/proc/self/clear_refs").write_text("5")
        self.memory = memory("VmRSS")
        self.queries = self.cr.sql_log_count
        self.processor = time.process_time()
        self.start = time.perf_counter()
        return self

    def __exit__(self, *exception):
        self.seconds = time.perf_counter() - self.start
        self.processor = time.process_time() - self.processor
        self.queries = self.cr.sql_log_count - self.queries
        self.peak = memory("VmHWM")

    def figures(self, orders, rows):
        return {
            "orders": orders,
            "rows": rows,
            "seconds": round(self.seconds, 2),
            "python_seconds": round(self.processor, 2),
            "orders_per_second": round(orders / self.seconds, 2),
            "queries_per_order": round(self.queries / max(orders, 1), 1),
            "memory_peak_mb": round(self.peak),
            "memory_growth_mb": round(self.peak - self.memory, 1),
        }


def memory(name):
    """One of the memory figures of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


class OrderFile:
    """A report file that is cut into files of whole orders."""

    def __init__(self, content):
        self.header, *lines = content.splitlines(keepends=True)
        self.orders = [
            list(group)
            for _id, group in groupby(lines, lambda line: line.split(b"\t")[0])
        ]

    def take(self, rows=0, orders=0):
        """The next orders: so many, or as many as make so many rows; ``bytes``."""
        taken, count = [], 0
        while self.orders and (count < rows or len(taken) < orders):
            taken.append(self.orders.pop(0))
            count += len(taken[-1])
        return b"".join([self.header, *(line for order in taken for line in order)])


def sell(simulator, rows):
    """A file with at least so many rows of orders of one marketplace."""
    caller = Caller(simulator, "eu")
    placed = 0
    while placed < rows:
        count = max(100, int((rows - placed) * 0.8))
        order = {"seller": "eu", "marketplace": "DE", "count": count}
        placed += caller.control("POST", "orders", order | {"spread": 86400})["rows"]
    link = caller.link(caller.finish(caller.create(MFN_EU))["reportDocumentId"])
    answer = requests.get(link["url"], timeout=120)
    table = read_table(link, answer)
    # Again as bytes: the simulator has compressed them.
    text = io.StringIO(newline="")
    writer = csv.writer(text, "excel-tab", quoting=csv.QUOTE_NONE, quotechar=None)
    writer.writerow(table[0])
    writer.writerows(row.values() for row in table)
    return OrderFile(text.getvalue().encode())


# === BY THIS ADDON === #


def import_file(env, account, content, label):
    """Imports a file as the scheduled action does; ``(amazon.report, figures)``."""
    report = env["amazon.report"].create_from_file(account, KIND, label, content)
    env.cr.commit()

    def commit(*_counts, **_named):
        env.cr.commit()
        return 60

    with Clock(env) as clock:
        env["amazon.report"]._process_ready(commit)
    return report, clock.figures(report.order_count, report.row_count)


# === AS CONNECTORS USUALLY DO === #


def import_one_by_one(env, content):
    """Imports a file order by order, looking up each thing when it is needed."""
    reader = csv.DictReader(
        io.StringIO(content.decode()), dialect="excel-tab", quoting=csv.QUOTE_NONE
    )
    rows = list(reader)
    made = 0
    with Clock(env) as clock:
        for ref, group in groupby(rows, lambda row: row["order-id"]):
            goods = [row for row in group if row["quantity-purchased"] != "0"]
            if goods and not env["sale.order"].search([("client_order_ref", "=", ref)]):
                import_one(env, ref, goods)
                env.cr.commit()
                made += 1
    return clock.figures(made, len(rows))


def import_one(env, ref, rows):
    first = rows[0]
    Partner = env["res.partner"]
    customer = Partner.search([("email", "=", first["buyer-email"])], limit=1)
    if not customer:
        customer = Partner.create(
            {
                **address(env, first),
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
                **address(env, first),
                "name": first["recipient-name"],
                "parent_id": customer.id,
                "type": "delivery",
            }
        )
    moment = datetime.fromisoformat(first["purchase-date"].replace("Z", "+00:00"))
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "partner_shipping_id": delivery.id,
            "client_order_ref": ref,
            "date_order": moment.replace(tzinfo=None),
            "order_line": [
                fields.Command.create(line) for row in rows for line in lines(env, row)
            ],
        }
    )
    order.action_confirm()


def address(env, row):
    country = env["res.country"].search([("code", "=", row["ship-country"])], limit=1)
    return {
        "street": row["ship-address-1"],
        "street2": row["ship-address-2"],
        "city": row["ship-city"],
        "zip": row["ship-postal-code"],
        "country_id": country.id,
    }


def lines(env, row):
    """The lines of a row: item, shipping, gift wrap, promotions."""
    quantity = int(row["quantity-purchased"])
    parts = [
        (row["sku"], quantity, row["item-price"]),
        ("AMAZON-SHIPPING", 1, row["shipping-price"]),
        ("AMAZON-GIFTWRAP", 1, row.get("gift-wrap-price")),
        ("AMAZON-PROMOTION", -1, row.get("item-promotion-discount")),
        ("AMAZON-SHIPPING-PROMOTION", -1, row.get("ship-promotion-discount")),
    ]
    for code, count, amount in parts:
        if float(amount or 0) or code == row["sku"]:
            product = env["product.product"].search(
                [("default_code", "=", code)], limit=1
            )
            yield {
                "product_id": product.id,
                "product_uom_qty": abs(count),
                "price_unit": abs(float(amount or 0)) / count,
            }


# === THE RUN === #


def read_alone(content):
    """Reading and checking a file without importing it; rows per second."""
    start = time.perf_counter()
    count = sum(1 for _row in open_report(io.BytesIO(content), KIND).rows())
    return round(count / (time.perf_counter() - start))


def wrong_orders(env, simulator, report):
    """What is wrong with the orders of a report, as sentences."""
    expected = ask(simulator, "expected", seller="eu")["orders"]
    refs = [ref for ref in set(report.row_ids.mapped("order_ref")) if ref in expected]
    found = env["sale.order"].search([("amazon_order_ref", "in", refs)])
    by_ref = found.grouped("amazon_order_ref")
    return [
        problem
        for ref in refs
        for problem in check_order(ref, expected[ref], by_ref.get(ref, found.browse()))
    ]


def prepare(env, simulator):
    """Products, taxes, much stock and the account of a seller."""
    ensure_taxes(env)
    products = ensure_products(env, simulator)
    shelf = env["stock.warehouse"].search([], limit=1).lot_stock_id
    for product in products:
        env["stock.quant"]._update_available_quantity(product, shelf, STOCK)
    seller = ask(simulator, "sellers")["sellers"][0]
    account = ensure_account(env, simulator, seller)
    env.cr.commit()
    return account


def together(first, second):
    """Two measurements of the same kind as one."""
    result = {name: first[name] + second[name] for name in ("orders", "rows")}
    for name in ("seconds", "python_seconds"):
        result[name] = round(first[name] + second[name], 2)
    result["orders_per_second"] = round(result["orders"] / result["seconds"], 2)
    result["queries_per_order"] = round(
        sum(part["queries_per_order"] * part["orders"] for part in (first, second))
        / result["orders"],
        1,
    )
    return result


def measure(env, simulator, rows, small, one_by_one):
    """Everything that is measured, as a dict."""
    account = prepare(env, simulator)
    file = sell(simulator, rows + small + WARM_UP + one_by_one * 2)
    warm_up = file.take(rows=WARM_UP)
    import_file(env, account, warm_up, "warm-up")
    import_one_by_one(env, file.take(orders=5))
    say("one by one, first half")
    before = import_one_by_one(env, file.take(orders=one_by_one // 2))
    small_file = file.take(rows=small)
    say("the small report")
    _report, small_figures = import_file(env, account, small_file, "small")
    large_file = file.take(rows=rows)
    say("the large report")
    report, large_figures = import_file(env, account, large_file, "large")
    say("one by one, second half")
    after = import_one_by_one(env, file.take(orders=one_by_one - one_by_one // 2))
    say("the small report again")
    _report, again_figures = import_file(env, account, small_file, "again")
    usual = together(before, after)
    ratio = large_figures["orders_per_second"] / usual["orders_per_second"]
    return {
        "odoo": release.version,
        "postgresql": env.cr.connection.server_version // 10000,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "one_by_one": usual,
        "small_report": small_figures,
        "large_report": large_figures,
        "small_report_again": again_figures,
        "ratio": round(ratio, 2),
        "reading_rows_per_second": read_alone(large_file),
        "state": report.state,
        "wrong": wrong_orders(env, simulator, report),
    }


def say(text):
    print(f"  measuring: {text} ...", file=sys.stderr, flush=True)


def show(result):
    columns = "{:<38}{:>8}{:>8}{:>10}{:>10}{:>14}"
    print(
        f"Orders fulfilled by the merchant into Odoo {result['odoo']} "
        f"(PostgreSQL {result['postgresql']}, Python {result['python']}, "
        f"{result['processors']} processors)\n"
    )
    heads = ("", "orders", "rows", "seconds", "orders/s", "queries/order")
    print(columns.format(*heads))
    for label, name in (
        ("One by one, as connectors usually do", "one_by_one"),
        ("This addon, small report", "small_report"),
        ("This addon, large report", "large_report"),
        ("The small report once more", "small_report_again"),
    ):
        part = result[name]
        print(
            columns.format(
                label,
                f"{part['orders']:,}",
                f"{part['rows']:,}",
                f"{part['seconds']:,.1f}",
                f"{part['orders_per_second']:,.1f}",
                f"{part['queries_per_order']:.1f}",
            )
        )
    small, large = (
        result[name]["memory_peak_mb"] for name in ("small_report", "large_report")
    )
    print(
        f"\nThe large report: {result['ratio']} times as many orders per second as one "
        f"by one.\nMemory at its highest: {small} MB in the small report, "
        f"{large} MB in the large one.\nReading a file alone: "
        f"{result['reading_rows_per_second']:,} rows per second."
    )


def main(env, setting):
    result = measure(
        env,
        setting["AMAZON_SIMULATOR_URL"],
        int(setting["AMAZON_BENCH_ROWS"]),
        int(setting["AMAZON_BENCH_SMALL"]),
        int(setting["AMAZON_BENCH_ONE_BY_ONE"]),
    )
    show(result)
    output = Path(setting["AMAZON_BENCH_OUTPUT"])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    print(f"All figures: {output}")
    demanded = float(setting["AMAZON_BENCH_RATIO"])
    problems = result["wrong"][:10]
    if result["state"] != "done":
        problems.append(f"the large report is {result['state']}, not done")
    if result["ratio"] < demanded:
        problems.append(f"only {result['ratio']} times as fast, not {demanded} times")
    for problem in problems:
        print(f"  ! {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(env, os.environ))  # noqa: F821 - the shell's environment
