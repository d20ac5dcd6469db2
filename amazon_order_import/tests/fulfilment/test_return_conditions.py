from odoo.tests import tagged

from .cases import FBA, FBA_REF, ReturnCase


@tagged("post_install", "-at_install")
class TestReturnConditions(ReturnCase):
    """What Amazon says of returned goods decides where they lie, or nobody knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.fba_stock_policy = "move"

    def give_back(self, status="Unit returned to inventory", disposition="SELLABLE"):
        report = self.returns({"status": status, "detailed-disposition": disposition})
        return report, self.found(order_ref=FBA_REF)

    def unsellable(self):
        germany = self.env.ref("base.de")
        return self.account._get_fba_location(germany, sellable=False)

    def test_repackaged_is_sellable(self):
        for status in ("Repackaged Successfully", "REPACKAGED_SUCCESSFULLY "):
            with self.subTest(status):
                self.import_lines(FBA, {})
                report, returned = self.give_back(status)
                self.assertEqual(returned.location_id, self.get_location("DE"))
                self.assertFalse(report.row_ids.needs_attention)
                self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 0)

    def test_repackaged_but_defective(self):
        self.import_lines(FBA, {})
        _report, returned = self.give_back("Repackaged Successfully", "DEFECTIVE")
        self.assertEqual(returned.location_id, self.unsellable())

    def test_what_nobody_knows_is_told(self):
        self.import_lines(FBA, {})
        cases = (
            ("Einheit wieder im Bestand", "SELLABLE", "Einheit wieder im Bestand"),
            ("Unité remboursée", "DEFECTIVE", "Unité remboursée"),
            ("Unit returned to inventory", "VERKÄUFLICH", "VERKÄUFLICH"),
            ("", "SELLABLE", "–"),
        )
        for place, (status, disposition, text) in enumerate(cases):
            with self.subTest(status=status, disposition=disposition):
                report = self.returns(
                    {
                        "status": status,
                        "detailed-disposition": disposition,
                        "license-plate-number": f"LPN{place}",
                    }
                )
                row = report.row_ids
                self.assertEqual(
                    (row.outcome, row.code), ("created", "return_condition_unknown")
                )
                self.assertTrue(row.needs_attention)
                self.assertEqual(report.state, "attention")
                self.assertIn(f"“{text}”", row.message)
                self.assertFalse(row.return_id.move_ids)
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 0.0)

    def test_table_says_what_it_means(self):
        self.import_lines(FBA, {})
        report, returned = self.give_back("Einheit wieder im  Bestand")
        self.assertFalse(returned.location_id)
        self.env["amazon.return.rule"].create(
            {
                "account_id": self.account.id,
                "disposition": "sellable",
                "status": "einheit wieder im Bestand",
                "target": "sellable",
            }
        )
        self.assertEqual(returned.location_id, self.get_location("DE"))
        self.assertFalse(report.row_ids.needs_attention)
        self.assertEqual(report.state, "done")
        # The next one is known.
        report = self.returns(
            {"status": "Einheit wieder im Bestand", "license-plate-number": "LPN2"}
        )
        self.assertEqual(report.state, "done")

    def test_later_row_tells(self):
        self.import_lines(FBA, {})
        first, returned = self.give_back("Wird geprüft")
        later = {"return-date": "2026-10-25T10:00:00+00:00"}
        self.returns(later)
        self.assertEqual(returned.location_id, self.get_location("DE"))
        self.assertFalse(first.row_ids.needs_attention)

    def test_goods_stay_until_somebody_knows(self):
        self.import_lines(FBA, {})
        self.give_back()
        report = self.returns(
            {"return-date": "2026-10-25T10:00:00+00:00", "status": "Erstattet"}
        )
        self.assertTrue(report.row_ids.needs_attention)
        returned = self.found(order_ref=FBA_REF)
        self.assertEqual(returned.location_id, self.get_location("DE"))
        self.assertEqual(len(returned.move_ids), 1)

    def test_without_stock_it_is_only_told(self):
        self.account.fba_stock_policy = "none"
        self.import_lines(FBA, {})
        report, _returned = self.give_back("Erstattet")
        self.assertEqual(report.row_ids.code, "return_condition_unknown")
        self.assertEqual(report.state, "done")
