# Copyright (c) 2026 nfv.mano contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access control lists of POSIX on files: users and groups besides the owner (acl(5)), as Linux keeps them."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
import struct
from collections.abc import Iterable, Mapping

ACCESS, DEFAULT = 'system.posix_acl_access', 'system.posix_acl_default'
OWNER, USER, GROUP_OF_FILE, GROUP, MASK, OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
READ, WRITE, SEARCH = 4, 2, 1
_VERSION, _NOBODY = 2, 0xFFFFFFFF
#: What getxattr says where there is no list, and where there can be none.
_NONE, UNSUPPORTED = errno.ENODATA, (errno.EOPNOTSUPP, errno.ENOSYS)

#: Tag and id of an entry (the id is 0 where the tag takes none) -> READ, WRITE and SEARCH added up.
Entries = dict[tuple[int, int], int]
#: USER or GROUP with its id -> what is given.
Given = Mapping[tuple[int, int], int]


def entries(path: str, kind: str = ACCESS) -> Entries:
    """A file's list; where there is none what its mode says (ACCESS), or nothing (DEFAULT).

    :raises OSError: the file can't be looked at.
    """
    try:
        raw = os.getxattr(path, kind)
    except OSError as error:
        if error.errno != _NONE and error.errno not in UNSUPPORTED:
            raise
        if kind == DEFAULT:
            return {}
        mode = stat.S_IMODE(os.stat(path).st_mode)
        return {(OWNER, 0): mode >> 6 & 7, (GROUP_OF_FILE, 0): mode >> 3 & 7, (OTHER, 0): mode & 7}
    found = struct.iter_unpack('<HHI', raw[4:])
    return {(tag, number if tag in (USER, GROUP) else 0): bits for tag, bits, number in found}


def private(given: Given, owner: int) -> Entries:
    """A list of an owner's bits, of those who are given something, and of nobody else."""
    return _masked({(OWNER, 0): owner, (GROUP_OF_FILE, 0): 0, (OTHER, 0): 0, **given})


def added(there: Entries, given: Given) -> Entries:
    """A list with what is given besides."""
    return _masked({**there, **{key: there.get(key, 0) | bits for key, bits in given.items()}})


def _masked(found: Entries) -> Entries:
    named = {key: bits for key, bits in found.items() if key[0] in (USER, GROUP)}
    kept = {key: bits for key, bits in found.items() if key != (MASK, 0)}
    mask = found.get((GROUP_OF_FILE, 0), 0)
    for bits in named.values():
        mask |= bits
    return {**kept, (MASK, 0): mask} if named else kept


def write(path: str, wanted: Entries, kind: str = ACCESS) -> bool:
    """Give a file a list; False where it had it.

    :raises OSError: not the owner, or a file system that keeps no lists.
    """
    if entries(path, kind) == wanted:
        return False
    if any(tag in (USER, GROUP) for tag, _id in wanted):
        rows = sorted((tag, number, bits) for (tag, number), bits in wanted.items())
        os.setxattr(path, kind, struct.pack('<I', _VERSION) + b''.join(
            struct.pack('<HHI', tag, bits, number if tag in (USER, GROUP) else _NOBODY) for tag, number, bits in rows))
        return True
    try:
        os.removexattr(path, kind)
    except OSError as error:
        if error.errno != _NONE and error.errno not in UNSUPPORTED:
            raise
    if kind == ACCESS:
        # Without a list the bits of the group are those of the mask that it had
        os.chmod(path, wanted[OWNER, 0] << 6 | wanted[GROUP_OF_FILE, 0] << 3 | wanted[OTHER, 0])
    return True


def ids(names: Iterable[str]) -> tuple[list[tuple[int, int]], list[str]]:
    """Users and groups (``@name``) as entries have them, and the names that nobody has on this host."""
    found, unknown = [], []
    for name in names:
        try:
            found.append((GROUP, grp.getgrnam(name[1:]).gr_gid) if name.startswith('@') else (USER, pwd.getpwnam(name).pw_uid))
        except KeyError:
            unknown.append(name)
    return found, unknown


def who(path: str, bits: int) -> str:
    """Who may do something with a file, for people: its owner, and whom its list names."""
    # Where this user may not even look the folder above decides
    while True:
        try:
            own, found = os.stat(path).st_uid, entries(path)
            break
        except OSError:
            if path in ('/', ''):
                return 'its owner'
            path = os.path.dirname(path)
    users, groups = [_user(own)], []
    for (tag, number), given in sorted(found.items()):
        if given & bits == bits and tag == USER and number != own:
            users.append(_user(number))
        elif given & bits == bits and tag == GROUP:
            groups.append(_group(number))
        elif given & bits == bits and tag == GROUP_OF_FILE:
            groups.append(_group(os.stat(path).st_gid))
    return ' and '.join([f'user {", ".join(users)}', *([f'group {", ".join(groups)}'] if groups else [])])


def owner(path: str) -> str:
    """The owner of a file, for people."""
    return f'user {_user(os.stat(path).st_uid)}'


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
