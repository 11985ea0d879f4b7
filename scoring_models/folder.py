"""The folder of models: files named by their hash, and beside them each label as a link to its file."""

import re
import uuid
from pathlib import Path

from scoring_models.artifact import SUFFIX
from scoring_models.errors import ModelUnknownError
from tenants.settings import StoreSettings

_LABEL = re.compile(r"[a-z][a-z0-9-]{0,79}-[1-9][0-9]{0,8}")


def models_folder(settings: StoreSettings) -> Path:
    """Where an installation keeps its models. Several machines need a home that all of them see."""
    return settings.home / "models"


class ModelFolder:
    """The models of an installation on disk, found by label without asking the database."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def path_of(self, label: str) -> Path:
        """The file of the model with this label. Raises ModelUnknownError."""
        if not _LABEL.fullmatch(label):
            raise ModelUnknownError(label)
        try:
            return self._link(label).resolve(strict=True)
        except FileNotFoundError:
            raise ModelUnknownError(label) from None

    def name(self, label: str, file: Path) -> None:
        """From now on the file answers to the label."""
        part = self.path / f".{uuid.uuid4().hex}.part"
        part.symlink_to(file.name)
        part.replace(self._link(label))

    def _link(self, label: str) -> Path:
        return self.path / f"{label}{SUFFIX}"
