"""Amazon's invoices as its report tells of them: what the tests of it share."""

from ..common import AmazonCase
from .vat_files import vat_file

KIND = "vcs_invoices"
ORDER = "302-0000001-0000001"


class VatDocumentCase(AmazonCase):
    """Orders and the report of Amazon's invoices about them."""

    def import_vat(self, *rows, account=None):
        return self.import_file(KIND, vat_file(*rows), account, "vcs.csv")

    def document(self, number="DE60001TEST11I"):
        return self.env["amazon.vat.document"].search([("number", "=", number)])

    def codes(self, report):
        return [row.code or row.outcome for row in report.row_ids.sorted("number")]
