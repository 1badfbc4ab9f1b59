# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VDU instances: what each one needs, and the tasks that make, change, replace or delete it."""

from __future__ import annotations

from ansible_collections.nfv.mano.plugins.module_utils.plan import flavor as flavors
from ansible_collections.nfv.mano.plugins.module_utils.plan import image as images
from ansible_collections.nfv.mano.plugins.module_utils.plan import (
    instance_volumes,
    kept_ports,
    port_rights,
    power,
    qos,
    revert,
    trunk,
    vnic,
)
from ansible_collections.nfv.mano.plugins.module_utils.plan import server_group as server_groups
from ansible_collections.nfv.mano.plugins.module_utils.plan import virtual_ip as virtual_ips
from ansible_collections.nfv.mano.plugins.module_utils.plan import volume as volumes
from ansible_collections.nfv.mano.plugins.module_utils.plan.compare import compare
from ansible_collections.nfv.mano.plugins.module_utils.plan.context import Context, Resource, link_key
from ansible_collections.nfv.mano.plugins.module_utils.plan.in_place import plan_changes
from ansible_collections.nfv.mano.plugins.module_utils.plan.instance import (
    Instance,
    Shared,
    entry,
    management,
    metadata,
    trunk_entries,
)
from ansible_collections.nfv.mano.plugins.module_utils.plan.model import Change, Task
from ansible_collections.nfv.mano.plugins.module_utils.plan.one_change import plan_one_change
from ansible_collections.nfv.mano.plugins.module_utils.target.model import Vdu, Vnf
from ansible_collections.nfv.mano.plugins.module_utils.vim.marks import mark, ns_prefix
from ansible_collections.nfv.mano.plugins.module_utils.vim.model import Image, Server

GONE = frozenset({'DELETED', 'SOFT_DELETED'})


def plan_vdus(context: Context) -> None:
    """Every VDU instance of the target."""
    for path, vnf, vdu in context.vdus():
        indexes = range(vdu.count) if context.asked.scope is None else [
            index for index in range(vdu.count) if context.touches(f'vdu:{vnf.name}/{vdu.name}/{index}')]
        context.plan.unchanged += vdu.count - len(indexes)
        shared = _shared(context, path, vnf, vdu) if indexes or context.asked.scope is None else None
        if shared is None:
            continue
        for one, some in vdu.variants(indexes):
            mine = shared if one is vdu else _variant(context, shared, one)
            for index in some if mine is not None else ():
                _plan_instance(context, mine, index)


def _shared(context: Context, path: str, vnf: Vnf, vdu: Vdu) -> Shared | None:
    """What all instances of a VDU have in common; None where something of it is not to be found."""
    vim = vdu.vim or 'default'
    live = context.live[vim]
    image = images.resolve(context, path, vim, vdu.image)
    flavor = flavors.resolve(context, path, vim, vdu.flavor)
    groups = _security_groups(context, path, vim, vdu)
    ports = trunk.ports_of(vdu)
    nets = [link_key(context.target.virtual_link(one.virtual_link, vnf)[0]) for one in ports.values()]
    for (at, interface), net in zip(ports.items(), nets):
        port_rights.check(context, f'{path}.{at}', vim, net, interface)
        vnic.check(context, f'{path}.{at}', vim, net, interface, image)
    trunk.check(context, path, vim, vdu)
    if vdu.host and 'admin' not in live.state.roles:
        context.problem(f'{path}.host', f'{vdu.host} can not be chosen: it needs the right os_compute_api:servers:create:'
                        f'forced_host (administrators), which this project member does not have in VIM {vim}')
    wanted = volumes.resolve(context, path, vim, vnf, vdu, image)
    if flavor is None or image is None:
        return None
    boots = any(volume.boot for volume in vdu.volumes)
    _check_size(context, path, image, flavor, boots)
    shared_ips = virtual_ips.of_interfaces(context, vdu)
    used = dict.fromkeys([*nets, *(item for items in shared_ips.values() for item in items)])
    makers = tuple(context.makers[key] for key in used if key in context.makers)
    group = server_groups.of_vdu(context, vdu)
    server_makers = _server_makers(context, flavor, group)
    return Shared(context.ns_id, context.called, path, vnf, vdu, vim, live, None if boots else image.id,
                  images.reference(vdu.image), flavor, tuple(ports.values()), tuple(nets), groups,
                  _zone(context, vim, vdu, vdu.host), makers, server_makers,
                  _detail(vdu), group, wanted, qos.of_interfaces(context, path, vim, vdu), metadata(vdu), shared_ips)


