"""Access tokens: one request for many callers, never one seller's for another."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from selling_partner import Credentials, authorize, credentials, errors

from .conftest import CREDENTIALS
from .scripted_amazon import Reply

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
TOKEN = "/auth/o2/token"
SPARE_SECRETS = ("secret-of-one", "refresh-of-one")


@pytest.fixture(autouse=True)
def participations(amazon):
    amazon.on("GET", PARTICIPATIONS, Reply(json={"payload": []}))


def tokens_used(amazon):
    return [call.token for call in amazon.calls(PARTICIPATIONS)]


def test_token_is_kept_while_it_is_valid(amazon, client):
    for _ in range(3):
        client.get_marketplace_participations()
    assert len(amazon.calls(TOKEN)) == 1
    assert set(tokens_used(amazon)) == {"Atza|token-1"}


def test_token_is_renewed_before_it_expires(amazon, client):
    lifetimes = iter([1, 3600])

    def short(request):
        reply = amazon.give_token(request)
        reply.json["expires_in"] = next(lifetimes)
        return reply

    amazon.on("POST", TOKEN, short)
    client.get_marketplace_participations()
    time.sleep(0.95)
    client.get_marketplace_participations()
    assert tokens_used(amazon) == ["Atza|token-1", "Atza|token-2"]


@pytest.mark.parametrize(
    ("lifetime", "kept"), [(3600, 3540), (600, 540), (500, 450), (10, 9)]
)
def test_how_long_a_token_is_kept(amazon, client, monkeypatch, lifetime, kept):
    now = [1000.0]
    monkeypatch.setattr(credentials, "time", Clock(now))

    def give(request):
        reply = amazon.give_token(request)
        reply.json["expires_in"] = lifetime
        return reply

    amazon.on("POST", TOKEN, give)
    for passed in (0, kept - 0.5, 0.5):
        now[0] += passed
        client.get_marketplace_participations()
    assert tokens_used(amazon) == ["Atza|token-1", "Atza|token-1", "Atza|token-2"]


class Clock:
    def __init__(self, now):
        self._now = now

    def monotonic(self):
        return self._now[0]


def test_many_threads_ask_for_one_token(amazon, client):
    def slowly(request):
        time.sleep(0.2)
        return amazon.give_token(request)

    amazon.on("POST", TOKEN, slowly)
    start = threading.Barrier(8)

    def work(_number):
        start.wait()
        client.get_marketplace_participations()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(amazon.calls(TOKEN)) == 1
    assert tokens_used(amazon) == ["Atza|token-1"] * 8


def test_many_threads_with_a_refused_token_renew_it_once(amazon, client):
    client.get_marketplace_participations()

    def judge(request):
        if request.token == "Atza|token-1":
            time.sleep(0.1)
            details = "The access token you provided has expired."
            error = {"code": "Unauthorized", "message": "No", "details": details}
            return Reply(403, json={"errors": [error]})
        return Reply(json={"payload": []})

    amazon.on("GET", PARTICIPATIONS, judge)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: client.get_marketplace_participations(), range(6)))
    assert len(amazon.calls(TOKEN)) == 2


def test_two_sellers_in_one_process_do_not_mix(amazon, make_client):
    """Also where they share the refresh token: the library's cache knew only that."""
    others = [
        Credentials("amzn1.client.two", "secret-two", "Atzr|two"),
        Credentials("amzn1.client.three", "secret-three", CREDENTIALS.refresh_token),
    ]

    def token_of(request):
        return Reply(
            json={
                "access_token": f"Atza|for-{request.form['client_id']}",
                "expires_in": 3600,
            }
        )

    amazon.on("POST", TOKEN, token_of)
    for one in (CREDENTIALS, *others, CREDENTIALS):
        make_client(one).get_marketplace_participations()
    assert tokens_used(amazon) == [
        f"Atza|for-{c.client_id}" for c in (CREDENTIALS, *others, CREDENTIALS)
    ]


def test_a_corrected_secret_counts_at_once(amazon, make_client):
    def judge(request):
        if request.form["client_secret"] == "right":
            return amazon.give_token(request)
        return Reply(401, json={"error": "invalid_client"})

    amazon.on("POST", TOKEN, judge)
    with pytest.raises(errors.AuthorizationError):
        make_client(
            Credentials("c", "wrong", "Atzr|r")
        ).get_marketplace_participations()
    make_client(Credentials("c", "right", "Atzr|r")).get_marketplace_participations()


def test_credentials_never_show(client):
    for text in (repr(CREDENTIALS), str(CREDENTIALS), f"{CREDENTIALS}", repr(client)):
        assert not any(secret in text for secret in SPARE_SECRETS)


def test_credentials_pasted_with_blanks():
    assert Credentials(" a\n", "\tb ", "c\r\n") == Credentials("a", "b", "c")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_empty_credentials_are_not_tried(amazon, make_client, missing):
    values = ["client", "secret", "Atzr|refresh"]
    values[missing] = " "
    with pytest.raises(errors.DataError, match="is empty"):
        make_client(Credentials(*values))


@pytest.mark.parametrize("suffix", ["", "/", "/auth/o2/token"])
def test_lwa_endpoint_is_a_base_or_the_full_address(amazon, make_client, suffix):
    make_client(lwa_endpoint=amazon.url + suffix).get_marketplace_participations()
    assert len(amazon.calls(TOKEN)) == 1


def test_endpoint_may_have_a_path(amazon, make_client):
    amazon.on("GET", f"/eu{PARTICIPATIONS}", Reply(json={"payload": []}))
    make_client(endpoint=f"{amazon.url}/eu/").get_marketplace_participations()
    assert amazon.calls(f"/eu{PARTICIPATIONS}")


def test_authorize_exchanges_the_code(amazon):
    amazon.on(
        "POST",
        TOKEN,
        Reply(
            json={
                "access_token": "Atza|a",
                "refresh_token": "Atzr|new",
                "expires_in": 3600,
            }
        ),
    )
    token = authorize(
        "client", "secret", "code-1", "https://odoo.example/back", amazon.url
    )
    assert token == "Atzr|new"
    assert amazon.received[0].form == {
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": "https://odoo.example/back",
        "client_id": "client",
        "client_secret": "secret",
    }


def test_authorize_with_a_spent_code(amazon):
    amazon.on("POST", TOKEN, Reply(400, json={"error": "invalid_grant"}))
    with pytest.raises(errors.AuthorizationError) as caught:
        authorize("client", "secret", "code-1", lwa_endpoint=amazon.url)
    assert caught.value.reason == "invalid_grant"


def test_authorize_without_a_refresh_token_in_the_answer(amazon):
    with pytest.raises(errors.AnswerError):
        authorize("client", "secret", "code-1", lwa_endpoint=amazon.url)
