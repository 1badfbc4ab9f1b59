# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User data: rendered strictly, with the SSH keys in whatever form it has."""

from __future__ import annotations

import email
from typing import Any

import pytest
import yaml
from ansible_collections.nfv.mano.plugins.module_utils.target import TargetError, load, render_user_data

KEY = "ssh-ed25519 AAAA ns"


def render(cloud_init: dict[str, Any] | None, index: int = 1, keys: bool = False, **context: Any) -> str | None:
    vdu: dict[str, Any] = {"name": "front", "count": 2, "image": "i", "flavor": "f"}
    vdu["interfaces"] = [{"name": "eth0", "virtual_link": "data"}]
    if cloud_init is not None:
        vdu["cloud_init"] = cloud_init
    vnf: dict[str, Any] = {"name": "web", "vdus": [vdu]}
    document: dict[str, Any] = {"name": "edge1", "virtual_links": [{"name": "data"}], "vnfs": [{"name": "other"}, vnf]}
    if keys:
        document["ssh_keys"] = [KEY]
        vnf["ssh_keys"] = ["ssh-ed25519 BBBB vnf", KEY]
        vdu["ssh_keys"] = ["ssh-ed25519 CCCC vdu"]
    ns = load(document)
    return render_user_data(ns, ns.vnfs[1], ns.vnfs[1].vdus[0], index, addresses=context.get("addresses", {}))


ALL_KEYS = [KEY, "ssh-ed25519 BBBB vnf", "ssh-ed25519 CCCC vdu"]


def failure(cloud_init: dict[str, Any], **context: Any) -> str:
    with pytest.raises(TargetError) as raised:
        render(cloud_init, **context)
    assert len(raised.value.problems) == 1
    return str(raised.value)


def test_nothing_to_say() -> None:
    assert render(None) is None


def test_what_a_template_sees() -> None:
    text = "{{ ns_name }} {{ vnf_name }} {{ vdu_name }} {{ index }}/{{ count }} {{ vim }} {{ a.b }} {{ s }} "
    text += "{{ addresses.eth0 }}\n"
    rendered = render(
        {"text": text, "params": {"a": {"b": 5}}, "secret_params": {"s": "hush"}}, addresses={"eth0": ["10.1.0.5"]}
    )
    assert rendered == "edge1 web front 1/2 default 5 hush ['10.1.0.5']\n"


def test_a_parameter_wins_over_what_is_there_anyway() -> None:
    assert render({"text": "{{ index }}", "params": {"index": "mine"}}) == "mine"


def test_a_missing_variable_is_named_with_vdu_and_line() -> None:
    assert failure({"text": "#cloud-config\nhostname: {{ role }}\n"}) == (
        "vnfs[1].vdus[0].cloud_init: user data of VDU web/front: line 2: 'role' is undefined: give it in params or secret_params"
    )


def test_a_missing_file_and_a_missing_variable_are_named_with_the_file() -> None:
    assert failure({"file": "front.cfg"}) == (
        "vnfs[1].vdus[0].cloud_init: user data of VDU web/front from front.cfg: the file's content is not known"
    )
    vdu = {"name": "a", "image": "i", "flavor": "f", "interfaces": [{"name": "e", "virtual_link": "n"}]}
    vdu["cloud_init"] = {"file": "x/front.cfg"}
    ns = load({"name": "n", "virtual_links": [{"name": "n"}], "vnfs": [{"name": "v", "vdus": [vdu]}]}, {"x/front.cfg": "{{ q }}"})
    with pytest.raises(TargetError, match="of VDU v/a from x/front.cfg: line 1: 'q' is undefined"):
        render_user_data(ns, ns.vnfs[0], ns.vnfs[0].vdus[0], 0, addresses={})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n{% if %}", "line 2: Expected an expression, got 'end of statement block'"),
        ("a\n\n{{ 1 / 0 }}", "line 3: ZeroDivisionError: division by zero"),
        ("{{ ''.__class__ }}", "line 1: SecurityError: access to attribute '__class__' of 'str' object is unsafe."),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "line 1: OverflowError: Range too big. The sandbox blocks ranges "),
        ("{% include 'x' %}", "line 1: TypeError: no loader for this environment specified"),
    ],
)
def test_templates_that_fail(text: str, message: str) -> None:
    assert message in failure({"text": text})


def test_an_error_says_no_secret() -> None:
    said = failure({"text": "{{ 'x'.encode(s) }}", "secret_params": {"s": "hunter2"}})
    assert "hunter2" not in said
    assert "REDACTED" in said


