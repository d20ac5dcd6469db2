from ..report_formats.marking import mark as _
from .template import Template

#: Who may connect an account.
MANAGER = "amazon_order_import.group_amazon_manager"
_AGAIN = _("Nothing was changed. Press “Connect with Amazon” again.")

ACCOUNT = {
    # === AN ANSWER OF AMAZON === #
    "amazon_error": Template(_("%(advice)s\nAmazon: %(error)s")),
    "amazon_busy": Template(
        _("Amazon could not be reached or asks to wait."),
        _("Nothing is lost; it is tried again by itself in %(minutes)s minutes."),
    ),
    "link_refused": Template(
        _(
            "Amazon has made the file, but something on the way refuses even a fresh "
            "link to it."
        ),
        _("Have your administrator check this server's clock, proxy and firewall."),
    ),
    "request_refused": Template(
        _("Amazon refuses this request."),
        _(
            "Request the report again; if it is refused again, pass Amazon's message "
            "on to your administrator."
        ),
    ),
    # === THE CONNECTION === #
    "connected": Template(_("Marketplaces: %(names)s")),
    "untested": Template(_("The connection was not tested yet."), _("Test it.")),
    "not_connected": Template(
        _("Report files can be uploaded without a connection."),
        _("Press “Connect with Amazon” to have them fetched."),
        group=MANAGER,
    ),
    "wrong_setting": Template(
        _("Nothing could be sent to Amazon because of a setting of this account."),
        _("Have a system administrator correct it, then test the connection."),
    ),
    "not_amazon": Template(
        _("What answers in Amazon's place is not Amazon, or Amazon has trouble."),
        _(
            "Check the endpoints of the account, the proxy and the firewall, then test "
            "the connection. It is also tried again by itself."
        ),
    ),
    "amazon_unreachable": Template(
        _("Amazon cannot be reached."),
        _(
            "Nothing is lost: it is tried again by itself, and what was missed "
            "meanwhile is fetched then. If this lasts, check the server's network, "
            "proxy and firewall."
        ),
    ),
    "connection_fails": Template(_("%(account)s: %(problem)s")),
    # === REFUSALS === #
    "authorization_expired": Template(
        _("The authorisation has expired on %(date)s."),
        _(
            "Authorise the application again: press “Connect with Amazon”. The reports "
            "that were missed are fetched then."
        ),
        group=MANAGER,
    ),
    "invalid_grant": Template(
        _(
            "The seller has revoked the authorisation, it has expired, or the refresh "
            "token was not copied whole."
        ),
        _(
            "Authorise the application again: press “Connect with Amazon”. The reports "
            "that were missed are fetched then."
        ),
        group=MANAGER,
    ),
    "invalid_client": Template(
        _(
            "The client ID or the client secret is wrong, or the secret has expired "
            "(after 180 days)."
        ),
        _(
            "Look up both at Amazon (Develop Apps > View credentials); a system "
            "administrator enters them here."
        ),
    ),
    "unauthorized_client": Template(
        _("The refresh token belongs to another application."),
        _(
            "Enter the client ID and client secret of the application for which it was "
            "issued, or connect again."
        ),
    ),
    "no_access": Template(
        _(
            "Amazon denies everything to this authorisation: the application has no "
            "role, or the seller authorised it in another region than the account's."
        ),
        _("Check both, then connect again."),
    ),
    "authorization_refused": Template(
        _("Amazon does not accept this authorisation here."),
        _(
            "Check that the region of the account is the one where the application was "
            "authorised, then connect again."
        ),
    ),
    # === THE WAY TO THE CONSENT PAGE AND BACK === #
    "authorization_unknown_state": Template(
        _(
            "Amazon's answer belongs to no authorisation that was begun in "
            "this Odoo. This happens when the page is opened by hand, from a "
            "bookmark or in another database."
        ),
        _AGAIN,
    ),
    "authorization_expired_state": Template(
        _(
            "The authorisation was begun more than 15 minutes ago and is not "
            "valid any more."
        ),
        _AGAIN,
    ),
    "authorization_used_state": Template(
        _(
            "This answer of Amazon's was used already, for instance before the "
            "page was loaded again. Look at the account first: it may be "
            "connected."
        ),
    ),
    "authorization_other_user": Template(
        _(
            "Another user has begun this authorisation. Who begins it in Odoo "
            "must also end it, logged in as the same user."
        ),
        _AGAIN,
    ),
    "authorization_no_right": Template(
        _(
            "You may not change this account any more. Ask an Amazon "
            "administrator to connect it."
        ),
    ),
    "authorization_cancelled": Template(
        _("Access was not allowed on Amazon's page, or it was left before."),
        _AGAIN,
    ),
    "authorization_other_seller": Template(
        _(
            "On Amazon's page you were signed in as another seller than the "
            "one of this account. Sign out of Seller Central, sign in as the "
            "right seller and connect again; for another seller, create "
            "another account. If the seller ID of the account is wrong, "
            "correct it first."
        ),
    ),
    "authorization_no_seller": Template(
        _(
            "Amazon's answer does not say which seller has allowed access, as it "
            "always does. It was not used, for it may belong to another seller."
        ),
        _AGAIN,
    ),
    "authorization_code_refused": Template(
        _(
            "The code that Amazon sent along is valid for five minutes and "
            "once; this one has expired, was used, or was issued for another "
            "redirect URI."
        ),
        _AGAIN,
    ),
    "authorization_credentials": Template(
        _(
            "Amazon let the application in but does not know its client ID and "
            "client secret: one of them is wrong, or the secret has expired, "
            "or they belong to another application than the application ID. A "
            "system administrator enters them on the account."
        ),
        _AGAIN,
    ),
    "authorization_unreachable": Template(
        _(
            "The code could not be exchanged because Amazon's login service "
            "did not answer as it should. Try again in a few minutes; if it "
            "lasts, check the server's network and the endpoints of the "
            "account."
        ),
        _AGAIN,
    ),
    # === ROLES === #
    "missing_role": Template(
        _("The application lacks the role for this."),
        _(
            "Add it to the application at Amazon (Develop Apps > Edit App), then "
            "connect again: only a new authorisation carries the new role."
        ),
    ),
    "missing_report_role": Template(
        _(
            "The application may not read the report “%(kind)s”: it lacks the role "
            "%(role)s."
        ),
        _(
            "Add the role to the application at Amazon (Develop Apps > Edit App), then "
            "connect again: only a new authorisation carries the new role."
        ),
    ),
    "missing_report_roles": Template(
        _(
            "Everything works but reports for which the application lacks a role:\n"
            "%(reports)s"
        ),
        _(
            "Add the role to the application at Amazon (Develop Apps > Edit App), then "
            "connect again: only a new authorisation carries the new role."
        ),
    ),
    "missing_access": Template("- %(kind)s: %(role)s"),
    "or": Template(_(" or ")),
    # === WHAT EXPIRES === #
    "authorization_overdue": Template(
        _("The authorisation was to expire on %(date)s; Amazon still accepts it."),
        _(
            "Connect again before it stops, or clear the date if Amazon does not ask "
            "you to renew it."
        ),
    ),
    "authorization_expires": Template(
        _("The authorisation expires on %(date)s, in %(days)s days."),
        _("Connect again before: from then on no orders arrive."),
    ),
    "authorization_expires_soon": Template(
        _("%(account)s: the authorisation expires in less than %(days)s days")
    ),
    "secret_overdue": Template(
        _("The client secret was to expire on %(date)s; Amazon still accepts it."),
        _(
            "Create a new one at Amazon (Develop Apps > View credentials > Rotate) and "
            "have a system administrator enter it here, or correct the date."
        ),
    ),
    "secret_expires": Template(
        _("The client secret expires on %(date)s, in %(days)s days."),
        _(
            "Create a new one at Amazon (Develop Apps > View credentials > Rotate) and "
            "have a system administrator enter it here: from then on no orders arrive."
        ),
    ),
    "secret_expires_soon": Template(
        _("%(account)s: the client secret expires in less than %(days)s days")
    ),
}
