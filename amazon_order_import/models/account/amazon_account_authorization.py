import logging
from urllib.parse import urljoin

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...selling_partner import authorize, consent_url
from ...selling_partner.errors import AuthorizationError, DataError, SellingPartnerError
from .amazon_account_connection import SECRET_GROUP
from .amazon_authorization import AmazonAuthorizationProblem

_logger = logging.getLogger(__name__)

CALLBACK_PATH = "/amazon/authorize/callback"
#: Whose Seller Central is proposed where the company's country has no marketplace.
HOME_MARKETPLACES = {"eu": "Amazon.de", "na": "Amazon.com", "fe": "Amazon.co.jp"}


class AmazonAccount(models.Model):
    """Authorise and renew: by Amazon's consent page, or by a pasted refresh token."""

    _inherit = "amazon.account"

    authorization_method = fields.Selection(
        [
            ("self", "By a refresh token from Amazon"),
            ("website", "On Amazon's consent page"),
        ],
        "How do you authorise?",
        required=True,
        default="self",
        help="A private application of your own gives you the refresh token in Seller "
        "Central (self-authorisation). Amazon's page needs an application with an "
        "OAuth redirect URI",
        tracking=True,
    )
    application_id = fields.Char(
        "Application ID",
        copy=False,
        help="Starts with amzn1.sp.solution; shown under Develop Apps",
        tracking=True,
    )
    is_draft_application = fields.Boolean(
        "Draft Application",
        default=True,
        help="Whether the application is a draft still, that is not published in the "
        "Selling Partner Appstore. Amazon answers MD1000 where this is wrong",
        tracking=True,
    )
    seller_central_marketplace_id = fields.Many2one(
        "amazon.marketplace",
        "Seller Central",
        compute="_compute_seller_central_marketplace_id",
        store=True,
        readonly=False,
        domain="[('region', '=', region)]",
        help="Where you sign in to allow access. Any marketplace of the region does",
    )
    seller_central_endpoint = fields.Char(
        groups=SECRET_GROUP,
        help="Empty: Seller Central of the marketplace. Set for the simulator",
    )
    redirect_uri = fields.Char(
        "OAuth Redirect URI",
        compute="_compute_redirect_uri",
        help="Enter it as OAuth redirect URI of your application at Amazon",
    )

    @api.depends("region")
    def _compute_seller_central_marketplace_id(self):
        for account in self:
            current = account.seller_central_marketplace_id
            if current and current.region == account.region:
                continue
            choice = self.env["amazon.marketplace"].search(
                [("region", "=", account.region)]
            )
            home = choice.filtered(
                lambda m, a=account: m.country_id == a.company_id.country_id
            )
            usual = choice.filtered(
                lambda m, a=account: m.name == HOME_MARKETPLACES[a.region]
            )
            account.seller_central_marketplace_id = (home or usual or choice)[:1]

    def _compute_redirect_uri(self):
        for account in self:
            account.redirect_uri = urljoin(account.get_base_url(), CALLBACK_PATH)

    def action_connect(self):
        """Open the dialog in which an account is authorised, also anew."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect with Amazon"),
            "res_model": "amazon.account.connect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_account_id": self.id},
        }

    def action_enter_credentials(self):
        """Open the same dialog, for who comes to replace client ID or secret."""
        return self.action_connect()

    def _get_consent_action(self):
        """Return the action that leads to Amazon's consent page.

        :raise UserError: something that it needs is missing
        """
        self.ensure_one()
        self.check_access("write")
        account = self.sudo()
        if not account._has_client():
            raise UserError(
                self.env._(
                    "The client ID or the client secret of the application is missing. "
                    "A system administrator enters them on the account %(account)s.",
                    account=account.name,
                )
            )
        if not (account.application_id or "").startswith("amzn1.sp."):
            raise UserError(
                self.env._(
                    "Enter the application ID of your application. It starts with "
                    "amzn1.sp.solution and is shown at Amazon under Develop Apps."
                )
            )
        try:
            account._check_encryption()
            url = consent_url(
                account.seller_central_endpoint
                or account.seller_central_marketplace_id.seller_central_host,
                account.application_id.strip(),
                self.env["amazon.authorization"]._open(self),
                redirect_uri=account.redirect_uri,
                draft=account.is_draft_application,
            )
        except DataError as error:
            raise UserError(str(error)) from error
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def _complete_authorization(self, code, seller, redirect_uri):
        """Exchange the code of Amazon's consent page, store and test the outcome.

        :param code: ``spapi_oauth_code``
        :param seller: ``selling_partner_id``
        :param redirect_uri: the one that the consent page was given
        :raise AmazonAuthorizationProblem: it did not work; nothing is changed
        """
        self.ensure_one()
        self.sudo(False).check_access("write")
        account = self.sudo()
        if not seller:
            # Amazon always tells it; without it, nobody knows whose token this is.
            raise AmazonAuthorizationProblem("no_seller")
        if account.selling_partner_id not in (False, seller):
            raise AmazonAuthorizationProblem("other_seller")
        try:
            account._check_encryption()
            token = authorize(
                account.lwa_client_id,
                account.lwa_client_secret,
                code,
                redirect_uri=redirect_uri,
                lwa_endpoint=account.lwa_endpoint or None,
            )
        except AuthorizationError as error:
            refused = error.reason == "invalid_grant"
            raise AmazonAuthorizationProblem(
                "code_refused" if refused else "credentials",
                account._get_amazon_words(error),
            ) from error
        except SellingPartnerError as error:
            raise AmazonAuthorizationProblem(
                "unreachable", account._get_amazon_words(error)
            ) from error
        account._store_authorization(
            {
                "lwa_refresh_token": token,
                "selling_partner_id": seller,
                "authorization_method": "website",
            }
        )

    def _store_authorization(self, values):
        """Store a new authorisation and find out what it opens."""
        self.ensure_one()
        account = self.sudo()
        account.write({"authorized_at": fields.Datetime.now(), **values})
        account._check_connection(afresh=True)
        account.message_post(
            body=self.env._(
                "Authorised anew by %(user)s. %(status)s",
                user=self.env.user.name,
                status=account.connection_title,
            )
        )
        _logger.info(
            "Amazon account %s authorised by user %s: %s",
            account.id,
            self.env.uid,
            account.connection_state,
        )
