"""One question to a server with the OpenAI API, and its answer, trusted in nothing."""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hdp.sdk import ComponentError, NotFound, Response, Setup, Unreachable


@dataclass(frozen=True)
class Answer:
    """What came back; tokens as the server counts them, `seconds` as waited here."""

    content: Any
    model: str
    tokens_in: int
    tokens_out: int
    seconds: float


def find_server(step: Setup) -> str:
    """The server's address without a slash at its end; it is this computer unless allowed."""
    address = step.setting("server").strip().rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ComponentError(
            f"“{address}” is no address of a server.", code="llm-server",
            hint="Such as http://127.0.0.1:11434/v1: hdp plugin set llm server ADDRESS",
        )  # fmt: skip
    if not _is_here(parts.hostname) and step.setting("outside") != "yes":
        raise ComponentError(
            f"Nothing was sent: {parts.hostname} is another computer, and sending texts and"
            " pictures outside is switched off.",
            code="llm-outside",
            hint="Take a server on this computer, or allow it: hdp plugin set llm outside yes",
        )
    return address


def _is_here(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def find_model(step: Setup, server: str) -> str:
    """The model that was chosen, or the only one the server has."""
    if chosen := step.setting("model"):
        return chosen
    names = list_models(step, server)
    if len(names) == 1:
        return names[0]
    raise ComponentError(
        f"{server} has {len(names) or 'no'} models: which one is to be asked is not chosen.",
        code="llm-model",
        hint=f"hdp plugin set llm model NAME. It has: {', '.join(names[:20]) or 'none'}.",
    )


def list_models(step: Setup, server: str) -> list[str]:
    """The names of the models that the server has."""
    answer = _request(step, "GET", f"{server}/models", None, 20.0)
    if answer.status in _SAID:
        _refuse(answer, server, "")
    listed = _json(answer, server).get("data")
    found = listed if isinstance(listed, list) else []
    return [str(one["id"]) for one in found if isinstance(one, dict) and one.get("id")]


def ask(step: Setup, server: str, body: Mapping[str, Any], limit_s: float) -> Answer:
    """Send one question; ComponentError where no whole answer in the asked form came back."""
    begin = time.monotonic()
    answer = _request(step, "POST", f"{server}/chat/completions", body, limit_s)
    seconds = time.monotonic() - begin
    _refuse(answer, server, str(body["model"]))
    data = _json(answer, server)
    content = _content(data, server)
    usage = data.get("usage") if isinstance(data.get("usage"), dict) else {}
    return Answer(
        content, _short(str(data.get("model") or body["model"])), _number(usage, "prompt_tokens"),
        _number(usage, "completion_tokens"), seconds,
    )  # fmt: skip


def _request(
    step: Setup, method: str, url: str, body: Mapping[str, Any] | None, limit_s: float
) -> Response:
    try:
        return step.http.request(
            method, url, json=body, headers=_headers(step, url), timeout=limit_s
        )
    except Unreachable as error:
        raise ComponentError(
            f"No language model answered at {urlsplit(url).netloc}: {error.message}",
            code="llm-unreachable",
            hint="Start the server (for Ollama: ollama serve), or choose another:"
            " hdp plugin set llm server ADDRESS. A slow model may need a longer `limit`.",
        ) from error


def _headers(step: Setup, url: str) -> dict[str, str]:
    try:
        key = step.secret("key")
    except NotFound:
        return {}
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        raise ComponentError(
            "The key is not sent without encryption to another computer.", code="llm-server",
            hint="Take the server's https:// address, or forget the key: hdp plugin secret llm"
            " key --remove",
        )  # fmt: skip
    return {"Authorization": f"Bearer {key}"}


_SAID = {
    401: ("the key is missing or wrong", "Store it again: hdp plugin secret llm key"),
    403: ("the key may not use this model", "Ask the service, or choose another model."),
    429: ("it is too busy, or the quota is used up", "Try later, or give the step `retries:`."),
}


def _refuse(answer: Response, server: str, model: str) -> None:
    if answer.status < 300:
        return
    reason, hint = _SAID.get(
        answer.status, (f"status {answer.status}", "Look into the server's log.")
    )
    if answer.status == 404:
        reason = f"it has no model {model}, or no chat"
        hint = "hdp plugin set llm model NAME; for Ollama: ollama pull NAME"
    if answer.status == 400:
        hint = "The model or server may not take pictures, or not hold answers to a form."
    raise ComponentError(
        f"The language model at {urlsplit(server).netloc} refused: {reason}{_told(answer)}.",
        code="llm-refused",
        hint=hint,
        values={"status": answer.status},
    )


def _told(answer: Response) -> str:
    try:
        error = json.loads(answer.text).get("error")
        text = error.get("message") if isinstance(error, dict) else error
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f" (“{' '.join(str(text).split())[:200].rstrip('.')}”)" if text else ""


def _json(answer: Response, server: str) -> Any:
    try:
        data = json.loads(answer.text)
    except (ValueError, RecursionError):
        data = None
    if answer.status >= 300 or not isinstance(data, dict):
        raise ComponentError(
            f"{server} does not speak the OpenAI API (status {answer.status}).", code="llm-server",
            hint="The address usually ends with /v1.",
        )  # fmt: skip
    return data


def _content(data: Mapping[str, Any], server: str) -> Any:
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    text = message.get("content") if isinstance(message, dict) else None
    if not isinstance(first, dict) or not isinstance(text, str):
        raise ComponentError(f"{server} answered without an answer in it.", code="llm-malformed")
    if first.get("finish_reason") == "length":
        raise ComponentError(
            "The answer was cut off at its longest length.", code="llm-cut-off",
            hint="Ask for fewer fields, or raise `max_tokens`.",
        )  # fmt: skip
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ComponentError(
            f"The answer is no JSON: “{' '.join(text.split())[:80]}”.", code="llm-malformed",
            hint="The server does not hold the model to the form; take a newer one.",
        ) from None  # fmt: skip


def _short(model: str) -> str:
    """llama.cpp calls a model by the path of its file."""
    return model.replace("\\", "/").rpartition("/")[2] if model.endswith(".gguf") else model


def _number(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else 0
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
