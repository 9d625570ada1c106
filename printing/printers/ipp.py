"""Printers that speak IPP (RFC 8011), spoken to directly or by a CUPS server, with a small client of our own."""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from app.model.answers import Say, say
from printing.errors import PrintError
from printing.printers import zpl
from printing.printers.ipp_messages import (
    Answer,
    Asked,
    Attributes,
    GarbledError,
    Group,
    Operation,
    Tag,
    question,
    read_answer,
)
from printing.printers.protocol import Media, Paper, Traits
from printing.printers.pwg_raster import pwg_raster
from printing.progress import News, Progress

_PDF, _RASTER, _RAW = "application/pdf", "image/pwg-raster", "application/vnd.cups-raw"
_LARGEST_ANSWER = 1_000_000
_EXCERPT = 200
_SAME_SIZE_MM = 1.0
_WHO = (Tag.NAME, "requesting-user-name", "storehand")
_TRAITS = (
    "printer-make-and-model",
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
    "printer-resolution-default",
    "printer-resolution-supported",
    "pwg-raster-document-resolution-supported",
    "document-format-supported",
    "media-supported",
    "media-ready",
    "media-left-margin-supported",
    "media-right-margin-supported",
    "media-top-margin-supported",
    "media-bottom-margin-supported",
    "print-scaling-supported",
)
_JOB = (
    "job-id",
    "job-uuid",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-printer-state-message",
    "job-printer-state-reasons",
)
_SIZE = re.compile(r"_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)(?:$|[^a-z])")
_MM_PER_INCH = 25.4
_STOPPED = 5
_DOTS_PER_INCH = 3
_REASONS = {
    "media-empty": "printer.paper_out",
    "media-needed": "printer.media_needed",
    "input-tray-missing": "printer.tray_missing",
    "media-jam": "printer.jam",
    "cover-open": "printer.door_open",
    "door-open": "printer.door_open",
    "interlock-open": "printer.door_open",
    "output-area-full": "printer.output_full",
    "marker-supply-empty": "printer.supply_empty",
    "toner-empty": "printer.supply_empty",
    "paused": "printer.paused",
    "moving-to-paused": "printer.paused",
    "shutdown": "printer.off",
    "offline": "printer.off",
    "connecting-to-device": "printer.off",
    "timed-out": "printer.off",
    "spool-area-full": "printer.full",
}
"""What the reasons of RFC 8011, 5.4.12, and CUPS' own ``offline`` are called."""
_STALLING = frozenset(
    {"media-empty", "media-needed", "media-jam", "cover-open", "door-open", "input-tray-missing"}
)
_HARMLESS = ("-report", "-warning")
_NEVER_LEFT = {0x0400, 0x0408, 0x0409, 0x040A, 0x040B, 0x040C, 0x040D, 0x040E, 0x040F, 0x0410, 0x0411, 0x0412}
_NOT_FOUND = {0x0406, 0x0407}
_DOUBTS = frozenset(
    {
        "aborted-by-system",
        "cups-ipp-missing-job-history",
        "job-canceled-at-device",
        "job-canceled-by-operator",
        "job-canceled-by-user",
        "job-completed-with-errors",
        "job-data-insufficient",
        "printer-stopped",
    }
)
"""What CUPS and printers add where a job that they call completed was not seen to be printed."""
_UNPRINTABLE = frozenset(
    {
        "conflicting-attributes",
        "document-format-error",
        "document-password-error",
        "document-unprintable-error",
        "unsupported-attributes-or-values",
        "unsupported-compression",
        "unsupported-document-format",
    }
)
"""Reasons for which a job ends before its first page."""
_CUPS_REFUSED = "Printer cannot print with supplied options"
"""All that CUPS says of a job that its printer refused; source: the backend ``ipp`` of CUPS 2.4."""


_CUPS_AWAY = re.compile(
    r"may not exist|not responding|unreachable|no longer exists|did not respond|is in use|is busy|[Uu]nable to"
)
"""What CUPS says of a job while its printer is away, and still says when it calls that job completed: whether the
printer had begun it before, CUPS 2.4 does not know. Measured with printers killed, and switched off and on."""


class _UnheardError(Exception):
    """There is no answer. ``sent`` says whether the question may have arrived."""

    def __init__(self, reason: Say, *, sent: bool) -> None:
        super().__init__(reason.code)
        self.reason, self.sent = reason, sent


