import base64
import importlib
import json
import os
import sys
from pathlib import Path
from unittest.mock import patch

import httpx
import requests

from odoo.tests import TransactionCase
from odoo.tests.common import BaseCase

SKUS = ("MUG-RED", "TOWEL-XL", "LAMP-1")


def shared_path(name):
    """Return the path of a file that the project shares, or None where it is absent."""
    root = os.environ.get("AMAZON_SHARED")
    shared = Path(root) if root else Path(__file__).resolve().parents[3] / "shared"
    path = shared / name
    return path if path.exists() else None


class LoopbackCase(BaseCase):
    """A test that reaches this machine only, with httpx as well as with requests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        send = httpx.HTTPTransport.handle_request

        def guarded(transport, request):
            if request.url.host not in ("127.0.0.1", "localhost"):
                raise httpx.ConnectError(f"No network in tests: {request.url.host}")
            return send(transport, request)

        cls.startClassPatcher(
            patch.object(httpx.HTTPTransport, "handle_request", guarded)
        )

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        # Odoo's guard compares the time-out with a number; ours is a pair.
        if isinstance(kw.get("timeout"), tuple):
            kw["timeout"] = max(kw["timeout"])
        return super()._request_handler(s, r, **kw)


class AmazonCase(LoopbackCase, TransactionCase):
    """Products, an account of a German company, and report files to import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.account = cls.env["amazon.account"].create(
            {"name": "Test Europe", "region": "eu", "company_id": cls.company.id}
        )
        cls.products = {
            product.default_code: product
            for product in cls.env["product.product"].create(
                [
                    {
                        "name": sku.title(),
                        "default_code": sku,
                        "type": "consu",
                        "is_storable": True,
                        "list_price": 1000.0,
                    }
                    for sku in SKUS
                ]
            )
        }

    @classmethod
    def golden_cases(cls):
        """Return ``{file name: case}`` of the shared golden cases."""
        path = shared_path("golden/expected.json")
        if not path:
            cls.skipTest(cls, "the shared golden files are not beside the project")
        return {case["file"]: case for case in json.loads(path.read_text())}

    def import_golden(self, case, account=None):
        """Import a golden file after those that it builds upon."""
        if case.get("after"):
            self.import_golden(self.golden_cases()[case["after"]], account)
        content = shared_path(f"golden/{case['file']}").read_bytes()
        return self.import_file(case["kind"], content, account, case["file"])

    def import_file(self, kind, content, account=None, name="report.txt"):
        report = self.env["amazon.report"].create_from_file(
            account or self.account, kind, name, content
        )
        report.process()
        return report

    def make_upload(self, kind, content, user=None, account=None):
        """The dialog of an upload with a file in it."""
        Upload = self.env["amazon.report.upload"].with_user(user or self.env.user)
        return Upload.create(
            {
                "account_id": (account or self.account).id,
                "kind": kind,
                "filename": "orders.txt",
                "file": base64.b64encode(content),
            }
        )

    def get_order(self, order_ref):
        return self.env["sale.order"].search([("amazon_order_ref", "=", order_ref)])

    def make_file(self, kind, *rows):
        """Return a report file; see ``build_file``."""
        return build_file(kind, *rows)

    def import_lines(self, kind, *rows, account=None):
        return self.import_file(kind, self.make_file(kind, *rows), account)

    def outcomes(self, report):
        return [row.outcome for row in report.row_ids.sorted("number")]


