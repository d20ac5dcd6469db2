from dataclasses import dataclass, field

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.tools import SQL, split_every

from .masking import make_pattern, mask
from .res_partner import TEXT_TYPES

#: Messages that Odoo and the addon write themselves; all others people wrote.
SYSTEM_MESSAGES = ("notification", "auto_comment")
#: What a to-do said, as it is done: people wrote that, too.
DONE_TODO = "mail.mt_activities"
#: Model of what belongs to an order -> its field with the order.
BELONGINGS = {
    "sale.order.line": "order_id",
    "stock.picking": "sale_id",
    "amazon.return": "sale_order_id",
    "amazon.vat.document": "sale_order_id",
    "amazon.vat.invoice": "sale_order_id",
    "amazon.invoice.upload": "order_id",
    "amazon.shipment.confirmation": "order_id",
    "amazon.report.row": "sale_order_id",
}
#: Files on these are about the buyer: labels, delivery slips, confirmations.
WITH_FILES = ("account.move", "sale.order", "stock.picking")
#: Models of messages on their way: model -> field with the ``mail.message``. Some come
#: with addons that may be absent.
COPIES = {
    "mail.mail": "mail_message_id",
    "mail.message.schedule": "mail_message_id",
    "sms.sms": "mail_message_id",
    "snailmail.letter": "message_id",
}
#: Fields of notifications that hold where they went to, or why not.
NOTIFIED = ("mail_email_address", "failure_reason", "sms_number")


@dataclass
class Trace:
    """A document and what is to be taken out of the texts around it.

    - ``record``: single record
    - ``texts``: what tells of the buyer, a set
    - ``stays``: whether the document itself keeps its texts, its files and the names
      in its messages: a posted invoice
    """

    record: BaseModel
    texts: set = field(default_factory=set)
    stays: bool = False


