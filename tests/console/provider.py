"""A provider of OpenID Connect on loopback: Django OAuth Toolkit, which shares no code with our client.

`python -m tests.console.provider FOLDER REDIRECT_URI …` prints one line of JSON when it answers, and serves until it
is told to stop. Its people are ADA, whose address it is sure of, and BEN, of whose address it is not.
"""

import json
import signal
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

ADA, BEN = "ada@example.com", "ben@example.com"
PASSWORD = "a provider's own password"
CLIENT_ID, CLIENT_SECRET = "leadmill-console", "a secret between the two"
_FORM = """<!doctype html><html lang="en"><head><title>Provider</title><link rel="icon" href="data:,"></head><body>
<form method="post"><label>User <input name="user"></label>
<label>Secret <input name="password" type="password"></label><button>Allow</button></form></body></html>"""


def _key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing is said of requests."""


def main(folder: str, *redirect_uris: str) -> None:
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(folder) / "provider.db")}
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        LOGIN_URL="/login/",
        USE_TZ=True,
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": _key(),
            "SCOPES": {"openid": "who you are", "email": "your address"},
            "PKCE_REQUIRED": True,
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
        },
    )
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for email in (ADA, BEN):
        User.objects.create_user(email, email, PASSWORD)
    get_application_model().objects.create(
        name="console",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=" ".join(redirect_uris),
        algorithm="RS256",
        skip_authorization=True,
    )
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet)
    sys.stdout.write(json.dumps({"issuer": f"http://127.0.0.1:{server.server_port}/o"}) + "\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()


def _login(request):
    """The provider's own form; it goes on to where one came from."""
    from django.contrib.auth import authenticate, login
    from django.http import HttpResponse, HttpResponseRedirect

    user = authenticate(request, username=request.POST.get("user"), password=request.POST.get("password"))
    if user is None:
        return HttpResponse(_FORM)
    login(request, user)
    return HttpResponseRedirect(request.GET["next"])


def __getattr__(name: str):
    """What Django asks this module for once it is set up: its addresses, and who says what of whom."""
    if name == "urlpatterns":
        from django.urls import include, path

        return [
            path("login/", _login),
            path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
        ]
    if name == "Validator":
        from oauth2_provider.oauth2_validators import OAuth2Validator

        class Validator(OAuth2Validator):
            def get_additional_claims(self, request):
                return {"email": request.user.email, "email_verified": request.user.email == ADA}

        return Validator
    raise AttributeError(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
