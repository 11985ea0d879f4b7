"""The scoring application, as `serve.run` and `serve run serve.app:app` take it."""

from collections.abc import Mapping
from typing import Any

from ray.serve import Application

from serve.scoring import scoring
from serve.settings import ServeSettings

NAME = "scoring"
"""The application's name: a desk finds it with `ray.serve.get_app_handle`."""


def build(settings: Mapping[str, Any]) -> Application:
    """The application with these settings; what they leave out comes from the environment."""
    wished = ServeSettings(**settings)
    deployment = scoring.options(num_replicas=wished.replicas, ray_actor_options={"num_cpus": wished.cpus})
    return deployment.bind(str(wished.models_folder.absolute()), wished.open_models)


app = build({})
