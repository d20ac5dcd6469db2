import hashlib
import secrets
from datetime import timedelta

from odoo import api, fields, models

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
        again = self.env._("Nothing was changed. Press “Connect with Amazon” again.")
        texts = {
            "unknown_state": (
                self.env._("This answer was not expected"),
                self.env._(
                    "Amazon's answer belongs to no authorisation that was begun in "
                    "this Odoo. This happens when the page is opened by hand, from a "
                    "bookmark or in another database."
                ),
            ),
            "expired_state": (
                self.env._("It took too long"),
                self.env._(
                    "The authorisation was begun more than 15 minutes ago and is not "
                    "valid any more."
                ),
            ),
            "used_state": (
                self.env._("Used already"),
                self.env._(
                    "This answer of Amazon's was used already, for instance before the "
                    "page was loaded again. Look at the account first: it may be "
                    "connected."
                ),
            ),
            "other_user": (
                self.env._("Begun by another user"),
                self.env._(
                    "Another user has begun this authorisation. Who begins it in Odoo "
                    "must also end it, logged in as the same user."
                ),
            ),
            "no_right": (
                self.env._("Not allowed"),
                self.env._(
                    "You may not change this account any more. Ask an Amazon "
                    "administrator to connect it."
                ),
            ),
            "cancelled": (
                self.env._("Not authorised"),
                self.env._(
                    "Access was not allowed on Amazon's page, or it was left before."
                ),
            ),
            "other_seller": (
                self.env._("Another seller"),
                self.env._(
                    "On Amazon's page you were signed in as another seller than the "
                    "one of this account. Sign out of Seller Central, sign in as the "
                    "right seller and connect again; for another seller, create "
                    "another account. If the seller ID of the account is wrong, "
                    "correct it first."
                ),
            ),
            "code_refused": (
                self.env._("Amazon does not accept its own code"),
                self.env._(
                    "The code that Amazon sent along is valid for five minutes and "
                    "once; this one has expired, was used, or was issued for another "
                    "redirect URI."
                ),
            ),
            "credentials": (
                self.env._("Client ID or client secret wrong"),
                self.env._(
                    "Amazon let the application in but does not know its client ID and "
                    "client secret: one of them is wrong, or the secret has expired, "
                    "or they belong to another application than the application ID. A "
                    "system administrator enters them on the account."
                ),
            ),
            "unreachable": (
                self.env._("Amazon cannot be reached"),
                self.env._(
                    "The code could not be exchanged because Amazon's login service "
                    "did not answer as it should. Try again in a few minutes; if it "
                    "lasts, check the server's network and the endpoints of the "
                    "account."
                ),
            ),
        }
        title, text = texts[problem.code]
        if problem.code not in ("used_state", "no_right", "other_seller"):
            text = f"{text} {again}"
        return title, text