def connected(context: Context, path: str, vnf: Vnf, vdu: Vdu) -> Shared:
    """As :func:`_shared`, of what ports are made of alone: image, flavor and volumes are not looked for."""
    vim = vdu.vim or 'default'
    ports = trunk.ports_of(vdu)
    nets = [link_key(context.target.virtual_link(one.virtual_link, vnf)[0]) for one in ports.values()]
    for (at, interface), net in zip(ports.items(), nets):
        port_rights.check(context, f'{path}.{at}', vim, net, interface)
        vnic.check(context, f'{path}.{at}', vim, net, interface, None)
    makers = tuple(context.makers[net] for net in dict.fromkeys(nets) if net in context.makers)
    return Shared(context.ns_id, context.called, path, vnf, vdu, vim, context.live[vim], None, images.reference(vdu.image),
                  {'key': None}, tuple(ports.values()), tuple(nets), _security_groups(context, path, vim, vdu), None, makers, (),
                  _detail(vdu), qos_policies=qos.of_interfaces(context, path, vim, vdu), metadata=metadata(vdu))


def _variant(context: Context, shared: Shared, vdu: Vdu) -> Shared | None:
    """As :func:`_shared`, of instances whose image or flavor is another one."""
    path, vim = shared.path, shared.vim
    image = images.resolve(context, path, vim, vdu.image)
    flavor = flavors.resolve(context, path, vim, vdu.flavor)
    for (at, interface), net in zip(trunk.ports_of(vdu).items(), shared.nets):
        vnic.check(context, f'{path}.{at}', vim, net, interface, image)
    if flavor is None or image is None:
        return None
    boots = any(volume.boot for volume in vdu.volumes)
    _check_size(context, path, image, flavor, boots)
    return shared._replace(vdu=vdu, image_id=None if boots else image.id, image=images.reference(vdu.image), flavor=flavor,
                           server_makers=_server_makers(context, flavor, shared.group), detail=_detail(vdu))


def _detail(vdu: Vdu) -> str:
    """A VDU's servers for people."""
    return (f'{images.reference(vdu.image)}, {flavors.describe(vdu.flavor)}, {trunk.describe(vdu)}'
            f'{volumes.describe(vdu)}')


def _server_makers(context: Context, flavor: Resource, group: Resource | None) -> tuple[str, ...]:
    return tuple(context.makers[key] for key in (flavor['key'], group['key'] if group else '') if key in context.makers)


def _check_size(context: Context, path: str, image: Image, flavor: Resource, boots: bool) -> None:
    if image.min_ram_mib > flavor['ram_mib'] or (not boots and image.min_disk_gib > flavor['disk_gib'] > 0):
        context.problem(f'{path}.flavor', f'{flavor["name"]} is too small for image {image.name}, which needs '
                        f'{image.min_ram_mib} MiB of memory and {image.min_disk_gib} GiB of disk')


def _zone(context: Context, vim: str, vdu: Vdu, host: str | None) -> str | None:
    """Nova's availability zone, with the one host that is meant in Nova's way of saying so."""
    zone = vdu.availability_zone or (context.target.vims[vim].availability_zone if context.target else None)
    return f'{zone or "nova"}:{host}' if host else zone


def _security_groups(context: Context, path: str, vim: str, vdu: Vdu) -> dict[str, tuple[str, ...]]:
    """Ids of the security groups of those interfaces that name some."""
    known = context.live[vim].state.security_groups
    groups: dict[str, tuple[str, ...]] = {}
    for place, interface in enumerate(vdu.interfaces):
        if interface.security_groups is None:
            continue
        ids = []
        for name in interface.security_groups:
            found = [group_id for group_id, group_name in known if name in (group_id, group_name)]
            if len(found) == 1:
                ids += found
                continue
            names = ', '.join(sorted({group_name for _id, group_name in known})[:5])
            context.problem(f'{path}.interfaces[{place}].security_groups', f'{name} is not a security group of VIM {vim} '
                            f'(there are {names})' if not found else f'{name} names {len(found)} security groups; use an id')
        groups[interface.name] = tuple(ids)
    return groups