def test_keys_alone_make_a_cloud_config() -> None:
    rendered = render(None, keys=True)
    assert rendered is not None
    assert rendered.startswith("#cloud-config\n")
    assert yaml.safe_load(rendered) == {"ssh_authorized_keys": ALL_KEYS}


def test_keys_in_a_cloud_config_leave_its_text_alone() -> None:
    text = "#cloud-config\n# why\nhostname: x\nwrite_files:\n  - {path: /a, permissions: '0644'}"
    rendered = render({"text": text}, keys=True)
    assert rendered is not None
    assert rendered.startswith(text + "\n")
    assert yaml.safe_load(rendered) == {**yaml.safe_load(text), "ssh_authorized_keys": ALL_KEYS}


@pytest.mark.parametrize(
    "text",
    [
        "#cloud-config\nssh_authorized_keys: [ssh-ed25519 DDDD own, ssh-ed25519 AAAA ns]\nhostname: x\n",
        "#cloud-config\n{hostname: x, ssh_authorized_keys: [ssh-ed25519 DDDD own, ssh-ed25519 AAAA ns]}\n",
    ],
)
def test_keys_beside_keys_of_the_cloud_config(text: str) -> None:
    rendered = render({"text": text}, keys=True)
    assert rendered is not None
    assert rendered.startswith("#cloud-config\n")
    expected = ["ssh-ed25519 DDDD own", KEY, "ssh-ed25519 BBBB vnf", "ssh-ed25519 CCCC vdu"]
    assert yaml.safe_load(rendered) == {"hostname": "x", "ssh_authorized_keys": expected}


def test_keys_in_a_cloud_config_in_braces_or_empty() -> None:
    assert yaml.safe_load(render({"text": "#cloud-config\n{hostname: x}\n"}, keys=True) or "") == {
        "hostname": "x",
        "ssh_authorized_keys": ALL_KEYS,
    }
    assert yaml.safe_load(render({"text": "#cloud-config\n"}, keys=True) or "") == {"ssh_authorized_keys": ALL_KEYS}


def test_a_cloud_config_that_is_none() -> None:
    assert "line 2: the cloud-config" not in failure({"text": "#cloud-config\na: [1\n"}, keys=True)
    assert "the cloud-config is no YAML: line 3" in failure({"text": "#cloud-config\na: [1\n"}, keys=True)
    assert "the cloud-config must be a mapping" in failure({"text": "#cloud-config\n- a\n"}, keys=True)
    assert render({"text": "#cloud-config\na: [1\n"}) == "#cloud-config\na: [1\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("#!/bin/sh\necho ä\n", "text/x-shellscript"),
        ("#cloud-boothook\nx\n", "text/cloud-boothook"),
        ("#include-once\nhttp://x\n", "text/x-include-once-url"),
        ("#cloud-config-archive\n- x\n", "text/cloud-config-archive"),
        ("{% raw %}## template: jinja\n#cloud-config\nhostname: {{ v1.local_hostname }}\n{% endraw %}", "text/jinja2"),
        ("something else\n", "text/plain"),
    ],
)
def test_keys_beside_anything_else_are_a_part_of_their_own(text: str, kind: str) -> None:
    rendered = render({"text": text}, keys=True)
    assert rendered is not None
    assert rendered == render({"text": text}, keys=True), "the same input must be the same user data"
    message = email.message_from_string(rendered)
    parts = message.get_payload()
    assert isinstance(parts, list)
    assert [part.get_content_type() for part in parts] == [kind, "text/cloud-config"]
    body = parts[0].get_payload(decode=True).decode()
    assert body == text.replace("{% raw %}", "").replace("{% endraw %}", "")
    assert yaml.safe_load(parts[1].get_payload(decode=True)) == {"ssh_authorized_keys": ALL_KEYS}


def test_keys_beside_mime_parts() -> None:
    rendered = render({"text": render({"text": "#!/bin/sh\n"}, keys=True)}, keys=True)
    parts = email.message_from_string(rendered or "").get_payload()
    assert [part.get_content_type() for part in parts if not isinstance(part, str)] == [
        "text/x-shellscript",
        "text/cloud-config",
        "text/cloud-config",
    ]


def test_more_than_nova_takes() -> None:
    assert render({"text": "{{ 'x' * 49149 }}"}) == "x" * 49149
    assert failure({"text": "{{ 'x' * 49152 }}"}).endswith("the user data takes 65536 bytes in base64, Nova takes 65535")
