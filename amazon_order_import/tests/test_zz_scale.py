import time
from odoo.tests import tagged
from .test_vat_booking import KIND, BookingCase
from .vat_files import vat_file

@tagged("post_install", "-at_install")
class TestScale(BookingCase):
    def test_scale(self):
        for policy, n in (("none", 200), ("create", 200)):
            self.account.vat_document_policy = policy
            base = 1000 * (1 + ["none", "create"].index(policy)) + n
            refs = [f"302-{base:07d}-{i:07d}" for i in range(n)]
            self.import_lines("mfn_orders_eu", *({"order-id": r, "order-item-id": base * 100000 + i, "item-price": "119.00"} for i, r in enumerate(refs)))
            content = vat_file(*({"order_id": r, "item": "99.99 19.01", "vat_invoice_number": f"DE6{base:05d}{i:05d}I", "transaction_id": f"T{base}{i}", "shipment_id": f"T{base}{i}"} for i, r in enumerate(refs)))
            q, t = self.env.cr.sql_log_count, time.time()
            from collections import Counter
            from odoo.sql_db import Cursor
            from unittest.mock import patch
            seen = Counter()
            orig = Cursor.execute
            def execute(cr, query, *a, **k):
                text = str(getattr(query, "code", query))
                seen[" ".join(text.split())[:110]] += 1
                return orig(cr, query, *a, **k)
            with patch.object(Cursor, "execute", execute):
                rep = self.import_file(KIND, content)
            for text, count in seen.most_common(14):
                print("   ", count, text)
            print(policy, n, "queries", self.env.cr.sql_log_count - q, "s", round(time.time() - t, 1), rep.created_count)
            docs = self.env["amazon.vat.document"].search([("order_ref", "in", refs)])
            print(docs.mapped("entry_state").count("posted"), set(docs.mapped("entry_message")))
