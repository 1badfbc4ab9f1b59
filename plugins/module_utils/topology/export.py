# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A topology, or a part of it, as a graph in the formats that other tools read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.topology.errors import NotFound, TopologyError
from ansible_collections.nfv.mano.plugins.module_utils.topology.inventory import Inventory
from ansible_collections.nfv.mano.plugins.module_utils.topology.libraries import networkx
from ansible_collections.nfv.mano.plugins.module_utils.topology.model import DOWN, ENVIRONMENT, FOLDER, Link, Obj
from ansible_collections.nfv.mano.plugins.module_utils.topology.views import members

FORMATS = ('graphml', 'json', 'dot', 'svg')
SHAPES = {'instance': 'box3d', 'vservice': 'component', 'network': 'oval', 'host_pnic': 'cds', 'switch_pnic': 'cds'}

#: Runs graphviz: DOT in, SVG out. Raises TopologyError.
Render = Callable[[str], bytes]


def part(inventory: Inventory, object_id: str | None, types: Iterable[str] | None = None) -> tuple[list[Obj], list[Link]]:
    """The objects and links to export: the clique of a focal point, what is below another object, or all.

    :raises NotFound: no such object.
    """
    if object_id is None:
        objects = inventory.objects()
    else:
        one = inventory.find(object_id)
        cliques = inventory.cliques(one.id)
        if cliques:
            objects, links = members(inventory, cliques[0])
            return [each for each in objects if not types or each.type in types], links
        objects = inventory.below(one.id)
    wanted = set(types or ())
    objects = [one for one in objects if one.type not in (FOLDER, ENVIRONMENT) and (not wanted or one.type in wanted)]
    ids = {one.id for one in objects}
    links = [link for link in inventory.links(touching=None if object_id is None else ids)
             if link.source_id in ids and link.target_id in ids]
    if not objects:
        raise NotFound(f'environment {inventory.name} has nothing of that to export')
    return objects, links


def graph(objects: Iterable[Obj], links: Iterable[Link]) -> Any:
    """A networkx MultiDiGraph: nodes by id with type, name, host and status, edges by link type with their state.

    :raises TopologyError: networkx is not installed.
    """
    found = networkx().MultiDiGraph()
    for one in objects:
        found.add_node(one.id, type=one.type, name=one.name, host=one.host, status=one.status, path=one.name_path)
    for link in links:
        if link.source_id in found and link.target_id in found:
            found.add_edge(link.source_id, link.target_id, key=link.type, link_type=link.type, state=link.state, host=link.host,
                           implicit=link.implicit)
    return found


def export(objects: list[Obj], links: list[Link], form: str, render: Render) -> bytes:
    """A graph as a file's content.

    :param form: one of :data:`FORMATS`.
    :raises TopologyError: networkx or graphviz is missing.
    """
    if form == 'graphml':
        buffer = io.BytesIO()
        networkx().write_graphml(graph(objects, links), buffer)
        return buffer.getvalue()
    if form == 'json':
        told = networkx().node_link_data(graph(objects, links), edges='links')
        return (json.dumps(told, indent=1, sort_keys=True) + '\n').encode()
    if form not in FORMATS:
        raise TopologyError(f'{form} is no format: {", ".join(FORMATS)}')
    text = dot(objects, links)
    return render(text) if form == 'svg' else text.encode()


def dot(objects: Iterable[Obj], links: Iterable[Link]) -> str:
    """Graphviz's language: a box of its own for each host, what is down in red."""
    lines = ['digraph topology {', '  rankdir=LR; node [fontname="sans-serif", fontsize=10, shape=box, style=rounded];']
    of_host: dict[str, list[Obj]] = {}
    ids = set()
    for one in objects:
        ids.add(one.id)
        of_host.setdefault(one.host, []).append(one)
    for number, host in enumerate(sorted(of_host)):
        inside = '    ' if host else '  '
        lines += [f'  subgraph cluster_{number} {{', f'    label={_quoted(host)};'] if host else []
        lines += [f'{inside}{_quoted(one.id)} [label={_quoted(f"{one.type}: {one.object_name or one.name}")}, '
                  f'shape={SHAPES.get(one.type, "box")}{_red(one.status in (DOWN, "ERROR", "DOWN"))}];'
                  for one in sorted(of_host[host], key=lambda one: one.id)]
        lines += ['  }'] if host else []
    lines += [f'  {_quoted(link.source_id)} -> {_quoted(link.target_id)} [label={_quoted(link.type)}, fontsize=8'
              f'{", style=dashed" if link.implicit else ""}{_red(link.state == DOWN)}];'
              for link in sorted(links, key=lambda link: (link.type, link.source_id, link.target_id))
              if link.source_id in ids and link.target_id in ids]
    return '\n'.join([*lines, '}', ''])


def _red(wrong: bool) -> str:
    return ', color=red, fontcolor=red' if wrong else ''


def _quoted(text: str) -> str:
    escaped = text.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
    return f'"{escaped}"'
