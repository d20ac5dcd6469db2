from odoo.tests import tagged

from .common import build_file
from .invoicing import vat_data, vat_files
from .order.test_tax import TaxCase

#: Queries per document or return in a batch; see ``test_performance``.
RETURN_LIMIT = 8
VCS_LIMIT = 14
LITE_LIMIT = 14
#: No more than are invoiced with their batch; the scheduled action makes the others.
FEW, MANY = 10, 40


@tagged("post_install", "-at_install")
class TestPerformanceAfterSales(TaxCase):
    """Returns and tax documents ask per batch, but for what Odoo asks for each."""

    def sell(self, count, **settings):
        """Import FBA orders of one item; return their numbers by size of batch."""
        self.account.write(settings)
        refs = [f"305-0000001-{number:07}" for number in range(count)]
        rows = [
            {
                "amazon-order-id": ref,
                "shipment-id": f"D{ref}",
                "shipment-item-id": f"S{ref}",
                "item-price": "119.00",
            }
            for ref in refs
        ]
        self.import_file("fba_orders_eu", build_file("fba_orders_eu", *rows))
        return refs[:5], refs[5 : 5 + FEW], refs[5 + FEW :]

    def check(self, kind, limit, batches, make):
        """Compare the queries of a large batch with those of a small one."""
        counts = []
        for refs in batches:
            report = self.env["amazon.report"].create_from_file(
                self.account, kind, "report.csv", make(refs)
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            report.process()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(self.outcomes(report)), {"created"})
        _warm, few, many = counts
        per_record = (many - few) / (MANY - FEW)
        self.assertLessEqual(per_record, limit, f"{few} for {FEW}, {many} for {MANY}")

    def test_returns(self):
        batches = self.sell(5 + FEW + MANY, fba_stock_policy="move")
        self.check("fba_returns", RETURN_LIMIT, batches, self.make_returns)

    def make_returns(self, refs):
        row = {
            "return-date": "2026-10-20T10:00:00+00:00",
            "sku": "MUG-RED",
            "asin": "",
            "fnsku": "",
            "product-name": "",
            "quantity": "1",
            "fulfillment-center-id": "LEJ1",
            "detailed-disposition": "SELLABLE",
            "reason": "UNWANTED_ITEM",
            "status": "Unit returned to inventory",
            "customer-comments": "",
        }
        lines = ["\t".join([*row, "order-id", "license-plate-number"])]
        lines += ["\t".join([*row.values(), ref, f"LPN{ref}"]) for ref in refs]
        return ("\r\n".join(lines) + "\r\n").encode()

    def test_documents_with_entries(self):
        batches = self.sell(
            5 + FEW + MANY, vat_service="vcs", vat_document_policy="create"
        )
        self.check("vcs_invoices", VCS_LIMIT, batches, self.make_documents)
        documents = self.env["amazon.vat.document"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(set(documents.mapped("entry_state")), {"posted"})

    def make_documents(self, refs):
        return vat_files.vat_file(
            *(
                {
                    "order_id": ref,
                    "shipment_id": f"D{ref}",
                    "transaction_id": f"D{ref}",
                    "vat_invoice_number": f"DE6{ref[-5:]}TEST11I",
                    "item": "100.00 19.00",
                }
                for ref in refs
            )
        )

    def test_invoices_of_lite(self):
        batches = self.sell(5 + FEW + MANY, vat_service="vcs_lite")
        self.check("vcs_lite", LITE_LIMIT, batches, self.make_lite)
        orders = self.env["sale.order"].search(
            [("amazon_account_id", "=", self.account.id)]
        )
        self.assertEqual(set(orders.invoice_ids.mapped("state")), {"posted"})
        self.assertEqual(len(orders.invoice_ids), len(orders))

    def make_lite(self, refs):
        return vat_data.vat_file(
            *(
                vat_data.vat_row(
                    order_id=ref,
                    order_item_id="50000000000001",
                    shipping_id=f"D{ref}",
                    transaction_id=f"D{ref}",
                    item="119.00 19.00",
                )
                for ref in refs
            )
        )
