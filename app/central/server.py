"""The central as a process: uvicorn, its port, its certificate, its end."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn

from app.central.api.app import CentralSettings, build_app
from app.central.store import Store

_GRACE_S = 5
"""How long requests in hand may take once the process was asked to end."""
_IDLE_S = 75


def _nobody_asks(port: int) -> None:
    """Who starts a central on a known port need not be told."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a central listens. Port 0 takes a free one; certificate and key are files, both or none."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: str = ""
    key: str = ""


class CentralServer(uvicorn.Server):
    """One central process. ``run()`` serves until a signal, or until ``should_exit`` is set."""

    def __init__(
        self,
        store: Store,
        settings: CentralSettings,
        where: Listening,
        ready: Callable[[int], None] = _nobody_asks,
    ) -> None:
        self._app = build_app(store, settings)
        self._ready = ready
        super().__init__(
            uvicorn.Config(
                self._app,
                host=where.host,
                port=where.port,
                ssl_certfile=where.certificate or None,
                ssl_keyfile=where.key or None,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                timeout_keep_alive=_IDLE_S,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say on which port."""
        await super().startup(sockets)
        if self.started and self.servers:
            self._ready(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let waiting stations go first: nobody waits for a long poll to end."""
        self._app.state.watch.close()
        await super().shutdown(sockets)


def serve(
    store: Store,
    settings: CentralSettings,
    where: Listening,
    ready: Callable[[int], None] = _nobody_asks,
) -> None:
    """Serve until the process is asked to end; ``ready`` is called once with the port.

    Raises:
        SystemExit: the port is taken, or a certificate does not fit.
    """
    CentralServer(store, settings, where, ready).run()
