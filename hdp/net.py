"""The HTTP client: the only module that talks HTTP. It sends once and never repeats."""

from __future__ import annotations

import hashlib
import json as json_module
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from hdp import __version__
from hdp.sdk import Cancelled, HdpError, InvalidInput, Refused, Unreachable

BLOCK = 1 << 20
USER_AGENT = (
    f"HeritageDataProcessor/{__version__} (+https://github.com/heritage-data-processor/hdp)"
)
LARGEST_ANSWER = 64 << 20
REDIRECTS = 5
_HEADERS = {
    "User-Agent": USER_AGENT, "Accept": "application/json", "Connection": "keep-alive",
    "Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"],
}  # fmt: skip
_WAY_KEPT_S = 30.0  # who moves to another network gets its proxy after this
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class CallMade:
    """A request that ended: its address without query, and None where no answer came.

    `sent` and `received` are bytes of the bodies.
    """

    method: str
    url: str
    status: int | None
    seconds: float
    sent: int = 0
    received: int = 0


OnCall = Callable[[CallMade], None]
OnAnswer = Callable[[int, Mapping[str, str]], None]

_BEARER = re.compile(r"(?i)\bbearer\s+[^\s'\",;]+")
_QUERY_TOKEN = re.compile(r"(?i)\b(access_token|token|api_key)=[^\s&'\"]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Cut secrets, bearer tokens and tokens in query strings out of a text."""
    for secret in sorted((one for one in secrets if one), key=len, reverse=True):
        text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
    return _QUERY_TOKEN.sub(r"\1=***", _BEARER.sub("Bearer ***", text))


def without_query(url: str) -> str:
    """The address without user names, query and fragment, safe to show and log."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def host_of(url: str) -> str:
    """`host:port` of an address, lower case, the port as the scheme means it."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{(parts.hostname or '').lower()}:{port}"


def is_loopback(url: str) -> bool:
    """Whether the address is this computer."""
    return (urlsplit(url).hostname or "").lower() in LOOPBACK


@dataclass
class Answer:
    """An answer, read to its end; bytes that are no UTF-8 are replaced in `text`."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)
    url: str

    def json(self) -> Any:
        """The body as JSON; raises Unreachable with code `bad-answer` where it is none."""
        try:
            return json_module.loads(self.text)
        except (ValueError, RecursionError):
            start = " ".join(redact(self.text[:400]).split())[:80]
        raise Unreachable(
            f"{urlsplit(self.url).hostname} answered {self.status} with something that is no JSON: "
            f"“{start}”.",
            code="bad-answer",
            hint="Often a proxy, a login page or maintenance. Try again later.",
            values={"status": self.status},
        )


class Reader:
    """A file as a request body of known length that can be cancelled between blocks.

    With `sha256` the last block is only given out when the whole file has that digest: a
    body that lacks its end is not stored by any server, so no other bytes ever are.
    """

    def __init__(
        self,
        file: IO[bytes],
        size: int,
        *,
        name: str,
        progress: Callable[[int, int], None] | None,
        cancelled: Callable[[], bool],
        sha256: str = "",
    ) -> None:
        self._file, self._size, self._name = file, size, name
        self._progress, self._cancelled = progress, cancelled
        self._sent = 0
        self._expected = sha256.lower()
        self._digest = hashlib.sha256()

    def __len__(self) -> int:
        return self._size

    def read(self, _amount: int = -1) -> bytes:
        """The next block; never more than the length that was announced."""
        if self._cancelled():
            raise Cancelled("The upload was stopped.")
        block = self._file.read(min(BLOCK, self._size - self._sent))
        if not block and self._sent < self._size:
            raise self._changed("became shorter while it was being sent")
        self._sent += len(block)
        self._check(block)
        if self._progress is not None and block:
            self._progress(self._sent, self._size)
        return block

    def _check(self, block: bytes) -> None:
        if not self._expected:
            return
        self._digest.update(block)
        if self._sent >= self._size and self._digest.hexdigest() != self._expected:
            raise self._changed("was changed after its record was prepared; it was not stored")

    def _changed(self, what: str) -> InvalidInput:
        return InvalidInput(
            f"{self._name} {what}.",
            code="file-changed",
            hint="Wait until nothing writes to it any more, scan again, then prepare and send it"
            " anew.",
            where={"file": self._name},
        )

    def tell(self) -> int:
        """Bytes read so far."""
        return self._sent

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, as urllib3 does before it sends a body anew."""
        self._sent = self._file.seek(offset, whence)
        # Only from its start can the whole be checked; from elsewhere nothing would fit.
        self._digest = hashlib.sha256()
        return self._sent


class _Adapter(HTTPAdapter):
    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, blocksize=BLOCK, **pool_kwargs)


