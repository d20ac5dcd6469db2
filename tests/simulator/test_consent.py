"""The website workflow, and authorisations and secrets that run out."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from .clock import api_time
from .testing import FBA_GENERAL, PARTICIPATIONS, REPORTS, Caller, credentials

BACK = "http://localhost:8069/amazon/back?db=one"
DAY = 86400


def address(amazon, **changes):
    query = {
        "application_id": "amzn1.sp.solution.simulated-eu",
        "state": "s p&c",
        "version": "beta",
        "redirect_uri": BACK,
    } | changes
    query = {name: value for name, value in query.items() if value is not None}
    return f"{amazon.url}/apps/authorize/consent", query


def consent(amazon, decision="authorize", seller=None, **changes):
    """Presses a button of the page as a browser does; the address it leads to."""
    url, query = address(amazon, **changes)
    page = requests.get(url, params=query)
    assert page.status_code == 200, page.text
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    form = {name: value.replace("&amp;", "&") for name, value in hidden}
    checked = re.search(r'name="seller" value="([^"]+)" checked', page.text)
    form |= {"seller": seller or checked[1], "decision": decision}
    answer = requests.post(url, data=form, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.netloc == "localhost:8069"
    return dict(parse_qsl(parts.query))


def login(amazon, key="eu", **changes):
    answer = requests.post(
        f"{amazon.url}/auth/o2/token", data=credentials(key) | changes
    )
    return answer.status_code, answer.json()


def redeem(amazon, code, **changes):
    return login(amazon, grant_type="authorization_code", code=code, **changes)


def test_the_page_names_the_application_and_its_roles(amazon):
    url, query = address(amazon)
    page = requests.get(url, params=query)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Amazon Order Import" in page.text
    assert "Tax Invoicing (Restricted)" in page.text
    assert 'id="authorize"' in page.text
    assert 'id="cancel"' in page.text


def test_consent_leads_back_with_a_code_for_a_new_refresh_token(amazon, seller):
    back = consent(amazon)
    assert back == {
        "db": "one",
        "state": "s p&c",
        "selling_partner_id": "A1SIMEUSELLER",
        "spapi_oauth_code": back["spapi_oauth_code"],
    }
    status, body = redeem(amazon, back["spapi_oauth_code"], redirect_uri=BACK)
    assert status == 200
    new = body["refresh_token"]
    assert new not in ("", "Atzr|simulated-eu")
    assert login(amazon, refresh_token=new)[0] == 200
    assert login(amazon)[0] == 200, "the old one stays valid"
    seller.control("POST", "settings", {"old_refresh_tokens": False})
    assert login(amazon)[1]["error"] == "invalid_grant"
    again, body = redeem(amazon, back["spapi_oauth_code"])
    assert (again, body["error"]) == (400, "invalid_grant")


def test_a_code_is_for_its_redirect_uri_and_five_minutes(amazon):
    code = consent(amazon)["spapi_oauth_code"]
    assert redeem(amazon, code, redirect_uri="http://localhost/other")[0] == 400
    amazon.clock.advance(301)
    assert redeem(amazon, code, redirect_uri=BACK)[0] == 400


def test_cancel_leads_back_without_a_code(amazon):
    back = consent(amazon, "cancel")
    assert back["state"] == "s p&c"
    assert back["error"] == "access_denied"
    assert "spapi_oauth_code" not in back


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"application_id": "amzn1.sp.solution.unknown"}, "MD1000"),
        ({"application_id": None}, "MD1000"),
        ({"version": None}, "MD1000"),
        ({"redirect_uri": "https://example.com/"}, "MD5101"),
        ({"redirect_uri": "javascript:alert(1)"}, "MD5101"),
        ({"redirect_uri": None}, "MD5101"),
    ],
)
def test_wrong_addresses_are_told(amazon, changes, code):
    url, query = address(amazon, **changes)
    for answer in (requests.get(url, params=query), requests.post(url, data=query)):
        assert answer.status_code == 400
        assert code in answer.text


def test_registered_addresses_only_and_the_first_by_default(amazon, seller):
    other = "http://localhost:8069/second"
    change = {"key": "eu", "redirect_uris": [BACK, other]}
    seller.control("POST", "sellers", change)
    assert consent(amazon, redirect_uri=None)["db"] == "one"
    assert "db" not in consent(amazon, redirect_uri=other)
    url, query = address(amazon, redirect_uri="http://localhost:8069/third")
    assert requests.get(url, params=query).status_code == 400


def test_a_published_application_needs_no_version(amazon, seller):
    change = {"key": "eu", "application_status": "published"}
    seller.control("POST", "sellers", change)
    assert consent(amazon, version=None)["spapi_oauth_code"]


def test_sellers_of_one_application_are_chosen_from(amazon, seller):
    other = {
        "key": "second",
        "seller_id": "A7SECOND",
        "region": "eu",
        "marketplaces": ["DE"],
        "home_country": "DE",
        "roles": ["Pricing"],
        "client_id": credentials("eu")["client_id"],
        "client_secret": credentials("eu")["client_secret"],
        "history_days": -1,
    }
    seller.control("POST", "sellers", other)
    back = consent(amazon, seller="second")
    assert back["selling_partner_id"] == "A7SECOND"
    token = redeem(amazon, back["spapi_oauth_code"])[1]["access_token"]
    assert seller.call("GET", PARTICIPATIONS, token).json()["payload"]
    assert consent(amazon)["selling_partner_id"] == "A1SIMEUSELLER"


def test_roles_added_count_after_the_next_authorisation(amazon, seller):
    change = {
        "key": "eu",
        "roles": ["Amazon Fulfillment"],
        "pending_roles": ["Tax Invoicing (Restricted)"],
    }
    seller.control("POST", "sellers", change)
    body = seller.specification()
    assert seller.call("POST", REPORTS, json=body).status_code == 403
    seller.create(FBA_GENERAL)
    code = consent(amazon)["spapi_oauth_code"]
    seller.token = redeem(amazon, code)[1]["access_token"]
    assert seller.call("POST", REPORTS, json=body).status_code == 202


def test_an_authorisation_lasts_365_days(amazon, seller):
    seller.control("POST", "settings", {"secret_days": 0})
    amazon.clock.advance(365 * DAY - 60)
    late = Caller(amazon.url, "eu")
    assert late.call("GET", PARTICIPATIONS).status_code == 200
    amazon.clock.advance(61)
    assert late.call("GET", PARTICIPATIONS).status_code == 403
    assert login(amazon)[1]["error"] == "invalid_grant"
    code = consent(amazon)["spapi_oauth_code"]
    body = redeem(amazon, code)[1]
    assert login(amazon, refresh_token=body["refresh_token"])[0] == 200
    assert login(amazon)[1]["error"] == "invalid_grant", "it does not come back"
    amazon.clock.advance(364 * DAY)
    assert login(amazon, refresh_token=body["refresh_token"])[0] == 200


def test_a_revoked_authorisation_is_given_anew(amazon, seller):
    seller.control("POST", "sellers", {"key": "eu", "revoked": True})
    body = redeem(amazon, consent(amazon)["spapi_oauth_code"])[1]
    assert seller.call("GET", PARTICIPATIONS).status_code == 403
    answer = seller.call("GET", PARTICIPATIONS, body["access_token"])
    assert answer.status_code == 200


def test_a_client_secret_lasts_180_days_and_is_rotated(amazon, seller):
    new = seller.control("POST", "secrets", {"seller": "eu"})["client_secret"]
    assert login(amazon)[0] == login(amazon, client_secret=new)[0] == 200
    amazon.clock.advance(7 * DAY)
    assert login(amazon) == (
        401,
        {
            "error": "invalid_client",
            "error_description": "Client authentication failed",
        },
    )
    amazon.clock.advance(172 * DAY)
    assert login(amazon, client_secret=new)[0] == 200
    amazon.clock.advance(DAY)
    assert login(amazon, client_secret=new)[1]["error"] == "invalid_client"


def test_the_terms_can_be_set(amazon, seller):
    soon = amazon.clock.now() - timedelta(days=364, hours=23)
    body = {"key": "eu", "authorized_at": api_time(soon)}
    assert seller.control("POST", "sellers", body)["authorized_at"] == api_time(soon)
    assert login(amazon)[0] == 200
    amazon.clock.advance(3600)
    assert login(amazon)[0] == 400