def _plan_instance(context: Context, shared: Shared, index: int) -> None:
    key = f'{shared.vnf.name}/{shared.vdu.name}/{index}'
    item = f'vdu:{key}'
    record = context.record.get(item, {})
    if shared.vdu.host and item in context.hosts:
        shared = shared._replace(zone=_zone(context, shared.vim, shared.vdu, context.hosts[item]))
    rendered = (shared.vnf.name, shared.vdu.name) not in context.not_rendered
    instance = Instance(shared, index, key, context.render(shared.vnf, shared.vdu, index) if rendered else None,
                        context.power.get(item, 'ACTIVE'), rendered,
                        context.compared.get((shared.vnf.name, shared.vdu.name, index)))
    if not context.asked.change:
        record = kept_ports.in_use(context, instance, item, record)
    server = _find_server(context, shared, key, record)
    worked = record.get('status') in power.WELL
    if context.asked.change == 'revert':
        _plan_revert(context, instance, item, record, server)
    elif context.asked.change:
        plan_one_change(context, instance, item, record, server)
    elif server is None:
        reason = 'it is gone from the VIM' if worked else 'not there yet'
        _create(context, _same_image(context, instance, record), item, record, (), 'create', shared.detail, reason)
    elif server.id == (context.asked.replace or {}).get(item):
        cause = f': {context.asked.cause}' if context.asked.cause else ''
        _replace(context, _same_image(context, instance, record), item, record, server, shared.detail,
                 f'to be healed{cause}', worked or server.launched or server.status in power.WELL)
    elif server.status == 'ERROR' and not record.get('rebuilding'):
        reason = f'in ERROR: {server.fault or "no fault given"}'
        _replace(context, _same_image(context, instance, record), item, record, server, shared.detail, reason,
                 worked or server.launched)
    elif server.status == 'BUILD':
        there = context.plan.add(Task(f'await {item}', 'server.await', shared.vim, item,
                                      (instance, server.id, server.status), ()))
        _put_to_sleep(context, instance, item, there)
        context.plan.changes.append(Change('create', 'vdu', key, shared.vim, shared.detail, f'is in {server.status}'))
    else:
        _keep(context, instance, item, record, server)


def _plan_revert(context: Context, instance: Instance, item: str, record: Resource, server: Server | None) -> None:
    """The same server with its disks from a snapshot; one that boots from a volume is made anew on the same ports and volumes."""
    why_not = revert.why_not(context, instance, item)
    if why_not:
        context.problem(item, why_not)
        return
    instance = revert.reversals(context, instance, item, record)
    if instance.shared.image_id is not None:
        plan_one_change(context, instance, item, record, server)
    elif server is None:
        _create(context, instance, item, record, (), 'create', revert.describe(context, instance, item), 'asked for', True)
    elif server.id == context.asked.reverts[item].before.get('id'):
        gone = context.plan.add(Task(f'delete {item}', 'server.delete', instance.shared.vim, item, doomed(server), ()))
        _create(context, instance, item, record, (gone,), 'replace', revert.describe(context, instance, item), 'asked for', True)
    elif server.status == 'BUILD':
        vim, detail = instance.shared.vim, instance.shared.detail
        context.plan.add(Task(f'await {item}', 'server.await', vim, item, (instance, server.id, server.status), ()))
        context.plan.changes.append(Change('create', 'vdu', instance.key, vim, detail, 'is in BUILD'))
    elif server.status == 'ERROR':
        _replace(context, instance, item, record, server, instance.shared.detail, f'in ERROR: {server.fault}', False)
    else:
        context.plan.unchanged += 1
    revert.delete_put_aside(context, instance, item, record)


def _same_image(context: Context, instance: Instance, record: Resource) -> Instance:
    """Healing makes a server of the image that it was made of, also where its name means another one by now."""
    shared = instance.shared
    known = {image.id for image in shared.live.state.images} if context.asked.replace is not None else ()
    if record.get('image') != shared.image or record.get('image_id') not in known:
        return instance
    return instance._replace(shared=shared._replace(image_id=record['image_id']))


def _find_server(context: Context, shared: Shared, key: str, record: Resource) -> Server | None:
    """The server of an instance: the recorded one, else the oldest with its mark; any other of that mark is one too many."""
    marked = shared.live.marked_servers.get(mark(context.ns_id, key, 'server'), ()) if shared.live.servers else ()
    server = shared.live.servers.get(record.get('id', '')) or next(iter(marked), None)
    for extra in reversed(marked):
        if server is not None and extra.id != server.id:
            delete_server(context, shared.vim, f'vdu:{key}', extra, f'duplicate {extra.id}', 'made twice by a lost reply')
    return None if server is None or server.status in GONE else server


