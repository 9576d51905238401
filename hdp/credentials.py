"""Tokens: from the environment, the computer's keyring, or a file that only you may read."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from hdp.paths import replace_text
from hdp.sdk import InvalidInput, NotFound

FILE = "tokens.json"


class Credentials:
    """The tokens of one HDP home; they are never shown, logged or kept in a project.

    Looked for in `$HDP_TOKEN_<ENV>`, the keyring, and `tokens.json` (mode 0600) in the
    home folder, in this order. `keyring` may be given; else it is imported when needed.
    """

    def __init__(self, home: Path, *, keyring: Any = None) -> None:
        self._home = home
        self._keyring = keyring
        self._lock = threading.Lock()
        digest = hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:12]
        self._service = f"heritage-data-processor-{digest}"

    def __repr__(self) -> str:
        return f"Credentials({self._home})"

    def get(self, env: str) -> tuple[str, str]:
        """(token, where it is from in words); NotFound with code `no-token` when there is none."""
        variable = variable_of(env)
        token = os.environ.get(variable, "").strip()
        if token:
            return _checked(token, f"${variable}"), f"the variable {variable}"
        token = self._from_keyring(env)
        if token:
            return token, "the keyring of this computer"
        token = self._read_file().get(env, "")
        if token:
            return token, f"the file {self._path}"
        raise NotFound(
            f"There is no token for {env}.",
            code="no-token",
            hint=f"Make one on the site (Applications, Personal access tokens) and store it: "
            f"hdp env token {env}",
            where={"environment": env},
        )

    def has(self, env: str) -> bool:
        """Whether a token can be found."""
        try:
            return bool(self.get(env))
        except NotFound:
            return False

    def store(self, env: str, token: str) -> str:
        """Keep a token; a sentence that says where."""
        token = _checked(token.strip(), "The token")
        if self._to_keyring(env, token):
            self._change_file(env, None)
            told = "The token is in the keyring of this computer."
        else:
            self._change_file(env, token)
            told = (
                f"This computer has no usable keyring: the token is in {self._path}, "
                "which only you may read."
            )
        if os.environ.get(variable_of(env)):
            told += f" The variable {variable_of(env)} is set and goes first."
        return told

    def remove(self, env: str) -> str:
        """Forget a token wherever HDP kept it; a sentence on what was done."""
        gone = self._forget_keyring(env)
        gone = self._change_file(env, None) or gone
        told = "The token is removed." if gone else f"No token for {env} was kept."
        if os.environ.get(variable_of(env)):
            told += f" The variable {variable_of(env)} is still set."
        return told

    @property
    def _path(self) -> Path:
        return self._home / FILE

    def _backend(self) -> Any:
        if self._keyring is None:
            import keyring  # takes a third of a second

            self._keyring = keyring
        return self._keyring

    def _from_keyring(self, env: str) -> str:
        try:
            return str(self._backend().get_password(self._service, env) or "")
        except Exception:  # noqa: BLE001 - backends raise whatever their system raises
            return ""

    def _to_keyring(self, env: str, token: str) -> bool:
        try:
            self._backend().set_password(self._service, env, token)
            return bool(self._backend().get_password(self._service, env) == token)
        except Exception:  # noqa: BLE001 - backends raise whatever their system raises
            return False

    def _forget_keyring(self, env: str) -> bool:
        if not self._from_keyring(env):
            return False
        try:
            self._backend().delete_password(self._service, env)
            return True
        except Exception:  # noqa: BLE001 - backends raise whatever their system raises
            return False

    def _read_file(self) -> dict[str, str]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, ValueError, RecursionError):
            data = None
        if isinstance(data, dict) and all(isinstance(one, str) for one in data.values()):
            return data
        raise InvalidInput(
            f"{self._path} cannot be read as a list of tokens.",
            code="tokens-unreadable",
            hint="Rename it and store the tokens again; HDP does not overwrite it.",
            where={"file": str(self._path)},
        )

    def _change_file(self, env: str, token: str | None) -> bool:
        """Set or take out one token; False where nothing was to be changed."""
        with self._lock:
            tokens = self._read_file()
            before = tokens.get(env)
            if before == token:
                return False
            if token is None:
                del tokens[env]
            else:
                tokens[env] = token
            _write_private(self._path, json.dumps(tokens, indent=1, sort_keys=True) + "\n")
            return True


def variable_of(env: str) -> str:
    """The name of the variable that may hold an environment's token."""
    return f"HDP_TOKEN_{env.upper().replace('-', '_')}"


def _checked(token: str, what: str) -> str:
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise InvalidInput(
        f"{what} is empty or holds characters that no token has.",
        code="token-invalid",
        hint="Copy it again from the site, without spaces and line breaks.",
    )


def _write_private(path: Path, text: str) -> None:
    """Write beside and swap: no moment in which others may read it or half of it is there."""
    problem = ""
    try:
        replace_text(path, text)
    except OSError as error:
        problem = error.strerror or "unknown reason"
    if problem:
        raise InvalidInput(
            f"The token cannot be kept in {path}: {problem}.",
            code="home-not-writable",
            hint="Check the folder, or set the token in a variable instead.",
            where={"file": str(path)},
        )