class Client:
    """The `Http` of targets and components, safe for several threads.

    With `token` and `allowed_host` (`host:port` or an address) it adds the bearer
    token to requests for that host and refuses to send it anywhere else; a target
    may also set its own Authorization header. `on_call` hears every call, `on_answer(status,
    headers)` every answer; `pace` is held around each request; an answer of more than `largest`
    bytes is refused. An Unreachable whose
    `values["sent"]` is False surely did nothing.
    """

    def __init__(
        self,
        *,
        token: str = "",
        allowed_host: str = "",
        ca_path: Path | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 60.0,
        upload_timeout: float = 300.0,
        cancelled: Callable[[], bool] | None = None,
        on_call: OnCall | None = None,
        on_answer: OnAnswer | None = None,
        pace: Callable[[], AbstractContextManager[None]] = nullcontext,
        largest: int = LARGEST_ANSWER,
    ) -> None:
        self.server_time: float | None = None
        self._token, self._largest = token, largest
        self._allowed = host_of(allowed_host) if "://" in allowed_host else allowed_host.lower()
        self._verify: str | None = str(ca_path) if ca_path else None
        self._timeouts = (connect_timeout, read_timeout, upload_timeout)
        self._cancelled = cancelled or (lambda: False)
        self._on_call, self._on_answer = on_call, on_answer
        self._pace = pace
        self._clock: tuple[float, float] | None = None
        self._expected: dict[Path, list[str]] = {}
        self._lock = threading.Lock()
        self._session = _session()
        self._ways: dict[str, tuple[float, dict[str, Any]]] = {}

    def __repr__(self) -> str:
        return f"Client({self._allowed or 'any host'})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the kept connections; the client opens new ones when used again."""
        self._session.close()

    def server_now(self) -> float | None:
        """The server's clock now (UTC seconds), carried on from its last Date header."""
        with self._lock:
            return (
                None if self._clock is None else self._clock[0] + time.monotonic() - self._clock[1]
            )

    @contextmanager
    def expecting(self, path: Path, sha256: str) -> Iterator[None]:
        """While it lasts, a body from this path is sent whole only with this digest."""
        with self._lock:
            self._expected.setdefault(path, []).append(sha256)
        try:
            yield
        finally:
            with self._lock:
                # Another upload may be sending the same file for another record.
                self._expected[path].remove(sha256)
                if not self._expected[path]:
                    del self._expected[path]

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        body: bytes | Path | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Answer:
        """Send it once. Any status is returned; Unreachable where there was no whole answer."""
        _check_address(url)
        sent = self._headers(url, headers or {}, json is not None)
        secrets = (self._token, sent.get("Authorization", "").rpartition(" ")[2])
        data: Any = None if json is None else json_module.dumps(json).encode()
        read = timeout or (self._timeouts[2] if isinstance(body, Path) else self._timeouts[1])
        call = _Call(method.upper(), url, params, sent, (self._timeouts[0], read), secrets)
        if not isinstance(body, Path):
            return self._send(call, data if body is None else body)
        with _open(body) as file:
            size = body.stat().st_size
            with self._lock:
                sha256 = next(iter(self._expected.get(body, ())), "")
            reader = Reader(
                file, size, name=body.name, progress=progress, cancelled=self._cancelled,
                sha256=sha256,
            )  # fmt: skip
            return self._send(call, reader)

    def _headers(self, url: str, given: Mapping[str, str], is_json: bool) -> dict[str, str]:
        sent = {name.title(): value for name, value in given.items()}
        if is_json:
            sent.setdefault("Content-Type", "application/json")
        host = host_of(url)
        if self._token and host == self._allowed:
            sent.setdefault("Authorization", f"Bearer {self._token}")
        elif self._token and self._allowed and any(self._token in one for one in sent.values()):
            raise Refused(
                f"The token for {self._allowed} is not sent to {host}.", code="foreign-host"
            )
        return sent

    def _send(self, call: _Call, data: Any) -> Answer:
        if self._cancelled():
            raise Cancelled("The request was stopped before it was sent.")
        for _ in range(REDIRECTS):
            with self._pace():
                answer = self._send_one(call, data)
            target = urljoin(call.url, answer.headers.get("Location", ""))
            moved = answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers
            same = urlsplit(target)[:2] == urlsplit(call.url)[:2]
            if not moved or not same or call.method not in ("GET", "HEAD"):
                return answer
            call = call.to(target)
        raise Unreachable(
            f"{host_of(call.url)} sends from one address to the next without an end.",
            code="bad-answer",
        )

    def _send_one(self, call: _Call, data: Any) -> Answer:
        begin = time.monotonic()
        answer: Answer | None = None
        problem: HdpError | None = None
        try:
            answer = self._exchange(call, data)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            problem = _unreachable(call, error)
        except HdpError as error:
            problem = error
        finally:
            self._tell(call, answer, time.monotonic() - begin, _sent(data))
        # Raised here and not above: the first error's context holds the request and its token.
        if answer is None:
            raise problem or Unreachable(f"{host_of(call.url)} gave no answer.")
        return answer

    def _exchange(self, call: _Call, data: Any) -> Answer:
        # Not `session.request`: half of its time goes into cookies, hooks, redirects and .netrc,
        # none of which must have a part in this.
        prepared = _prepared(call, data)
        adapter = self._session.get_adapter(str(prepared.url))
        with adapter.send(
            prepared, stream=True, timeout=call.timeout, **self._way(str(prepared.url))
        ) as response:
            parts, size = [], 0
            for block in response.iter_content(64 << 10):
                size += len(block)
                if size > self._largest:
                    raise Unreachable(
                        f"{host_of(call.url)} answered with more than {self._largest >> 20} MiB.",
                        code="bad-answer",
                    )
                parts.append(block)
            text = b"".join(parts).decode("utf-8", "replace")
            return Answer(response.status_code, response.headers, text, without_query(call.url))

    def _way(self, url: str) -> dict[str, Any]:
        """Proxies and trusted certificates for a host, as the system says; kept for a while."""
        host, moment = host_of(url), time.monotonic()
        known = self._ways.get(host)
        if known is None or moment - known[0] > _WAY_KEPT_S:
            proxies = {"no_proxy": ",".join(LOOPBACK)} if is_loopback(url) else {}
            way = dict(
                self._session.merge_environment_settings(url, proxies, True, self._verify, None)
            )
            del way["stream"]
            known = self._ways[host] = (moment, way)
        return known[1]

    def _tell(self, call: _Call, answer: Answer | None, seconds: float, sent: int) -> None:
        if answer is not None:
            self._set_clock(answer.headers.get("Date", ""))
            if self._on_answer is not None:
                self._on_answer(answer.status, answer.headers)
        if self._on_call is not None:
            url = redact(without_query(call.url), call.secrets)
            status, received = (answer.status, len(answer.text)) if answer else (None, 0)
            self._on_call(CallMade(call.method, url, status, seconds, sent, received))

    def _set_clock(self, date: str) -> None:
        try:
            told = parsedate_to_datetime(date)
        except (ValueError, TypeError, IndexError):
            return
        stamp = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
        with self._lock:
            self.server_time, self._clock = stamp, (stamp, time.monotonic())


