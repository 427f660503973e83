// A datagram socket with a name in the file system: bound safely, read without waiting, removed by its owner alone.
// Every function returns -errno where it fails.
#ifndef TELLTALE_UNIX_DATAGRAM_H
#define TELLTALE_UNIX_DATAGRAM_H
#include <stddef.h>
#include <stdint.h>

struct telltale_unix_datagram {
  int fd;
  // Of the file that the name stands for; tells it from one that somebody made in its place.
  uint64_t device, inode;
};

// Binds a socket that does not block, with exactly these permission bits. What a dead process left is replaced.
// -EADDRINUSE: somebody receives there; -EEXIST: a file that is no socket; -ENAMETOOLONG: more than 107 bytes.
int telltale_unix_datagram_bind(const char *path, unsigned mode, struct telltale_unix_datagram *made);

// The next datagram: its whole length, also where that is more than capacity and the rest is lost; -EAGAIN when none
// waits.
long telltale_unix_datagram_receive(int fd, void *buffer, size_t capacity);

// Closes the socket, and removes its name if that is still its own.
void telltale_unix_datagram_close(const struct telltale_unix_datagram *socket, const char *path);
#endif