@dataclass(frozen=True, slots=True)
class _Known:
    """A job as the printer tells it."""

    number: int
    uuid: str
    name: str
    state: int
    reasons: frozenset[str]
    of_printer: frozenset[str]
    """The printer's own reasons, as CUPS repeats them with the job."""
    message: str

    @property
    def handle(self) -> str:
        return f"{self.number} {self.uuid}".strip()


class IppPrinter:
    """One printer, or one queue of a CUPS server."""

    def __init__(self, uri: str, url: str, *, raw_dpi: int = 0, ca: str = "", answer_s: float = 20) -> None:
        """``uri`` is what the printer calls itself, ``url`` where it is reached by HTTP.

        With ``raw_dpi`` the queue has no driver and a ZPL printer of that resolution behind it. ``ca`` is a file of
        certificates to trust instead of the system's.
        """
        self._uri, self._url, self._raw_dpi = uri, url, raw_dpi
        self._numbers = itertools.count(1)
        self._stale: frozenset[str] = frozenset()
        """What the printer said of itself before the job: CUPS keeps saying what became of an earlier one."""
        self._http = httpx.Client(
            # Certificates take a tenth of a second to load, and only HTTPS needs them.
            verify=_trusting(ca) if url.startswith("https:") else False,
            trust_env=False,
            timeout=httpx.Timeout(answer_s, connect=min(5.0, answer_s)),
        )

    def probe(self) -> Traits:
        try:
            return _traits(self._attributes())
        except _UnheardError as error:
            return Traits(trouble=error.reason)

    def ready(self, paper: Paper) -> Progress | None:
        try:
            attributes = self._attributes()
            trouble = _trouble(attributes)
            if trouble is not None:
                return Progress(News.HELD, trouble)
            job = self._job(paper, attributes)
            if isinstance(job, Progress):
                return job
            answer = self._ask(Operation.VALIDATE_JOB, [*self._titled(paper), *job.operation], job.wishes)
            return _refusal(answer)
        except PrintError as error:
            return Progress(News.REFUSED, error.words)
        except _UnheardError as error:
            return Progress(News.HELD, error.reason)

    def send(self, paper: Paper) -> Progress:
        try:
            attributes = self._attributes()
            job = self._job(paper, attributes)
            if isinstance(job, Progress):
                return job
            self._stale = frozenset(map(str, attributes.get("printer-state-reasons", ())))
            document = job.document()
        except PrintError as error:
            return Progress(News.REFUSED, error.words)
        except _UnheardError as error:
            return Progress(News.HELD, error.reason)
        try:
            answer = self._ask(
                Operation.PRINT_JOB, [*self._titled(paper), *job.operation], job.wishes, document
            )
        except _UnheardError as error:
            # It may be there all the same: its name will tell.
            return Progress(News.STOPPED, error.reason) if error.sent else Progress(News.HELD, error.reason)
        refused = _refusal(answer)
        if refused is not None:
            return refused
        known = _known(answer.first(Group.JOB))
        return Progress(News.ACCEPTED, handle=known.handle if known is not None else "")

    def follow(self, paper: Paper, handle: str) -> Progress:
        try:
            known = self._of_handle(paper, handle) if handle else self._of_name(paper)
            if known is None:
                return Progress(News.LOST, say("printer.job_forgotten"))
            attributes = self._attributes() if known.state < 7 else {}
        except _UnheardError as error:
            return Progress(News.STOPPED, error.reason)
        return _judged(known, _trouble(attributes) or _stalling(attributes), self._stale)

    def cancel(self, paper: Paper, handle: str) -> Progress:
        midway = Progress(News.LOST, say("printer.cancelled_midway"))
        try:
            before = self._of_handle(paper, handle) if handle else self._of_name(paper)
            if before is None:
                return Progress(News.LOST, say("printer.job_forgotten"))
            if before.state < 7:
                self._ask(
                    Operation.CANCEL_JOB,
                    [
                        (Tag.URI, "printer-uri", self._uri),
                        (Tag.INTEGER, "job-id", before.number),
                        _WHO,
                    ],
                )
            now = self._of_handle(paper, before.handle)
        except _UnheardError as error:
            return Progress(News.LOST, error.reason)
        if now is not None and now.state == 9:
            return _judged(now, None, self._stale)
        waited = before.state in {3, 4}
        return Progress(News.WITHDRAWN) if waited and now is not None and now.state == 7 else midway

    def close(self) -> None:
        self._http.close()

    # --- jobs -----------------------------------------------------------------------------------------------------

    def _titled(self, paper: Paper) -> Asked:
        return [
            (Tag.URI, "printer-uri", self._uri),
            _WHO,
            (Tag.NAME, "job-name", paper.title),
            (Tag.BOOLEAN, "ipp-attribute-fidelity", True),
        ]

    def _job(self, paper: Paper, attributes: Attributes) -> "_Job | Progress":
        """How this printer must be asked for this paper, or why it cannot be."""
        # Loaded with the first paper: a terminal that starts must not wait for it.
        from printing.proof import page_size_mm

        pdf = _read(paper)
        width, height = page_size_mm(pdf)
        if self._raw_dpi:
            return _Job([(Tag.MIME_TYPE, "document-format", _RAW)], [], lambda: self._as_zpl(pdf, paper))
        traits = _traits(attributes)
        if "Local Raw Printer" in traits.model:
            return Progress(News.REFUSED, say("printer.raw_queue"))
        wishes: list[tuple[Tag, str, str | int | bool | Sequence[str]]] = []
        media = _of_size(traits.media, width, height)
        size = f"{width:.0f}x{height:.0f} mm"
        if media is None and _takes(attributes.get("media-supported", ()), width, height):
            media = Media(f"custom_storehand_{width:.0f}x{height:.0f}mm", width, height)
        if traits.media and media is None:
            return Progress(News.REFUSED, say("printer.no_such_media", size=size))
        if traits.loaded and _of_size(traits.loaded, width, height) is None:
            loaded = ", ".join(one.name for one in traits.loaded)
            return Progress(News.HELD, say("printer.wrong_media", size=size, loaded=loaded[:_EXCERPT]))
        if media is not None:
            wishes.append((Tag.KEYWORD, "media", media.name))
        if "none" in attributes.get("print-scaling-supported", ()):
            wishes.append((Tag.KEYWORD, "print-scaling", "none"))
        if _PDF in traits.formats:
            return _Job([(Tag.MIME_TYPE, "document-format", _PDF)], wishes, lambda: pdf)
        dpi = traits.dpi[0]
        if _RASTER in traits.formats and dpi:
            name = media.name if media is not None else ""
            form: Asked = [(Tag.MIME_TYPE, "document-format", _RASTER)]
            return _Job(form, wishes, lambda: _as_raster(pdf, dpi, name))
        return Progress(
            News.REFUSED, say("printer.no_format", formats=", ".join(traits.formats)[:_EXCERPT] or "-")
        )

    def _as_zpl(self, pdf: bytes, paper: Paper) -> bytes:
        from printing.proof import render

        pages = render(pdf, self._raw_dpi)
        return b"".join(zpl.label(page.width, page.height, page.greys, paper.title) for page in pages)

    def _of_handle(self, paper: Paper, handle: str) -> _Known | None:
        """The job of a handle. Numbers begin again at 1 when a printer restarts: it must also be our job."""
        number, _, uuid = handle.partition(" ")
        answer = self._ask(
            Operation.GET_JOB_ATTRIBUTES,
            [
                (Tag.URI, "printer-uri", self._uri),
                (Tag.INTEGER, "job-id", int(number)),
                _WHO,
                (Tag.KEYWORD, "requested-attributes", _JOB),
            ],
        )
        if answer.status in _NOT_FOUND:
            return None
        known = _known(answer.first(Group.JOB)) if answer.status < 0x0400 else None
        if known is None:
            raise _UnheardError(say("printer.garbled"), sent=True)
        same = known.uuid == uuid if known.uuid and uuid else known.name == paper.title
        return known if same else None

    def _of_name(self, paper: Paper) -> _Known | None:
        """The job of a paper that was perhaps sent, by its name."""
        for which in ("not-completed", "completed"):
            answer = self._ask(
                Operation.GET_JOBS,
                [
                    (Tag.URI, "printer-uri", self._uri),
                    _WHO,
                    (Tag.KEYWORD, "which-jobs", which),
                    (Tag.KEYWORD, "requested-attributes", _JOB),
                ],
            )
            if answer.status >= 0x0400:
                raise _UnheardError(say("printer.garbled"), sent=True)
            for told in answer.of(Group.JOB):
                known = _known(told)
                if known is not None and known.name == paper.title:
                    return known
        return None

    # --- asking ---------------------------------------------------------------------------------------------------

    def _attributes(self) -> Attributes:
        answer = self._ask(
            Operation.GET_PRINTER_ATTRIBUTES,
            [
                (Tag.URI, "printer-uri", self._uri),
                _WHO,
                (Tag.KEYWORD, "requested-attributes", _TRAITS),
            ],
        )
        if answer.status in _NOT_FOUND:
            raise _UnheardError(say("printer.not_there", url=self._uri), sent=False)
        if answer.status >= 0x0400:
            raise _UnheardError(
                say("printer.refused", status=f"0x{answer.status:04x}", reason="-"), sent=False
            )
        return answer.first(Group.PRINTER)

    def _ask(self, operation: Operation, asked: Asked, job: Asked = (), document: bytes = b"") -> Answer:
        data = question(operation, next(self._numbers) & 0x7FFFFFFF, asked, job) + document
        try:
            with self._http.stream(
                "POST", self._url, content=data, headers={"Content-Type": "application/ipp"}
            ) as answer:
                if answer.status_code != 200:
                    reason = say("printer.http", status=answer.status_code)
                    raise _UnheardError(reason, sent=answer.status_code >= 500)
                return read_answer(_limited(answer.iter_raw()))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _UnheardError(say("printer.unreachable", reason=_cut(str(error))), sent=False) from error
        except httpx.HTTPError as error:
            raise _UnheardError(say("printer.no_answer", reason=_cut(str(error))), sent=True) from error
        except GarbledError as error:
            raise _UnheardError(say("printer.garbled"), sent=True) from error


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked along with a document, and the document in the form that the printer reads."""

    operation: Asked
    wishes: Asked
    document: Callable[[], bytes]


def _trusting(ca: str) -> Any:
    if not ca:
        return True
    import ssl

    return ssl.create_default_context(cafile=ca)


def _read(paper: Paper) -> bytes:
    try:
        return paper.path.read_bytes()
    except OSError as error:
        raise PrintError(
            "print.not_read", path=str(paper.path), reason=error.strerror or str(error)
        ) from error


def _as_raster(pdf: bytes, dpi: int, media: str) -> bytes:
    from printing.proof import render

    return pwg_raster(((page.width, page.height, page.greys) for page in render(pdf, dpi)), dpi, media)


def _limited(chunks: Iterable[bytes]) -> bytes:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > _LARGEST_ANSWER:
            raise GarbledError("too long")
    return bytes(read)


def _cut(text: str) -> str:
    """A text from outside that cannot steer a terminal and is not long; a dash where there is none."""
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[:_EXCERPT] or "-"


# --- what answers mean --------------------------------------------------------------------------------------------


def _known(told: Attributes) -> _Known | None:
    number, state = _one(told, "job-id"), _one(told, "job-state")
    if not isinstance(number, int) or not isinstance(state, int):
        return None
    return _Known(
        number,
        str(_one(told, "job-uuid") or ""),
        str(_one(told, "job-name") or ""),
        state,
        _names(told, "job-state-reasons"),
        _names(told, "job-printer-state-reasons"),
        _cut(str(_one(told, "job-printer-state-message") or "")),
    )


def _names(told: Attributes, name: str) -> frozenset[str]:
    return frozenset(one for one in told.get(name, ()) if isinstance(one, str) and one != "none")


def _judged(known: _Known, trouble: Say | None, stale: frozenset[str]) -> Progress:
    """What a job's state means, given what troubles its printer, and what that said already before the job."""
    handle = known.handle
    reasons = known.reasons | (known.of_printer - stale)
    told = ", ".join(sorted(reasons)) or "-"
    if known.state in {3, 5} and trouble is not None:
        return Progress(News.STOPPED, trouble, handle)
    away = _CUPS_AWAY.search(known.message) is not None
    match known.state:
        case 3:
            return Progress(News.ACCEPTED, handle=handle)
        case 4:
            return Progress(News.STOPPED, say("printer.job_held"), handle)
        case 5 if away:
            return Progress(News.STOPPED, say("printer.off"), handle)
        case 5:
            return Progress(News.PRINTING, handle=handle)
        case 6:
            return Progress(News.STOPPED, trouble or say("printer.stopped", reason=known.message), handle)
        case 9 if not reasons & _DOUBTS and not away:
            return Progress(News.PRINTED, handle=handle)
        case 9:
            return Progress(News.LOST, say("printer.job_doubtful", reasons=f"{told} {known.message}"), handle)
        case _ if reasons & _UNPRINTABLE or _CUPS_REFUSED in known.message:
            return Progress(News.REFUSED, say("printer.options", reason=f"{told} {known.message}"))
        case _:
            return Progress(News.LOST, say("printer.job_ended", reasons=f"{told} {known.message}"), handle)


