from unittest.mock import patch

from odoo.tests import tagged

from .common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
#: Queries per new order in a batch; measured with sale_stock, l10n_de and no other
#: addon, plus some room for other versions. One more per order and row shows at once.
MFN_LIMIT = 10
FBA_LIMIT = 5
#: With a move for each line, and with one for each product and report.
MOVE_LIMIT = 10
SUMMARY_LIMIT = 6
AGAIN_LIMIT = 0.1
#: All queries of a batch of known orders, its file and its end included.
AGAIN_BATCH = 110


@tagged("post_install", "-at_install")
class TestPerformance(AmazonCase):
    """The number of queries grows with the orders only where Odoo's own does."""

    def rows(self, kind, start, count):
        ref = "order-id" if kind == MFN else "amazon-order-id"
        return [
            {
                ref: f"302-0000001-{number:07}",
                "buyer-email": f"buyer{number}@marketplace.amazon.de",
                "buyer-name": f"Buyer {number}",
                "recipient-name": f"Buyer {number}",
                "ship-address-1": f"Lindenstraße {number}",
                "ship-postal-code": f"{80000 + number}",
                "shipping-price": "4.99",
            }
            for number in range(start, start + count)
        ]

    def count_queries(self, kind, rows):
        return self.count_file_queries(kind, self.make_file(kind, *rows))

    def count_file_queries(self, kind, content, name="report.txt"):
        report = self.env["amazon.report"].create_from_file(
            self.account, kind, name, content
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        report.process()
        self.env.flush_all()
        return report, self.env.cr.sql_log_count - before

    def check(self, kind, limit, outcome="created", start=1, warm=None):
        # Once to fill the caches of views, rights and settings.
        self.count_queries(kind, warm or self.rows(kind, 5000, 5))
        _report, few = self.count_queries(kind, self.rows(kind, start, 10))
        report, many = self.count_queries(kind, self.rows(kind, start + 10, 60))
        self.assertEqual(set(self.outcomes(report)), {outcome})
        per_order = (many - few) / 50
        self.assertLessEqual(per_order, limit, f"{few} for 10, {many} for 60 orders")

    def test_new_mfn_orders(self):
        self.check(MFN, MFN_LIMIT)

    def test_new_fba_orders(self):
        self.check(FBA, FBA_LIMIT)

    def test_new_quotations(self):
        self.account.order_workflow = "quotation"
        self.check(MFN, FBA_LIMIT)

    def test_new_fba_orders_with_moves(self):
        for policy, limit in (("move", MOVE_LIMIT), ("summary", SUMMARY_LIMIT)):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                self.check(FBA, limit, start=1 if policy == "move" else 100)

    def test_known_batch(self):
        """What a whole file of known orders asks, whatever it costs per order."""
        rows = self.rows(MFN, 1, 70)
        self.count_queries(MFN, rows)
        self.count_queries(MFN, rows)
        _report, queries = self.count_queries(MFN, rows)
        self.assertLessEqual(queries, AGAIN_BATCH)

    def test_known_orders(self):
        for kind in (MFN, FBA):
            with self.subTest(kind=kind):
                rows = self.rows(kind, 1 if kind == MFN else 200, 70)
                self.count_queries(kind, rows)
                self.check(
                    kind,
                    AGAIN_LIMIT,
                    "unchanged",
                    1 if kind == MFN else 200,
                    rows[:5],
                )

    def test_one_call_per_kind_of_record(self):
        """Orders and contacts of a batch are created together."""
        calls = []
        models = ("sale.order", "res.partner", "amazon.report.row")
        rows = self.rows(MFN, 1, 20)
        patches = []
        for model in models:
            cls = type(self.env[model])
            original = cls.create

            def create(records, vals_list, original=original):
                calls.append(records._name)
                return original(records, vals_list)

            patches.append(patch.object(cls, "create", create))
        for each in patches:
            each.start()
            self.addCleanup(each.stop)
        self.import_lines(MFN, *rows)
        for model in models:
            self.assertLessEqual(calls.count(model), 2, model)
