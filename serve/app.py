"""The scoring application, as `serve.run` and `serve run serve.app:build` take it."""

import socket
from collections.abc import Mapping
from typing import Any

from ray import serve
from ray.serve import Application

from serve.scoring import scoring, scoring_with_api
from serve.settings import ServeSettings
from tenants.settings import StoreSettings
from tenants.store.embedded import database_address

NAME = "scoring"
"""The application's name: a desk finds it with `ray.serve.get_app_handle`."""


def build(settings: Mapping[str, Any]) -> Application:
    """The application with these settings; what they leave out comes from the environment.

    With a port it answers over HTTP as well, and needs the database.
    """
    wished = ServeSettings(**settings)
    replicas: dict[str, Any] = {
        "num_replicas": wished.replicas,
        "ray_actor_options": {"num_cpus": wished.cpus},
    }
    store = StoreSettings()
    models = str(store.home.absolute()), store.models_url, wished.open_models
    if wished.http_port is None:
        return scoring.options(**replicas).bind(*models)
    return scoring_with_api.options(**replicas).bind(*models, database_address(store), wished.requests_per_s)


def deploy() -> dict[str, str]:
    """Where the API answers, if it does, once the application runs on the Ray that this process has joined.

    Raises OSError where the port is taken.
    """
    wished = ServeSettings()
    if wished.http_port is None:
        serve.start(proxy_location="Disabled")
        serve.run(build({}), name=NAME, route_prefix=None)
        return {}
    with socket.create_server((wished.http_host, wished.http_port)):
        pass  # Serve would try again and again, and say nothing
    http = {"host": wished.http_host, "port": wished.http_port}
    serve.start(proxy_location="HeadOnly", http_options=http, logging_config={"enable_access_log": False})
    serve.run(build({}), name=NAME, route_prefix="/")
    return {"api": f"http://{wished.http_host}:{wished.http_port}"}
