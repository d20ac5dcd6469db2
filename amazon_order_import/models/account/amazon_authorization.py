import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

from ...messages import compose, message

#: Random bytes of the state that goes to Amazon and back.
STATE_BYTES = 32
LIFETIME = timedelta(minutes=15)
#: How long it is remembered what became of a state, to be able to tell.
MEMORY = timedelta(days=1)


class AmazonAuthorizationProblem(Exception):
    """The way to Amazon's consent page and back did not end as it should.

    :param code: see ``amazon.authorization._explain``
    :param words: Amazon's own words, if any
    :param account: ``amazon.account`` that it was begun for, if that may be told
    """

    def __init__(self, code, words=False, account=None):
        super().__init__(code)
        self.code = code
        self.words = words
        self.account = account


class AmazonAuthorization(models.Model):
    """One way to Amazon's consent page and back, by one user for one account.

    Only a hash of the state is stored: nobody who reads the database can use it.
    """

    _name = "amazon.authorization"
    _description = "Authorisation under Way"
    _rec_name = "account_id"

    account_id = fields.Many2one("amazon.account", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    state_hash = fields.Char(required=True)
    redirect_uri = fields.Char(required=True)
    expires_at = fields.Datetime(required=True, index=True)
    is_used = fields.Boolean()

    _state_hash_unique = models.UniqueIndex("(state_hash)")

    @api.model
    def _open(self, account):
        """Begin a way to Amazon's consent page.

        :param account: ``amazon.account`` record
        :return: the state to send along: known to nobody else from now on
        """
        state = secrets.token_urlsafe(STATE_BYTES)
        self.sudo().create(
            {
                "account_id": account.id,
                "user_id": self.env.user.id,
                "state_hash": self._hash(state),
                "redirect_uri": account.redirect_uri,
                "expires_at": fields.Datetime.now() + LIFETIME,
            }
        )
        return state

    @api.model
    def _hash(self, state):
        return hashlib.sha256(state.encode()).hexdigest()

    @api.model
    def _take(self, state):
        """Return the way to which a state belongs, which cannot be used again then.

        :raise AmazonAuthorizationProblem: it is unknown, used, expired, or another
            user's
        """
        way = self.sudo().search([("state_hash", "=", self._hash(state or ""))])
        if not way:
            raise AmazonAuthorizationProblem("unknown_state")
        if way.user_id != self.env.user:
            raise AmazonAuthorizationProblem("other_user")
        if way.is_used or not way.try_lock_for_update():
            raise AmazonAuthorizationProblem("used_state", account=way.account_id)
        way.is_used = True
        if way.expires_at < fields.Datetime.now():
            raise AmazonAuthorizationProblem("expired_state", account=way.account_id)
        return way

    @api.autovacuum
    def _gc_authorizations(self):
        self.sudo().search(
            [("expires_at", "<", fields.Datetime.now() - MEMORY)]
        ).unlink()

    @api.model
    def _explain(self, problem):
        """Return title and text about what went wrong, with the next step.

        :param problem: ``AmazonAuthorizationProblem``
        """
        titles = {
            "unknown_state": self.env._("This answer was not expected"),
            "expired_state": self.env._("It took too long"),
            "used_state": self.env._("Used already"),
            "other_user": self.env._("Begun by another user"),
            "no_right": self.env._("Not allowed"),
            "cancelled": self.env._("Not authorised"),
            "other_seller": self.env._("Another seller"),
            "no_seller": self.env._("Which seller?"),
            "code_refused": self.env._("Amazon does not accept its own code"),
            "credentials": self.env._("Client ID or client secret wrong"),
            "unreachable": self.env._("Amazon cannot be reached"),
        }
        text = compose(self.env, message(f"authorization_{problem.code}"))
        return titles[problem.code], text
