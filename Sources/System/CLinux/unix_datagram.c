// Unix datagram sockets; see unix_datagram.h.
#define _GNU_SOURCE
#include "unix_datagram.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Whether the name may be taken: 0 when a dead process left it, else -errno.
static int check_stale(const struct sockaddr_un *address) {
  struct stat entry;
  if (lstat(address->sun_path, &entry) < 0) return errno == ENOENT ? 0 : -errno;
  if (!S_ISSOCK(entry.st_mode)) return -EEXIST;
  int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return -errno;
  int code = connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 ? 0 : errno;
  close(probe);
  // Nobody listens, or it went away meanwhile. All else is life: also a socket of another kind, or one that is not
  // ours.
  if (code == ECONNREFUSED || code == ENOENT) return 0;
  return code == EACCES ? -EACCES : -EADDRINUSE;
}

int telltale_unix_datagram_bind(const char *path, unsigned mode, struct telltale_unix_datagram *made) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  // Before it has a name, so that at no instant more is allowed. The umask may take bits away, which chmod gives back.
  fchmod(fd, mode);
  int code = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : -errno;
  if (code == -EADDRINUSE) {
    code = check_stale(&address);
    if (code == 0) {
      unlink(path);
      code = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : -errno;
    }
  }
  struct stat entry;
  if (code == 0 && (chmod(path, mode) < 0 || lstat(path, &entry) < 0)) code = -errno;
  if (code < 0) {
    close(fd);
    return code;
  }
  *made = (struct telltale_unix_datagram){.fd = fd, .device = entry.st_dev, .inode = entry.st_ino};
  return 0;
}

long telltale_unix_datagram_receive(int fd, void *buffer, size_t capacity) {
  ssize_t length;
  do {
    length = recv(fd, buffer, capacity, MSG_DONTWAIT | MSG_TRUNC);
  } while (length < 0 && errno == EINTR);
  return length < 0 ? -errno : length;
}

void telltale_unix_datagram_close(const struct telltale_unix_datagram *socket, const char *path) {
  struct stat entry;
  if (lstat(path, &entry) == 0 && entry.st_dev == socket->device && entry.st_ino == socket->inode) unlink(path);
  close(socket->fd);
}