@dataclass(frozen=True, repr=False)
class _Call:
    method: str
    url: str
    params: Mapping[str, Any] | None
    headers: dict[str, str]
    timeout: tuple[float, float]
    secrets: tuple[str, ...]

    def to(self, url: str) -> _Call:
        return _Call(self.method, url, None, self.headers, self.timeout, self.secrets)


def _sent(data: Any) -> int:
    return data.tell() if isinstance(data, Reader) else len(data or b"")


def _session() -> requests.Session:
    session = requests.Session()
    adapter = _Adapter(pool_connections=8, pool_maxsize=16, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _prepared(call: _Call, data: Any) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.prepare_method(call.method)
    prepared.prepare_url(call.url, dict(call.params) if call.params else None)
    prepared.prepare_headers({**_HEADERS, **call.headers})
    prepared.prepare_body(data, None)
    return prepared


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    raise InvalidInput(
        f"{path.name} cannot be read: {reason}.",
        code="file-unreadable",
        hint="Check that the file is still there and that you may read it.",
        where={"file": str(path)},
    )


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        if parts.hostname and parts.port != 0:
            return
    except ValueError:
        pass
    raise Unreachable(
        f"“{redact(url.partition('?')[0])}” is no address.",
        hint="Check the address of the environment; it begins with https://.",
        values={"sent": False},
    )


def _unreachable(call: _Call, error: Exception) -> Unreachable:
    host = urlsplit(call.url).hostname or call.url
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    badly = (
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidHeader,
    )
    sent = not isinstance(reason, never) and not isinstance(error, badly)
    what = f"{call.method} {urlsplit(call.url).path or '/'}"
    text = redact(
        f"{host} could not be reached ({what}): {_why(call, error, reason)}.", call.secrets
    )
    return Unreachable(
        text,
        hint="Check the network and try again; nothing is sent twice on a guess.",
        values={"host": host, "sent": sent},
    )


def _why(call: _Call, error: Exception, reason: object) -> str:
    connect, read = call.timeout
    kinds: tuple[tuple[type[Exception], str], ...] = (
        (requests.exceptions.ConnectTimeout, f"no connection within {connect:g} s"),
        (requests.exceptions.ReadTimeout, f"no answer for {read:g} s"),
        (requests.exceptions.SSLError, "its certificate is not trusted or the encryption failed"),
        (requests.exceptions.ProxyError, "the proxy did not let us through"),
        (requests.exceptions.ChunkedEncodingError, "the answer was cut off"),
        (requests.exceptions.ContentDecodingError, "the answer is damaged"),
        (requests.exceptions.InvalidURL, "the address is not valid"),
        (requests.exceptions.MissingSchema, "the address lacks https://"),
        (requests.exceptions.InvalidSchema, "the address does not start with https://"),
    )
    for kind, sentence in kinds:
        if isinstance(error, kind):
            return sentence
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return "no such host, or no network"
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return "the connection was refused"
    return "the connection was cut off"
