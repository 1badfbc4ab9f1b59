# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts in boxes: namespaces of network, mounts, processes and host name, with an sshd, Open vSwitch and lldpd of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path

from ansible_collections.nfv.mano.tests.integration.sshd import SSHD, new_key

SEARCHED = f'{os.environ.get("PATH", "")}:/usr/sbin:/sbin:/usr/lib/openvswitch-switch'
TOOLS = ('ip', 'unshare', 'ovsdb-tool', 'ovsdb-server', 'ovs-vswitchd', 'ovs-vsctl', 'lldpd', 'lldpcli', 'ethtool', 'virsh')
GUEST = 'fa:16:3e:0b:00:0{}'
OPTIONS = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'ConnectTimeout=5',
           '-o', 'BatchMode=yes']
SERVER = 'c0ffee00-0000-4000-8000-00000000001{}'

#: What runs in a box; the last command is the sshd, whose end is the box's.
SCRIPT = """
set -eu
mount -t tmpfs none /run -o mode=755
mkdir -p /run/sshd /run/openvswitch /run/lldpd /run/netns
hostname {name}
if ! grep -q ^_lldpd: /etc/passwd; then
    (cat /etc/passwd; echo _lldpd:x:65533:65533::/run/lldpd:/usr/sbin/nologin) > {folder}/passwd
    (cat /etc/group; echo _lldpd:x:65533:) > {folder}/group
    mount --bind {folder}/passwd /etc/passwd
    mount --bind {folder}/group /etc/group
fi
ip netns add qdhcp-{number}
ip link add tapd type veth peer name ns-d netns qdhcp-{number}
ip -n qdhcp-{number} addr add 10.1.0.2/24 dev ns-d
ip link set tapd up
ovsdb-tool create /run/openvswitch/conf.db {schema}
ovsdb-server /run/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock --pidfile=/run/openvswitch/ovsdb.pid --detach \\
    --log-file={folder}/ovsdb.log --unixctl=/run/openvswitch/ovsdb.ctl
ovs-vsctl --no-wait init
ovs-vswitchd unix:/run/openvswitch/db.sock --pidfile=/run/openvswitch/vswitchd.pid --detach --log-file={folder}/vswitchd.log \\
    --unixctl=/run/openvswitch/vswitchd.ctl
for bridge in br-int br-tun br-ex; do ovs-vsctl add-br $bridge -- set bridge $bridge datapath_type=netdev; done
ovs-vsctl add-port br-int qvo{number}-07 tag=3 -- add-port br-int tapd tag=3 -- add-port br-ex eth1
ovs-vsctl add-port br-int patch-tun -- set interface patch-tun type=patch options:peer=patch-int \\
    -- add-port br-tun patch-int -- set interface patch-int type=patch options:peer=patch-tun
ovs-vsctl add-port br-tun vxlan-1 -- set interface vxlan-1 type=vxlan options:local_ip=10.9.0.{number} \\
    options:remote_ip=10.9.0.{other} options:key=flow
lldpd -d -L {lldpcli} -I eth0,eth1 > {folder}/lldpd.log 2>&1 &
until lldpcli configure lldp tx-interval 1 > {folder}/lldpcli.log 2>&1; do sleep 0.2; done
exec {sshd} -D -e -f {folder}/sshd_config
"""


def missing() -> str:
    """The tools that are not here, empty where all are."""
    return ' '.join(tool for tool in TOOLS if shutil.which(tool, path=SEARCHED) is None) or ('' if SSHD else 'sshd')


def ip(*arguments: str) -> None:
    """Run ip; raises CalledProcessError."""
    subprocess.run(['ip', *arguments], check=True, capture_output=True, text=True)