class AmazonPrivacyTrace(models.AbstractModel):
    """Takes buyers out of texts, messages, to-dos and files around documents.

    What is written here is no change that anybody should read up on, and it must
    pass where documents are locked: it goes to the database directly.
    """

    _name = "amazon.privacy.trace"
    _description = "Traces of Amazon's Buyers"

    @api.private
    def forget(self, traces):
        """Take what tells of buyers out of documents and all that is said on them.

        :param traces: list of `Trace`
        :return: ``{"message_count": …, "attachment_count": …}``
        """
        self.env.flush_all()
        patterns = {}
        for trace in traces:
            key = (trace.record._name, trace.record.id)
            patterns[key] = make_pattern(trace.texts)
        by_model = {}
        for trace in traces:
            by_model.setdefault(trace.record._name, []).append(trace)
        messages = attachments = 0
        for name, found in by_model.items():
            open_ids = [trace.record.id for trace in found if not trace.stays]
            ids = [trace.record.id for trace in found]
            self._mask(name, {id_: patterns[name, id_] for id_ in open_ids})
            if "message_ids" in self.env[name]._fields:
                messages += self._forget_messages(name, ids, patterns)
                self._mask_todos(name, ids, patterns)
            if name in WITH_FILES:
                attachments += self._forget_files(name, open_ids)
        return {"message_count": messages, "attachment_count": attachments}

    # === TEXTS === #

    def _mask(self, model_name, patterns, names=None):
        """Mask the texts of records.

        :param dict patterns: by id; see ``make_pattern``
        :param names: fields; None: all that hold text
        """
        model = self.env[model_name]
        names = names or [
            name
            for name, found in model._fields.items()
            if found.type in TEXT_TYPES and found.store and not found.translate
        ]
        columns = SQL(", ").join(map(SQL.identifier, names))
        for ids in split_every(1000, [id_ for id_ in patterns if patterns[id_]]):
            rows = self.env.execute_query(
                SQL(
                    "SELECT id, %s FROM %s WHERE id IN %s",
                    columns,
                    SQL.identifier(model._table),
                    tuple(ids),
                )
            )
            changed = {}
            for id_, *texts in rows:
                for name, text in zip(names, texts, strict=True):
                    masked = mask(patterns[id_], text)
                    if masked != text:
                        changed.setdefault(name, []).append((id_, masked))
            for name, values in changed.items():
                self._put(model, name, values)

    def _put(self, model, name, values):
        """Store texts of records.

        :param values: list of ``(id, text)``
        """
        self.env.cr.execute_values(
            f"UPDATE {model._table} SET {name} = told.text "  # noqa: S608
            f"FROM (VALUES %s) AS told (id, text) WHERE told.id = {model._table}.id",
            values,
        )
        model.browse([id_ for id_, _text in values]).invalidate_recordset([name])

    # === MESSAGES === #

    def _forget_messages(self, model_name, ids, patterns):
        """Empty what people wrote on documents; mask what Odoo wrote.

        :return: how many messages there are
        """
        messages = self.env["mail.message"].search(
            [("model", "=", model_name), ("res_id", "in", ids)]
        )
        if not messages:
            return 0
        done = self.env.ref(DONE_TODO)
        system = messages.filtered(
            lambda message: (
                message.message_type in SYSTEM_MESSAGES and message.subtype_id != done
            )
        )
        self._mask(
            "mail.message",
            {message.id: patterns[model_name, message.res_id] for message in system},
            ["body", "subject"],
        )
        self._empty(messages - system)
        self._forget_senders(messages)
        self._forget_tracking(messages)
        return len(messages)

    def _empty(self, messages):
        """Leave of messages that there were some, by whom and when."""
        if not messages:
            return
        gone = Markup("<p>%s</p>") % self.env._("Deleted with the buyer's data.")
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message SET body = %s, subject = NULL WHERE id IN %s",
                str(gone),
                messages._ids,
            )
        )
        messages.invalidate_recordset(["body", "subject"])

    def _forget_senders(self, messages):
        """Drop addresses that messages came from and went to, and their copies."""
        for name, link in COPIES.items():
            if name in self.env:
                self.env[name].search([(link, "in", messages.ids)]).unlink()
        messages = messages.exists()
        scheduled = self.env["mail.scheduled.message"]
        for model_name, found in messages.grouped("model").items():
            domain = [
                ("model", "=", model_name),
                ("res_id", "in", found.mapped("res_id")),
            ]
            scheduled.search(domain).unlink()
        if not messages:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message
                   SET reply_to = NULL,
                       incoming_email_to = NULL,
                       incoming_email_cc = NULL,
                       outgoing_email_to = NULL,
                       email_from = CASE
                           WHEN author_id IN (
                               SELECT partner_id FROM res_users WHERE share IS NOT TRUE
                           ) THEN email_from
                       END
                 WHERE id IN %s
                """,
                messages._ids,
            )
        )
        notified = self.env["mail.notification"]._fields
        self.env.cr.execute(
            SQL(
                "UPDATE mail_notification SET %s WHERE mail_message_id IN %s",
                SQL(", ").join(
                    SQL("%s = NULL", SQL.identifier(name))
                    for name in NOTIFIED
                    if name in notified and notified[name].store
                ),
                messages._ids,
            )
        )
        self.env["mail.message"].invalidate_model()
        self.env["mail.notification"].invalidate_model()

    def _forget_tracking(self, messages):
        """Drop texts and names of contacts that changes of documents have left."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_tracking_value value
                   SET old_value_char = NULL, new_value_char = NULL,
                       old_value_text = NULL, new_value_text = NULL
                 WHERE value.mail_message_id IN %s
                   AND NOT EXISTS (
                       SELECT FROM ir_model_fields field
                        WHERE field.id = value.field_id
                          AND field.ttype NOT IN ('char', 'text', 'html')
                          AND field.relation IS DISTINCT FROM 'res.partner'
                   )
                """,
                messages._ids,
            )
        )
        self.env["mail.tracking.value"].invalidate_model()

    def _mask_todos(self, model_name, ids, patterns):
        todos = (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search([("res_model", "=", model_name), ("res_id", "in", ids)])
        )
        self._mask(
            "mail.activity",
            {todo.id: patterns[model_name, todo.res_id] for todo in todos},
        )

    # === FILES === #

    def _forget_files(self, model_name, ids):
        """Delete the files on documents.

        :return: how many there were
        """
        messages = self.env["mail.message"].search(
            [("model", "=", model_name), ("res_id", "in", ids)]
        )
        own = Domain("res_model", "=", model_name) & Domain("res_id", "in", ids)
        posted = Domain("id", "in", messages.attachment_ids.ids) & Domain(
            "res_model", "in", [False, "mail.message", "mail.compose.message"]
        )
        # Also what stands in fields: signatures, and invoices as they were sent.
        files = (
            self.env["ir.attachment"]
            .with_context(skip_res_field_check=True)
            .search(own | posted)
        )
        count = len(files)
        self._detach(files)
        files.unlink()
        return count

    def _detach(self, files):
        """Take files off entries of which nothing has to be kept any more.

        Odoo keeps a posted entry's files for good where a company has an audit trail:
        longer than the law, which then demands that they go.
        """
        if of_entries := files.filtered(lambda file: file.res_model == "account.move"):
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE ir_attachment "
                    "SET res_model = NULL, res_id = NULL, res_field = NULL "
                    "WHERE id IN %s",
                    of_entries._ids,
                )
            )
            self.env.invalidate_all()
