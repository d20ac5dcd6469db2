from odoo import api, models

#: Models whose records a dialogue must not touch unless its user may read them.
GUARDED_MODELS = ("amazon.", "sale.order", "res.partner")


class AmazonWizard(models.AbstractModel):
    """A dialogue that belongs to who opened it, and leads to nothing foreign.

    A record rule for each dialogue (``create_uid``) keeps it from everybody else.
    """

    _name = "amazon.wizard"
    _description = "Dialogue about Amazon"

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        wizards._check_links(self._fields)
        return wizards

    def write(self, vals):
        result = super().write(vals)
        self._check_links(vals)
        return result

    def _check_links(self, names):
        """Refuse records that the user may not read.

        No constraint, as Odoo checks those with all rights.

        :param names: names of the fields that may have a new value
        :raise AccessError: where one of them leads to such a record
        """
        for name in names:
            field = self._fields.get(name)
            if (
                field
                and field.store
                and field.type in ("many2one", "many2many")
                and field.comodel_name.startswith(GUARDED_MODELS)
            ):
                self.sudo()[name].with_env(self.env).check_access("read")
