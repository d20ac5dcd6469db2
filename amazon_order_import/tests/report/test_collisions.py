import logging
from unittest.mock import patch

from psycopg2.errors import UndefinedColumn, UniqueViolation

from odoo.tests import TransactionCase, tagged

from ...collisions import collisions_expected


@tagged("post_install", "-at_install")
class TestCollisions(TransactionCase):
    """What two workers do at once is tried again, and no buyer gets into the log."""

    def collide(self):
        self.cr.execute("CREATE TEMPORARY TABLE once (buyer varchar UNIQUE)")
        self.cr.execute("INSERT INTO once VALUES ('Weißhaupt')")
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute("INSERT INTO once VALUES ('Weißhaupt')")
        self.cr.execute("DROP TABLE once")

    def test_expected(self):
        with (
            self.assertNoLogs("odoo.sql_db", logging.WARNING),
            self.assertLogs("odoo.addons.amazon_order_import.collisions") as told,
            collisions_expected(),
        ):
            self.collide()
        self.assertIn("UniqueViolation", str(told.output))
        self.assertNotIn("Weißhaupt", str(told.output))

    def test_unexpected(self):
        """Everybody else goes on to read of failing statements."""
        with self.assertLogs("odoo.sql_db", logging.ERROR):
            self.collide()

    def test_other_errors(self):
        with (
            self.assertLogs("odoo.sql_db", logging.ERROR),
            collisions_expected(),
            self.assertRaises(UndefinedColumn),
            self.cr.savepoint(),
        ):
            self.cr.execute("SELECT no_column_of_this_name")

    def test_scheduled_actions(self):
        """Ours work side by side; of others, collisions are reported."""
        crons = self.env["ir.cron"].search([])
        ours = crons.filtered(lambda cron: cron.model_name.startswith("amazon."))
        others = crons.filtered(lambda cron: cron.model_name.startswith("res."))
        self.assertTrue(ours and others)
        runs = []

        def run(action):
            runs.append(action)
            self.collide()

        for number, (cron, check) in enumerate(
            ((ours[0], self.assertNoLogs), (others[0], self.assertLogs)), start=1
        ):
            with (
                patch.object(self.registry["ir.actions.server"], "run", run),
                patch.object(self.env.cr, "commit"),
                check("odoo.sql_db", logging.ERROR),
            ):
                cron._callback(cron.cron_name, cron.ir_actions_server_id.id)
            self.assertEqual(len(runs), number)
