import base64

from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"
GROUP = "amazon_order_import.group_amazon_"


@tagged("post_install", "-at_install")
class TestProductMaker(AmazonCase):
    """Products for all unknown SKUs at once: those that fit, or new ones."""

    def open(self, report):
        action = report.action_make_products()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_products_are_created(self):
        report = self.import_lines(
            MFN,
            {
                "sku": "NEW-1",
                "product-name": "A new one",
                "quantity-purchased": "2",
                "item-price": "30.00",
            },
            {"order-id": "302-0000001-0000002", "sku": "4006381333931"},
        )
        self.assertEqual(report.unknown_sku_count, 2)
        maker = self.open(report)
        self.assertTrue(all(maker.line_ids.mapped("is_wanted")))
        maker.action_make()
        self.assertEqual((report.state, report.unknown_sku_count), ("done", 0))
        offer = self.env["amazon.offer"].search([("sku", "=", "NEW-1")])
        product = offer.product_id
        self.assertEqual(
            (product.name, product.default_code, product.list_price),
            ("A new one", "NEW-1", 15.0),
        )
        self.assertEqual(
            self.get_order("302-0000001-0000002").order_line.product_id.barcode,
            "4006381333931",
        )

    def test_product_that_fits(self):
        """Another writing of the internal reference, or the same name, is offered."""
        written, named = self.env["product.product"].create(
            [
                {"name": "One", "default_code": "new 1"},
                {"name": "Called so", "default_code": "OTHER"},
            ]
        )
        report = self.import_lines(
            MFN,
            {"sku": "NEW-1"},
            {
                "order-id": "302-0000001-0000002",
                "sku": "X-9",
                "product-name": "Called so",
            },
        )
        maker = self.open(report)
        self.assertEqual(
            {line.sku: line.product_id for line in maker.line_ids},
            {"NEW-1": written, "X-9": named},
        )
        before = self.env["product.product"].search_count([])
        maker.action_make()
        self.assertEqual(self.env["product.product"].search_count([]), before)
        self.assertEqual(report.state, "done")

    def test_several_that_fit(self):
        """Which one is meant is not guessed."""
        self.env["product.product"].create(
            [
                {"name": "One", "default_code": "new 1"},
                {"name": "Two", "default_code": "new.1"},
            ]
        )
        report = self.import_lines(MFN, {"sku": "NEW-1"})
        self.assertFalse(self.open(report).line_ids.product_id)

    def test_what_is_not_wanted_waits(self):
        report = self.import_lines(
            MFN, {"sku": "NEW-1"}, {"order-id": "302-0000001-0000002", "sku": "NEW-2"}
        )
        maker = self.open(report)
        maker.line_ids.filtered(lambda line: line.sku == "NEW-2").is_wanted = False
        maker.action_make()
        self.assertEqual((report.state, report.unknown_sku_count), ("attention", 1))
        maker = self.open(report)
        maker.line_ids.is_wanted = False
        with self.assertRaises(UserError):
            maker.action_make()

    def test_user_who_may_not_create_products(self):
        user = new_test_user(self.env, "maker_user", f"base.group_user,{GROUP}user")
        report = self.import_lines(MFN, {"sku": "NEW-1"})
        action = report.with_user(user).action_make_products()
        maker = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        self.assertFalse(maker.may_create)
        self.assertFalse(maker.line_ids.is_wanted)
        with Form(maker) as form, form.line_ids.edit(0) as line:
            line.is_wanted = True
            line.product_id = next(iter(self.products.values()))
        maker.action_make()
        self.assertEqual(report.state, "done")


@tagged("post_install", "-at_install")
class TestSample(AmazonCase):
    """Sample data comes without Amazon and goes as it came."""

    def setUp(self):
        super().setUp()
        self.Account = self.env["amazon.account"]
        # As in a fresh database.
        self.counts = self.count()

    def count(self):
        models = (
            "amazon.account",
            "amazon.report",
            "amazon.offer",
            "sale.order",
            "stock.picking",
        )
        counts = {name: self.env[name].search_count([]) for name in models}
        for name in ("product.product", "res.partner"):
            counts[name] = self.env[name].search_count([])
        return counts

    def get_sample(self):
        return self.Account.search([("is_sample", "=", True)])

    def test_comes_and_goes(self):
        self.Account.action_try_sample()
        account = self.get_sample()
        self.assertEqual(account.order_count, 6)
        self.assertEqual(account.report_ids.mapped("state"), ["done"])
        self.Account.action_try_sample()
        self.assertEqual(self.get_sample(), account, "Only once")
        account.action_remove_sample()
        self.assertFalse(account.exists())
        self.assertEqual(self.count(), self.counts)

    def test_order_that_somebody_goes_on_with(self):
        self.Account.action_try_sample()
        account = self.get_sample()
        order = self.env["sale.order"].search(
            [("amazon_account_id", "=", account.id)], limit=1
        )
        mine = "Mine"
        order.message_post(body=mine, message_type="comment")
        with self.assertRaisesRegex(UserError, order.amazon_order_ref):
            account.action_remove_sample()

    def test_only_sample_data(self):
        with self.assertRaises(UserError):
            self.account.action_remove_sample()

    def test_first_steps(self):
        for account in self.Account.search([]) - self.account:
            account.active = False
        steps = self.Account.get_first_steps()
        self.assertEqual([step["is_done"] for step in steps], [False] * 4)
        report = self.import_lines(MFN, {"sku": "NEW-1"})
        steps = self.Account.get_first_steps()
        self.assertEqual([s["is_done"] for s in steps], [True, True, False, False])
        self.open_products(report).action_make()
        self.assertFalse(self.Account.get_first_steps(), "All is done")

    def open_products(self, report):
        action = report.action_make_products()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_file_without_an_account(self):
        """The first file makes its account, where the user may."""
        self.Account.search([]).active = False
        content = base64.b64encode(self.make_file(MFN, {}))
        manager = new_test_user(self.env, "first_m", f"base.group_user,{GROUP}manager")
        form = Form(self.env["amazon.report.upload"].with_user(manager))
        form.file = content
        form.save().action_upload()
        account = self.Account.search([])
        self.assertEqual((account.region, account.order_count), ("eu", 1))
        upload = self.env["amazon.report.upload"].create({"file": content, "kind": MFN})
        upload.account_id = False
        with self.assertRaisesRegex(UserError, "Choose the account"):
            upload.action_upload()


@tagged("post_install", "-at_install")
class TestFirstOrdersTour(AmazonCase, HttpCase):
    """From the empty database to the first orders of a file in at most 8 clicks."""

    def test_first_orders(self):
        self.env["amazon.account"].search([]).active = False
        self.start_tour("/odoo", "amazon_first_orders", login="admin")
        self.assertEqual(self.env["amazon.account"].search([]).order_count, 2)
