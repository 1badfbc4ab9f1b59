# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat contract of roles: public variables are nfv_*, internal ones __nfv_*, all of them documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.parents[1] for path in (ROOT / 'roles').glob('*/tasks/main.yml'))
PLAYBOOKS = sorted((ROOT / 'playbooks').rglob('*.yml'))
VERBS = [role for role in ROLES if 'nfv.mano.operation' in (role / 'tasks' / 'main.yml').read_text(encoding='utf-8')]
DEFINES = ('vars', 'set_fact', 'ansible.builtin.set_fact', 'set_stats', 'ansible.builtin.set_stats')


def read(path: Path) -> Any:
    """The file's YAML, or an empty mapping where there is no such file; tags such as !unsafe become plain values."""
    class Loader(yaml.SafeLoader):
        pass

    def plain(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
        return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None

    Loader.add_multi_constructor('!', plain)
    return yaml.load(path.read_text(encoding='utf-8'), Loader) if path.exists() else {}


def defined(node: Any) -> Iterator[str]:
    """Every variable name that a task file or playbook gives a value, at any depth."""
    if isinstance(node, list):
        for item in node:
            yield from defined(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in ('register', 'loop_var'):
            yield value
        elif key in DEFINES and isinstance(value, dict):
            names = value.get('data', value) if 'set_stats' in key else value
            yield from (name for name in names if name not in ('cacheable', 'aggregate', 'per_host'))
        else:
            yield from defined(value)


def specified(role: Path) -> set[str]:
    """The options of the role's entry points."""
    specs = (read(role / 'meta' / 'argument_specs.yml') or {}).get('argument_specs', {})
    return {option for entry in specs.values() for option in entry.get('options', {})}


def task_files(role: Path) -> list[Path]:
    return sorted([*(role / 'tasks').rglob('*.yml'), *(role / 'handlers').rglob('*.yml')])


def allowed(name: str) -> bool:
    return name.startswith(('nfv_', '__nfv_', 'ansible_'))


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_role_defaults_and_specs_are_prefixed_names(role: Path) -> None:
    defaults = set(read(role / 'defaults' / 'main.yml') or {})
    assert [name for name in sorted(defaults) if not name.startswith('nfv_')] == []
    assert [name for name in sorted(specified(role)) if not name.startswith(('nfv_', '__nfv_'))] == []


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_role_vars_and_tasks_define_prefixed_names_only(role: Path) -> None:
    names = {name for path in task_files(role) for name in defined(read(path))}
    names |= set(read(role / 'vars' / 'main.yml') or {})
    assert [name for name in sorted(names) if not allowed(name)] == []


@pytest.mark.parametrize('role', ROLES, ids=lambda role: role.name)
def test_specs_set_no_defaults(role: Path) -> None:
    specs = (read(role / 'meta' / 'argument_specs.yml') or {}).get('argument_specs', {})
    assert specs, f'{role.name} has no meta/argument_specs.yml'
    with_default = [name for entry in specs.values() for name, option in entry.get('options', {}).items()
                    if 'default' in option]
    assert with_default == [], 'a default in a spec sets no variable: put it in defaults/main.yml'


@pytest.mark.parametrize('role', [role for role in ROLES if role.name != 'operation'], ids=lambda role: role.name)
def test_every_default_of_a_role_is_documented(role: Path) -> None:
    assert sorted(set(read(role / 'defaults' / 'main.yml') or {}) - specified(role)) == []


def test_the_verbs_document_what_the_flow_passes_on() -> None:
    """A variable that the flow gives to ns_apply and no verb documents, or the other way round, is a mistake."""
    folder = ROOT / 'roles' / 'operation' / 'tasks'
    flow = ''.join((folder / name).read_text(encoding='utf-8') for name in ('main.yml', 'run.yml'))
    passed = set(re.findall(r'(?<!_)nfv_[a-z_]+', flow))
    documented = set().union(*(specified(role) for role in VERBS))
    assert passed == documented
    assert set(read(ROOT / 'roles' / 'operation' / 'defaults' / 'main.yml')) <= documented


@pytest.mark.parametrize('role', VERBS, ids=lambda role: role.name)
def test_a_verb_is_a_role_and_a_playbook_on_one_host(role: Path) -> None:
    first, second = read(ROOT / 'playbooks' / f'{role.name}.yml')
    assert first['ansible.builtin.import_playbook'] == 'parts/one_host.yml'
    assert second['hosts'] == "{{ nfv_hosts | default('localhost') }}"
    assert second['roles'] == [{'role': f'nfv.mano.{role.name}'}]


@pytest.mark.parametrize('playbook', PLAYBOOKS, ids=lambda path: path.stem)
def test_playbook_defines_prefixed_names_only(playbook: Path) -> None:
    assert [name for name in sorted(set(defined(read(playbook)))) if not allowed(name)] == []
