"""Child processes that do not outlive the tests, even when those are killed."""
import ctypes
import signal

PR_SET_PDEATHSIG = 1  # linux/prctl.h
libc = ctypes.CDLL(None, use_errno=True)


def dies_with_us(number=signal.SIGKILL):
    """A preexec_fn for subprocess: the kernel sends the child this signal when the thread that started it ends."""
    return lambda: libc.prctl(PR_SET_PDEATHSIG, int(number))
