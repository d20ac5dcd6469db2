from odoo import models

from ...trusted_context import get_trusted


class AmazonCompanyCheck(models.AbstractModel):
    """Odoo's check of companies, made once for what is the same in a batch.

    Odoo asks for each record and field whether the value is of the record's company;
    of a batch, most have the same product, warehouse, taxes ...
    """

    _name = "amazon.company.check"
    _description = "Check of Companies in Batches"

    def _check_company(self, fnames=None):
        if len(self) < 2 or not get_trusted(self.env, "amazon_import"):
            return super()._check_company(fnames)
        for name, records in self._find_different(fnames):
            super(AmazonCompanyCheck, records)._check_company([name])
        return None

    def _find_different(self, fnames):
        """Return ``[(field name, records)]``: of those with the same value, one.

        :param fnames: see ``_check_company``
        """
        if fnames is None or "company_id" in fnames:
            fnames = self._fields
        found = []
        for name in fnames:
            field = self._fields[name]
            if field.relational and field.check_company:
                different = {
                    (record.company_id.id, record[name]._ids): record.id
                    for record in self.sudo()
                }
                found.append((name, self.browse(different.values())))
        return found
