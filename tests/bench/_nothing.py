"""A Serve application that takes nothing and does nothing: what a handle's call costs by itself."""

from ray import serve


@serve.deployment(max_ongoing_requests=64, logging_config={"enable_access_log": False})
class Nothing:
    """It does nothing."""

    async def do(self) -> None:
        """Nothing."""


nothing = Nothing.bind()
