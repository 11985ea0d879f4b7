"""OpenID Connect: a provider elsewhere says who somebody is, and nothing of it is believed unseen.

Authlib speaks the protocol (code with PKCE, the claims of an ID token), joserfc checks the signature, and aiohttp asks.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from yarl import URL

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# signatures that only the provider can make: a shared secret is none, and "none" least of all
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SCOPE = "openid email"
_WITHIN_S = 10.0
_LARGEST = 1_000_000
_LEEWAY_S = 60


class NotVouched(Exception):
    """Nobody has said who this is, or not in a way that can be believed. It says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was sent along when somebody was sent to the provider, and must come back with them."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who somebody is, by the provider's word: its name for them, and an address of which it is sure."""

    issuer: str
    subject: str
    verified_email: str | None


class OpenId:
    """One provider, as it describes itself. What it says of itself and its keys is asked for anew each time."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self.client_secret = client_secret

    @property
    def name(self) -> str:
        """What people know the provider by."""
        return urlsplit(self.issuer).hostname or self.issuer

    async def ask(self, redirect_uri: str) -> tuple[str, Question]:
        """Where somebody is to be sent, and what they must bring back. Raises NotVouched."""
        about = await self._about()
        question = Question(*(secrets.token_urlsafe(32) for _ in range(3)))
        client = OAuth2Client(None, self.client_id, scope=_SCOPE, code_challenge_method="S256")
        address, _ = client.create_authorization_url(
            about["authorization_endpoint"],
            state=question.state,
            nonce=question.nonce,
            code_verifier=question.verifier,
            redirect_uri=redirect_uri,
        )
        return str(address), question

    async def hear(self, question: Question, redirect_uri: str, said: Mapping[str, str]) -> Vouched:
        """Who comes back with this answer to that question. Raises NotVouched."""
        if not secrets.compare_digest(said.get("state", "").encode(), question.state.encode()):
            raise NotVouched("the answer is to another question than the last one that was asked here")
        about = await self._about()
        # RFC 9207: an answer of another provider, handed on here
        if said.get("iss", self.issuer) != self.issuer or (
            "iss" not in said and about.get("authorization_response_iss_parameter_supported") is True
        ):
            raise NotVouched("the answer comes from somebody else")
        if "code" not in said:
            raise NotVouched(f"it says {said.get('error', 'nothing')[:60]!r}")
        token = await self._redeem(about, question, redirect_uri, said["code"])
        return await self._read(about, question, token)

    async def _about(self) -> Mapping[str, Any]:
        about = await self._answer("GET", f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self.issuer:
            raise NotVouched(f"it calls itself {str(about.get('issuer'))[:100]!r}, and not {self.issuer!r}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(about.get(name))):
                raise NotVouched(f"its {name} is not https")
        return about

    async def _redeem(
        self, about: Mapping[str, Any], question: Question, redirect_uri: str, code: str
    ) -> Mapping[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=question.verifier
        )
        ways = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        auth = ClientAuth(self.client_id, self.client_secret, way if self.client_secret else "none")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        address, headers, body = auth.prepare("POST", about["token_endpoint"], headers, body)
        return await self._answer("POST", address, headers=headers, body=body)

    async def _read(self, about: Mapping[str, Any], question: Question, token: Mapping[str, Any]) -> Vouched:
        keys = await self._answer("GET", about["jwks_uri"])
        offered = about.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(
            algorithms=[one for one in _ALGORITHMS if one in offered], strict_check_header=False
        )
        try:
            read = jwt.decode(str(token.get("id_token")), key=KeySet.import_key_set(keys), registry=registry)  # type: ignore[arg-type]
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self.client_id},
                },
                {
                    "nonce": question.nonce,
                    "client_id": self.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotVouched(f"its token is not good ({type(error).__name__})") from None
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise NotVouched("its token names nobody")
        is_sure = claims.get("email_verified") is True and isinstance(email, str)
        return Vouched(self.issuer, subject, str(email).strip().lower() if is_sure else None)

    async def _answer(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> Mapping[str, Any]:
        """What the provider answers, as an object of JSON. Raises NotVouched."""
        timeout = aiohttp.ClientTimeout(total=_WITHIN_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.request(
                    method, URL(address, encoded=True), headers=headers, data=body, allow_redirects=False
                ) as answer,
            ):
                text = b""
                async for part in answer.content.iter_chunked(65_536):
                    text += part
                    if len(text) > _LARGEST:
                        raise NotVouched("its answer is too large")
                found = orjson.loads(text)
        except (aiohttp.ClientError, TimeoutError, orjson.JSONDecodeError) as error:
            raise NotVouched(f"it does not answer as it should ({type(error).__name__})") from None
        if answer.status != 200 or not isinstance(found, dict):
            raise NotVouched(f"it answers {answer.status}")
        return found


def is_safe(address: str) -> bool:
    """Whether what goes to this address can't be read on the way: it is https, or does not leave the machine."""
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES
    return bool(parts.hostname) and (parts.scheme == "https" or is_here)
