import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import AmazonCase

MFN = "mfn_orders_eu"
PREFIX = "amazon_order_import.group_amazon_"


@tagged("post_install", "-at_install")
class TestDialogues(AmazonCase):
    """A dialogue belongs to who opened it, and leads to nothing foreign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "amazon_u", f"base.group_user,{PREFIX}user")
        cls.manager = new_test_user(
            cls.env, "amazon_m", f"base.group_user,{PREFIX}manager"
        )

    def get_dialogues(self):
        return [
            name
            for name in self.env.registry
            if name.startswith("amazon.") and self.env[name]._transient
        ]

    def test_dialogue_belongs_to_who_opened_it(self):
        self.assertIn("amazon.account.connect", self.get_dialogues())
        for name in self.get_dialogues():
            with self.subTest(dialogue=name):
                rules = self.env["ir.rule"].search(
                    [("model_id.model", "=", name), ("groups", "=", False)]
                )
                self.assertEqual(
                    [rule.domain_force.replace("'", '"') for rule in rules],
                    ['[("create_uid", "=", user.id)]'],
                )
                self.assertTrue(
                    issubclass(type(self.env[name]), self.registry["amazon.wizard"])
                )

    def test_dialogue_of_another_user(self):
        other = new_test_user(
            self.env,
            "amazon_other",
            "base.group_user,amazon_order_import.group_amazon_manager",
        )
        upload = (
            self.env["amazon.report.upload"]
            .with_user(self.user)
            .create(
                {
                    "account_id": self.account.id,
                    "kind": MFN,
                    "file": base64.b64encode(self.make_file(MFN, {})),
                }
            )
        )
        upload.read(["file"])
        foreign = upload.with_user(other)
        for method, args in (
            ("read", [["file"]]),
            ("write", [{"filename": "x"}]),
            ("action_upload", []),
            ("action_preview", []),
            ("unlink", []),
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(foreign, method)(*args)
        self.assertFalse(foreign.search([]))
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.env["amazon.report.preview"].with_user(other).create(
                {"upload_id": upload.id}
            )

    def test_dialogue_about_a_foreign_account(self):
        company = self.env["res.company"].create({"name": "Other company"})
        foreign = self.env["amazon.account"].create(
            {"name": "Other", "company_id": company.id}
        )
        values = {"kind": MFN, "file": base64.b64encode(b"x")}
        upload = self.env["amazon.report.upload"].with_user(self.manager)
        upload = upload.create({"account_id": self.account.id, **values})
        with self.assertRaises(AccessError), self.cr.savepoint():
            upload.write({"account_id": foreign.id})
        with self.assertRaises(AccessError), self.cr.savepoint():
            upload.create({"account_id": foreign.id, **values})
        with self.assertRaises(AccessError), self.cr.savepoint():
            upload.with_context(default_account_id=foreign.id).create(values)

    def test_wrong_file_is_refused(self):
        """It is called by its name, and nothing is kept of it."""
        content = b"order-id\tamazon-rma-id\tsku\n1\t2\t3\n"
        upload = self.make_upload(MFN, content, self.user)
        before = self.env["amazon.report"].search_count([])
        with self.assertRaisesRegex(UserError, "returns of merchant-fulfilled orders"):
            upload.action_upload()
        self.assertEqual(self.env["amazon.report"].search_count([]), before)

    def test_file_says_what_it_is(self):
        """Kind and account are found from the file, not the user's memory."""
        america = self.env["amazon.account"].create(
            {"name": "A seller in America", "region": "na", "sequence": 1}
        )
        Upload = self.env["amazon.report.upload"].with_user(self.user)
        for kind, account in (("fba_returns", america), (MFN, self.account)):
            form = Form(Upload.with_context(default_account_id=america.id))
            rows = [{}] if kind == MFN else []
            content = (
                self.make_file(kind, *rows)
                if rows
                else b"return-date\torder-id\tsku\tasin\tfnsku\tquantity\t"
                b"fulfillment-center-id\tdetailed-disposition\treason\n"
            )
            if kind == MFN:
                self.import_file(kind, content)
            form.file = base64.b64encode(content)
            self.assertEqual(form.kind, kind)
            self.assertEqual(form.account_id, account)
