"""A server that speaks the OpenAI API as far as it is told to, and a step that asks it."""

from __future__ import annotations

import json
import logging
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hdp_plugins.llm.extract import Extract, ExtractParams

from hdp.net import Client
from hdp.sdk import LocalFile, NotFound, Record
from hdp.serving import serve


class Model:
    """Answers what `says` holds; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.keys: list[str | None] = []
        self.names = ["small"]
        self.status = 200
        self.finish = "stop"
        self.says: object = {}
        self.raw: bytes | None = None
        self.hold: threading.Event | None = None

    def app(self, environ, start):
        self.keys.append(environ.get("HTTP_AUTHORIZATION"))
        if environ["PATH_INFO"] == "/v1/models":
            answer: object = {"data": [{"id": one} for one in self.names]}
        else:
            self.asked.append(json.loads(environ["wsgi.input"].read()))
            if self.hold:
                self.hold.wait(20)
            answer = self.answer()
        body = self.raw if self.raw is not None else json.dumps(answer).encode()
        head = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start(f"{self.status} said", head)
        return [body]

    def answer(self) -> object:
        if self.status >= 300:
            return {"error": {"message": "no such thing"}}
        text = self.says if isinstance(self.says, str) else json.dumps(self.says)
        choice = {"message": {"content": text}, "finish_reason": self.finish}
        usage = {"prompt_tokens": 120, "completion_tokens": 30}
        return {"model": "small", "choices": [choice], "usage": usage}

    def question(self) -> str:
        content = self.asked[-1]["messages"][1]["content"]
        return content if isinstance(content, str) else content[0]["text"]


@pytest.fixture
def model():
    one = Model()
    served = serve(one.app)
    one.url = f"{served.url}/v1"
    yield one
    served.stop()


@pytest.fixture
def extract(model, tmp_path):
    """Runs llm.extract on a text (and images); `settings` are the person's."""

    def go(text="", images=(), *, vocabulary=None, settings=None, secret=None, title="", **params):
        work = Path(tempfile.mkdtemp(dir=tmp_path))
        given = {"server": model.url, "model": "", "outside": "no", "price-in": "", "price-out": ""}
        given |= settings or {}
        inputs = {"texts": [_write(tmp_path / "label.txt", text)] if text else [],
                  "images": [LocalFile(one, one.name, "image/jpeg") for one in images]}  # fmt: skip
        if vocabulary:
            inputs["vocabulary"] = [_write(tmp_path / "terms.txt", vocabulary)]

        def find(name):
            if secret is None:
                raise NotFound("none")
            return secret

        files = [one for group in inputs.values() for one in group]
        with Client() as http:
            step = SimpleNamespace(
                inputs=inputs, params=ExtractParams(**params),
                record=Record({"title": title}, files),
                workdir=work, log=logging.getLogger("t"), http=http, setting=given.__getitem__,
                secret=find, progress=lambda *one: None, check_cancelled=lambda: None,
            )  # fmt: skip
            return Extract().run(step)

    return go


def _write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return LocalFile(path, path.name, "text/plain")
