# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cliques: the graph around a focal point, made by following types of links in the order that a clique type names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.nfv.mano.plugins.module_utils.topology.environment import Environment
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import Clique, Link, Obj

ANY = 'ANY'
_OVERLAY = ('vedge-otep', 'otep-vconnector', 'vconnector-host_pnic', 'otep-host_pnic', 'vedge-host_pnic', 'host_pnic-network',
            'host_pnic-switch_pnic', 'switch-switch_pnic')
_FROM_VNIC = ('vnic-vconnector', 'vconnector-vedge', 'vnic-vedge')


@dataclass(frozen=True, slots=True)
class CliqueRule:
    """A clique type: where it applies (None: anywhere), what it is around, and which links are followed."""

    name: str
    focal_type: str
    link_types: tuple[str, ...]
    environment: str | None = None
    distribution: str | None = None
    version: str | None = None
    mechanism_driver: str | None = None
    type_driver: str | None = None
    constrained: bool = True


DEFAULTS = (
    CliqueRule(ANY, 'instance', ('instance-vnic', *_FROM_VNIC, *_OVERLAY)),
    CliqueRule('vlan', 'instance', ('instance-vnic', *_FROM_VNIC, 'vedge-host_pnic', 'vconnector-host_pnic', 'host_pnic-network',
                                    'host_pnic-switch_pnic', 'switch-switch_pnic'), type_driver='vlan'),
    CliqueRule(ANY, 'vservice', ('vservice-vnic', *_FROM_VNIC, *_OVERLAY)),
    CliqueRule(ANY, 'network', ('host_pnic-network', 'host_pnic-switch_pnic', 'vedge-host_pnic', 'otep-host_pnic',
                                'vconnector-host_pnic', 'otep-vconnector', 'vedge-otep', 'vconnector-vedge', 'vnic-vedge',
                                'vnic-vconnector', 'instance-vnic', 'vservice-vnic')),
    CliqueRule(ANY, 'switch_pnic', ('switch-switch_pnic', 'switch_pnic-switch_pnic', 'host_pnic-switch_pnic', 'vedge-host_pnic',
                                    'otep-host_pnic', 'vconnector-host_pnic', 'otep-vconnector', 'vedge-otep', 'vconnector-vedge',
                                    'vnic-vedge', 'vnic-vconnector', 'instance-vnic', 'vservice-vnic')),
)


def rules_of(environment: Environment) -> dict[str, CliqueRule]:
    """The clique type that fits an environment best, for each type of focal point; its own ones go first."""
    own = [CliqueRule(one.name, one.focal_point_type, one.link_types, environment.name, one.distribution,
                      one.distribution_version, one.mechanism_drivers, one.type_drivers, 'network' in one.constraints)
           for one in environment.clique_types]
    best: dict[str, CliqueRule] = {}
    for rule in (*own, *DEFAULTS):
        score = _score(rule, environment)
        if score is not None and (rule.focal_type not in best
                                  or score > (_score(best[rule.focal_type], environment) or ())):
            best[rule.focal_type] = rule
    return best


def _score(rule: CliqueRule, environment: Environment) -> tuple[bool, ...] | None:
    """How well a clique type fits, the first to differ decides; None where it does not."""
    parts = ((rule.environment, (environment.name,)), (rule.distribution, (environment.distribution,)),
             (rule.version, (environment.distribution_version,)), (rule.mechanism_driver, environment.mechanism_drivers),
             (rule.type_driver, environment.type_drivers))
    if any(wanted is not None and wanted not in there for wanted, there in parts):
        return None
    return tuple(wanted is not None for wanted, _there in parts)


#: Gives the links of a type that have an end among the ids.
Touching = Callable[[str, Sequence[str]], Iterable[Link]]


def make_clique(focal: Obj, rule: CliqueRule, touching: Touching) -> Clique:
    """The clique of one focal point.

    A type of link that adds nothing is passed over. Links count whichever way round they were written; they are followed away
    from the focal point, that is from the type of object that was reached first.
    """
    reached: dict[str, dict[str, None]] = {focal.type: {focal.id: None}}
    links: dict[str, None] = {}
    networks = frozenset(focal.networks)
    for kind in rule.link_types:
        left, _dash, right = kind.partition('-')
        # The types stand in the order in which they were reached
        near = next((one for one in reached if one in (left, right)), None)
        if near is None:
            continue
        far = right if near == left else left
        start = list(reached[near])
        for link in touching(kind, start):
            if rule.constrained and networks and link.networks and networks.isdisjoint(link.networks):
                continue
            links.setdefault(link.key)
            other = link.target_id if link.source_id in reached[near] else link.source_id
            reached.setdefault(far, {}).setdefault(other)
            if near == far:
                reached[far].setdefault(link.source_id)
    return Clique(focal.id, focal.type, rule.name, list(links), [one for of_type in reached.values() for one in of_type])


def focal_points(rule: CliqueRule, changed: Iterable[Link], touching: Touching) -> set[str]:
    """Ids of focal points whose cliques have, or had, one of the links: from each link's nearer end back to the focal point."""
    by_kind: dict[str, list[Link]] = {}
    for link in changed:
        by_kind.setdefault(link.type, []).append(link)
    ends: dict[str, set[str]] = {}
    for at in reversed(range(len(rule.link_types))):
        kind = rule.link_types[at]
        left, _dash, right = kind.partition('-')
        for near in _near_types(rule, at):
            far = right if near == left else left
            # Ends of the other type do no harm: no link of another kind has both
            found = ends.setdefault(near, set())
            found.update(end for link in by_kind.get(kind, ()) for end in (link.source_id, link.target_id))
            start = ends.get(far)
            if start:
                found.update(end for link in touching(kind, sorted(start)) for end in (link.source_id, link.target_id))
    return ends.get(rule.focal_type, set())


def _near_types(rule: CliqueRule, at: int) -> list[str]:
    """The end, or ends, of a type of link that :func:`make_clique` can come from."""
    left, _dash, right = rule.link_types[at].partition('-')
    before = rule.link_types[:at]
    there = [one for one in dict.fromkeys((left, right)) if one in _reached(before, rule.focal_type)]
    if len(there) < 2:
        return there
    # Where one is reached by way of the other alone, the other was reached first
    return [one for one, other in zip(there, reversed(there)) if one in _reached(before, rule.focal_type, other)]


def _reached(kinds: Iterable[str], focal_type: str, without: str = '') -> set[str]:
    """The types that the links lead to, ``without`` ever passing one."""
    types = {focal_type} - {without}
    for kind in kinds:
        ends = set(kind.split('-'))
        if ends & types:
            types |= ends - {without}
    return types


def make_cliques(objects: Iterable[Obj], links: Iterable[Link], rules: dict[str, CliqueRule]) -> list[Clique]:
    """The cliques of all focal points that lead anywhere."""
    near = Adjacency(links)
    made = (make_clique(one, rules[one.type], near) for one in objects if one.type in rules)
    return [clique for clique in made if clique.links]


class Adjacency:
    """Links in memory, by type and by either end; not those that only follow from others."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._near: dict[str, dict[str, list[Link]]] = {}
        for link in links:
            if link.implicit:
                continue
            of_type = self._near.setdefault(link.type, {})
            of_type.setdefault(link.source_id, []).append(link)
            of_type.setdefault(link.target_id, []).append(link)

    def __call__(self, kind: str, ids: Sequence[str]) -> Iterable[Link]:
        of_type = self._near.get(kind)
        if of_type:
            for one in ids:
                yield from of_type.get(one, ())
