from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.tests import Form
from odoo.tools import SQL, config

from ..common import AmazonCase

PERSON = {
    "buyer-name": "Quirin Zwiebelmayer",
    "buyer-email": "q7x9secret@marketplace.amazon.de",
    "buyer-phone-number": "+49 89 998877665",
    "recipient-name": "Walburga Zwiebelmayer",
    "ship-address-1": "Nachtigallenstieg 77",
    "ship-address-2": "Hinterhaus bei Kratzbichler",
    "ship-city": "München",
    "ship-postal-code": "80331",
    "ship-phone-number": "0171-5566778899",
}
#: What must be found nowhere any more.
SECRETS = (
    "Zwiebelmayer",
    "q7x9secret",
    "998877665",
    "5566778899",
    "Nachtigallenstieg",
    "Kratzbichler",
)
COMPANY = {
    "is-business-order": "true",
    "buyer-company-name": "Schraubenkontor Musterfeld GmbH",
    "buyer-vat-number": "DE136695976",
}
FBA_REF = "305-0000001-0000001"
MFN_REF = "302-0000001-0000001"
CRON = "amazon_order_import.ir_cron_forget_personal_data"


def ago(days):
    """Return a moment some days ago as a report writes it."""
    moment = fields.Datetime.now() - timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00")


class PrivacyCase(AmazonCase):
    def setUp(self):
        super().setUp()
        # Files that tests before have left: their records were rolled back.
        for path in self.find_in_filestore(SECRETS):
            path.unlink()

    def run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def mfn(self, *rows, account=None, **person):
        return self.import_lines(
            "mfn_orders_eu",
            *({**PERSON, **person, **row} for row in rows or ({},)),
            account=account,
        )

    def fba(self, days=60, **cells):
        return self.import_lines(
            "fba_orders_eu",
            {
                **PERSON,
                "purchase-date": ago(days + 1),
                "shipment-date": ago(days),
                **cells,
            },
        )

    def deliver(self, order, days=60):
        """Deliver an order of the merchant's, some days ago."""
        if order.state == "draft":
            order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(picking.state, "done")
        self.age(picking, days, "date_done")
        return picking

    def age(self, records, days, name="write_date"):
        """Set a moment of records some days back."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id IN %s",
                SQL.identifier(records._table),
                SQL.identifier(name),
                fields.Datetime.now() - timedelta(days=days),
                records._ids,
            )
        )
        records.invalidate_recordset([name])

    def age_order(self, order, days=60):
        self.age(order, days)
        if order.picking_ids:
            self.age(order.picking_ids, days)

    def invoice(self, order, days=0):
        invoice = order._create_invoices()
        invoice.invoice_date = fields.Date.today() - timedelta(days=days)
        invoice.action_post()
        return invoice

    def read_file(self, report):
        attachment = report._find_attachment()
        return (attachment.raw or b"").decode()

    def request(self, user=None, **values):
        """Fill in and confirm the dialog that forgets one buyer."""
        model = self.env["amazon.privacy.request"].with_user(user or self.env.user)
        form = Form(model)
        for name, value in values.items():
            form[name] = value
        request = form.save()
        request.action_forget()
        return request

    # === SEARCH === #

    def find_in_database(self, texts):
        """Return ``{table.column: text}`` of whatever holds one of the texts."""
        self.env.flush_all()
        columns = {}
        for table, column in self.env.execute_query(
            SQL(
                """
                SELECT c.table_name, c.column_name
                  FROM information_schema.columns c
                  JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE t.table_type = 'BASE TABLE'
                   AND c.table_schema = 'public'
                   AND c.data_type IN ('text', 'character varying', 'json', 'jsonb')
                """
            )
        ):
            columns.setdefault(table, []).append(column)
        wanted = [f"%{text}%" for text in texts]
        found = {}
        for table, names in columns.items():
            rows = self.env.execute_query(
                SQL(
                    "SELECT %s FROM %s WHERE %s",
                    SQL(", ").join(SQL("%s::text", SQL.identifier(n)) for n in names),
                    SQL.identifier(table),
                    SQL(" OR ").join(
                        SQL("%s::text ILIKE ANY(%s)", SQL.identifier(n), wanted)
                        for n in names
                    ),
                )
            )
            for cells in rows:
                for name, cell in zip(names, cells, strict=True):
                    if cell and any(t.casefold() in cell.casefold() for t in texts):
                        found[f"{table}.{name}"] = cell
        return found

    def find_in_filestore(self, texts):
        """Return the files of the database that hold one of the texts."""
        wanted = [text.encode() for text in texts]
        root = Path(config.filestore(self.env.cr.dbname))
        return [
            path
            for path in root.glob("*/*")
            if path.is_file()
            and (content := path.read_bytes())
            and any(text in content for text in wanted)
        ]

    def assert_forgotten(self, texts=SECRETS):
        self.assertEqual(self.find_in_database(texts), {})
        self.assertEqual(self.find_in_filestore(texts), [])
