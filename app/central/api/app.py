"""The application: every route, every refusal as a problem, and the threads that live as long as it does."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.central import allocating, jobs, joining, labels, lending, milestones, uploads
from app.central.api import carriers, floor, problems, shop, supervisors
from app.central.api.problems import problem
from app.central.changes import Watch
from app.central.labels import Shipper
from app.central.store import Store
from app.model.rates import RateBook
from app.model.wire import Answer


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """What a central is told when it starts.

    ``carrier_secrets`` sign the reports of carriers, by site and carrier. ``works`` says whether this process also
    does jobs; one that only answers requests leaves them to the others.
    """

    book: RateBook
    ship_from: tuple[str, ...] = ()
    carrier_secrets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    most_bytes: int = 20_000_000
    """A request may be so large; an upload of facts less: ``floor.MOST_BYTES``."""
    works: bool = True


class Health(Answer):
    """``GET /v1/health``: the database answers."""

    status: str


def build_app(store: Store, settings: CentralSettings) -> FastAPI:
    """The application over a database whose schema is up to date."""
    shipper = Shipper(settings.book, settings.ship_from)
    watch = Watch(store)
    worker = worker_for(store, shipper)

    @contextlib.asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        if settings.works:
            worker.start()
        try:
            async with watch.running():
                yield
        finally:
            if settings.works:
                worker.stop()

    app = FastAPI(
        title="Storehand central",
        description="Orders in, work out, facts up, changes down.",
        version="1",
        lifespan=living,
    )
    app.state.store = store
    app.state.watch = watch
    app.state.shipper = shipper
    app.state.carrier_secrets = settings.carrier_secrets
    app.state.pace = floor.Pace()
    app.state.presence = floor.Presence()
    problems.install(app)
    # The supervisors' routes come before the shop's: they share the path of a cancellation and tell by the token.
    for router in (floor.router, supervisors.router, carriers.router, shop.router):
        app.include_router(router)

    @app.get("/v1/health", tags=["health"])
    def health() -> Health:
        """Whether this process and its database answer."""
        with store.engine.connect() as conn:
            conn.execute(text("SELECT 1"))
        return Health(status="ok")

    app.add_middleware(SizeLimit, most=settings.most_bytes, by_path={"/v1/events": floor.MOST_BYTES})
    return app


def worker_for(store: Store, shipper: Shipper) -> jobs.Worker:
    """Who does the jobs of a process."""

    def make_label(store: Store, site: str, parcel: str) -> None:
        labels.make(store, site, parcel, shipper)

    def allocate(store: Store, site: str, _: str) -> None:
        allocating.run(store, site)

    return jobs.Worker(
        store,
        {
            jobs.LABEL: make_label,
            jobs.ALLOCATE: allocate,
            jobs.PARKED_FACTS: uploads.retry_parked,
            jobs.OFFER: joining.offer_anew,
        },
        rounds=(
            lending.notice_overdue,
            milestones.notice_silence,
            allocating.allocate,
            joining.notice_urgent,
        ),
    )


class SizeLimit:
    """Refuses bodies that are too large, before they are read into memory."""

    def __init__(self, app: ASGIApp, most: int, by_path: Mapping[str, int]) -> None:
        self._app = app
        self._most = most
        self._by_path = by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what comes in, also where the length is not said or wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._by_path.get(scope["path"], self._most)
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > most:
            await self._refuse(most, scope, receive, send)
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)

    async def _refuse(self, most: int, scope: Scope, receive: Receive, send: Send) -> None:
        params: dict[str, Any] = {"most": most}
        await problem(413, "api.too_large", params)(scope, receive, send)
