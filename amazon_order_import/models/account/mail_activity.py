from markupsafe import Markup

from odoo import fields, models
from odoo.tools import plaintext2html

from ...messages import MessageText, compose


class ReaderSummary(fields.Char):
    """The summary of a to-do: of ours in the reader's words."""

    def convert_to_record(self, value, record):
        return record.sudo().amazon_summary or super().convert_to_record(value, record)


class ReaderNote(fields.Html):
    """The note of a to-do: of ours in the reader's words."""

    def convert_to_record(self, value, record):
        if text := record.sudo().amazon_note:
            return Markup(plaintext2html(text))
        return super().convert_to_record(value, record)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    # What is stored beside them, in the language of the assigned user, is searched.
    summary = ReaderSummary()
    note = ReaderNote()
    amazon_summary = MessageText(readonly=True)
    amazon_note = MessageText(readonly=True)

    def write(self, vals):
        # What a person writes counts.
        own = {
            f"amazon_{name}": False
            for name in ("summary", "note")
            if name in vals and f"amazon_{name}" not in vals
        }
        return super().write({**vals, **own})


class MailActivityMixin(models.AbstractModel):
    _inherit = "mail.activity.mixin"

    def _schedule_amazon_todo(
        self,
        user,
        summary,
        note,
        activity_type="mail.mail_activity_data_todo",
        deadline=None,
    ):
        """Give a person something to do, unless the same is open already.

        :param user: ``res.users`` record who gets it
        :param summary: `Message`: what happened
        :param note: `Message`: the whole of it, with the next step
        :param str activity_type: XML id of the ``mail.activity.type``
        :param deadline: date; None: today
        """
        for record in self:
            if not record._has_amazon_todo(note):
                record.activity_schedule(
                    activity_type,
                    date_deadline=deadline,
                    user_id=user.id,
                    **record._prepare_amazon_todo(user, summary, note),
                )

    def _prepare_amazon_todo(self, user, summary, note):
        """Return the values of a ``mail.activity`` that say what there is to do."""
        env = self.with_context(lang=user.lang or self.env.lang, tz=user.tz).env
        return {
            "summary": compose(env, summary),
            "note": Markup(plaintext2html(compose(env, note))),
            "amazon_summary": summary,
            "amazon_note": note,
        }

    def _has_amazon_todo(self, note):
        """Whether a to-do with this `Message` is still open on a single record."""
        wanted = note.dump()
        field = self.env["mail.activity"]._fields["amazon_note"]
        return any(
            (message := field.get_message(activity)) and message.dump() == wanted
            for activity in self.activity_ids
        )
