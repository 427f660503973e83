// posix_openpt and the kernel's own struct termios2: the C library's termios knows no other baud rates than its list.
#define _GNU_SOURCE
#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "pty.h"

static int make_raw(int fd) {
  struct termios2 settings;
  if (ioctl(fd, TCGETS2, &settings) < 0) return -errno;
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = CS8 | CREAD | CLOCAL | B38400;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return ioctl(fd, TCSETS2, &settings) < 0 ? -errno : 0;
}

int telltale_pty_open(char *path, size_t capacity, int *far) {
  int near = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (near < 0) return -errno;
  int code = 0;
  if (grantpt(near) < 0 || unlockpt(near) < 0) code = -errno;
  if (code == 0) code = -ptsname_r(near, path, capacity);
  if (code == 0) {
    *far = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    code = *far < 0 ? -errno : make_raw(*far);
    if (code < 0 && *far >= 0) close(*far);
  }
  if (code == 0) return near;
  close(near);
  return code;
}

long telltale_pty_baud_rate(int far) {
  struct termios2 settings;
  return ioctl(far, TCGETS2, &settings) < 0 ? -errno : (long)settings.c_ospeed;
}

int telltale_pty_share(int far) { return ioctl(far, TIOCNXCL) < 0 ? -errno : 0; }

void telltale_pty_wait(int near, int other, int64_t nanoseconds) {
  struct pollfd waited[2] = {{.fd = near, .events = POLLIN}, {.fd = other, .events = POLLIN}};
  struct timespec span = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  (void)ppoll(waited, 2, &span, NULL);
}
