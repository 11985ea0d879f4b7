"""The files of models, found by label without asking the database.

A file is named by the hash of its content, and never changes. Beside it lies a record for each label: which file it
means, signed by the installation, so that nobody who can only write into the folder decides which model judges. The
folder may be a copy of what is kept elsewhere, in a bucket that all machines see.
"""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scoring_models.artifact import SUFFIX, write_whole
from scoring_models.errors import (
    ArtifactCorruptError,
    ModelUnknownError,
    ModelUnsignedError,
    StoreAwayError,
)
from tenants.secrets import Vault
from tenants.settings import StoreSettings

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_LABEL = re.compile(r"[a-z][a-z0-9-]{0,79}-[1-9][0-9]{0,8}")
_FILE = re.compile(rf"[0-9a-f]{{64}}\{SUFFIX}")
_PURPOSE = "model"


class ModelFolder:
    """The models of an installation, as files of this machine."""

    def __init__(
        self, path: Path, *, vault: Callable[[], Vault] | None = None, store: "ModelStore | None" = None
    ) -> None:
        """A folder of this machine; `store` has what it has not.

        What opens the vault is called when a label is read or given. Without it none is signed, nor has to be.
        """
        self.path = path.absolute()
        self._vault = vault
        self._store = store

    @classmethod
    def of(cls, settings: StoreSettings) -> "ModelFolder":
        """Where an installation keeps its models: in its home, or in the home as a copy of what is elsewhere."""
        store = ModelStore(settings.models_url) if settings.models_url is not None else None
        return cls(settings.home / "models", vault=lambda: Vault.from_settings(settings), store=store)

    def path_of(self, label: str) -> Path:
        """The file of the model with this label.

        Raises ModelUnknownError, ModelUnsignedError where its record was not written by this installation, and where
        the file would have to come from a store, StoreAwayError and ArtifactCorruptError.
        """
        if not _LABEL.fullmatch(label):
            raise ModelUnknownError(label)
        record = self.path / _record_of(label)
        try:
            return self.file_named(self._signed(label, record.read_bytes()), of=label)
        except FileNotFoundError:
            brought = self._from_store(record.name)
            if brought is None:
                raise ModelUnknownError(label) from None
        except ModelUnsignedError:  # it may have been signed anew elsewhere
            brought = self._from_store(record.name)
            if brought is None:
                raise
        sha256 = self._signed(label, brought)
        write_whole(brought, record)
        return self.file_named(sha256, of=label)

    def name(self, label: str, file: Path) -> None:
        """From now on this file of the folder answers to the label."""
        signature = (
            self._vault().signature(_PURPOSE, f"{label} {file.name}") if self._vault is not None else ""
        )
        record = json.dumps({"file": file.name, "signature": signature}).encode()
        if self._store is not None:
            self._store.put(file.name, file.read_bytes())
            self._store.put(_record_of(label), record)
        write_whole(record, self.path / _record_of(label))

    def file_named(self, sha256: str, *, of: str) -> Path:
        """The file with this content, which a model `of` this label has, brought here where it is not.

        Raises ModelUnknownError, StoreAwayError, and ArtifactCorruptError where the store has something else.
        """
        path = self.path / f"{sha256}{SUFFIX}"
        if path.exists():
            return path
        content = self._from_store(path.name)
        if content is None:
            raise ModelUnknownError(of)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArtifactCorruptError(path.name, "its name is not the SHA-256 of its content")
        return write_whole(content, path)

    def _from_store(self, name: str) -> bytes | None:
        return self._store.get(name) if self._store is not None else None

    def _signed(self, label: str, record: bytes) -> str:
        """The hash of the file that a record of ours names. Raises ModelUnsignedError."""
        file, signature = _read(label, record)
        if self._vault is not None and not self._vault().is_signed(_PURPOSE, f"{label} {file}", signature):
            raise ModelUnsignedError(label)
        return file.removesuffix(SUFFIX)


class ModelStore:
    """Where all machines find models: any place that fsspec knows, such as a bucket."""

    def __init__(self, url: str) -> None:
        """`url` such as `s3://bucket/models`; how it is reached, its own library reads from the environment."""
        self._url = url.rstrip("/")

    def put(self, name: str, content: bytes) -> None:
        """The content under this name from now on. Raises StoreAwayError."""
        files, root = self._open()
        try:
            if "file" in files.protocol:  # a bucket of that name would be made, wherever it was mistyped
                files.makedirs(root, exist_ok=True)
            files.pipe_file(f"{root}/{name}", content)
        except Exception as error:  # each library of fsspec has errors of its own
            raise StoreAwayError(self._url, _words(error)) from error

    def get(self, name: str) -> bytes | None:
        """What is under this name, or None. Raises StoreAwayError."""
        files, root = self._open()
        try:
            # what another machine has put there meanwhile is not in the list that was read before
            files.invalidate_cache()
            return bytes(files.cat_file(f"{root}/{name}"))
        except FileNotFoundError:
            return None
        except Exception as error:
            raise StoreAwayError(self._url, _words(error)) from error

    def _open(self) -> "tuple[AbstractFileSystem, str]":
        try:
            import fsspec  # most installations keep their models at home

            return fsspec.core.url_to_fs(self._url)  # type: ignore[no-any-return]
        except (ImportError, ValueError) as error:
            raise StoreAwayError(self._url, f"{error} (a bucket of S3 wants `pip install s3fs`)") from error


def _record_of(label: str) -> str:
    return f"{label}.label"


def _read(label: str, record: bytes) -> tuple[str, str]:
    """The file that a record names, and its signature. Raises ModelUnsignedError for what is no record."""
    try:
        said: Any = json.loads(record)
        file, signature = said["file"], said["signature"]
    except (ValueError, KeyError, TypeError):
        raise ModelUnsignedError(label) from None
    are_words = isinstance(file, str) and isinstance(signature, str) and signature.isascii()
    if not are_words or not _FILE.fullmatch(file):
        raise ModelUnsignedError(label)
    return file, signature


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
