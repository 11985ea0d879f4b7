"""The scoring API: leads in, scores out, over HTTP. What it is for and how it is asked: docs/scoring-api.md."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serve.judge import Judge
from serve.messages import LARGEST_BODY, MOST_LEADS, Answer, BadRequest, Models, Question, Refused
from serve.refusals import Refusal, TooLarge, TooSlow
from tenants.tokens import Holder

BODY_WITHIN_S = 10.0
_JSON = "application/json"
_BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of one tenant: `leadmill token create`."
)
_ABOUT = (
    "Scores of leads by the model that judges for the token's tenant. Each score names the model's version."
)
_REFUSED: dict[int | str, dict[str, Any]] = {
    401: {"model": Refused, "description": "No token, or one that is not good."},
    429: {"model": Refused, "description": "Too much at once; `Retry-After` tells when to come again."},
    503: {"model": Refused, "description": "No model judges, or the database is away; no score is made up."},
}
_REFUSED_LEADS: dict[int | str, dict[str, Any]] = {
    408: {"model": Refused, "description": "The body does not come."},
    413: {"model": Refused, "description": f"The body is larger than {LARGEST_BODY:,} bytes."},
    422: {"model": BadRequest, "description": "Some leads can't be judged; none was."},
}


def api(judge: Judge) -> FastAPI:
    """The API over this judge."""

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        yield
        await judge.close()

    app = FastAPI(
        title="Leadmill scoring",
        version="1",
        description=_ABOUT,
        docs_url=None,  # these two load their pages' code from elsewhere
        redoc_url=None,
        lifespan=closing,
    )
    app.add_exception_handler(Refusal, _refuse)

    async def admitted(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Holder:
        return await judge.admit(credentials.credentials if credentials is not None else None)

    @app.post(
        "/v1/score",
        description=f"The scores of up to {MOST_LEADS:,} leads, in their order, all by the same model.",
        response_model=Answer,
        responses=_REFUSED | _REFUSED_LEADS,
        openapi_extra={"requestBody": {"required": True, "content": {_JSON: {"schema": _named(Question)}}}},
    )
    async def score(request: Request, holder: Annotated[Holder, Depends(admitted)]) -> Response:
        with judge.place():
            answer = await judge.scores(holder.tenant_id, await _body(request))
        return Response(answer, media_type=_JSON)

    @app.get("/v1/models", responses=_REFUSED)
    async def models(holder: Annotated[Holder, Depends(admitted)]) -> Models:
        """The versions that may judge this tenant's leads, and the one that does."""
        return await judge.models(holder.tenant_id)

    @app.get("/healthz")
    async def live() -> dict[str, str]:
        """That the process lives."""
        return {"status": "live"}

    @app.get("/readyz", responses={503: _REFUSED[503]})
    async def ready() -> dict[str, str]:
        """That a model judges, and can be opened."""
        await judge.make_ready()
        return {"status": "ready"}

    app.openapi = _described(app)  # type: ignore[method-assign]
    return app


async def _refuse(_: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)
    return JSONResponse({"detail": refusal.detail}, refusal.status, refusal.headers)


async def _body(request: Request) -> bytes:
    """The body, as long as it is no larger than it may be. Raises TooLarge and TooSlow."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise TooLarge(LARGEST_BODY)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_BODY:
                    raise TooLarge(LARGEST_BODY)
    except TimeoutError:
        raise TooSlow(BODY_WITHIN_S) from None
    return bytes(body)


def _named(model: type[Question]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The description of the API; FastAPI knows nothing of a body that it does not read itself."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            asked = Question.model_json_schema(ref_template="#/components/schemas/{model}")
            schema["components"]["schemas"] |= asked.pop("$defs") | {Question.__name__: asked}
            app.openapi_schema = schema
        return app.openapi_schema

    return describe
