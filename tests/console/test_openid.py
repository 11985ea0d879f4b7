"""What is believed of a provider: nothing that somebody else could have made, or that was made for somebody else."""

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from console.openid import NotVouched, OpenId, Question, Vouched, is_safe

ISSUER, CLIENT = "https://login.example.com", "console"
BACK = "https://leadmill.example.com/sign-in/back"
ABOUT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize?tenant=1",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
}
KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "1"}, auto_kid=False) for _ in range(2))
QUESTION = Question("state", "nonce", "verifier")
CLAIMS = {
    "iss": ISSUER,
    "sub": "1234",
    "aud": CLIENT,
    "nonce": "nonce",
    "email": "Ada@Example.com",
    "email_verified": True,
}


class Scripted(OpenId):
    """A provider that answers what it is told to, and keeps what it was asked."""

    def __init__(self, token: str = "", secret: str | None = "secret", **about: Any) -> None:
        super().__init__(ISSUER, CLIENT, secret)
        self.token = token
        self.about = ABOUT | about
        self.asked: list[tuple[str, str, Any, Any]] = []

    async def _answer(self, method, address, *, headers=None, body=None):
        self.asked.append((method, address, headers, body))
        return {
            f"{ISSUER}/.well-known/openid-configuration": self.about,
            f"{ISSUER}/keys": {"keys": [KEY.as_dict(private=False)]},
            f"{ISSUER}/token": {"id_token": self.token, "access_token": "a", "token_type": "Bearer"},
        }[address]


def signed(key=KEY, alg="RS256", ages_s=0, **changes: Any) -> str:
    now = int(time.time()) - ages_s
    claims = {"iat": now, "exp": now + 300, **CLAIMS, **changes}
    return jwt.encode(
        {"alg": alg, "kid": "1"}, {name: value for name, value in claims.items() if value is not None}, key
    )


async def heard(provider: Scripted, **said: str) -> Vouched:
    return await provider.hear(QUESTION, BACK, {"state": "state", "code": "c", **said})


async def test_a_question_is_new_each_time_and_only_its_asker_can_redeem_the_answer():
    first, second = [await Scripted().ask(BACK) for _ in range(2)]
    address, question = first
    sent = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{ISSUER}/authorize?tenant=1&")
    assert sent["response_type"] == "code"
    assert (sent["state"], sent["nonce"]) == (question.state, question.nonce)
    assert sent["code_challenge"] == create_s256_code_challenge(question.verifier)
    assert sent["code_challenge_method"] == "S256"
    assert (sent["client_id"], sent["redirect_uri"], sent["scope"]) == (CLIENT, BACK, "openid email")
    assert question.verifier not in address
    assert {question.state, question.nonce, question.verifier}.isdisjoint(
        {second[1].state, second[1].nonce, second[1].verifier}
    )


async def test_a_good_answer_says_who_it_is():
    provider = Scripted(signed())
    assert await heard(provider) == Vouched(ISSUER, "1234", "ada@example.com")
    method, _, headers, body = next(one for one in provider.asked if one[1].endswith("/token"))
    assert method == "POST"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"console:secret"
    assert {name: value for name, (value,) in parse_qs(body).items()} == {
        "grant_type": "authorization_code",
        "code": "c",
        "redirect_uri": BACK,
        "code_verifier": "verifier",
    }


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_of_which_it_is_not_sure_is_none(verified):
    assert (await heard(Scripted(signed(email_verified=verified)))).verified_email is None


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another"], "azp": CLIENT},
        {"aud": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"exp": None},
        {"azp": "another"},
        {"at_hash": "wrong"},
        {"ages_s": 3600},
        {"key": OTHER_KEY},
    ],
    ids=lambda changes: " ".join(
        f"{name}={'another' if name == 'key' else value}" for name, value in changes.items()
    ),
)
async def test_a_token_for_somebody_else_or_by_somebody_else_is_not_believed(changes):
    with pytest.raises(NotVouched, match="its token"):
        await heard(Scripted(signed(**changes)))


async def test_signatures_that_others_can_make_are_not_believed():
    def written(part: object) -> str:
        text = part if isinstance(part, bytes) else json.dumps(part).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()

    body = written({**CLAIMS, "iat": 1, "exp": 2**40})
    forged = [f"{written({'alg': 'none'})}.{body}."]
    for secret in (b"secret", KEY.as_pem(private=False)):
        signed_part = f"{written({'alg': 'HS256', 'kid': '1'})}.{body}"
        forged.append(f"{signed_part}.{written(hmac.digest(secret, signed_part.encode(), 'sha256'))}")
    for token in (*forged, "", "nonsense", "a.b.c"):
        with pytest.raises(NotVouched, match="its token is not good"):
            await heard(Scripted(token))


@pytest.mark.parametrize(
    "about", [{"issuer": "https://evil.example"}, {"issuer": f"{ISSUER}/"}, {"issuer": None}]
)
async def test_who_calls_itself_otherwise_is_another(about):
    with pytest.raises(NotVouched, match="it calls itself"):
        await Scripted(**about).ask(BACK)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
async def test_nothing_is_sent_in_the_open(name):
    with pytest.raises(NotVouched, match=f"its {name} is not https"):
        await Scripted(**{name: "http://login.example.com/x"}).ask(BACK)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"state": "another"}, "another question"),
        ({"state": ""}, "another question"),
        ({"iss": "https://evil.example"}, "somebody else"),
    ],
)
async def test_an_answer_to_another_question_or_of_another_is_not_redeemed(said, why):
    provider = Scripted(signed())
    with pytest.raises(NotVouched, match=why):
        await heard(provider, **said)
    assert not any(address.endswith("/token") for _, address, _, _ in provider.asked)


async def test_who_always_says_who_they_are_must_say_it():
    says = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(NotVouched, match="somebody else"):
        await heard(Scripted(signed(), **says))
    assert await heard(Scripted(signed(), **says), iss=ISSUER)


async def test_a_refusal_is_told_as_it_is():
    with pytest.raises(NotVouched, match="'access_denied'"):
        await Scripted().hear(QUESTION, BACK, {"state": "state", "error": "access_denied"})


async def test_who_is_away_is_said_to_be():
    with pytest.raises(NotVouched, match="does not answer as it should"):
        await OpenId("http://127.0.0.1:1", CLIENT, None).ask(BACK)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://login.example.com/x", True),
        ("http://127.0.0.1:80/x", True),
        ("http://localhost/x", True),
        ("http://login.example.com", False),
        ("http://127.0.0.1.evil.example", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("None", False),
    ],
)
def test_what_can_be_read_on_the_way_is_not_safe(address, safe):
    assert is_safe(address) == safe