def doomed(server: Server) -> tuple[str, str, bool]:
    """What a deletion needs to know: id, name, and whether ERROR is what the server was in already."""
    return server.id, server.name, server.status == 'ERROR'


def delete_server(context: Context, vim: str, item: str, server: Server, suffix: str, reason: str) -> None:
    """The task and the change of a server that is one too many."""
    context.plan.add(Task(f'delete {item} {suffix}', 'server.delete', vim, item, doomed(server), ()))
    context.plan.changes.append(Change('delete', 'vdu', item.partition(':')[2], vim, server.id, reason))


def _create(context: Context, instance: Instance, item: str, record: Resource, after: tuple[str, ...],
            action: str, detail: str, reason: str, loses_data: bool = False) -> None:
    """The tasks that make an instance: ports that are missing, in bulk with others', then the server on them."""
    shared = instance.shared
    if not instance.rendered:
        instance, detail = _without_user_data(context, instance, detail)
    missing = instance.missing_ports(record)
    adopted = instance.known_ports(record)
    trunks = trunk_entries(instance, adopted)
    if adopted and (adopted != record.get('ports', {}) or not trunks.items() <= record.get('trunks', {}).items()):
        context.plan.found[item] = {**record, 'vim': shared.vim, 'ports': adopted, **({'trunks': trunks} if trunks else {})}
    stale = instance.stale_ports(record)
    moves = trunk.compare(instance, record, stale)
    after = trunk.plan_release(context, shared.vim, item, moves, after)
    if stale:
        # The new port of an interface has the mark of the old one: one after the other
        after = (*after, context.plan.add(Task(f'ports-delete {item}', 'ports.delete', shared.vim, item, stale, after)))
    ports: tuple[str, ...] = ()
    if missing:
        ports = (context.plan.add(Task(f'ports {item}', 'ports.create', shared.vim, item, (instance, missing),
                                       (*shared.net_makers, *(after if stale else ())))),)
        context.plan.need(shared.vim, port=len(missing))
    disks = instance_volumes.before_server(context, instance, item, record, after)
    trunks = trunk.plan_set(context, instance, item, moves, (*ports, *after))
    made = context.plan.add(Task(f'create {item}', 'server.create', shared.vim, item, instance,
                                 (*ports, *trunks, *disks, *shared.server_makers, *after)))
    kept_ports.plan_release(context, shared.vim, item, record, (made,))
    _put_to_sleep(context, instance, item, made)
    context.plan.changes.append(Change(action, 'vdu', instance.key, shared.vim, detail, reason, loses_data))
    if action == 'create' or len(shared.metadata) > len(record.get('metadata', ())):
        context.plan.need_each(shared.vim, 'metadata_items', f'{shared.vnf.name}/{shared.vdu.name}', len(shared.metadata) + 1)
    if action == 'create':
        context.plan.need(shared.vim, instances=1, cores=shared.flavor['vcpus'], ram=shared.flavor['ram_mib'])


def _without_user_data(context: Context, instance: Instance, detail: str) -> tuple[Instance, str]:
    """A server is never made without its user data, unless that loss is accepted: then it is told."""
    if not context.accept_data_loss or context.asked.replace is not None or context.asked.change == 'revert':
        context.problem(f'{instance.shared.path}.cloud_init', f'the user data of {instance.key} is not stored (a file, or '
                        'secret_params): give nfv_descriptor again')
    return instance._replace(rendered=True), f'{detail}, without its user data, which is not stored'


def _put_to_sleep(context: Context, instance: Instance, item: str, after: str) -> None:
    """Nova makes servers ACTIVE: one that is wanted otherwise is stopped afterwards."""
    _power(context, instance, item, None, power.steps('ACTIVE', instance.status) or (), (after,))


def _power(context: Context, instance: Instance, item: str, server_id: str | None, way: tuple[power.Step, ...],
           after: tuple[str, ...]) -> None:
    if way:
        spec = (instance.name, server_id, way, None)
        context.plan.add(Task(f'power {item}', 'server.power', instance.shared.vim, item, spec, after))


