// Raw CAN sockets; see can_socket.h.
#define _GNU_SOURCE
#include "can_socket.h"
#include <errno.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct telltale_can_filter) == sizeof(struct can_filter), "the kernel's filter");
_Static_assert(offsetof(struct telltale_can_message, software_ns) == CANFD_MTU, "the kernel's frame");
_Static_assert(offsetof(struct telltale_can_message, data) == offsetof(struct canfd_frame, data), "the kernel's frame");

static int bound(int fd, const char *interface) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  if (strlen(interface) >= sizeof request.ifr_name) return -ENODEV;
  strcpy(request.ifr_name, interface);
  // SIOCGIFINDEX on this socket: if_nametoindex would open an AF_INET socket, which a hardened unit forbids.
  if (ioctl(fd, SIOCGIFINDEX, &request) != 0) return -errno;
  struct sockaddr_can address;
  memset(&address, 0, sizeof address);
  address.can_family = AF_CAN;
  address.can_ifindex = request.ifr_ifindex;
  return bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ? -errno : fd;
}

static int configured(int fd, const struct telltale_can_options *options, int *granted) {
  int on = 1;
  // Filters before all else, so that nothing comes in that nobody asked for.
  if (options->filter_count > 0 &&
      setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, options->filters,
                 (socklen_t)options->filter_count * sizeof *options->filters) != 0)
    return -errno;
  can_err_mask_t errors = options->error_frames ? CAN_ERR_MASK : 0;
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) != 0) return -errno;
  // FD frames and stamps are there or not, depending on driver and kernel: none is needed to go on.
  if (options->fd_frames) setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on);
  int stamps = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  if (options->hardware_stamps) stamps |= SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &stamps, sizeof stamps);
  int wanted = options->receive_buffer_bytes;
  // The first passes the system's limit (net.core.rmem_max) and needs CAP_NET_ADMIN.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  int given = 0;
  socklen_t length = sizeof given;
  // The kernel doubles what it is asked for, to pay for its own bookkeeping.
  *granted = getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &given, &length) == 0 ? given / 2 : 0;
  return fd;
}

// `result` when it is a descriptor; else closes `fd`.
static int kept(int fd, int result) {
  if (result < 0) close(fd);
  return result;
}

int telltale_can_open(const char *interface, const struct telltale_can_options *options, int *granted) {
  int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
  if (fd < 0) return -errno;
  int result = configured(fd, options, granted);
  return kept(fd, result < 0 ? result : bound(fd, interface));
}

int telltale_can_pending_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

struct batch {
  struct telltale_can_message messages[TELLTALE_CAN_BATCH];
  struct mmsghdr headers[TELLTALE_CAN_BATCH];
  struct iovec vectors[TELLTALE_CAN_BATCH];
  // Three stamps. The alignment is what CMSG_FIRSTHDR relies on.
  _Alignas(struct cmsghdr) char control[TELLTALE_CAN_BATCH][CMSG_SPACE(3 * sizeof(struct timespec))];
};

size_t telltale_can_batch_bytes(void) { return sizeof(struct batch); }

void telltale_can_batch_prepare(void *memory) {
  struct batch *b = memory;
  memset(b, 0, sizeof *b);
  for (int i = 0; i < TELLTALE_CAN_BATCH; i++) {
    b->vectors[i].iov_base = &b->messages[i];
    b->vectors[i].iov_len = CANFD_MTU;
    b->headers[i].msg_hdr.msg_iov = &b->vectors[i];
    b->headers[i].msg_hdr.msg_iovlen = 1;
    b->headers[i].msg_hdr.msg_control = b->control[i];
    b->headers[i].msg_hdr.msg_controllen = sizeof b->control[i];
  }
}

static int64_t nanoseconds(const unsigned char *stamp) {
  struct timespec t;
  memcpy(&t, stamp, sizeof t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int telltale_can_batch_receive(void *batch, int fd, int n, uint32_t *dropped) {
  struct batch *b = batch;
  if (n > TELLTALE_CAN_BATCH) n = TELLTALE_CAN_BATCH;
  int received;
  do received = recvmmsg(fd, b->headers, (unsigned)n, MSG_DONTWAIT, NULL); while (received < 0 && errno == EINTR);
  if (received < 0) return errno == EAGAIN ? 0 : -errno;
  for (int i = 0; i < received; i++) {
    struct telltale_can_message *m = &b->messages[i];
    struct msghdr *h = &b->headers[i].msg_hdr;
    unsigned size = b->headers[i].msg_len;
    m->format = h->msg_flags & MSG_TRUNC ? 0 : size == CAN_MTU ? 1 : size == CANFD_MTU ? 2 : 0;
    // The kernel marks what came from a socket of this machine so (Documentation/networking/can.rst).
    m->is_own = (h->msg_flags & MSG_DONTROUTE) != 0;
    m->software_ns = m->hardware_ns = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPING ||
          c->cmsg_len < CMSG_LEN(3 * sizeof(struct timespec)))
        continue;
      m->software_ns = nanoseconds(CMSG_DATA(c));
      m->hardware_ns = nanoseconds(CMSG_DATA(c) + 2 * sizeof(struct timespec));
    }
    // All that the kernel has changed and reads again.
    h->msg_controllen = sizeof b->control[i];
  }
  // Asked for once a batch: SO_RXQ_OVFL would tell it with every frame, and cost something with every frame.
  uint32_t memory[SK_MEMINFO_VARS];
  socklen_t length = sizeof memory;
  if (received > 0 && getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &length) == 0 &&
      length > SK_MEMINFO_DROPS * sizeof *memory)
    *dropped = memory[SK_MEMINFO_DROPS];
  return received;
}

int telltale_can_sentinel_open(const char *interface) {
  int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
  if (fd < 0) return -errno;
  // Each lets all pass but its own range; joined, a frame has to pass them all. The last covers 18DA and 18DB.
  const struct can_filter filters[] = {
    {0x7DF | CAN_INV_FILTER, CAN_EFF_FLAG | CAN_SFF_MASK},
    {0x7E0 | CAN_INV_FILTER, CAN_EFF_FLAG | 0x7F0},
    {0x18DA0000 | CAN_EFF_FLAG | CAN_INV_FILTER, CAN_EFF_FLAG | 0x1FFE0000},
  };
  int on = 1, bytes = 4096;
  if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_JOIN_FILTERS, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, filters, sizeof filters) != 0)
    return kept(fd, -errno);
  setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return kept(fd, bound(fd, interface));
}

int telltale_can_sentinel_drain(int fd, uint8_t tester_address) {
  int heard = 0;
  // More than the buffer holds: on a busy bus it fills up again meanwhile, and this must end.
  for (int i = 0; i < 64; i++) {
    canid_t id = 0;
    struct iovec vector = {.iov_base = &id, .iov_len = sizeof id};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno == EAGAIN || heard ? heard : -errno;
    // The daemon's own requests are no sign of life; a vehicle that is simulated on this machine is one.
    unsigned format = id >> 16 & 0xFF;
    int is_request = (id & (CAN_EFF_FLAG | 0xFF)) == (CAN_EFF_FLAG | tester_address) &&
      (format == 0xEA || format == 0xEB || format == 0xEC || format == 0xC7 || format == 0xC8 || format == 0xE8);
    if (!is_request) heard = 1;
  }
  return heard;
}