def _refusal(answer: Answer) -> Progress | None:
    """A status that says no: for ever, or for now (RFC 8011, appendix B)."""
    if answer.status < 0x0400:
        return None
    what = ", ".join(sorted(answer.first(Group.UNSUPPORTED))) or "-"
    if answer.status in _NEVER_LEFT:
        return Progress(News.REFUSED, say("printer.options", reason=f"0x{answer.status:04x} {what}"))
    words = _cut(str(_one(answer.first(Group.OPERATION), "status-message") or "-"))
    return Progress(News.HELD, say("printer.refused", status=f"0x{answer.status:04x}", reason=words))


def _trouble(attributes: Attributes) -> Say | None:
    """Why a printer would not print now."""
    others = []
    for reason in attributes.get("printer-state-reasons", ()):
        told = str(reason)
        if told == "none" or told.endswith(_HARMLESS):
            continue
        code = _REASONS.get(told.removesuffix("-error"))
        if code is not None:
            return say(code)
        if told.endswith("-error"):
            others.append(told)
    message = _cut(", ".join(others) or str(_one(attributes, "printer-state-message") or ""))
    if others or _one(attributes, "printer-state") == _STOPPED:
        return say("printer.stopped", reason=message)
    if _one(attributes, "printer-is-accepting-jobs") is False:
        return say("printer.not_accepting")
    return None


