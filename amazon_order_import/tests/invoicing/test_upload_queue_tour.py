from odoo.tests import HttpCase, tagged

from .upload_case import UploadCase
from .vat_data import vat_row
from .vat_invoice_case import MFN

REFUSAL = (
    "79509 FeatureNotAvailable: Invoice Upload API is in a closed beta. Contact Seller "
    "Support or your account manager if you want to use this feature."
)


@tagged("post_install", "-at_install")
class TestUploadQueueTour(UploadCase, HttpCase):
    """The upload queue in the browser: a refusal is explained and put right."""

    def test_upload_queue(self):
        refused = self.sell()
        self.run_queue()
        refused.sending_at = refused.sent_at = "2026-10-06 12:00:00"
        self.tell(vat_row(item="119.00 19.00", invoice_status_description=REFUSAL))
        self.assertEqual(refused.state, "refused")
        ref = "302-0000001-0000002"
        self.order(MFN, {"item-price": "119.00"}, ref=ref)
        differs = self.tell(
            vat_row(
                item="119.00 19.00", order_id=ref, shipping_id="2", transaction_id="2"
            )
        )
        differs.line_ids.amount_tax = 19.02
        self.run_queue()
        self.assertEqual(differs.upload_state, "manual")
        self.start_tour("/odoo", "amazon_upload_queue", login="admin")
        self.assertEqual(refused.state, "queued")