ADDRESS = {
    "recipient-name": "Jörg Weißhaupt",
    "ship-address-1": "Lindenstraße 12",
    "ship-address-2": "",
    "ship-address-3": "",
    "ship-city": "München",
    "ship-state": "",
    "ship-postal-code": "80331",
    "ship-country": "DE",
    "ship-phone-number": "",
}
SALE = {
    "purchase-date": "2026-10-05T08:15:00+00:00",
    "payments-date": "2026-10-05T08:20:00+00:00",
    "buyer-email": "buyer1@marketplace.amazon.de",
    "buyer-name": "Jörg Weißhaupt",
    "buyer-phone-number": "",
    "sku": "MUG-RED",
    "product-name": "Red mug",
    "currency": "EUR",
    "item-price": "19.99",
    "item-tax": "0.00",
    "shipping-price": "0.00",
    "shipping-tax": "0.00",
    "ship-service-level": "Standard",
    "sales-channel": "Amazon.de",
    **ADDRESS,
}
MFN_ROW = {
    "order-id": "302-0000001-0000001",
    "order-item-id": "10000000000001",
    "quantity-purchased": "1",
    **SALE,
}
FBA_ROW = {
    "amazon-order-id": "305-0000001-0000001",
    "merchant-order-id": "",
    "shipment-id": "Daaa",
    "shipment-item-id": "SIaaa",
    "amazon-order-item-id": "50000000000001",
    "merchant-order-item-id": "",
    "shipment-date": "2026-10-06T19:00:00+00:00",
    "reporting-date": "2026-10-06T22:00:00+00:00",
    "quantity-shipped": "1",
    "gift-wrap-price": "0.00",
    "gift-wrap-tax": "0.00",
    "item-promotion-discount": "0.00",
    "ship-promotion-discount": "0.00",
    "carrier": "DHL",
    "tracking-number": "JJD1",
    "estimated-arrival-date": "",
    "fulfillment-center-id": "LEJ1",
    "fulfillment-channel": "AFN",
    **SALE,
}
CONTROL_ROW = {
    "amazon-order-id": "302-0000001-0000001",
    "merchant-order-id": "",
    "purchase-date": "2026-10-05T08:15:00+00:00",
    "last-updated-date": "2026-10-05T08:20:00+00:00",
    "order-status": "Unshipped",
    "fulfillment-channel": "Merchant",
    "sales-channel": "Amazon.de",
    "product-name": "Red mug",
    "sku": "MUG-RED",
    "asin": "B000000001",
    "item-status": "Unshipped",
    "quantity": "1",
    "currency": "EUR",
    "item-price": "19.99",
    "item-tax": "3.19",
    "ship-country": "DE",
}
BASE_ROWS = {"mfn": MFN_ROW, "fba": FBA_ROW, "all": CONTROL_ROW}


def build_file(kind, *rows):
    """Return a report file made of dicts ``{column: value}``; defaults filled in."""
    base = BASE_ROWS[kind[:3]]
    columns = list(base)
    for row in rows:
        columns += [column for column in row if column not in columns]
    lines = ["\t".join(columns)]
    for row in rows:
        values = {**base, **row}
        lines.append("\t".join(str(values.get(column, "")) for column in columns))
    return ("\r\n".join(lines) + "\r\n").encode()


def import_file_rows(account, kind, *rows):
    """Import a report file made of ``MFN_ROW`` or ``FBA_ROW`` with these changes."""
    report = account.env["amazon.report"].create_from_file(
        account, kind, "report.txt", build_file(kind, *rows)
    )
    report.process()
    return report


class SimulatedAmazon:
    """The project's simulator, started in this process.

    :param simulator: a started ``tests.simulator.Simulator``
    """

    def __init__(self, simulator, package):
        self.url = simulator.url
        self.state = simulator.state
        self.catalogue = importlib.import_module(f"{package}.world.catalogue").CATALOGUE

    def expected(self, seller, start, end):
        """Return the merchant-fulfilled orders that Odoo must hold, by Amazon's number.

        :param start: naive UTC datetime; likewise ``end``
        """
        answer = requests.get(
            f"{self.url}/_control/expected",
            params={
                "seller": seller,
                "fulfillment": "mfn",
                "start": f"{start.isoformat()}Z",
                "end": f"{end.isoformat()}Z",
            },
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()["orders"]


def simulated_amazon(case, **options):
    """Start the simulator for one test; skip the test where it is absent.

    :param case: the running test case; stops the simulator at its end
    :param options: of ``tests.simulator.Simulator``
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "simulator" / "server.py").exists():
        case.skipTest("tests/simulator is not beside the addon")
    with patch.object(sys, "path", [str(root), *sys.path]):
        server = importlib.import_module("tests.simulator.server")
        simulator = server.Simulator(rate_scale=0, **options).start()
        case.addCleanup(simulator.stop)
        return SimulatedAmazon(simulator, server.__package__)
