# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client asks to be done: checked, recorded as an op-occ, and handed on as an event."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.nfv.mano.plugins.module_utils.op_occ.occurrence import OpOcc, OpOccs, held
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.problem import conflict
from ansible_collections.nfv.mano.plugins.module_utils.op_occ.states import OPEN, RUNNING, next_state
from ansible_collections.nfv.mano.plugins.module_utils.operation import again, asked, cancel, views
from ansible_collections.nfv.mano.plugins.module_utils.operation.record import age, read_resources
from ansible_collections.nfv.mano.plugins.module_utils.operation.request import InputError, Request
from ansible_collections.nfv.mano.plugins.module_utils.sol.common import camelled
from ansible_collections.nfv.mano.plugins.module_utils.sol.front import bodies, instances, requests
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.http import Answer, Call, body_of, refused
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.packages import Packages, make
from ansible_collections.nfv.mano.plugins.module_utils.sol.front.reading import Reading
from ansible_collections.nfv.mano.plugins.module_utils.sol.notification import CREATION, DELETION
from ansible_collections.nfv.mano.plugins.module_utils.store import Store
from ansible_collections.nfv.mano.plugins.module_utils.store.facts import now

#: In the folder of an op-occ: the event that its playbook is started by.
EVENT = 'event.json'
#: Seconds for which a retry or a rollback that was accepted and has not begun stands against another one; it may be refused.
JUST_NOW = 60.0
#: Tasks of op-occs that a playbook carries out.
AGAIN = ('retry', 'rollback')
#: Tasks that make servers and volumes anew by another document.
BY_DOCUMENT = {'change_flavour': 'CHANGE_FLAVOUR', 'change_vnfpkg': 'CHANGE_VNFPKG'}


