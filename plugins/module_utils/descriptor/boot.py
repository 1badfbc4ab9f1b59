# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a VDU of a VNFD is told at its boot, and who logs in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.descriptor import known_vnfd as known
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.package import cloud_init_file, missing_file
from ansible_collections.nfv.mano.plugins.module_utils.descriptor.tree import Node
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import show


def boot_data(
    vdu: Node, descriptor: str, files: Mapping[str, str], values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """``cloud_init`` and ``config_drive`` of a VDU, and the files that they name.

    :param descriptor: path of the VNFD, which files are looked for beside.
    :param values: variables of the template.
    """
    found: dict[str, Any] = {}
    used: list[str] = []
    file, text = vdu.text("cloud-init-file"), vdu.text("cloud-init") or vdu.text("boot-data")
    cloud_init: dict[str, Any] = {}
    if file:
        path = cloud_init_file(files, descriptor, file)
        if path is None:
            vdu.notes.problem(vdu.at("cloud-init-file"), missing_file(descriptor, file))
        else:
            cloud_init = {"file": path}
            used.append(path)
        if text:
            vdu.notes.leave(vdu.at("cloud-init"), "there is a cloud-init-file")
    elif text:
        cloud_init = {"text": text}
    if cloud_init:
        found["cloud_init"] = {**cloud_init, **({"params": dict(values)} if values else {})}
    boot = vdu.node("supplemental-boot-data")
    if boot:
        drive = boot.flag("boot-data-drive")
        if drive is not None:
            found["config_drive"] = drive
        boot.close(known.BOOT_DATA)
    return found, used


def ssh_access(df: Node, vnfd: str | None, vdus: Collection[str]) -> dict[str, Any]:
    """Where the NS's key pair may log in, by the id of a VDU, or of the VNFD for those that it is managed through."""
    found: dict[str, Any] = {}
    settings = df.node("lcm-operations-configuration")
    operate = settings.node("operate-vnf-op-config") if settings else None
    for entry in operate.nodes("day1-2") if operate else ():
        name = entry.text("id", required=True)
        access = entry.node("config-access")
        ssh = access.node("ssh-access") if access else None
        if ssh and ssh.flag("required") and name:
            found[name] = ssh.text("default-user") or True
            if name not in vdus and name != vnfd:
                entry.notes.warn(entry.at("id"), f"{show(name)} is no VDU here: its ssh-access is left out")
        elif ssh:
            ssh.text("default-user")
        for node, section in ((entry, known.DAY12), (access, known.ACCESS), (ssh, known.SSH_ACCESS)):
            if node:
                node.close(section)
    for node, section in ((operate, known.OPERATE), (settings, known.LCM)):
        if node:
            node.close(section)
    return found


def properties(owner: Node) -> dict[str, Any]:
    """``configurable-properties``: keys and values, or a mapping."""
    value = owner.get("configurable-properties")
    if isinstance(value, Mapping) and "key" not in value:
        return {str(key): item for key, item in value.items() if item is not None}
    found = {}
    for node in owner.nodes("configurable-properties"):
        key = node.text("key", required=True)
        if key is not None:
            found[key] = node.get("value")
        node.close(known.PROPERTY)
    return found
