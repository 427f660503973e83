// Ports of serial adapters; see serial_port.h.
#define _GNU_SOURCE
#include "serial_port.h"
// The kernel's termios2, for any baud rate; <termios.h> has another struct of the same name and cannot stand beside it.
#include <asm/termbits.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <linux/serial.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int fail(int fd) {
  int error = errno;
  close(fd);
  return -error;
}

// For this process alone: 0 or -1 with errno.
static int take(int fd, dev_t device) {
  // Root opens what another program has made exclusive, so both are asked: the lock, and the mark.
  int is_taken = 0;
  if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno == EWOULDBLOCK) errno = EBUSY;
    return -1;
  }
  // A pseudo-terminal keeps the mark while its other side lives: who was killed could never open it again.
  if (major(device) - UNIX98_PTY_SLAVE_MAJOR < UNIX98_PTY_MAJOR_COUNT) return 0;
  if (ioctl(fd, TIOCGEXCL, &is_taken) == 0 && is_taken) {
    errno = EBUSY;
    return -1;
  }
  return ioctl(fd, TIOCEXCL);
}

// Answers at once, where the driver would else gather bytes for some milliseconds. Many drivers know nothing of it.
static void hurry(int fd) {
  struct serial_struct driver;
  if (ioctl(fd, TIOCGSERIAL, &driver) < 0 || (driver.flags & ASYNC_LOW_LATENCY)) return;
  driver.flags |= ASYNC_LOW_LATENCY;
  ioctl(fd, TIOCSSERIAL, &driver);
}

int telltale_tty_open(const char *path) {
  struct stat entry;
  // Looked at before it is opened, as opening alone may do something to what is no serial port.
  if (stat(path, &entry) < 0) return -errno;
  if (!S_ISCHR(entry.st_mode)) return -ENOTTY;
  int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct termios2 mode;
  if (ioctl(fd, TCGETS2, &mode) < 0) {
    // Devices have answers of their own to a question that only a tty understands.
    if (errno == EINVAL || errno == ENOSYS) errno = ENOTTY;
    return fail(fd);
  }
  // First of all: a fresh tty echoes, and what an adapter says by itself would go back to it as a command. One that
  // another program uses has long been set.
  if (mode.c_lflag & ECHO) {
    mode.c_lflag = 0;
    if (ioctl(fd, TCSETS2, &mode) < 0) return fail(fd);
    ioctl(fd, TCFLSH, TCIOFLUSH);
  }
  if (take(fd, entry.st_rdev) < 0) return fail(fd);
  // Bytes with wrong stop bits pass: the reader of lines sees the damage, and none is missing unseen.
  mode.c_iflag = IGNBRK;
  mode.c_oflag = 0;
  mode.c_lflag = 0;
  // Without HUPCL: an adapter whose reset hangs on DTR would begin anew each time.
  mode.c_cflag = (mode.c_cflag & (CBAUD | CBAUD << IBSHIFT)) | CS8 | CREAD | CLOCAL;
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  if (ioctl(fd, TCSETS2, &mode) < 0) {
    int error = errno;
    telltale_port_close(fd);
    return -error;
  }
  hurry(fd);
  ioctl(fd, TCFLSH, TCIOFLUSH);
  return fd;
}

int telltale_tty_set_baud(int fd, uint32_t baud, int at_once) {
  int waiting = 0;
  if (at_once) ioctl(fd, TCFLSH, TCOFLUSH);
  else if (ioctl(fd, TIOCOUTQ, &waiting) == 0 && waiting > 0) return -EAGAIN;
  struct termios2 mode;
  if (ioctl(fd, TCGETS2, &mode) < 0) return -errno;
  // Input bits of 0: as the output's.
  mode.c_cflag = (mode.c_cflag & ~(tcflag_t)(CBAUD | CBAUD << IBSHIFT)) | BOTHER;
  mode.c_ispeed = mode.c_ospeed = baud;
  int result;
  do result = ioctl(fd, TCSETSF2, &mode); while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

static int connect_to(int family, int protocol, const void *address, socklen_t length) {
  int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  if (fd < 0) return -errno;
  if (protocol == IPPROTO_TCP) {
    int on = 1, idle = 10, interval = 5, tries = 3;
    unsigned unacknowledged_ms = 25000;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
  }
  // Interrupted it goes on by itself.
  if (connect(fd, address, length) < 0 && errno != EINPROGRESS && errno != EINTR) return fail(fd);
  return fd;
}

int telltale_tcp_connect(const char *address, uint16_t port) {
  struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, address, &four.sin_addr) == 1) return connect_to(AF_INET, IPPROTO_TCP, &four, sizeof four);
  struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1) return connect_to(AF_INET6, IPPROTO_TCP, &six, sizeof six);
  return -EINVAL;
}

int telltale_rfcomm_connect(const uint8_t address[6], uint8_t channel) {
  // The kernel's struct sockaddr_rc and number of the protocol, which no header of its own tells to programs. Addresses
  // stand there last byte first.
  enum { rfcomm = 3 };
  struct {
    sa_family_t family;
    uint8_t address[6];
    uint8_t channel;
  } to = {.family = AF_BLUETOOTH, .channel = channel};
  for (int i = 0; i < 6; i++) to.address[i] = address[5 - i];
  return connect_to(AF_BLUETOOTH, rfcomm, &to, sizeof to);
}

int telltale_port_connected(int fd) {
  struct pollfd look = {.fd = fd, .events = POLLOUT};
  int count;
  do count = poll(&look, 1, 0); while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  if (look.revents == 0) return -EINPROGRESS;
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
  if (error != 0) return -error;
  return look.revents & (POLLERR | POLLHUP) ? -ECONNRESET : 0;
}

long telltale_port_read(int fd, void *buffer, size_t capacity) {
  ssize_t count;
  do count = read(fd, buffer, capacity); while (count < 0 && errno == EINTR);
  // A tty without its device, and a pseudo-terminal without its other side.
  if (count < 0 && errno == EIO) return 0;
  return count < 0 ? -errno : count;
}

long telltale_port_write(int fd, const void *bytes, size_t count) {
  ssize_t written;
  // Sockets first, as only `send` can do without the signal of a broken pipe.
  do written = send(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT); while (written < 0 && errno == EINTR);
  if (written < 0 && errno == ENOTSOCK) {
    do written = write(fd, bytes, count); while (written < 0 && errno == EINTR);
  }
  return written < 0 ? -errno : written;
}

void telltale_port_close(int fd) {
  // Of a socket nothing but `close` does anything.
  ioctl(fd, TCFLSH, TCIOFLUSH);
  ioctl(fd, TIOCNXCL);
  close(fd);
}
