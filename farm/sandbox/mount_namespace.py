"""A mount namespace of the process's own: whatever it mounts goes when it does, even if it is killed."""

import ctypes
import os
import threading

from farm.environment import is_root
from farm.process import check
from farm.sandbox.errors import MountError

_CLONE_NEWNS = 0x00020000
_lock = threading.Lock()
_isolated: set[int] = set()


def isolate_mounts() -> None:
    """Move the calling thread, and all threads and processes it starts from now on, into a mount namespace of its own.

    Call it before threads are started (unshare(2) moves one thread only). The second call of a thread, and that of a
    user other than root, who mounts nothing, change nothing.

    Raises:
        MountError: the kernel refuses.
    """
    thread = threading.get_native_id()
    with _lock:
        if thread in _isolated or not is_root():
            return
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNS) != 0:
            raise MountError(
                "cannot make a mount namespace",
                why=os.strerror(ctypes.get_errno()),
                hint="in a container, the farm needs CAP_SYS_ADMIN",
            )
        # Otherwise every mount would show up outside again: systemd shares the root with all namespaces (mount(8)).
        check(["mount", "--make-rprivate", "/"])
        _isolated.add(thread)
