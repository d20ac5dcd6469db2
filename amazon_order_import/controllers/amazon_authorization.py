import logging
import re

from odoo.exceptions import AccessError
from odoo.http import Controller, request, route

from ..models.account.amazon_account_authorization import CALLBACK_PATH
from ..models.account.amazon_authorization import AmazonAuthorizationProblem

_logger = logging.getLogger(__name__)

_CALLBACK_QUERY = re.compile(
    re.escape(CALLBACK_PATH).replace("/", "(?:/|%2F)") + r"(?:\?|%3F)\S*",
    re.IGNORECASE,
)


class _CallbackRedactor(logging.Filter):
    """Keeps code and state out of the log of requests, where addresses are written."""

    def filter(self, record):
        message = record.getMessage()
        if _CALLBACK_QUERY.search(message):
            record.msg = _CALLBACK_QUERY.sub(f"{CALLBACK_PATH}?[REDACTED]", message)
            record.args = None
        return True


logging.getLogger("werkzeug").addFilter(_CallbackRedactor())


class AmazonAuthorization(Controller):
    @route(CALLBACK_PATH, type="http", auth="user", methods=["GET"], sitemap=False)
    def callback(
        self, state=None, selling_partner_id=None, spapi_oauth_code=None, **kw
    ):
        """Where Amazon's consent page sends the browser back to.

        :param state: what ``_get_consent_action`` sent along
        :param selling_partner_id: Amazon's identification of the seller
        :param spapi_oauth_code: code to exchange for a refresh token, within 5 minutes
        """
        if request.httprequest.method != "GET":
            # Werkzeug lets HEAD in with GET. Whoever looks ahead, as a scanner of
            # links, must not use up what the browser comes with.
            return request.make_response(
                "", headers={"Allow": "GET", "Cache-Control": "no-store"}, status=405
            )
        account = request.env["amazon.account"]
        try:
            way = request.env["amazon.authorization"]._take(state)
            account = way.account_id.with_env(request.env)
            self._check_rights(account)
            if not spapi_oauth_code:
                words = ", ".join(
                    kw[name] for name in ("error", "error_description") if kw.get(name)
                )
                raise AmazonAuthorizationProblem("cancelled", words)
            account._complete_authorization(
                spapi_oauth_code, selling_partner_id, way.redirect_uri
            )
        except AmazonAuthorizationProblem as problem:
            if problem.account:
                account = problem.account.with_env(request.env)
            response = self._show_problem(account, problem)
        else:
            response = request.redirect(self._get_account_url(account))
        # The address of this page holds a secret.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    def _check_rights(self, account):
        try:
            account.check_access("write")
        except AccessError as error:
            raise AmazonAuthorizationProblem("no_right") from error

    def _show_problem(self, account, problem):
        _logger.info(
            "Authorisation of Amazon account %s by user %s failed: %s",
            account.id,
            request.env.uid,
            problem.code,
        )
        title, text = request.env["amazon.authorization"]._explain(problem)
        account = account._filtered_access("read")
        response = request.render(
            "amazon_order_import.authorization_problem",
            {
                "title": title,
                "text": text,
                "words": problem.words,
                "account": account,
                "url": self._get_account_url(account),
            },
        )
        response.status_code = 400
        return response

    def _get_account_url(self, account):
        return f"/odoo/amazon-accounts/{account.id}" if account else "/odoo"
