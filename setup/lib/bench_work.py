"""The kinds of work that ``setup/bench`` measures, each with its account and file."""

import io
import time

from odoo import fields

from odoo.addons.amazon_order_import.report_formats import open_report

from . import bench_vat_files
from .bench_clock import Clock
from .bench_files import (
    SKUS,
    Series,
    fba_rows,
    make_file,
    merchant_rows,
    return_rows,
)
from .demo_seller import ensure_taxes

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
CODES = (*SKUS, "AMAZON-SHIPPING")
STOCK = 1_000_000
ACCOUNTS = {
    "mfn": {},
    "fba": {"fba_stock_policy": "none"},
    "fba_summary": {"fba_stock_policy": "summary"},
    "fba_move": {"fba_stock_policy": "move"},
    "vcs": {"vat_service": "vcs", "vat_document_policy": "create"},
    "lite": {"vat_service": "vcs_lite"},
}


def prepare(env):
    """Products, taxes, much stock and the accounts; ``{name: amazon.account}``."""
    ensure_taxes(env)
    env.company.vat = bench_vat_files.NUMBER
    tax = (
        env["account.chart.template"].with_company(env.company).ref("tax_ust_19_skr03")
    )
    Product = env["product.product"]
    known = Product.search([("default_code", "in", CODES)]).mapped("default_code")
    products = Product.create(
        [
            {
                "name": sku,
                "default_code": sku,
                "type": "consu" if sku in SKUS else "service",
                "is_storable": sku in SKUS,
                "invoice_policy": "order",
                "taxes_id": [fields.Command.set(tax.ids)],
            }
            for sku in CODES
            if sku not in known
        ]
    )
    shelf = env["stock.warehouse"].search([], limit=1).lot_stock_id
    for product in products.filtered("is_storable"):
        env["stock.quant"]._update_available_quantity(product, shelf, STOCK)
    accounts = {}
    for name, values in ACCOUNTS.items():
        label = f"Bench {name}"
        Account = env["amazon.account"]
        accounts[name] = Account.search([("name", "=", label)]) or Account.create(
            {
                "name": label,
                "region": "eu",
                "user_id": env.ref("base.user_admin").id,
                **values,
            }
        )
    env.cr.commit()
    return accounts


def import_file(env, account, kind, content, count):
    """Import a file as the scheduled action does; return the report and figures."""
    suffix = "csv" if kind == "vcs_invoices" else "txt"
    report = env["amazon.report"].create_from_file(
        account, kind, f"bench.{suffix}", content
    )
    env.cr.commit()

    def commit(*_counts, **_named):
        env.cr.commit()
        return 600

    with Clock() as clock:
        env["amazon.report"]._process_ready(commit)
        if kind == "vcs_lite":
            # What is more than a batch is left to the scheduled action.
            env["amazon.vat.invoice.maker"].make_due(account, commit)
    figures = clock.figures(count, report.row_count)
    if report.state != "done":
        why = set(report.row_ids.mapped("message")) - {False}
        figures["wrong"] = f"{kind}: {report.state}, {report.failure_reason or why}"
    return report, figures


class Orders:
    """New orders for the measurements, none of them twice."""

    def __init__(self, seed=0):
        self.mfn = Series("302", seed)
        self.fba = Series("305", seed)

    def merchant(self, count):
        """A file of so many new orders that the merchant ships."""
        return make_file(merchant_rows(self.mfn.take(count)))

    def fulfilled(self, count):
        """The numbers of so many new FBA orders, and their file."""
        refs = self.fba.take(count)
        return refs, make_file(fba_rows(refs))


def returns(refs):
    """A file of a return of each order."""
    return make_file(return_rows(refs))


def parse(content, kind=MFN):
    """Rows read and typed by second of one core's time."""
    start = time.process_time()
    count = sum(1 for _row in open_report(io.BytesIO(content), kind).rows())
    return round(count / (time.process_time() - start))