def _replace(context: Context, instance: Instance, item: str, record: Resource, server: Server, detail: str,
             reason: str, loses_data: bool) -> None:
    gone = context.plan.add(Task(f'delete {item}', 'server.delete', instance.shared.vim, item, doomed(server), ()))
    loses_data = loses_data and not instance_volumes.keeps_root(instance, server)
    _create(context, instance, item, record, (gone,), 'replace', detail, reason, loses_data)


def _keep(context: Context, instance: Instance, item: str, record: Resource, server: Server) -> None:
    """A server that is there: nothing to do, attributes to change in place, or a replacement."""
    difference = compare(instance, record, server)
    for problem in difference.problems:
        context.problem(item, problem)
    if difference.replace:
        _replace(context, instance, item, record, server, '; '.join(difference.replace), 'can not be changed in place', True)
        return
    if difference.texts:
        ports = {**record.get('ports', {}), **instance.known_ports(record, but=difference.ports)}
        if ports != record.get('ports', {}) or record.get('management') != management(instance):
            context.plan.found[item] = {**record, 'vim': instance.shared.vim, 'ports': ports, 'management': management(instance)}
        plan_changes(context, instance, item, record, server, difference)
        return
    instance_volumes.plan_moves(context, instance, item, record, server, difference.volumes)
    current = {**entry(instance, record, server, difference.known), **instance_volumes.found(context, item)}
    told = ('id', 'status', 'image', 'flavor_key', 'metadata', 'tags', 'ports', 'management', 'trunks')
    if [record.get(key) for key in told] != [current.get(key) for key in told]:
        context.plan.found[item] = current
    context.plan.unchanged += 1


def plan_removed(context: Context) -> None:
    """Instances of the record, and servers with a mark of this NS, that the target does not have."""
    wanted = {f'vdu:{vnf.name}/{vdu.name}/{index}' for _path, vnf, vdu in context.vdus() for index in range(vdu.count)}
    for item, record in context.record.items():
        if item.startswith('vdu:') and item not in wanted and context.touches(item):
            _remove(context, item, record)
    prefix = ns_prefix(context.ns_id)
    for vim, live in context.live.items():
        for text, servers in live.marked_servers.items():
            item = 'vdu:' + text.removeprefix(prefix).rpartition('/')[0]
            if text.startswith(prefix) and item not in wanted and item not in context.record and context.touches(item):
                for server in servers:
                    delete_server(context, vim, item, server, f'leftover {server.id}', 'left over from an earlier operation')


def _remove(context: Context, item: str, record: Resource) -> None:
    vim = record['vim']
    live = context.live[vim]
    server = live.servers.get(record.get('id', ''))
    marked = [one for one in live.marked_servers.get(mark(context.ns_id, item.partition(':')[2], 'server'), ())
              if server is None or one.id != server.id]
    # One that went without our seeing it is deleted once more: the record lets go of it that way
    ports = {name: port['id'] for name, port in record.get('ports', {}).items()}
    after: tuple[str, ...] = ()
    if server is None and marked:
        server = marked.pop(0)
    for extra in marked:
        delete_server(context, vim, item, extra, f'duplicate {extra.id}', 'made twice by a lost reply')
    kept = {port_id for port_id, _goes in kept_ports.leftover(record).values()}
    if server is None and not live.ports.keys() & {*ports.values(), *kept} and not instance_volumes.any_there(live, record):
        context.plan.forgotten.append(item)
        return
    if server is not None:
        after = (context.plan.add(Task(f'delete {item}', 'server.delete', vim, item, doomed(server), ())),)
    disks, said, loses_data = instance_volumes.release_all(context, item, record, after)
    after = trunk.plan_release(context, vim, item, trunk.going(live, record), after)
    if ports:
        after = (context.plan.add(Task(f'ports-delete {item}', 'ports.delete', vim, item, ports, after)),)
    after = kept_ports.plan_release(context, vim, item, record, after) or disks
    if not after:
        return
    for user in (*(port['net'] for port in record.get('ports', {}).values()), *instance_volumes.shared_keys(item, record)):
        context.users.setdefault(user, []).append(after[0])
    name = record.get('name', '') if server is None else server.name
    context.plan.changes.append(Change('delete', 'vdu', item.partition(':')[2], vim, '; '.join([name, *said] if name else said),
                                       'not in the target',
                                       loses_data=(server is not None or loses_data) and context.target is not None
                                       and context.asked.scope is None))