@dataclass(frozen=True, slots=True)
class Changing:
    """Accepts what changes something.

    :param store: reads what is there now.
    :param clouds: the VIMs that a client may name; the first is the one where it names none.
    :param note: lets subscribers be told that the identifier of a VNF instance came or went.
    :param lease: seconds that a playbook has to take up what was accepted.
    """

    store: Store
    reading: Reading
    packages: Packages
    clouds: tuple[str, ...] = ()
    lease: float = 600.0
    note: Callable[[str, Mapping[str, Any]], None] = lambda _kind, _vnf: None

    def create(self, call: Call, version: str) -> Answer:
        """A VNF instance."""
        body = body_of(call)
        bodies.CREATE.check(body)
        vnf_id = instances.create(self.store, self.packages.find(body['vnfdId']), body)
        view = self.reading.vnf_instance(vnf_id, version)
        self.note(CREATION, view)
        return Answer(201, view, {'Location': view['_links']['self']['href'], 'ETag': instances.etag(view)})

    def read(self, version: str, vnf_id: str) -> Answer:
        """A VNF instance, with what a change of it can be made dependent on."""
        view = self.reading.vnf_instance(vnf_id, version)
        return Answer(200, view, {'ETag': instances.etag(view)})

    def delete(self, vnf_id: str) -> Answer:
        """A VNF instance is forgotten."""
        view = self.reading.vnf_instance(vnf_id, 'v2')
        instances.delete(self.store, self.reading.ns_of(vnf_id)['id'], vnf_id)
        self.note(DELETION, view)
        return Answer(204)

    def patch(self, call: Call, version: str, vnf_id: str) -> Answer:
        """What is told of a VNF instance is changed."""
        body = body_of(call)
        bodies.MODIFY[version].check(body)
        if not body:
            raise refused(400, f'nothing is to be changed (there are: {", ".join(sorted(bodies.MODIFY[version].known))})')
        ns, vims = self.reading.ns_of(vnf_id), requests.vims_told(body, version)
        instantiated = ns['state'] == 'INSTANTIATED'

        def check(found: Mapping[str, Any]) -> None:
            _need(found, instantiated)
            view = self.reading.vnf_instance(vnf_id, 'v2')
            instances.check_match(call, view if version == 'v2' else self.reading.vnf_instance(vnf_id, version))
            if instantiated:
                instances.check_fixed(view, body.get('vnfdId'), vims)
        told = {key: value for key, value in body.items() if key in instances.INFO}
        request = self._request(ns, vnf_id, operation='modify_info', params=_own_names(told))
        if instantiated and told:
            return self._accepted('MODIFY_INFO', request, version, check)
        vnfd = None if instantiated else self._vnfd(vnf_id, body.get('vnfdId'))
        change = instances.Change(told, {} if instantiated else vims, vnfd)
        kept = {name: getattr(request, name) for name in ('operation', 'ns', 'vnf', 'params')}
        op_occ_id = instances.note(self.store, ns['id'], vnf_id, change, kept, self.clouds, check)
        return Answer(202, None, {'Location': self._location(version, op_occ_id)})

    def _vnfd(self, vnf_id: str, vnfd_id: str | None) -> dict[str, Any] | None:
        """What is known of a VNFD that a VNF instance is to be of.

        :raises OpOccError: 409, the VNF instance was not made here; 422, it is the VNFD of no package.
        """
        if vnfd_id is None:
            return None
        if 'vnfd' not in self._info(vnf_id):
            raise conflict('vnfdId can not be changed', 'the VNF was not made here but by a document: change that')
        return self.packages.find(vnfd_id).vnfd

    def task(self, call: Call, version: str, vnf_id: str, name: str) -> Answer:
        """One of the tasks of a VNF instance."""
        body = body_of(call)
        bodies.TASKS[version][name].check(body)
        ns = self.reading.ns_of(vnf_id)
        self._take(name, ns)
        if name == 'instantiate' or name in BY_DOCUMENT:
            return self._by_document(name, body, version, ns, vnf_id)
        if name == 'terminate' and list(ns['vnfs'].values()) != [vnf_id]:
            raise conflict('The VNF can not be terminated alone', f'it belongs to the network service {ns["name"]}: terminate '
                           'that, or take the VNF out of its document')
        verb = requests.VERBS[name][0]
        params = requests.params_of(name, body, version)
        if name == 'change_ext_conn' and ns.get('asked'):
            made = make(self.packages.find(self._info(vnf_id)['vnfd']['id']), ns['name'], ns['asked'].get('flavourId'))
            params = requests.in_views_words(params, made)
        vnf = _name(ns, vnf_id)
        items = requests.items_of(body, read_resources(self.store, ns), vnf)
        # Who reverts wants what came after it to be gone
        request = self._request(ns, vnf_id, operation=verb, params=params, items=items,
                                accept_data_loss=bool(params.get('force')) or name == 'revert_to_snapshot')
        return self._accepted('SCALE_TO_LEVEL' if name == 'scale_to_level' else name.upper(), request, version,
                              functools.partial(self._take, name))

    def _by_document(self, name: str, body: dict[str, Any], version: str, ns: dict[str, Any], vnf_id: str) -> Answer:
        """A task that says which document is to be so."""
        info = self._info(vnf_id)
        if 'vnfd' not in info or list(ns['vnfs'].values()) != [vnf_id]:
            raise conflict(f'{name} is not possible', f'the VNF was not made here but by a document of {ns["name"]}: change that')
        before = ns.get('asked') or {}
        whole = {**({} if name == 'instantiate' else before), **body}
        if name != 'instantiate' and before.get('version', version) != version and 'extVirtualLinks' not in body:
            raise refused(422, 'extVirtualLinks: the VNF was instantiated by another version of the API; give them again')
        vnfd_id = body['vnfdId'] if name == 'change_vnfpkg' else info['vnfd']['id']
        flavour = body.get('newFlavourId') or whole.get('flavourId')
        package = self.packages.find(vnfd_id)
        made = make(package, ns['name'], flavour)
        if name == 'change_flavour' and 'instantiationLevelId' not in body:
            whole.pop('instantiationLevelId', None)
        cloud = self._cloud(ns, info, requests.vims_of(body, version))
        # What was told of it since stands beside the document last applied, and goes on to
        last: dict[str, Any] = next((one for one in (ns.get('document') or {}).get('vnfs', ())), {})
        document = requests.with_info(requests.document_of(made, whole, version), info if name == 'instantiate' else last, cloud)
        kept = {key: whole[key] for key in ('extVirtualLinks', 'extManagedVirtualLinks', 'instantiationLevelId') if key in whole}
        operation = {'instantiate': 'instantiate', 'change_flavour': 'update', 'change_vnfpkg': 'change_vnfpkg'}[name]
        params = {'vnfd_id': vnfd_id} if name == 'change_vnfpkg' else requests.snaked(
            {key: body[key] for key in ('newFlavourId', 'flavourId', 'instantiationLevelId', 'extVirtualLinks',
                                        'extManagedVirtualLinks') if key in body})
        request = self._request(ns, vnf_id, operation=operation, document=document, files=made.files, params=params,
                                allow_delete=name == 'change_flavour')
        return self._accepted(name.upper(), request, version, functools.partial(self._take, name),
                              {**kept, 'flavourId': flavour, 'version': version})

    def _cloud(self, ns: Mapping[str, Any], info: Mapping[str, Any], vims: Mapping[str, Any]) -> str | None:
        """The cloud that a VNF goes to, or is on: what the request names, else what it was told of before, else the first.

        :raises OpOccError: 409, it is on another one; 422, there is no such cloud.
        """
        named = requests.cloud_of(vims, self.clouds)
        if ns['state'] == 'INSTANTIATED':
            used = ((ns.get('document') or {}).get('vims') or {}).get('default', {}).get('cloud')
            if named and used and named != used:
                raise conflict('The VNF can not go to another VIM', f'it is on {used}; terminate it first')
            return named or used
        before = requests.cloud_of(camelled(info).get('vimConnectionInfo') or {}, self.clouds)
        return named or before or next(iter(self.clouds), None)

    def _take(self, name: str, ns: dict[str, Any]) -> None:
        """
        :raises OpOccError: 409, its state does not take the task; what is left of an instantiation that was given up can be
            terminated.
        """
        left = name == 'terminate' and ns['state'] != 'INSTANTIATED' and (read_resources(self.store, ns) or ns.get('pending'))
        if not left:
            _need(ns, name != 'instantiate')

    def _info(self, vnf_id: str) -> dict[str, Any]:
        return dict((self.store.read('vnf', vnf_id) or {}).get('info') or {})

    def _request(self, ns: Mapping[str, Any], vnf_id: str, **more: Any) -> Request:
        return _in_words(lambda: Request.of({'state_dir': self.store.path, 'ns': ns['id'], 'vnf': _name(ns, vnf_id), **more}))

    def _accepted(self, operation: str, request: Request, version: str, check: Callable[[dict[str, Any]], None],
                  kept: dict[str, Any] | None = None) -> Answer:
        found = _in_words(lambda: asked.accept(self.store, operation, request, self.lease, check, kept))
        event = self._event(found, asked.CARRY_OUT)
        return Answer(202, None, {'Location': self._location(version, found.vnf_op_occs()[0]['id'])}, event)

    def _event(self, found: OpOcc, verb: str) -> dict[str, Any]:
        """The event of a verb on an op-occ, which is kept: should it get lost, the next start tells it again."""
        event = {'nfv': {'verb': verb, 'op_occ': found.id, 'operation': found.operation, 'ns': found.ns_id,
                         'state_dir': self.store.path}}
        found.dir.write_json(EVENT, {'event': event, 'time': now()})
        return event

    def _location(self, version: str, op_occ_id: str) -> str:
        return f'{self.reading.api_root}/vnflcm/{version}/vnf_lcm_op_occs/{op_occ_id}'

    def op_occ_task(self, call: Call, version: str, op_occ_id: str, name: str) -> Answer:
        """One of the tasks of an op-occ."""
        body = body_of(call, required=name == 'cancel')
        (bodies.CANCEL if name == 'cancel' else bodies.NOTHING).check(body)
        of_vnf = self.reading.op_occ_of(op_occ_id)
        whole = OpOccs(self.store).get(of_vnf.data['parent'])
        if name != 'cancel' and whole.state in RUNNING and not held(self.store, whole):
            views.close(self.store, None, whole.id, fail=False, force_takeover=False, dry=False)
            whole = OpOccs(self.store).get(whole.id)
        next_state(whole.state, name, op_occ_id)
        if name == 'fail':
            views.close(self.store, None, whole.id, fail=True, force_takeover=False, dry=False)
            return Answer(200, self.reading.op_occ_shown(op_occ_id, version))
        if name == 'cancel':
            cancel.wish(self.store, whole.id, body['cancelMode'])
            self.reading.forget(op_occ_id)
            return Answer(202)
        again.look(self.store, again.find_ns(self.store, whole.ns_id), whole, name)
        if self._is_asked(whole, JUST_NOW):
            raise conflict(f'{name} of {op_occ_id} is not possible', 'a retry or a rollback of it was accepted just now')
        return Answer(202, None, {}, self._event(whole, name))

    def _is_asked(self, found: OpOcc, since: float) -> bool:
        """Whether a retry or a rollback was accepted in the last ``since`` seconds and has not begun."""
        kept = found.dir.read_json(EVENT)
        return (kept is not None and kept['event']['nfv']['verb'] in AGAIN and kept['time'] > found.data['state_entered_time']
                and age(kept['time']) < since)

    def left(self) -> list[dict[str, Any]]:
        """Events of what was accepted and not begun: told again where the process that told them may have died."""
        found = [one for one in OpOccs(self.store).list(scope='ns') if one.state in OPEN]
        return [(one.dir.read_json(EVENT) or {})['event'] for one in sorted(found, key=lambda one: one.data['start_time'])
                if (one.unbegun and one.dir.read_json(EVENT)) or (one.state == 'FAILED_TEMP' and self._is_asked(one, self.lease))]


def _in_words(make_it: Callable[[], Any]) -> Any:
    """What comes of it; what is wrong with the input is told as 422, in SOL's words."""
    try:
        return make_it()
    except InputError as error:
        raise refused(422, '\n'.join(error.problems)) from None


def _need(ns: Mapping[str, Any], instantiated: bool) -> None:
    """
    :raises OpOccError: 409, it is in the other state.
    """
    if (ns['state'] == 'INSTANTIATED') != instantiated:
        raise conflict(f'The VNF is {"not " if instantiated else ""}instantiated',
                       'instantiate it first' if instantiated else 'terminate it first')


def _name(ns: Mapping[str, Any], vnf_id: str) -> str:
    """What the VNF is called in its service.

    :raises OpOccError: 404, it is gone.
    """
    for name, one in ns['vnfs'].items():
        if one == vnf_id:
            return str(name)
    raise refused(404, f'{vnf_id} is no VNF instance')


def _own_names(body: Mapping[str, Any]) -> dict[str, Any]:
    return {bodies.snake(key): value for key, value in body.items()}