def _stalling(attributes: Attributes) -> Say | None:
    """What a printer only warns of though a job that it prints cannot go on: some say ``media-empty-warning`` then."""
    for reason in attributes.get("printer-state-reasons", ()):
        kind = str(reason).removesuffix("-warning")
        if kind in _STALLING and kind != reason:
            return say(_REASONS[kind])
    return None


def _traits(attributes: Attributes) -> Traits:
    margins = [_margin(attributes, side) for side in ("left", "right", "top", "bottom")]
    return Traits(
        model=_cut(str(_one(attributes, "printer-make-and-model") or "IPP")),
        dpi=_dpi(attributes),
        media=_media(attributes.get("media-supported", ()), margins),
        loaded=_media(attributes.get("media-ready", ()), margins),
        formats=tuple(str(one) for one in attributes.get("document-format-supported", ())),
        trouble=_trouble(attributes),
    )


def _dpi(attributes: Attributes) -> tuple[int, int]:
    for name in (
        "printer-resolution-default",
        "pwg-raster-document-resolution-supported",
        "printer-resolution-supported",
    ):
        for value in attributes.get(name, ()):
            if isinstance(value, tuple) and len(value) == 3 and all(0 < one <= 10_000 for one in value[:2]):
                per_inch = 1 if value[2] == _DOTS_PER_INCH else _MM_PER_INCH / 10
                return round(value[0] * per_inch), round(value[1] * per_inch)
    return 0, 0


