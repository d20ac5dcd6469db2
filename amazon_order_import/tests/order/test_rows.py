import base64
import io
import os
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.report import amazon_report
from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
REF = "302-0000001-0000001"
IMPORTER = "odoo.addons.amazon_order_import.importers.order.importer"


def refs(count):
    return [f"302-0000001-00000{number:02}" for number in range(1, count + 1)]


class RowsCase(AmazonCase):
    def failing(self, model, method, error, when):
        """Patch a method so that it raises ``error`` where ``when(self, *args)``."""
        original = getattr(type(self.env[model]), method)

        def patched(records, *args, **kwargs):
            if when(records, *args):
                raise error
            return original(records, *args, **kwargs)

        return patch.object(type(self.env[model]), method, patched)

    def make_bad(self, ref, error):
        """Let the creation of one order fail in an override of ``sale.order``."""

        def is_bad(_orders, vals_list):
            return any(vals.get("amazon_order_ref") == ref for vals in vals_list)

        return self.failing("sale.order", "create", error, is_bad)

    def rows_of(self, report, ref):
        return report.row_ids.filtered(lambda row: row.order_ref == ref)


@tagged("post_install", "-at_install")
class TestRows(RowsCase):
    """Every row has one outcome; a bad one leaves the others alone."""

    # === ONE BAD ORDER === #

    def check_bad_order(self, error, *texts):
        good = [ref for ref in refs(5) if ref != REF]
        with self.make_bad(REF, error):
            report = self.import_lines(
                MFN,
                *({"order-id": ref} for ref in refs(3)),
                {"order-id": REF, "order-item-id": "2"},
                *({"order-id": ref} for ref in refs(5)[3:]),
            )
        self.assertEqual(
            self.outcomes(report),
            ["error", "created", "created", "error", "created", "created"],
        )
        self.assertEqual(report.state, "attention")
        self.assertFalse(self.get_order(REF))
        for ref in good:
            self.assertEqual(self.get_order(ref).state, "sale")
        for text in (REF, *texts):
            self.assertIn(text, self.rows_of(report, REF)[0].message)
        self.assertEqual(report.next_row, 6)
        again = report.row_ids.filtered(lambda row: row.outcome != "error")
        stamps = {row: row.sale_order_id.write_date for row in again}
        report._process_again()
        report.process()
        self.assertEqual(set(self.outcomes(report)), {"created"})
        self.assertEqual(report.state, "done")
        self.assertFalse(any(report.row_ids.mapped("message")))
        self.assertEqual(len(self.get_order(REF).order_line), 2)
        self.assertEqual(stamps, {row: row.sale_order_id.write_date for row in again})

    def test_validation_error(self):
        self.check_bad_order(ValidationError("No orders on Sundays"), "Sundays")

    @mute_logger(IMPORTER)
    def test_database_error(self):
        self.check_bad_order(CheckViolation("check_sunday"), "check_sunday")

    @mute_logger(IMPORTER)
    def test_unexpected_error(self):
        self.check_bad_order(ZeroDivisionError("by zero"), "ZeroDivisionError")

    @mute_logger(IMPORTER, "odoo.sql_db")
    def test_real_database_error(self):
        """A statement that PostgreSQL refuses spoils no other order."""

        def is_bad(orders, *args):
            if REF in orders.mapped("amazon_order_ref"):
                orders.env.cr.execute("SELECT 1/0")
            return False

        with self.failing("sale.order", "_compute_amazon_amounts", None, is_bad):
            report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        self.assertEqual(self.outcomes(report), ["error", "created", "created"])
        self.assertIn("DivisionByZero", report.row_ids.sorted("number")[0].message)

    @mute_logger(IMPORTER)
    def test_error_while_reading_a_row(self):
        """Also what goes wrong before an order is made is the row's own outcome."""
        self.account.channel_ids = [
            (0, 0, {"marketplace_id": self.env.ref(f"amazon_order_import.{name}").id})
            for name in ("amazon_marketplace_de", "amazon_marketplace_fr")
        ]
        report = self.import_lines(
            MFN,
            {"recipient-name": "J\x00rg", "order-id": REF},
            {"order-id": "302-0000001-0000002"},
        )
        self.assertEqual(self.outcomes(report), ["created", "created"])

    def test_unknown_currency(self):
        report = self.import_lines(
            MFN, {"currency": "XTS"}, {"order-id": "302-0000001-0000002"}
        )
        self.assertEqual(self.outcomes(report), ["error", "created"])
        self.assertIn("XTS", report.row_ids.sorted("number")[0].message)

    def test_replacement_without_currency(self):
        """Amazon leaves price and currency of some replacements empty."""
        report = self.import_lines(
            MFN,
            {
                "item-price": "",
                "item-tax": "",
                "shipping-price": "",
                "shipping-tax": "",
                "currency": "",
                "is-replacement-order": "true",
            },
        )
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertEqual(self.get_order(REF).currency_id.name, "EUR")

    # === UNKNOWN SKU === #

    def test_unknown_sku_waits(self):
        report = self.import_lines(
            MFN, {"sku": "NEW"}, {"order-id": "302-0000001-0000002"}
        )
        self.assertEqual(self.outcomes(report), ["waiting", "created"])
        self.assertEqual(report.state, "attention")
        row = report.row_ids.sorted("number")[0]
        self.assertEqual(row.code, "unknown_sku")
        self.assertIn("NEW", row.message)
        offer = self.env["amazon.offer"].search([("sku", "=", "NEW")])
        self.assertEqual(row.offer_id, offer)
        self.assertEqual(offer.waiting_row_count, 1)
        self.assertEqual(self.account.offer_waiting_count, 1)
        self.assertFalse(self.get_order(REF))
        self.import_lines(MFN, {"sku": "NEW"})
        self.assertEqual(len(self.env["amazon.offer"].search([("sku", "=", "NEW")])), 1)

    def test_mapping_imports_only_what_waited(self):
        report = self.import_lines(
            MFN, {"sku": "NEW"}, {"order-id": "302-0000001-0000002"}
        )
        known = self.get_order("302-0000001-0000002")
        offer = report.row_ids.offer_id
        calls = []
        importer = type(self.env["amazon.order.importer"])
        original = importer.import_rows

        def import_rows(records, report, pairs):
            calls.extend(row.number for row, _parsed in pairs)
            return original(records, report, pairs)

        with patch.object(importer, "import_rows", import_rows):
            offer.product_id = self.products["LAMP-1"]
            offer.action_process_waiting()
            report.process()
        self.assertEqual(calls, [1])
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(report.state, "done")
        order = self.get_order(REF)
        self.assertEqual(order.order_line.product_id, self.products["LAMP-1"])
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(known.order_line), 1)
        self.assertEqual(offer.waiting_row_count, 0)

    def test_offer_of_a_marketplace_comes_first(self):
        values = {"account_id": self.account.id, "sku": "NEW"}
        self.env["amazon.offer"].create(
            [
                dict(values, product_id=self.products["LAMP-1"].id),
                dict(
                    values,
                    product_id=self.products["TOWEL-XL"].id,
                    marketplace_id=self.env.ref(
                        "amazon_order_import.amazon_marketplace_fr"
                    ).id,
                ),
            ]
        )
        self.import_lines(
            MFN,
            {"sku": "NEW"},
            {"sku": "NEW", "order-item-id": "2", "sales-channel": "Amazon.fr"},
        )
        order = self.get_order(REF)
        self.assertEqual(
            order.order_line.product_id,
            self.products["LAMP-1"] + self.products["TOWEL-XL"],
        )

    def test_sku_is_case_sensitive(self):
        report = self.import_lines(MFN, {"sku": "mug-red"})
        self.assertEqual(self.outcomes(report), ["waiting"])

    def test_ambiguous_reference_waits(self):
        self.products["LAMP-1"].default_code = "MUG-RED"
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn("Several products", report.row_ids.message)

    def test_placeholder(self):
        self.account.unknown_sku_policy = "placeholder"
        report = self.import_lines(MFN, {"sku": "NEW"})
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(REF)
        self.assertEqual(
            order.order_line.product_id, self.account.placeholder_product_id
        )
        self.assertEqual(order.amount_total, 19.99)
        self.assertIn(
            "NEW",
            order.order_line.name,
            "Without the SKU nobody knows what to send",
        )

    def test_create(self):
        self.account.unknown_sku_policy = "create"
        report = self.import_lines(
            MFN,
            {"sku": "NEW", "product-name": "New thing"},
            {"sku": "NEW", "order-item-id": "2"},
            {
                "order-id": "302-0000001-0000002",
                "sku": "NEW",
                "sales-channel": "Amazon.fr",
            },
        )
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        product = self.env["product.product"].search([("default_code", "=", "NEW")])
        self.assertEqual(len(product), 1, "One product, on however many marketplaces")
        self.assertEqual(product.name, "New thing")

    def test_incomplete_order_stays_quotation(self):
        report = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.outcomes(report), ["created", "waiting"])
        report.row_ids.offer_id.product_id = self.products["LAMP-1"]
        report._process_again()
        report.process()
        self.assertEqual(order.state, "sale")
        self.assertEqual(len(order.order_line), 2)
        self.assertEqual(report.state, "done")

    def test_later_report_settles_older_row(self):
        older = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        waiting = older.row_ids.offer_id
        self.products["LAMP-1"].default_code = "NEW"
        later = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "NEW"}
        )
        self.assertEqual(self.outcomes(later), ["unchanged", "created"])
        self.assertEqual(older.state, "done")
        self.assertEqual(self.outcomes(older), ["created", "unchanged"])
        order = self.get_order(REF)
        self.assertEqual(older.row_ids.sale_order_id, order)
        self.assertEqual(order.state, "sale", "Complete by now, hence confirmed")
        self.assertFalse(waiting.waiting_row_ids)

    def test_corrected_file_completes_the_order(self):
        """An unreadable row does not hold up its order once a good file came."""
        damaged = self.import_lines(
            MFN,
            {"order-item-id": "1"},
            {"order-item-id": "2", "item-price": "12,50 EUR"},
        )
        self.assertEqual(self.outcomes(damaged), ["created", "error"])
        self.assertEqual(self.get_order(REF).state, "draft")
        good = self.import_lines(
            MFN, {"order-item-id": "1"}, {"order-item-id": "2", "item-price": "12.50"}
        )
        self.assertEqual(self.outcomes(good), ["unchanged", "created"])
        self.assertEqual(self.get_order(REF).state, "sale")
        self.assertEqual(damaged.state, "done")

    # === CHANNELS === #

    def add_channel(self, name, **values):
        marketplace = self.env.ref(f"amazon_order_import.amazon_marketplace_{name}")
        return self.env["amazon.account.marketplace"].create(
            {
                "account_id": self.account.id,
                "marketplace_id": marketplace.id,
                **values,
            }
        )

    def test_unknown_channel_waits(self):
        report = self.import_lines(MFN, {"sales-channel": "Amazon.xy"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn("Amazon.xy", report.row_ids.message)
        self.assertFalse(self.get_order(REF))
        self.env["amazon.marketplace"].create(
            {
                "name": "Amazon.xy",
                "api_ref": "AXY",
                "region": "eu",
                "country_id": self.env.ref("base.de").id,
                "currency_id": self.env.ref("base.EUR").id,
                "seller_central_host": "sellercentral.example.com",
            }
        )
        report._process_again()
        report.process()
        self.assertEqual(self.outcomes(report), ["created"])

    def test_inactive_channel_is_ignored(self):
        channel = self.add_channel("fr", active=False)
        report = self.import_lines(
            MFN,
            {"sales-channel": "Amazon.fr"},
            {"order-id": "302-0000001-0000002"},
        )
        self.assertEqual(self.outcomes(report), ["ignored", "created"])
        self.assertEqual(report.state, "done")
        self.assertIn("Amazon.fr", report.row_ids.sorted("number")[0].message)
        channel.active = True
        report._process_again()
        report.process()
        self.assertEqual(
            self.outcomes(report),
            ["created", "created"],
            "As the row's own message promises",
        )

    def test_multi_channel_is_no_sale(self):
        report = self.import_lines(
            FBA,
            {
                "amazon-order-id": "S02-0000001-0000001",
                "sales-channel": "Non-Amazon",
                "currency": "",
                "item-price": "",
            },
            {"amazon-order-id": "s02-0000001-0000002"},
            {"sales-channel": "Non-Amazon DE"},
        )
        self.assertEqual(self.outcomes(report), ["ignored"] * 3)
        self.assertEqual(set(report.row_ids.mapped("code")), {"multi_channel"})
        self.assertFalse(report.row_ids.sale_order_id)

    def test_without_sales_channel_column(self):
        lines = self.make_file(MFN, {}).decode().split("\r\n")
        cells = [line.split("\t") for line in lines if line]
        position = cells[0].index("sales-channel")
        content = "\n".join(
            "\t".join(row[:position] + row[position + 1 :]) for row in cells
        ).encode()
        report = self.import_file(MFN, content)
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(REF)
        self.assertFalse(order.amazon_marketplace_id)
        order._action_cancel()
        order.unlink()
        self.add_channel("de")
        self.import_file(MFN, content)
        self.assertEqual(self.get_order(REF).amazon_marketplace_id.name, "Amazon.de")

    def test_channel_settings(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "France", "code": "FRW", "company_id": self.company.id}
        )
        team = self.env["crm.team"].create({"name": "France"})
        self.add_channel("fr", warehouse_id=warehouse.id, team_id=team.id)
        self.import_lines(MFN, {"sales-channel": "amazon.FR"})
        order = self.get_order(REF)
        self.assertEqual(order.warehouse_id, warehouse)
        self.assertEqual(order.team_id, team)

    # === CONFIRMATION === #

    def refuse_confirmation(self, ref):
        return self.failing(
            "sale.order",
            "_action_confirm",
            UserError("The customer is blocked"),
            lambda orders: ref in orders.mapped("amazon_order_ref"),
        )

    def test_refused_confirmation(self):
        with (
            self.refuse_confirmation(REF),
            mute_logger(
                "odoo.addons.amazon_order_import.models.order.amazon_order_workflow"
            ),
        ):
            report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        self.assertEqual(report.state, "attention")
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        row = self.rows_of(report, REF)
        self.assertTrue(row.needs_attention)
        self.assertIn("The customer is blocked", row.message)
        for ref in refs(3)[1:]:
            self.assertEqual(self.get_order(ref).state, "sale")

    @mute_logger("odoo.addons.amazon_order_import.models.order.amazon_order_workflow")
    def test_refused_confirmation_is_tried_again(self):
        with self.refuse_confirmation(REF):
            report = self.import_lines(MFN, {})
        report._process_again()
        report.process()
        self.assertEqual(self.get_order(REF).state, "sale")
        self.assertEqual(report.state, "done")
        self.assertFalse(report.row_ids.needs_attention)

    @mute_logger("odoo.addons.amazon_order_import.models.order.amazon_order_workflow")
    def test_confirmed_by_hand_needs_nobody(self):
        """What a person has settled is no open point of the report for ever."""
        with self.refuse_confirmation(REF):
            report = self.import_lines(MFN, {})
        self.get_order(REF).action_confirm()
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")

    def test_free_item_waits_for_a_person(self):
        report = self.import_lines(MFN, {"item-price": "0.00"})
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertEqual(report.state, "attention")
        self.assertTrue(report.row_ids.needs_attention)
        report._process_again()
        report.process()
        self.assertEqual(order.state, "draft", "Nobody has looked at it yet")
        order.action_confirm()
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")

    def test_without_confirmation(self):
        self.account.order_workflow = "quotation"
        report = self.import_lines(MFN, {})
        self.assertEqual(self.get_order(REF).state, "draft")
        self.assertEqual(report.state, "done")

    # === THE REPORT === #

    def test_one_outcome_per_row(self):
        rows = [{"order-id": ref} for ref in refs(4)] + [
            {"sku": "NEW", "order-item-id": "2"},
            {"item-price": "abc", "order-item-id": "3"},
            {"quantity-purchased": 0, "order-item-id": "4", "item-price": "0.00"},
            {"sales-channel": "Non-Amazon", "order-item-id": "5"},
        ]
        with patch.object(amazon_report, "BATCH_ROWS", 3):
            report = self.import_lines(MFN, *rows)
        self.assertEqual(
            report.row_ids.sorted("number").mapped("number"), [*range(1, 9)]
        )
        self.assertEqual(
            self.outcomes(report),
            ["created"] * 4 + ["waiting", "error", "cancelled", "ignored"],
        )
        counters = (
            report.created_count,
            report.updated_count,
            report.unchanged_count,
            report.cancelled_count,
            report.ignored_count,
            report.waiting_count,
            report.error_count,
        )
        self.assertEqual(counters, (4, 0, 0, 1, 1, 1, 1))
        self.assertEqual(sum(counters), report.row_count)
        for row in report.row_ids:
            self.assertTrue(row.raw)
            if row.outcome != "created":
                self.assertTrue(row.message)

    def test_process_again_on_done_changes_nothing(self):
        report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        orders = report.row_ids.sale_order_id
        lines = orders.order_line
        stamp = max(lines.mapped("write_date"))
        for _attempt in range(2):
            report._process_again()
            report.process()
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        self.assertEqual(report.row_ids.sale_order_id.order_line, lines)
        self.assertEqual(max(lines.mapped("write_date")), stamp)

    def test_process_on_done_does_nothing(self):
        report = self.import_lines(MFN, {})
        stamp = report.processed_at
        report.process()
        self.assertEqual(report.processed_at, stamp)

    def test_deleted_order_comes_back(self):
        """Processing again brings nothing back that a person deleted: a report does."""
        self.account.order_workflow = "quotation"
        self.import_lines(MFN, {})
        self.get_order(REF).unlink()
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["created"])

    def test_skip(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "a.txt", self.make_file(MFN, {})
        )
        report.action_skip()
        report.process()
        self.assertEqual(report.state, "skipped")
        self.assertFalse(report.row_ids)
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")
        with self.assertRaises(UserError):
            report.action_skip()

    def test_requested_report_cannot_be_processed(self):
        report = self.env["amazon.report"].create(
            {"account_id": self.account.id, "kind": MFN}
        )
        self.assertEqual(report.state, "requested")
        report.process()
        self.assertEqual(report.state, "requested")
        with self.assertRaises(UserError):
            report._process_again()

    def test_refused_file_then_the_right_one(self):
        wrong = self.import_file(MFN, b"<html>Sign in</html>")
        self.assertEqual(wrong.state, "failed")
        self.assertTrue(wrong.failure_reason)
        self.assertFalse(wrong.row_ids)
        wrong._process_again()
        self.assertEqual(wrong.state, "ready")
        wrong.process()
        self.assertEqual(wrong.state, "failed")
        right = self.import_lines(MFN, {})
        self.assertEqual(right.state, "done")

    def test_kind_mixed_up(self):
        report = self.import_file(MFN, self.make_file(FBA, {}))
        self.assertEqual(report.state, "failed")
        self.assertFalse(report.row_ids)

    def test_download(self):
        content = self.make_file(MFN, {})
        report = self.import_file(MFN, content, name="Oktober 50% #1?/a&b.txt")
        action = report.action_download()
        path, _question, query = action["url"].partition("?")
        self.assertEqual(query, "download=true")
        self.assertNotIn("#", path)
        self.assertEqual(len(path.split("/")), 7, path)
        record = self.env["ir.binary"]._find_record(
            res_model="amazon.report", res_id=report.id, field="file"
        )
        self.assertEqual(base64.b64decode(record.file), content)

    def test_file_gone(self):
        """A file that the disk has lost is a reason, not a crash of the queue."""
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "a.txt", self.make_file(MFN, {})
        )
        lost = patch.object(
            type(report),
            "_open_file",
            side_effect=FileNotFoundError("no such file"),
        )
        with (
            lost,
            mute_logger("odoo.addons.amazon_order_import.models.report.amazon_report"),
        ):
            report.process()
        self.assertEqual(report.state, "failed")
        self.assertTrue(report.failure_reason)

    def test_resume(self):
        """Processing goes on where it stopped, and repeats nothing."""
        report = self.env["amazon.report"].create_from_file(
            self.account,
            MFN,
            "a.txt",
            self.make_file(MFN, *({"order-id": ref} for ref in refs(6))),
        )
        with patch.object(amazon_report, "BATCH_ROWS", 2):
            batches = report._process_batches()
            self.assertEqual(next(batches), 2)
            batches.close()
            self.assertEqual((report.state, report.next_row), ("processing", 2))
            self.assertEqual(report.progress, 100 * 2 / 6)
            self.assertEqual(sum(report._process_batches()), 4)
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 6)

    def test_file_is_closed(self):
        opened = []
        original = type(self.env["amazon.report"])._open_file

        def open_file(report):
            opened.append(original(report))
            return opened[-1]

        with patch.object(type(self.env["amazon.report"]), "_open_file", open_file):
            self.import_lines(MFN, {})
            self.import_file(MFN, b"nonsense")
        self.assertEqual(len(opened), 2)
        self.assertTrue(all(stream.closed for stream in opened))
        self.assertTrue(all(isinstance(stream, io.IOBase) for stream in opened))
        self.assertTrue(os.path.exists(opened[0].name))

    def test_confirming_by_hand_settles_the_report(self):
        """The to-do list of reports empties as people do what it asks for."""
        report = self.import_lines(MFN, {"item-price": "0.00"})
        self.assertEqual(report.state, "attention")
        self.get_order(REF).action_confirm()
        self.assertEqual(report.state, "done")
        self.assertFalse(report.row_ids.needs_attention)

    def test_cancelling_by_hand_settles_the_report(self):
        report = self.import_lines(MFN, {"item-price": "0.00"})
        self.get_order(REF).action_cancel()
        self.assertEqual(report.state, "done")
