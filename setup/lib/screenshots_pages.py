"""The screens of the addon: what is opened, and what is done there before a picture."""

from dataclasses import dataclass, field

ADDON = "amazon_order_import"


@dataclass(frozen=True)
class Screen:
    """One picture of the manual.

    - `address`: below ``/odoo/``; ``{id}`` is the record found
    - `model`, `domain`, `order`: the record that is shown; none: no record
    - `steps`: JavaScript expressions, each awaited
    - `heights`: of the picture on a desk and on a phone, in pixels
    """

    name: str
    address: str
    model: str = ""
    domain: list = field(default_factory=list)
    order: str = "id desc"
    steps: tuple = ()
    heights: tuple = (900, 844)


def _list(name, path, **options):
    return Screen(name, path, **options)


def _form(name, path, model, domain=(), **options):
    return Screen(name, f"{path}/{{id}}", model, list(domain), **options)


def _dialogue(name, action, **options):
    return Screen(name, f"action-{ADDON}.{action}", **options)


def _tab(name):
    return f"document.querySelector('.o_notebook a[name={name}]')?.click()"


SCREENS = (
    _list("overview", "amazon"),
    _list("needs-you", "amazon-needs-you"),
    _list("orders", "amazon-orders"),
    _form("order", "amazon-orders", "sale.order", [("amazon_order_ref", "!=", False)]),
    _list("requests", "amazon-report-requests"),
    Screen("request-new", "amazon-report-requests/new"),
    _list("reports", "amazon-reports"),
    _form("report-done", "amazon-reports", "amazon.report", [("state", "=", "done")]),
    _form(
        "report-to-do",
        "amazon-reports",
        "amazon.report",
        [("state", "=", "attention"), ("kind", "like", "orders")],
    ),
    _list("rows", "amazon-report-rows"),
    _form(
        "row",
        "amazon-report-rows",
        "amazon.report.row",
        [("outcome", "=", "waiting")],
    ),
    _dialogue("upload", "amazon_report_upload_action"),
    _list("schedules", "amazon-report-schedules"),
    _list("completeness", "amazon-completeness"),
    _list("control-list", "amazon-control-list"),
    _dialogue("find-order", "amazon_order_finder_action"),
    _list("vat-documents", "amazon-vat-documents"),
    _form("vat-document", "amazon-vat-documents", "amazon.vat.document"),
    _list("vat-analysis", "amazon-vat-analysis"),
    _list("vat-data", "amazon-vat-data"),
    _form("vat-datum", "amazon-vat-data", "amazon.vat.invoice"),
    _list("uploads", "amazon-uploads"),
    _form("upload-of-invoice", "amazon-uploads", "amazon.invoice.upload"),
    _list("shipments", "amazon-shipments"),
    _form("shipment", "amazon-shipments", "amazon.shipment.confirmation"),
    _list("carriers", "amazon-carriers"),
    _list("settlements", "amazon-settlements"),
    _form("settlement", "amazon-settlements", "amazon.settlement"),
    _list("settled-orders", "amazon-settled-orders"),
    _list("settlement-rules", "amazon-settlement-rules"),
    _list("stock-differences", "amazon-stock-differences"),
    _list("stock", "amazon-stock"),
    _list("snapshots", "amazon-stock-snapshots"),
    _list("returns", "amazon-returns"),
    _form("return", "amazon-returns", "amazon.return"),
    _list("parcels", "amazon-parcels"),
    _list("skus", "amazon-skus"),
    _list("accounts", "amazon-accounts"),
    _form("account", "amazon-accounts", "amazon.account", order="id"),
    _list("marketplaces", "amazon-marketplaces"),
    _list("fulfillment-centers", "amazon-fulfillment-centers"),
    _list("api-calls", "amazon-api-calls"),
)
