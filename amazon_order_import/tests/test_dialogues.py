import base64

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

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