class Box:
    """One host: a guest behind a bridge of its own on Open vSwitch, tunnels over eth0, a VLAN and a provider bridge on eth1."""

    def __init__(self, number: int, folder: Path) -> None:
        tail = uuid.uuid4().hex[:6]
        self.number, self.name, self.namespace, self.guest = number, f'box{number}', f'nfvb{tail}', f'nfvq{tail}'
        self.folder, self.outside, self.address = folder / self.name, f'nfvm{tail}', f'10.213.77.{4 * number + 2}'
        self.folder.mkdir()
        self.process: subprocess.Popen[bytes] | None = None

    def wire(self, vlans: bool) -> None:
        """Make its interfaces, all but the wires to the other."""
        number, namespace = self.number, self.namespace
        ip('netns', 'add', self.guest)
        ip('link', 'add', self.outside, 'type', 'veth', 'peer', 'name', 'mgmt', 'netns', namespace)
        ip('addr', 'add', f'10.213.77.{4 * number + 1}/30', 'dev', self.outside)
        ip('link', 'set', self.outside, 'up')
        for name, address in (('mgmt', f'{self.address}/30'), ('eth0', f'10.9.0.{number}/24')):
            ip('-n', namespace, 'addr', 'add', address, 'dev', name)
        ip('-n', namespace, 'link', 'add', f'qbr{number}-07', 'type', 'bridge')
        ip('-n', namespace, 'link', 'add', f'tap{number}-07', 'type', 'veth', 'peer', 'name', 'ens3', 'address',
           GUEST.format(number), 'netns', self.guest)
        ip('-n', namespace, 'link', 'add', f'qvb{number}-07', 'type', 'veth', 'peer', 'name', f'qvo{number}-07')
        ip('-n', namespace, 'link', 'add', 'br-vlan', 'type', 'bridge')
        if vlans:
            ip('-n', namespace, 'link', 'add', 'link', 'eth1', 'name', 'eth1.210', 'type', 'vlan', 'id', '210')
        for name, bridge in ((f'tap{number}-07', f'qbr{number}-07'), (f'qvb{number}-07', f'qbr{number}-07'),
                             *([('eth1.210', 'br-vlan')] if vlans else [])):
            ip('-n', namespace, 'link', 'set', name, 'master', bridge)
        for name in ('lo', 'mgmt', 'eth0', 'eth1', f'qbr{number}-07', 'br-vlan', f'tap{number}-07', f'qvb{number}-07',
                     f'qvo{number}-07', *(['eth1.210'] if vlans else [])):
            ip('-n', namespace, 'link', 'set', name, 'up')
        ip('-n', self.guest, 'link', 'set', 'ens3', 'up')

    def start(self, key: str) -> None:
        """Start what runs in it; ``key`` logs root in."""
        new_key(self.folder / 'host')
        (self.folder / 'keys').write_text(key, encoding='utf-8')
        (self.folder / 'node.xml').write_text(textwrap.dedent(f"""\
            <node><domain type='test'><name>instance-{self.number}</name><uuid>{SERVER.format(self.number)}</uuid>
            <memory>65536</memory><vcpu>1</vcpu><os><type>hvm</type></os><devices><interface type='bridge'>
            <mac address='{GUEST.format(self.number)}'/><source bridge='qbr{self.number}-07'/>
            <target dev='tap{self.number}-07'/></interface></devices></domain></node>"""), encoding='utf-8')
        kept = ''.join(f' {name}={os.environ[name]}' for name in ('LD_LIBRARY_PATH',) if os.environ.get(name))
        (self.folder / 'sshd_config').write_text('\n'.join([
            'Port 22', f'ListenAddress {self.address}', f'HostKey {self.folder}/host', f'AuthorizedKeysFile {self.folder}/keys',
            'PidFile none', 'StrictModes no', 'UsePAM no', 'PermitRootLogin yes', f'SetEnv PATH={SEARCHED}{kept}',
            'Subsystem sftp internal-sftp', '']), encoding='utf-8')
        server = shutil.which('ovsdb-server', path=SEARCHED)
        (self.folder / 'script').write_text(SCRIPT.format(
            name=self.name, number=self.number, other=3 - self.number, folder=self.folder, sshd=SSHD,
            lldpcli=shutil.which('lldpcli', path=SEARCHED),
            schema=Path(str(server)).parents[1] / 'share' / 'openvswitch' / 'vswitch.ovsschema'), encoding='utf-8')
        with (self.folder / 'log').open('wb') as log:
            self.process = subprocess.Popen(
                ['ip', 'netns', 'exec', self.namespace, 'unshare', '--mount', '--uts', '--pid', '--fork', '--kill-child',
                 '--mount-proc', 'sh', str(self.folder / 'script')], stdout=log, stderr=log, env={**os.environ, 'PATH': SEARCHED})

    def wait(self, key: Path) -> None:
        """Wait until it is logged in to, and has heard of the other on both wires."""
        deadline = time.monotonic() + 30
        while True:
            done = subprocess.run(['ssh', '-i', str(key), *OPTIONS, f'root@{self.address}', 'lldpctl', '-f', 'keyvalue'],
                                  capture_output=True, text=True, check=False)
            if 'lldp.eth0.chassis.name' in done.stdout and 'lldp.eth1.chassis.name' in done.stdout:
                return
            assert time.monotonic() < deadline, (self.folder / 'log').read_text() + done.stdout + done.stderr
            time.sleep(0.3)

    def remove(self) -> None:
        """Take everything away."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=15)
        for namespace in (self.namespace, self.guest):
            subprocess.run(['ip', 'netns', 'del', namespace], check=False, capture_output=True)

    def variables(self, key: Path) -> dict[str, object]:
        """What Ansible needs to know of it."""
        return {'ansible_host': self.address, 'ansible_user': 'root', 'ansible_ssh_private_key_file': str(key),
                'ansible_ssh_common_args': ' '.join(OPTIONS), 'ansible_python_interpreter': sys.executable,
                'nfv_libvirt_uri': f'test://{self.folder}/node.xml', 'nfv_pnics': ['eth0', 'eth1'], 'nfv_become': False}
