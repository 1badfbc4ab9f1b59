# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold between the parts of a document. Parts that could not be read are None and pass unchecked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.target.check_flavor import check_flavor
from ansible_collections.nfv.mano.plugins.module_utils.target.check_links import (
    Member,
    check_common,
    check_ends,
    check_link,
    check_underlay,
    check_use,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.check_scaling import check_count, check_scaling
from ansible_collections.nfv.mano.plugins.module_utils.target.hardware import Image
from ansible_collections.nfv.mano.plugins.module_utils.target.model import (
    CloudInit,
    Interface,
    NetworkService,
    Vdu,
    VirtualIp,
    Vnf,
    Volume,
    subport_interface,
)
from ansible_collections.nfv.mano.plugins.module_utils.target.network import VirtualLink, network_key
from ansible_collections.nfv.mano.plugins.module_utils.target.problem import Report, nearest, show, step
from ansible_collections.nfv.mano.plugins.module_utils.target.resolve import default_vim
from ansible_collections.nfv.mano.plugins.module_utils.target.vim import Vim

OWN_PREFIX = "nfv.mano."


def each(items: Sequence[Any] | None, path: str) -> Iterator[tuple[str, Any]]:
    """The readable ones of ``items`` with their paths."""
    for at, item in enumerate(items or ()):
        if item is not None:
            yield f"{path}[{at}]", item


def check(ns: NetworkService, files: Mapping[str, str] | None, report: Report) -> None:
    """Report everything in ``ns`` that does not fit together. ``files``: content by name, None when not known."""
    _Checks(ns, files, report).run()


class _Checks:
    """One walk over a document; what it needs to look up is in dictionaries, so that the walk stays linear."""

    def __init__(self, ns: NetworkService, files: Mapping[str, str] | None, report: Report) -> None:
        self.ns = ns
        self.files = files
        self.report = report
        self.vims: Mapping[str, Vim] = ns.vims or {"default": Vim()}
        self.standard = default_vim(self.vims)
        self.groups = {group.name: group for group in ns.affinity_groups or () if group}
        self.link_vims: dict[str, str | None] = {}
        self.members: dict[str, list[Member]] = {}
        self.routers_on: Counter[str] = Counter()
        self.uses: dict[str, list[tuple[str, Vdu, Interface]]] = {}
        self.vdus: set[str] = set()
        self.floating: dict[tuple[str | None, str], str] = {}
        self.shared_ips: dict[str, list[tuple[str, VirtualIp]]] = {}
        self.shared_links: dict[str, str | None] = {}

    def run(self) -> None:
        ns = self.ns
        for name, items in (
            ("routers", ns.routers),
            ("virtual_links", ns.virtual_links),
            ("virtual_ips", ns.virtual_ips),
            ("affinity_groups", ns.affinity_groups),
            ("vnfs", ns.vnfs),
        ):
            self.distinct(items, name)
        self.links(ns.virtual_links, "virtual_links", "", self.standard)
        for path, vnf in each(ns.vnfs, "vnfs"):
            self.links(vnf.virtual_links, f"{path}.virtual_links", f"{vnf.name}/", vnf.vim or self.standard)
            self.vdus.update(f"{vnf.name}/{vdu.name}" for vdu in vnf.vdus or () if vdu)
        self.groups_and_routers()
        self.virtual_ips()
        for path, vnf in each(ns.vnfs, "vnfs"):
            self.vnf(vnf, path)
        for key in {**self.uses, **self.shared_ips}:
            check_use(key, ns.networks[key], self.uses.get(key, ()), self.shared_ips.get(key, ()), self.report)
        self.networks()
        self.loops()

    def distinct(self, items: Sequence[Any] | None, path: str, by: str = "name") -> None:
        first: dict[str, str] = {}
        for at, item in each(items, path):
            name = getattr(item, by)
            if name is None:
                continue
            if name in first:
                self.report.add(f"{at}.{by}", f"{show(name)} is there already, as {first[name]}: {by}s are unique")
            first.setdefault(name, at)

    def distinct_words(self, items: Sequence[str] | None, path: str) -> None:
        seen: set[str] = set()
        for at, item in each(items, path):
            if item in seen:
                self.report.add(at, f"{show(item)} is given twice")
            seen.add(item)

    def vim(self, name: str | None, inherited: str | None, path: str) -> str | None:
        """The VIM of something that names ``name``, else is on ``inherited``; None when that is a problem."""
        if name is not None and name not in self.vims:
            self.report.add(f"{path}.vim", f"{show(name)} is none of vims: {nearest(name, self.vims)}")
            return None
        if name is None and inherited is None:
            self.report.add(f"{path}.vim", f"this is missing, as no VIM is called default: {nearest('', self.vims)}")
        return name or inherited

    def links(self, links: Sequence[VirtualLink] | None, path: str, prefix: str, inherited: str | None) -> None:
        if prefix:
            self.distinct(links, path)
        for at, link in each(links, path):
            vim = self.vim(link.vim, inherited, at)
            key = network_key(f"{prefix}{link.name}", link)
            self.link_vims.setdefault(key, vim)
            self.members.setdefault(key, []).append(Member(at, link, vim))
            check_link(link, at, self.report)

    def networks(self) -> None:
        """Check what holds for a network as a whole, which several virtual links may say."""
        for key, members in self.members.items():
            network = self.ns.networks.get(key)
            if network is not None:
                check_common(members, self.report)
                check_underlay(network, self.vims.get(self.link_vims[key] or ""), members, self.report)
                check_ends(key, network, members, self.uses.get(key, ()), self.routers_on[key], self.report)

    def link_key(self, ref: str, vnf: Vnf | None, path: str) -> str | None:
        """The key of the network of the virtual link that ``ref`` names; None, and a problem, when there is none."""
        try:
            key = self.ns.link_key(ref, vnf)
        except KeyError:
            self.report.add(path, f"{show(ref)} is no virtual link: {nearest(ref, self.ns.links)}")
            return None
        owner, slash, _name = key.partition("/")
        if slash and vnf is not None and owner != vnf.name:
            self.report.add(path, f"{show(ref)} is inside VNF {owner}: use a virtual link of the NS")
            return None
        return network_key(key, self.ns.links[key])

    def groups_and_routers(self) -> None:
        for at, group in each(self.ns.affinity_groups, "affinity_groups"):
            self.vim(group.vim, self.standard, at)
            if not group.policy and not group.existing and not self.report.unread(at, "policy", "existing"):
                self.report.add(f"{at}.policy", "this is missing: needed unless existing is given")
        for at, router in each(self.ns.routers, "routers"):
            vim = self.vim(router.vim, self.standard, at)
            self.distinct_words(router.virtual_links, f"{at}.virtual_links")
            keys = {path: self.link_key(ref, None, path) for path, ref in each(router.virtual_links, f"{at}.virtual_links")}
            first: dict[str, str] = {}
            for (path, key), ref in zip(keys.items(), filter(None, router.virtual_links or ())):
                self.same_vim(key, vim, "the router", path)
                if key and first.setdefault(key, ref) != ref:
                    self.report.add(path, f"{show(ref)} is on the same network as {show(first[key])}")
            self.routers_on.update(list(first))

    def same_vim(self, key: str | None, vim: str | None, what: str, path: str) -> None:
        there = self.link_vims.get(key or "")
        if there and vim and there != vim:
            self.report.add(path, f"{show(key)} is on VIM {there}, but {what} is on {vim}: a virtual link is on one VIM")

    def virtual_ips(self) -> None:
        for at, shared in each(self.ns.virtual_ips, "virtual_ips"):
            ref = shared.virtual_link
            key = None if ref is None else self.link_key(ref, None, f"{at}.virtual_link")
            self.shared_links[shared.name] = key
            if key is not None:
                self.shared_ips.setdefault(key, []).append((at, shared))
            self.floating_address(shared, self.link_vims.get(key or ""), at)

    def shares(self, interface: Interface, key: str | None, path: str) -> None:
        """Check the virtual IPs of an interface on the virtual link ``key``."""
        self.distinct_words(interface.virtual_ips, path)
        for at, name in each(interface.virtual_ips, path):
            if name not in self.shared_links:
                self.report.add(at, f"{show(name)} is none of virtual_ips: {nearest(name, self.shared_links)}")
            elif key and self.shared_links[name] not in (None, key):
                self.report.add(at, f"{show(name)} is on {show(self.shared_links[name])}, but the interface is on {show(key)}")

    def vnf(self, vnf: Vnf, path: str) -> None:
        if vnf.vim:
            self.vim(vnf.vim, self.standard, path)
        for name in ("vdus", "scaling_aspects", "instantiation_levels"):
            self.distinct(getattr(vnf, name), f"{path}.{name}")
        check_scaling(vnf, path, self.report)
        for at, vdu in each(vnf.vdus, f"{path}.vdus"):
            self.vdu(vdu, vnf, at)

    def vdu(self, vdu: Vdu, vnf: Vnf, path: str) -> None:
        vim = self.vim(vdu.vim, vnf.vim or self.standard, path)
        check_count(vdu, path, self.report)
        check_image(vdu.image, f"{path}.image", self.report)
        check_flavor(vdu.flavor, f"{path}.flavor", self.report)
        self.affinity(vdu, vim, path)
        self.interfaces(vdu, vnf, vim, path)
        self.volumes(vdu, path)
        self.cloud_init(vdu.cloud_init, f"{path}.cloud_init")
        if vdu.ready is not None and (vdu.ready.tcp_port is None) == (vdu.ready.task_file is None):
            self.report.add(f"{path}.ready", "give either tcp_port or task_file")
        self.distinct_words(vdu.tags, f"{path}.tags")
        for at, tag in each(vdu.tags, f"{path}.tags"):
            self.not_ours(tag, at)
        for key in vdu.metadata or ():
            self.not_ours(key, step(f"{path}.metadata", key))
        for at, ref in each(vdu.depends_on, f"{path}.depends_on"):
            if _vdu_key(ref, vnf) not in self.vdus:
                known = [name.removeprefix(f"{vnf.name}/") for name in self.vdus] if len(self.vdus) < 500 else []
                self.report.add(at, f"{show(ref)} is no VDU: {nearest(ref, known)}")

    def not_ours(self, word: str, path: str) -> None:
        if word.startswith(OWN_PREFIX):
            self.report.add(path, f"{show(word)} starts with {OWN_PREFIX}: that is kept for marks of our own")

    def affinity(self, vdu: Vdu, vim: str | None, path: str) -> None:
        groups = vdu.affinity_groups or ()
        if len(groups) > 1:
            self.report.add(f"{path}.affinity_group", f"{len(groups)} groups are given, but Nova takes one per server")
        for name in filter(None, groups):
            group = self.groups.get(name)
            if group is None:
                self.report.add(f"{path}.affinity_group", f"{show(name)} is none of affinity_groups: "
                                f"{nearest(name, self.groups)}")
            elif vim and (group.vim or self.standard) not in (None, vim):
                there = group.vim or self.standard
                self.report.add(f"{path}.affinity_group", f"{show(name)} is on VIM {there}, but the VDU is on {vim}")

    def interfaces(self, vdu: Vdu, vnf: Vnf, vim: str | None, path: str) -> None:
        if vdu.interfaces is not None and not vdu.interfaces:
            self.report.add(f"{path}.interfaces", "an empty list: a VDU needs at least one interface")
        self.distinct(vdu.interfaces, f"{path}.interfaces")
        _positions(vdu.interfaces or (), f"{path}.interfaces", self.report)
        _pci_addresses(vdu.interfaces or (), f"{path}.interfaces", self.report)
        management = [at for at, interface in each(vdu.interfaces, f"{path}.interfaces") if interface.management]
        for at in management[1:]:
            self.report.add(f"{at}.management", f"true is given at {management[0]} already: one interface per VDU")
        for at, interface in each(vdu.interfaces, f"{path}.interfaces"):
            key = None
            if interface.virtual_link is not None:
                key = self.link_key(interface.virtual_link, vnf, f"{at}.virtual_link")
                self.same_vim(key, vim, "the VDU", f"{at}.virtual_link")
                if key is not None:
                    self.uses.setdefault(key, []).append((at, vdu, interface))
            self.shares(interface, key, f"{at}.virtual_ips")
            self.addressing(interface, vdu, at)
            self.floating_address(interface, vim, at)
            self.subports(interface, vdu, vnf, vim, at)

    def subports(self, interface: Interface, vdu: Vdu, vnf: Vnf, vim: str | None, path: str) -> None:
        self.distinct(interface.subports, f"{path}.subports")
        self.distinct(interface.subports, f"{path}.subports", "segmentation_id")
        for at, subport in each(interface.subports, f"{path}.subports"):
            if subport.virtual_link is not None:
                key = self.link_key(subport.virtual_link, vnf, f"{at}.virtual_link")
                self.same_vim(key, vim, "the VDU", f"{at}.virtual_link")
                like = subport_interface(interface, subport)
                self.addressing(like, vdu, at)
                if key is not None:
                    self.uses.setdefault(key, []).append((at, vdu, like))

    def addressing(self, interface: Interface, vdu: Vdu, path: str) -> None:
        if vdu.count is not None:
            for name in ("ip_addresses", "mac_addresses"):
                given = getattr(interface, name)
                if given and len(given) < vdu.count:
                    self.report.add(f"{path}.{name}", f"{len(given)} given for {vdu.count} instances: one per instance")
        if interface.type == "pci-passthrough" and interface.mac_addresses:
            self.report.add(f"{path}.mac_addresses", "these are given for pci-passthrough: a card has its own")
        if interface.port_security is False:
            for name in ("security_groups", "allowed_address_pairs", "virtual_ips"):
                if getattr(interface, name):
                    self.report.add(f"{path}.{name}", "these need port security, but port_security is false")
        fixed = interface.floating_ip.address if interface.floating_ip else None
        if fixed and (vdu.count or 0) > 1:
            self.report.add(f"{path}.floating_ip.address", f"{show(fixed)} is one address for {vdu.count} instances")

    def floating_address(self, owner: Interface | VirtualIp, vim: str | None, path: str) -> None:
        address = owner.floating_ip.address if owner.floating_ip else None
        if address is not None:
            place = f"{path}.floating_ip.address"
            first = self.floating.setdefault((vim, address), place)
            if first != place:
                self.report.add(place, f"{show(address)} is given already, at {first}: one interface has it")

    def volumes(self, vdu: Vdu, path: str) -> None:
        self.distinct(vdu.volumes, f"{path}.volumes")
        boot = [at for at, volume in each(vdu.volumes, f"{path}.volumes") if volume.boot]
        for at in boot[1:]:
            self.report.add(f"{at}.boot", f"true is given at {boot[0]} already: one boot volume per VDU")
        for at, volume in each(vdu.volumes, f"{path}.volumes"):
            _volume(volume, vdu, at, self.report)

    def cloud_init(self, cloud_init: CloudInit | None, path: str) -> None:
        if cloud_init is None:
            return
        if (cloud_init.file is None) == (cloud_init.text is None) and not self.report.unread(path, "file", "text"):
            both = cloud_init.file is not None
            self.report.add(path, "file and text are both given: one of them" if both else "file or text is missing")
        if cloud_init.file is not None and self.files is not None and cloud_init.file not in self.files:
            self.report.add(f"{path}.file", f"{show(cloud_init.file)} is not there: {nearest(cloud_init.file, self.files)}")
        for name in sorted(set(cloud_init.params or ()) & set(cloud_init.secret_params or ())):
            self.report.add(step(f"{path}.secret_params", name), "this is in params as well: keep it here only")

    def loops(self) -> None:
        """Report VDUs that wait for one another in a circle."""
        waits: dict[str, list[str]] = {}
        paths: dict[str, str] = {}
        for path, vnf in each(self.ns.vnfs, "vnfs"):
            for at, vdu in each(vnf.vdus, f"{path}.vdus"):
                if vdu.depends_on:
                    key = f"{vnf.name}/{vdu.name}"
                    waits[key] = [_vdu_key(ref, vnf) for ref in vdu.depends_on if ref]
                    paths[key] = f"{at}.depends_on"
        for loop in _circles(waits):
            self.report.add(paths[loop[0]], f"{' -> '.join([*loop, loop[0]])} is a circle")


def _vdu_key(ref: str, vnf: Vnf) -> str:
    return ref if "/" in ref else f"{vnf.name}/{ref}"


def _circles(waits: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Each first circle found, walking without recursion: chains may be long."""
    done: set[str] = set()
    for start in waits:
        trail: list[str] = []
        at: dict[str, int] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            key, leave = stack.pop()
            if leave:
                done.add(key)
                at.pop(trail.pop())
            elif key in at:
                yield trail[at[key]:]
            elif key not in done:
                at[key] = len(trail)
                trail.append(key)
                stack.append((key, True))
                stack.extend((other, False) for other in waits.get(key, ()))


def check_image(image: Image | None, path: str, report: Report) -> None:
    """Report what is wrong with the way an image is named."""
    if image is None:
        return
    given = [name for name in ("name", "id", "checksum") if getattr(image, name) is not None]
    if len(given) != 1 and not report.unread(path, "name", "id", "checksum"):
        what = f"{' and '.join(given)} are given" if given else "none is given"
        report.add(path, f"{what}: exactly one of name, id and checksum")


def _positions(interfaces: Sequence[Interface | None], path: str, report: Report) -> None:
    taken: dict[int, str] = {}
    for at, interface in each(interfaces, path):
        place = interface.position
        if place is None:
            continue
        if place > len(interfaces):
            report.add(f"{at}.position", f"{place} is out of range 1..{len(interfaces)}")
        elif place in taken:
            report.add(f"{at}.position", f"{place} is taken by {taken[place]}")
        else:
            taken[place] = at


def _pci_addresses(interfaces: Sequence[Interface | None], path: str, report: Report) -> None:
    taken: dict[str, str] = {}
    for at, interface in each(interfaces, path):
        if interface.vpci is not None:
            first = taken.setdefault(interface.vpci, at)
            if first != at:
                report.add(f"{at}.vpci", f"{show(interface.vpci)} is taken by {first}")


def _volume(volume: Volume, vdu: Vdu, path: str, report: Report) -> None:
    existing = volume.existing or ()
    if not existing and volume.size_gib is None and not report.unread(path, "size_gib", "existing"):
        report.add(f"{path}.size_gib", "this is missing: needed unless existing is given")
    if existing and volume.size_gib is not None:
        report.add(f"{path}.size_gib", f"{volume.size_gib} is given for volumes that are there: leave it out")
    for name in ("type", "availability_zone", "keep"):
        if existing and getattr(volume, name):
            report.add(f"{path}.{name}", "this is given for volumes that are there, which stay as they are: leave it out")
    wanted = 1 if volume.multiattach else vdu.count
    few = wanted is not None and len(existing) < wanted
    if existing and (few or (volume.multiattach and len(existing) > 1)):
        report.add(f"{path}.existing", f"{len(existing)} given for {wanted}: one per instance, one for all when multiattach")
    if volume.boot and volume.multiattach:
        report.add(f"{path}.multiattach", "true is given for a boot volume: instances can't share it")
