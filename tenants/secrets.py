"""What the master key is for: provider keys are sealed (AES-GCM, bound to their row), and our own words are signed."""

import base64
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenants.identity import TenantId
from tenants.settings import StoreSettings

_NONCE_BYTES = 12


class SecretsError(Exception):
    """A provider key can't be sealed or opened."""


class Vault:
    """The master key, and what it seals. A sealed key opens only for the tenant and provider it was sealed for."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)
        # a key of its own: what is known of signatures tells nothing of what is sealed
        self._signing_key = HKDF(SHA256(), length=32, salt=None, info=b"leadmill signatures").derive(
            master_key
        )

    @classmethod
    def from_settings(cls, settings: StoreSettings) -> "Vault":
        """The vault with the configured master key, or with one that is made and kept in the home (mode 0600)."""
        if settings.master_key is not None:
            return cls(_decoded(settings.master_key, "LEADMILL_MASTER_KEY"))
        path = settings.home / "master.key"
        if not path.exists():
            _create(path)
        return cls(_decoded(path.read_bytes().strip(), str(path)))

    @staticmethod
    def is_there(settings: StoreSettings) -> bool:
        """Whether there is a master key: whoever only wants to open something makes none."""
        return settings.master_key is not None or (settings.home / "master.key").exists()

    def seal(self, tenant_id: TenantId, provider: str, key: str) -> bytes:
        """The provider key, unreadable without the master key."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key.encode(), _row(tenant_id, provider))

    def open(self, tenant_id: TenantId, provider: str, sealed: bytes) -> str:
        """The provider key in clear.

        Raises SecretsError where it was sealed with another master key or for another row.
        """
        try:
            clear = self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _row(tenant_id, provider)
            )
        except InvalidTag:
            raise SecretsError(
                f"the key of {provider} was sealed with another master key, or for another tenant"
            ) from None
        return clear.decode()

    def signature(self, purpose: str, words: str) -> str:
        """What only who has the master key can write under these words, for this purpose."""
        return hmac.new(self._signing_key, f"{purpose}\x1f{words}".encode(), hashlib.sha256).hexdigest()

    def is_signed(self, purpose: str, words: str, signature: str) -> bool:
        """Whether this is the signature of these words for this purpose."""
        return hmac.compare_digest(self.signature(purpose, words).encode(), signature.encode())


def _row(tenant_id: TenantId, provider: str) -> bytes:
    return f"{tenant_id}\x1f{provider}".encode()


def _decoded(text: str | bytes, origin: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SecretsError(f"{origin} must be 32 bytes in base64")
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # under its name only once it is whole: another process may read it at any time
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(os.urandom(32)))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was quicker, with a key as good as ours
    finally:
        Path(draft).unlink()
