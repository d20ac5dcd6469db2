import base64

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open, mute_logger

from .common import AmazonCase

MFN = "mfn_orders_eu"
REF = "302-0000001-0000001"
SECRETS = {
    "lwa_client_id": "amzn1.application-oa2-client.topsecretid",
    "lwa_client_secret": "amzn1.oa2-cs.v1.topsecretvalue",
    "lwa_refresh_token": "Atzr|topsecrettoken",
}


@tagged("post_install", "-at_install")
class TestSecurity(AmazonCase):
    """Who may see and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = "amazon_order_import.group_amazon_"
        cls.user = new_test_user(cls.env, "amazon_u", f"base.group_user,{prefix}user")
        cls.manager = new_test_user(
            cls.env, "amazon_m", f"base.group_user,{prefix}manager"
        )
        cls.salesman = new_test_user(
            cls.env, "salesman", "base.group_user,sales_team.group_sale_salesman"
        )
        cls.employee = new_test_user(cls.env, "employee", "base.group_user")
        cls.portal = new_test_user(cls.env, "portal_u", "base.group_portal")
        cls.account.write(SECRETS)
        cls.models = [
            name
            for name in cls.env.registry
            if name.startswith("amazon.")
            and not cls.env[name]._abstract
            and not cls.env[name]._transient
        ]

    # === SECRETS === #

    def test_secrets_are_for_system_administrators(self):
        for user in (self.user, self.manager):
            account = self.account.with_user(user)
            for field in (*SECRETS, "sp_api_endpoint", "lwa_endpoint"):
                with self.subTest(user=user.login, field=field):
                    with self.assertRaises(AccessError):
                        account.read([field])
                    with self.assertRaises(AccessError):
                        account.search([(field, "!=", False)])
                    with self.assertRaises(AccessError):
                        account.search([], order=field)
                    with self.assertRaises(AccessError):
                        account._read_group([], [field])
                    with self.assertRaises(AccessError):
                        account.write({field: "other"})
                    self.assertNotIn(field, account.fields_get())
            rows = account.read()[0]
            self.assertFalse(set(SECRETS) & set(rows))
            self.assertTrue(rows["has_credentials"])
        self.manager.group_ids += self.env.ref("base.group_allow_export")
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).export_data(list(SECRETS))

    def test_secrets_through_a_relation(self):
        report = self.import_lines(MFN, {})
        with self.assertRaises(AccessError):
            self.env["amazon.report"].with_user(self.manager).search(
                [("account_id.lwa_client_secret", "=like", "amzn1%")]
            )
        with self.assertRaises(AccessError):
            report.with_user(self.manager).mapped("account_id.lwa_refresh_token")

    def test_secrets_are_not_copied_or_tracked(self):
        copy = self.account.copy()
        self.assertFalse(copy.has_credentials)
        self.account.write(dict.fromkeys(SECRETS, "Atzr|newtopsecret"))
        self.env.flush_all()
        messages = self.account.message_ids
        text = " ".join(messages.mapped("body")) + str(
            messages.tracking_value_ids.mapped("new_value_char")
        )
        self.assertNotIn("topsecret", text)

    def test_pasted_secrets_are_stripped(self):
        self.account.lwa_refresh_token = "  Atzr|x\r\n"
        self.assertEqual(self.account.lwa_refresh_token, "Atzr|x")

    def test_neutralized_copy_knows_no_secrets(self):
        self.account.write(
            {
                "sp_api_endpoint": "https://proxy.example",
                "lwa_endpoint": "https://proxy.example",
                "seller_central_endpoint": "https://proxy.example",
            }
        )
        self.env["amazon.report.upload"].create(
            {
                "account_id": self.account.id,
                "kind": MFN,
                "file": base64.b64encode(self.make_file(MFN, {})),
            }
        ).action_preview()
        self.env["amazon.account.connect"].create({"account_id": self.account.id})
        self.env.flush_all()
        with file_open("amazon_order_import/data/neutralize.sql") as script:
            statements = script.read()
        for name in self.get_dialogues():
            self.assertIn(f"DELETE FROM {self.env[name]._table};", statements)
        with file_open("amazon_order_import/data/neutralize.sql") as script:
            self.env.cr.execute(script.read())
        self.env.invalidate_all()
        for field in SECRETS:
            self.assertFalse(self.account[field])
        for field in ("sp_api_endpoint", "lwa_endpoint", "seller_central_endpoint"):
            self.assertFalse(self.account[field], field)
        self.assertFalse(self.account.has_credentials)
        self.assertEqual(self.account.connection_state, "not_connected")
        for name in self.get_dialogues():
            self.assertFalse(self.env[name].search([]), name)

    def get_dialogues(self):
        return [
            name
            for name in self.env.registry
            if name.startswith("amazon.") and self.env[name]._transient
        ]

    # === COMPANIES === #

    def test_every_model_has_rights_and_a_company_rule(self):
        shared = {"amazon.marketplace"}
        writers = self.env.ref("amazon_order_import.group_amazon_user")
        writers += self.env.ref("amazon_order_import.group_amazon_manager")
        for name in self.models:
            with self.subTest(model=name):
                access = self.env["ir.model.access"].search(
                    [("model_id.model", "=", name)]
                )
                self.assertTrue(access)
                self.assertTrue(
                    all(access.mapped("group_id")), "No right for everybody"
                )
                rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
                if "company_id" in self.env[name]._fields:
                    self.assertTrue(
                        any("company" in (r.domain_force or "") for r in rules)
                    )
                    self.assertFalse(rules.groups, "Global: rules of groups widen")
                elif name not in shared:
                    # Data that every company shares.
                    self.assertFalse(access.filtered("perm_write").group_id - writers)

    def test_other_company_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other company"})
        account = self.account.copy({"name": "Other", "company_id": other.id})
        account.write(
            {name: False for name in account._fields if name.endswith("_product_id")}
        )
        request = self.env["amazon.report.request"].create(
            {"account_id": account.id, "kind": MFN}
        )
        report = self.import_lines(MFN, {"sku": "NEW"}, account=account)
        records = account + self.account
        self.assertEqual(
            records.with_user(self.user)._filtered_access("read"), self.account
        )
        for record in (
            account,
            request,
            report,
            report.row_ids,
            report.row_ids.offer_id,
        ):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.manager).read(["display_name"])
        for method in (
            "process",
            "action_process_now",
            "action_process_again",
            "action_skip",
        ):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(report.with_user(self.manager), method)()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "amazon.report"),
                ("res_id", "=", report.id),
                ("res_field", "=", "file"),
            ]
        )
        with self.assertRaises(AccessError):
            attachment.with_user(self.manager).read(["datas"])

    # === WHAT AN AMAZON USER DOES === #

    def test_user_requests(self):
        with Form(self.env["amazon.report.request"].with_user(self.user)) as form:
            form.account_id = self.account
            form.kind = MFN
        self.assertTrue(form.record.report_ids)

    def test_user_uploads_maps_and_processes(self):
        content = self.make_file(MFN, {"sku": "NEW"})
        upload = self.make_upload(MFN, content, self.user)
        action = upload.action_upload()
        report = self.env["amazon.report"].with_user(self.user).browse(action["res_id"])
        self.assertEqual(report.state, "attention")
        self.assertEqual(report.create_uid, self.user)
        offer = report.row_ids.offer_id
        offer.product_id = self.products["LAMP-1"]
        offer.action_process_waiting()
        report.action_process_now()
        self.assertEqual(report.state, "done")
        order = self.get_order(REF).with_user(self.user)
        self.assertEqual(order.state, "sale")
        order.action_view_amazon_rows()
        report.action_view_orders()
        self.assertTrue(report.action_download()["url"])
        self.assertEqual(
            base64.b64decode(report.file), self.make_file(MFN, {"sku": "NEW"})
        )

    def test_user_configures_nothing(self):
        report = self.import_lines(MFN, {})
        for record in (
            self.account,
            self.env.ref("amazon_order_import.amazon_marketplace_de"),
        ):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.user).write({"name": "x"})
        for record in (report, report.row_ids):
            for user in (self.user, self.manager):
                with self.subTest(model=record._name), self.assertRaises(AccessError):
                    record.with_user(user).unlink()
        with self.assertRaises(AccessError):
            report.with_user(self.user).write({"state": "done"})
        with self.assertRaises(AccessError):
            report.row_ids.with_user(self.user).write({"outcome": "created"})

    def test_manager_keeps_an_account_with_reports(self):
        self.import_lines(MFN, {})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.account.with_user(self.manager).unlink()
        empty = self.account.copy()
        empty.with_user(self.manager).unlink()
        self.assertFalse(empty.exists())

    # === THE OTHERS === #

    def test_outsiders_run_nothing(self):
        """Methods that buttons call are open to anybody's requests: they check."""
        report = self.import_lines(MFN, {"sku": "NEW"})
        offer = report.row_ids.offer_id
        report._process_again()
        calls = [
            (report, name)
            for name in (
                "process",
                "action_process_now",
                "action_process_again",
                "action_skip",
                "action_download",
            )
        ] + [
            (offer, "action_process_waiting"),
            (self.account, "action_test_connection"),
        ]
        for user in (self.employee, self.portal, self.salesman):
            for record, method in calls:
                with (
                    self.subTest(user=user.login, method=method),
                    self.assertRaises(AccessError),
                ):
                    getattr(record.with_user(user), method)()
        self.assertEqual(report.state, "ready")

    def test_outsiders_read_nothing(self):
        report = self.import_lines(MFN, {})
        records = [self.account, report, report.row_ids]
        for user in (self.employee, self.portal, self.salesman):
            for record in records:
                with (
                    self.subTest(user=user.login, model=record._name),
                    self.assertRaises(AccessError),
                ):
                    record.with_user(user).read(["display_name"])

    def test_upload_into_a_foreign_account(self):
        other = self.env["res.company"].create({"name": "Other company"})
        account = self.env["amazon.account"].create(
            {"name": "Other", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self.make_upload(MFN, b"x", self.user, account).action_upload()

    def test_salesman_works_with_amazon_orders(self):
        """Sales staff without a right on Amazon's records open and edit the orders."""
        self.account.user_id = self.salesman
        self.import_lines(MFN, {})
        order = self.get_order(REF).with_user(self.salesman)
        with Form(order) as form:
            form.client_order_ref = "Changed"
        self.assertEqual(order.amazon_order_ref, REF)
        order.web_read(
            {
                "amazon_marketplace_id": {"fields": {"display_name": {}}},
                "amazon_amount_difference": {},
                "order_line": {"fields": {"product_id": {}, "price_total": {}}},
            }
        )
        order.order_line.product_uom_qty = 2
        duplicate = order.copy()
        self.assertFalse(duplicate.amazon_order_ref)
        order._action_cancel()

    def test_who_reads_what_tells_of_people(self):
        """Parcels and returns: only those who work with them read what is personal."""
        self.import_lines("fba_orders_eu", {"shipment-id": ""})
        parcel = self.get_order("305-0000001-0000001").amazon_parcel_ids
        stock = new_test_user(
            self.env, "stock_u", "base.group_user,stock.group_stock_user"
        )
        for user in (self.employee, self.salesman):
            theirs = parcel.with_user(user)
            self.assertNotIn("JJD1", theirs.display_name)
            for record, name in (
                (theirs, "tracking_number"),
                (theirs, "reference"),
                (self.env["amazon.return"].with_user(user), "comment"),
            ):
                with self.subTest(user=user.login, field=name):
                    self.assertNotIn(name, record.fields_get())
                    with self.assertRaises(AccessError):
                        record.search([(name, "=like", "J%")])
        for user in (self.user, stock):
            self.assertEqual(parcel.with_user(user).tracking_number, "JJD1")
            self.assertIn(
                "comment", self.env["amazon.return"].with_user(user).fields_get()
            )

    def test_button_box_of_a_salesman(self):
        for user, shown in ((self.salesman, False), (self.user, True)):
            arch = (
                self.env["sale.order"]
                .with_user(user)
                .get_view(view_type="form")["arch"]
            )
            self.assertEqual("action_view_amazon_rows" in arch, shown)

    def test_groups_build_on_each_other(self):
        self.assertTrue(self.manager.has_group("amazon_order_import.group_amazon_user"))
        self.user.group_ids = [
            Command.unlink(self.env.ref("amazon_order_import.group_amazon_user").id)
        ]
        with self.assertRaises(AccessError):
            self.account.with_user(self.user).read(["name"])
