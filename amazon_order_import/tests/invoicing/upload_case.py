from datetime import timedelta, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields

from ...models.invoicing import amazon_invoice_upload_sending as queue
from ...selling_partner.records import Feed
from .vat_data import vat_row
from .vat_invoice_case import MFN, VatInvoiceCase

NOW = "2026-10-20 12:00:00"
PDF = b"%PDF-1.4\n%test\n%%EOF\n"


class Amazon:
    """What the client tells of Amazon: it takes feeds, or fails as a test says."""

    def __init__(self):
        self.feeds = {}
        self.sent = []
        self.errors = []
        self.results = {}

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def upload_feed_document(self, content, content_type):
        assert content[:5] == b"%PDF-", content
        assert content_type == "application/pdf"
        return "document"

    def create_feed(self, feed_type, marketplaces, document, options):
        self.sent.append(options)
        error = self.errors.pop(0) if self.errors else None
        if error is None or getattr(error, "maybe_done", False):
            feed_id = f"feed{len(self.sent)}"
            created = fields.Datetime.now().replace(tzinfo=timezone.utc)
            self.feeds[feed_id] = Feed(
                feed_id,
                feed_type,
                "IN_QUEUE",
                None,
                tuple(marketplaces),
                created,
                None,
                None,
            )
        if error:
            raise error
        return feed_id

    def get_feeds(self, feed_types, marketplaces, created_since):
        return [feed for feed in self.feeds.values() if feed.created >= created_since]

    def get_feed(self, feed_id):
        feed = self.feeds[feed_id]
        result = self.results.get(feed_id)
        status = result if result in ("FATAL", "CANCELLED") else "DONE"
        return Feed(
            feed_id,
            feed.feed_type,
            status,
            "result" + feed_id if status == "DONE" else None,
            feed.marketplace_ids,
            feed.created,
            None,
            None,
        )

    def download_feed_result(self, document_id):
        return self.results.get(document_id.removeprefix("result"), "").encode()


RESULT = (
    "Feed Processing Summary:\n\tNumber of records processed\t\t1\n"
    "\tNumber of records successful\t\t0\n\n"
    "original-record-number\tsku\terror-code\terror-type\terror-message\n"
    "1\t\t{code}\tError\t{text}\n"
)


class UploadCase(VatInvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.invoice_upload = "auto"
        cls.amazon = Amazon()
        for target, replacement in (
            (type(cls.account), {"_get_client": lambda account: cls.amazon}),
            (queue.AmazonInvoiceUpload, {"_pause": lambda upload: None}),
            (
                type(cls.env["account.move"]),
                {"_get_amazon_pdf": lambda move: PDF},
            ),
        ):
            for name, function in replacement.items():
                cls.startClassPatcher(patch.object(target, name, function))

    def setUp(self):
        super().setUp()
        self.amazon.__init__()

    def run_queue(self, times=1):
        for _time in range(times):
            self.env["amazon.invoice.upload"]._run(
                self.account, lambda done=0, remaining=None: 60
            )

    def sell(self, total="119.00", tax="19.00", **cells):
        """Sell and ship one mug, make its invoice; return its upload."""
        self.order(MFN, {"item-price": total})
        document = self.tell(vat_row(item=f"{total} {tax}", **cells))
        self.assertEqual(document.state, "invoiced", document.state_note)
        return document.upload_ids

    def later(self, **delta):
        frozen = freeze_time(fields.Datetime.now() + timedelta(**delta))
        frozen.start()
        self.addCleanup(frozen.stop)
