from odoo import models
from odoo.tools import SQL

#: Odoo's own search for the data of a person, where its addon is installed.
LOOKUP = "privacy.lookup.wizard"


class AmazonPrivacyLookup(models.AbstractModel):
    """Lets Odoo's own search for a person's data find rows of reports.

    Contacts, orders and deliveries it finds itself. The addon that searches
    (privacy_lookup) may be absent: it cannot be inherited, its query is extended once
    the registry is complete, as automation rules extend the models they are about.
    """

    _name = "amazon.privacy.lookup"
    _description = "Amazon's Rows in Odoo's Privacy Lookup"

    def _register_hook(self):
        result = super()._register_hook()
        lookup = self.env.registry.get(LOOKUP)
        if lookup is not None:
            original = lookup._get_query

            def _get_query(wizard):
                query = original(wizard)
                return wizard.env["amazon.privacy.lookup"]._add_rows(
                    query, wizard.name.strip(), wizard.email.strip()
                )

            lookup._get_query = _get_query
        return result

    def _add_rows(self, query, name, email):
        """Return the query of a search that also finds rows of reports.

        :param query: SQL that gives ``res_model_id``, ``res_id`` and ``is_active``
        """
        model = self.env["ir.model"]._get("amazon.report.row")
        return SQL(
            """
            %s
             UNION ALL
            SELECT %s AS res_model_id, id AS res_id, TRUE AS is_active
              FROM amazon_report_row
             WHERE is_forgotten IS NOT TRUE
               AND (raw::text ILIKE %s OR raw::text ILIKE %s)
            """,
            query,
            model.id,
            f"%{email}%",
            f"%{name}%",
        )
