from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...messages import MessageText

#: Kinds of to-dos at most: each record has an id of its own.
MAX_KINDS = 64


class AmazonTodo(models.Model):
    """What needs a person, of whatever kind: each kind is a domain's.

    A domain adds a value of ``kind``, its select (``_get_todo_selects``) and how it is
    mended (``_mend``); nothing else knows which kinds there are.
    """

    _name = "amazon.todo"
    _description = "What Needs You"
    _auto = False
    _order = "due_at, since desc, id"
    _rec_name = "name"
    _depends = {
        "amazon.account": [
            "active",
            "company_id",
            "name",
            "connection_state",
            "connection_error",
            "disconnected_since",
        ]
    }

    kind = fields.Selection([("connection", "Connection")], readonly=True)
    account_id = fields.Many2one("amazon.account", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    name = fields.Char("Order, Document or SKU", readonly=True)
    what = fields.Char(compute="_compute_what")
    message = MessageText(readonly=True)
    explanation = fields.Text("Why", compute="_compute_explanation")
    since = fields.Datetime(readonly=True)
    due_at = fields.Datetime("Due", readonly=True)
    is_late = fields.Boolean("Overdue", compute="_compute_is_late")
    record_model = fields.Char(readonly=True)
    record_id = fields.Many2oneReference(model_field="record_model", readonly=True)

    @property
    def _table_query(self):
        columns = SQL(
            "kind, record_model, record_id, account_id, company_id, name, message, "
            "since, due_at"
        )
        selects = [
            SQL(
                "SELECT record_id::bigint * %s + %s AS id, %s FROM (%s) AS part",
                MAX_KINDS,
                number,
                columns,
                select,
            )
            for number, select in sorted(self._get_todo_selects().items())
        ]
        return SQL(" UNION ALL ").join(selects)

    @api.model
    def _get_todo_selects(self):
        """Return what needs a person, by a number that no other kind has.

        :return: ``{number: SQL}``: selects with the columns kind, record_model,
            record_id, account_id, company_id, name, message (a `Message`), since,
            due_at
        """
        return {
            1: SQL(
                """
                SELECT 'connection' AS kind, 'amazon.account' AS record_model,
                       id AS record_id, id AS account_id, company_id, name,
                       connection_error::text AS message,
                       disconnected_since::timestamp AS since,
                       NULL::timestamp AS due_at
                  FROM amazon_account
                 WHERE active
                   AND connection_state IN (
                       'unauthorized', 'credentials', 'unreachable', 'role_missing'
                   )
                """
            )
        }

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_what(self):
        for todo in self:
            todo.what = todo._describe()

    def _describe(self):
        """Return what needs a person; filled by kinds that compute it."""
        return self.name

    @api.depends("message")
    @api.depends_context("lang", "tz", "uid")
    def _compute_explanation(self):
        for todo in self:
            todo.explanation = todo._explain()

    def _explain(self):
        """Return why it needs a person; filled by kinds that compute it."""
        if self.kind == "connection":
            return self.account_id.connection_message
        return self.message

    @api.depends("due_at")
    def _compute_is_late(self):
        now = fields.Datetime.now()
        for todo in self:
            todo.is_late = bool(todo.due_at) and todo.due_at < now

    def _get_records(self):
        """Return the records behind to-dos of one kind, as the user may see them."""
        (model,) = set(self.mapped("record_model"))
        return self.env[model].browse(self.mapped("record_id"))

    # === ACTIONS === #

    def action_open(self):
        """Open what it is about."""
        self.check_access("read")
        self.ensure_one()
        return self._open()

    def _open(self):
        return self._get_records()._get_records_action()

    def action_mend(self):
        """Do what the button of its kind promises; of several, those of one kind."""
        self.check_access("read")
        kinds = self.grouped("kind")
        if len(kinds) != 1:
            raise UserError(
                self.env._("Choose to-dos of one kind: each is mended in its own way.")
            )
        return self._mend() or {"type": "ir.actions.client", "tag": "soft_reload"}

    def _mend(self):
        """Mend to-dos of one kind; filled by their domains.

        :return: an action, or False where it is done
        """
        if self.kind == "connection" and len(self) == 1:
            return self.account_id.action_test_connection()
        return False
