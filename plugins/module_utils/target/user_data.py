# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User data of a VDU instance: the cloud-init template rendered, and the SSH keys put in."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.parser import Parser
from hashlib import sha256
from types import TracebackType
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.model import NetworkService, Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Problem, TargetError

MOST_BYTES = 65_535
"""What Nova takes as user data, in base64."""

_KEYS = "ssh_authorized_keys"
_PART_TYPES = (
    ("#!", "x-shellscript"),
    ("#cloud-config-archive", "cloud-config-archive"),
    ("#cloud-config", "cloud-config"),
    ("#cloud-boothook", "cloud-boothook"),
    ("#include-once", "x-include-once-url"),
    ("#include", "x-include-url"),
    ("#part-handler", "part-handler"),
    ("## template: jinja", "jinja2"),
)


def render_user_data(
    ns: NetworkService, vnf: Vnf, vdu: Vdu, index: int, *, addresses: Mapping[str, Any] | None = None,
    ns_key: str | None = None,
) -> str | None:
    """The user data of instance ``index`` of ``vdu``, or None when there is nothing to say.

    The template sees ``params`` and ``secret_params`` by their names, and ``ns_name``, ``vnf_name``, ``vdu_name``,
    ``index``, ``count``, ``vim`` and ``addresses`` (interface name -> what the caller knows of its addresses); a parameter of
    the same name wins. ``ns_key``, the NS's own public key, is put in where the VDU asks for it. Raises TargetError, which names
    the variable, the VDU and the file.
    """
    try:
        text = _rendered(ns, vnf, vdu, index, dict(addresses or {}))
        own = (ns_key,) if ns_key and vdu.ssh_access else ()
        keys = tuple(dict.fromkeys((*ns.ssh_keys, *vnf.ssh_keys, *vdu.ssh_keys, *own)))
        user_data = with_ssh_keys(text, keys)
    except _UserDataError as error:
        raise _failed(ns, vnf, vdu, str(error)) from None
    if user_data is not None:
        size = (len(user_data.encode("utf-8", "surrogatepass")) + 2) // 3 * 4
        if size > MOST_BYTES:
            raise _failed(ns, vnf, vdu, f"the user data takes {size} bytes in base64, Nova takes {MOST_BYTES}")
    return user_data


class _UserDataError(Exception):
    """Why there is no user data."""


def _failed(ns: NetworkService, vnf: Vnf, vdu: Vdu, why: str) -> TargetError:
    number = next((at for at, one in enumerate(ns.vnfs) if one.name == vnf.name), 0)
    place = next((at for at, one in enumerate(vnf.vdus) if one.name == vdu.name), 0)
    path = f"vnfs[{number}].vdus[{place}].cloud_init"
    name = vdu.cloud_init.file if vdu.cloud_init else None
    source = f" from {name}" if name else ""
    return TargetError([Problem(path, f"user data of VDU {vnf.name}/{vdu.name}{source}: {why}")])


def _rendered(ns: NetworkService, vnf: Vnf, vdu: Vdu, index: int, addresses: dict[str, Any]) -> str | None:
    cloud_init = vdu.cloud_init
    if cloud_init is None:
        return None
    if cloud_init.text is None:
        raise _UserDataError("the file's content is not known")
    context = {
        "ns_name": ns.name,
        "vnf_name": vnf.name,
        "vdu_name": vdu.name,
        "index": index,
        "count": vdu.count,
        "vim": vdu.vim,
        "addresses": addresses,
        **cloud_init.params,
        **cloud_init.secret_params,
    }
    return _render(cloud_init.text, context, cloud_init.secret_params)


def _render(text: str, context: Mapping[str, Any], secrets: Mapping[str, Any]) -> str:
    try:
        from jinja2 import TemplateSyntaxError, UndefinedError
    except ImportError:
        raise _UserDataError("the Python package jinja2 is missing on this host") from None
    try:
        return str(_template(text).render(context))
    except TemplateSyntaxError as error:
        raise _UserDataError(f"line {error.lineno}: {error.message}") from None
    except UndefinedError as error:
        why = _without(str(error.message), secrets)
        raise _UserDataError(f"line {_line(error.__traceback__)}: {why}: give it in params or secret_params") from None
    except Exception as error:  # a template may raise whatever its filters raise
        why = _without(str(error), secrets)
        raise _UserDataError(f"line {_line(error.__traceback__)}: {type(error).__name__}: {why}") from None


@functools.lru_cache(maxsize=64)
def _template(text: str) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text)


def _line(trace: TracebackType | None) -> int:
    line = 1
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _without(text: str, secrets: Any) -> str:
    """``text`` with none of the values of ``secrets`` in it."""
    if isinstance(secrets, Mapping):
        secrets = list(secrets.values())
    if isinstance(secrets, (list, tuple)):
        for value in secrets:
            text = _without(text, value)
        return text
    word = str(secrets)
    return text.replace(word, "REDACTED") if word else text


@functools.lru_cache(maxsize=32)
def with_ssh_keys(text: str | None, keys: tuple[str, ...]) -> str | None:
    """``text`` of any kind that cloud-init knows with ``keys`` allowed to log in; None when there is neither."""
    if not keys:
        return text
    if text is None or not text.strip():
        return "#cloud-config\n" + _keys_yaml(list(keys))
    first = text.lstrip("\ufeff").split("\n", 1)[0].rstrip()
    if first == "#cloud-config":
        return _in_cloud_config(text, keys)
    return _multipart(text, "#cloud-config\n" + _keys_yaml(list(keys)))


def _keys_yaml(keys: list[Any]) -> str:
    return _yaml_text({_KEYS: keys})


def _yaml_text(value: Any) -> str:
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=2**31))


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        why = getattr(error, "problem", None) or "it does not parse"
        raise _UserDataError(f"the cloud-config is no YAML: {where}{why}") from None


def _in_cloud_config(text: str, keys: tuple[str, ...]) -> str:
    config = _yaml(text)
    if config is None:
        config = {}
    if not isinstance(config, dict) or not isinstance(config.get(_KEYS, []), (list, type(None))):
        raise _UserDataError(f"the cloud-config must be a mapping, and its {_KEYS} a list")
    there = config.get(_KEYS) or []
    wanted = {**config, _KEYS: [*there, *(key for key in keys if key not in there)]}
    if _KEYS not in config:
        # Appended as text where that says the same, so that comments and the writer's style stay.
        longer = text + ("" if text.endswith("\n") else "\n") + _keys_yaml(wanted[_KEYS])
        try:
            if _yaml(longer) == wanted:
                return longer
        except _UserDataError:
            pass
    return "#cloud-config\n" + _yaml_text(wanted)


def _multipart(text: str, config: str) -> str:
    """Both as MIME parts. The boundary comes from the content, so that the same input is the same user data."""
    message = MIMEMultipart(boundary=f"==={sha256((text + config).encode('utf-8', 'replace')).hexdigest()[:32]}===")
    for part in (*_parts(text), _part(config)):
        message.attach(part)
    return message.as_string()


def _parts(text: str) -> list[Message]:
    if not text.lower().startswith(("mime-version:", "content-type: multipart/")):
        return [_part(text)]
    message = Parser().parsestr(text)
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else [message]


def _part(text: str) -> Message:
    kind = next((name for start, name in _PART_TYPES if text.startswith(start)), "plain")
    return MIMEText(text, kind, "utf-8")