def _media(names: Iterable[Any], margins: list[float]) -> tuple[Media, ...]:
    """Papers by their self-describing names (PWG 5101.1); names of another form say no size and are left out."""
    found = []
    for name in names:
        size = _SIZE.search(name) if isinstance(name, str) else None
        if size is None or name.startswith(("custom_min", "custom_max")):
            continue
        unit = _MM_PER_INCH if size[3] == "in" else 1
        found.append(Media(name, float(size[1]) * unit, float(size[2]) * unit, *margins))
    return tuple(found)


def _of_size(media: Iterable[Media], width: float, height: float) -> Media | None:
    for one in media:
        if abs(one.width_mm - width) <= _SAME_SIZE_MM and abs(one.height_mm - height) <= _SAME_SIZE_MM:
            return one
    return None


def _takes(names: Iterable[Any], width: float, height: float) -> bool:
    """Whether paper of any size between a smallest and a largest one is taken, and this is one."""
    bounds = {}
    for name in names:
        size = _SIZE.search(name) if isinstance(name, str) else None
        if size is not None and name.startswith(("custom_min", "custom_max")):
            unit = _MM_PER_INCH if size[3] == "in" else 1
            bounds[name[7:10]] = float(size[1]) * unit, float(size[2]) * unit
    (low, short), (high, long) = bounds.get("min", (1, 1)), bounds.get("max", (0, 0))
    return low <= width <= high and short <= height <= long


def _margin(attributes: Attributes, side: str) -> float:
    """The smallest margin that a printer can leave, in millimetres; it says hundredths."""
    told = [
        one
        for one in attributes.get(f"media-{side}-margin-supported", ())
        if isinstance(one, int) and one >= 0
    ]
    return min(told, default=0) / 100


def _one(attributes: Attributes, name: str) -> Any:
    values = attributes.get(name, ())
    return values[0] if values else None
