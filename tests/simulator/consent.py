"""Seller Central's consent page: the website workflow of Login with Amazon.

A browser opens ``/apps/authorize/consent?application_id=&state=[&version=beta]
[&redirect_uri=]``, a person chooses the selling account and agrees, and is sent to
the application's redirect URI with ``state``, ``selling_partner_id`` and
``spapi_oauth_code``; or refuses and is sent there with ``state`` and
``error=access_denied`` (Login with Amazon's own form: Amazon does not document what
Seller Central does then).

What is wrong with the address is told on a page with Amazon's code for it:

====== ======================================================================
MD1000 no application with this id, or a draft without ``version=beta``
MD5101 the redirect URI is none of the application's
====== ======================================================================
"""

from html import escape
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from .tokens import grant, issue_code

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8"/>
  <meta name="viewport" content="width=device-width"/>
  <title>{title} – Seller Central (simulated)</title>
  <style>
    body {{ font: 15px/1.5 sans-serif; margin: 0; background: #f2f4f5; }}
    header {{ background: #002f36; color: #fff; padding: .8em 2em; }}
    main {{ background: #fff; max-width: 34em; margin: 3em auto; padding: 2em; }}
    button {{ font: inherit; padding: .5em 1.5em; margin: 1em .5em 0 0; }}
    .o_primary {{ background: #008296; border: 0; color: #fff; }}
  </style>
</head>
<body>
  <header>seller central (simulated)</header>
  <main>
    <h1>{title}</h1>
    {body}
  </main>
</body>
</html>
"""
_FORM = """<p>The application <b id="application">{application}</b> asks for access to
    your selling account. It may then use these roles:</p>
    <ul id="roles">{roles}</ul>
    <form method="post" action="{action}">
      {hidden}
      {sellers}
      <button class="o_primary" name="decision" value="authorize"
        id="authorize">Authorize</button>
      <button name="decision" value="cancel" id="cancel">Cancel</button>
    </form>"""
_SELLER = """<label><input type="radio" name="seller" value="{key}"{checked}/>
        {store} ({seller_id})</label><br/>"""
_PARAMETERS = ("application_id", "state", "version", "redirect_uri")


class _Refusal(Exception):
    def __init__(self, code, reason):
        super().__init__(code)
        self.code = code
        self.reason = reason


def show(state, request):
    """GET: the page with the accounts that this application may ask."""
    try:
        sellers, _target = _application(state, request.args)
    except _Refusal as refusal:
        return _refuse(refusal)
    hidden = "\n      ".join(
        f'<input type="hidden" name="{name}" value="{escape(request.args[name])}"/>'
        for name in _PARAMETERS
        if name in request.args
    )
    choice = "\n      ".join(
        _SELLER.format(
            key=escape(seller.key),
            checked=" checked" if position == 0 else "",
            store=escape(seller.store_name),
            seller_id=escape(seller.seller_id),
        )
        for position, seller in enumerate(sellers)
    )
    roles = sorted(set().union(*(s.roles | s.pending_roles for s in sellers)))
    body = _FORM.format(
        application=escape(sellers[0].application_name),
        roles="".join(f"<li>{escape(role)}</li>" for role in roles),
        action=escape(request.path),
        hidden=hidden,
        sellers=choice,
    )
    return _page("Authorize application", body)


def decide(state, request):
    """POST: sends the browser back to the application with the decision."""
    form = request.form
    try:
        sellers, target = _application(state, form)
    except _Refusal as refusal:
        return _refuse(refusal)
    answer = {"state": form["state"]} if "state" in form else {}
    if form.get("decision") != "authorize":
        answer["error"] = "access_denied"
        answer["error_description"] = "Access not permitted."
        return redirect(_with_query(target, answer), 302)
    chosen = form.get("seller", sellers[0].key)
    seller = next((s for s in sellers if s.key == chosen), None)
    if seller is None:
        return _refuse(_Refusal("MD1000", f"{chosen!r} does not use it."))
    grant(state, seller)
    answer["selling_partner_id"] = seller.seller_id
    answer["spapi_oauth_code"] = issue_code(state, seller, target, fresh=True)
    return redirect(_with_query(target, answer), 302)


def _application(state, values):
    """The sellers who may authorise the application, and where to go then."""
    application_id = values.get("application_id", "")
    sellers = [s for s in state.sellers.values() if s.application_id == application_id]
    if not sellers:
        raise _Refusal("MD1000", f"There is no application {application_id!r}.")
    first = sellers[0]
    if first.application_status == "draft" and values.get("version") != "beta":
        raise _Refusal(
            "MD1000",
            "The application is in draft state; it needs version=beta.",
        )
    registered = first.redirect_uris
    target = values.get("redirect_uri") or (registered[0] if registered else "")
    if not (target in registered if registered else _is_loopback(target)):
        raise _Refusal("MD5101", f"{target!r} is no redirect URI of the application.")
    return sellers, target


def _is_loopback(address):
    """Whether the address is one of this machine's: what an application without
    registered addresses may use here."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _with_query(address, values):
    parts = urlsplit(address)
    query = urlencode(parse_qsl(parts.query) + list(values.items()))
    return urlunsplit(parts._replace(query=query))


def _refuse(refusal):
    body = (
        f"<p>{escape(refusal.reason)}</p>"
        f'<p id="error_code">Error code: {refusal.code}</p>'
    )
    return _page("We cannot authorize this application", body, 400)


def _page(title, body, status=200):
    text = _PAGE.format(title=title, body=body)
    return Response(text, status, content_type="text/html; charset=utf-8")
