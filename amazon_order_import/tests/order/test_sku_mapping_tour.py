from odoo.tests import HttpCase, tagged

from ..common import AmazonCase


@tagged("post_install", "-at_install")
class TestSkuMappingTour(AmazonCase, HttpCase):
    """SKUs that wait get their products in the browser."""

    def test_mapping(self):
        self.account.order_workflow = "quotation"
        self.env["amazon.offer"].search([]).unlink()
        self.env["product.product"].create(
            {"name": "Tour product", "default_code": "TOUR-PRODUCT"}
        )
        report = self.import_lines(
            "mfn_orders_eu",
            *(
                {
                    "order-id": f"302-0000004-000000{number}",
                    "order-item-id": f"1000000000000{number}",
                    "sku": sku,
                }
                for number, sku in enumerate(("TOUR-A", "TOUR-B", "TOUR-C"), start=1)
            ),
        )
        self.assertEqual(self.outcomes(report), ["waiting"] * 3)
        self.start_tour("/odoo/amazon-skus", "amazon_sku_mapping", login="admin")
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        self.assertEqual(report.state, "done")
