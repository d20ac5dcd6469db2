from unittest.mock import patch

from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
REF = "302-0000001-0000001"
IMPORTER = "odoo.addons.amazon_order_import.importers.row_importer"


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
