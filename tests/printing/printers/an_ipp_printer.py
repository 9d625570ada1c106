"""An IPP printer in this process, with every fault that a real one has, to order."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from printing.printers.ipp_messages import Group, Operation, read_answer

A6 = "iso_a6_105x148mm"
A4 = "iso_a4_210x297mm"


@dataclass
class JobThere:
    """A job as the printer has it."""

    number: int
    uuid: str
    name: str
    asked: dict[str, tuple[Any, ...]]
    document: bytes
    state: int = 3
    reasons: tuple[str, ...] = ("none",)
    message: str = ""
    of_printer: tuple[str, ...] = ("none",)


@dataclass
class IppPrinterThere:
    """What the printer is like; tests change it while it runs."""

    port: int = 0
    model: str = "Storehand Test Printer"
    state: int = 3
    reasons: tuple[str, ...] = ("none",)
    accepting: bool = True
    formats: tuple[str, ...] = ("application/octet-stream", "application/pdf", "image/pwg-raster")
    media: tuple[str, ...] = (A6, A4)
    ready: tuple[str, ...] = ()
    jobs: list[JobThere] = field(default_factory=list)
    next_number: int = 1
    boots: int = 1
    prints_at_once: bool = True
    refuses: int = 0
    """A status for Validate-Job."""
    faults: dict[Operation, list[str]] = field(default_factory=dict)
    """What happens at the next questions of a kind: ``hang_up``, ``after`` (done, then hung up), ``garbage``, ``huge``,
    ``500``, ``slow`` (done, and answered after ``waits``)."""
    waits: threading.Event = field(default_factory=threading.Event)
    heard: list[Operation] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    def restart(self) -> None:
        """Switched off and on: nothing is remembered, numbers begin at 1 again."""
        self.jobs.clear()
        self.next_number = 1
        self.boots += 1

    def answer(self, data: bytes) -> bytes:
        asked = read_answer(data)
        operation = Operation(asked.status)
        self.heard.append(operation)
        told = asked.first(Group.OPERATION)
        match operation:
            case Operation.GET_PRINTER_ATTRIBUTES:
                return message(0, (Group.PRINTER, self._attributes()))
            case Operation.VALIDATE_JOB if self.refuses:
                return message(self.refuses, (Group.UNSUPPORTED, {"media": [(0x44, "na_letter_8.5x11in")]}))
            case Operation.VALIDATE_JOB:
                return message(0)
            case Operation.PRINT_JOB:
                job = JobThere(
                    self.next_number,
                    f"urn:uuid:{self.boots}-{self.next_number}",
                    told["job-name"][0],
                    {**told, **asked.first(Group.JOB)},
                    data,
                    state=9 if self.prints_at_once else 3,
                )
                self.next_number += 1
                self.jobs.append(job)
                return message(0, (Group.JOB, _job(job)))
            case Operation.GET_JOB_ATTRIBUTES | Operation.CANCEL_JOB:
                number = told["job-id"][0]
                found = next((job for job in self.jobs if job.number == number), None)
                if found is None:
                    return message(0x0406)
                if operation is Operation.CANCEL_JOB and found.state < 7:
                    found.state = 7
                return message(0, (Group.JOB, _job(found)))
            case Operation.GET_JOBS:
                done = told["which-jobs"][0] == "completed"
                return message(0, *((Group.JOB, _job(job)) for job in self.jobs if (job.state > 6) == done))

    def _attributes(self) -> dict[str, list[tuple[int, Any]]]:
        return {
            "printer-make-and-model": [(0x41, self.model)],
            "printer-state": [(0x23, self.state)],
            "printer-state-reasons": [(0x44, reason) for reason in self.reasons],
            "printer-is-accepting-jobs": [(0x22, self.accepting)],
            "document-format-supported": [(0x49, form) for form in self.formats],
            "media-supported": [(0x44, name) for name in self.media],
            "media-ready": [(0x44, name) for name in self.ready],
            "printer-resolution-default": [(0x32, (203, 203, 3))],
            "media-left-margin-supported": [(0x21, 0), (0x21, 300)],
            "media-top-margin-supported": [(0x21, 150)],
            "print-scaling-supported": [(0x44, "auto"), (0x44, "none")],
        }


def _job(job: JobThere) -> dict[str, list[tuple[int, Any]]]:
    return {
        "job-id": [(0x21, job.number)],
        "job-uuid": [(0x45, job.uuid)],
        "job-name": [(0x42, job.name)],
        "job-state": [(0x23, job.state)],
        "job-state-reasons": [(0x44, reason) for reason in job.reasons],
        "job-printer-state-message": [(0x41, job.message)],
        "job-printer-state-reasons": [(0x44, reason) for reason in job.of_printer],
    }


def message(status: int, *groups: tuple[int, dict[str, list[tuple[int, Any]]]]) -> bytes:
    """An answer as bytes."""
    first = (Group.OPERATION, {"attributes-charset": [(0x47, "utf-8")]})
    out = [struct.pack(">HHI", 0x0200, status, 1)]
    for tag, attributes in (first, *groups):
        out.append(bytes([tag]))
        for name, values in attributes.items():
            for number, (form, value) in enumerate(values):
                told = b"" if number else name.encode()
                data = written(form, value)
                out.append(struct.pack(">BH", form, len(told)) + told + struct.pack(">H", len(data)) + data)
    return b"".join(out) + b"\x03"


def written(form: int, value: Any) -> bytes:
    if form == 0x32:
        return struct.pack(">iib", *value)
    if form == 0x22:
        return bytes([value])
    if isinstance(value, int):
        return struct.pack(">i", value)
    return bytes(value) if isinstance(value, bytes) else str(value).encode()


@contextmanager
def serving(printer: IppPrinterThere) -> Iterator[IppPrinterThere]:
    """Switch the printer on; at the same port as before, if it had one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or self._chunked()
            operation = Operation(struct.unpack_from(">H", data, 2)[0])
            orders = printer.faults.get(operation, [])
            fault = orders.pop(0) if orders else ""
            if fault == "hang_up":
                self.close_connection = True
                return
            if fault == "slow":
                printer.answer(data)
                printer.waits.wait(30)
                self.close_connection = True
                return
            if fault == "500":
                self.send_error(500)
                return
            answer = printer.answer(data)
            if fault == "after":
                self.close_connection = True
                return
            if fault == "garbage":
                answer = b"<html>login</html>"
            if fault == "huge":
                answer = bytes(3_000_000)
            self.send_response(200)
            self.send_header("Content-Type", "application/ipp")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _chunked(self) -> bytes:
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            return data

        def log_message(self, format: str, *args: Any) -> None:
            """Tests are quiet."""

        def handle(self) -> None:
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", printer.port), Handler)
    printer.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield printer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
