// Requests to control units; see can_request.h.
#define _GNU_SOURCE
#include "can_request.h"
#include <errno.h>
#include <linux/can.h>
#include <linux/can/isotp.h>
#include <linux/can/j1939.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(int fd) {
  int error = errno;
  close(fd);
  return -error;
}

// The interface's address on a fresh socket: 0 or -1 with errno.
static int find(int fd, const char *interface, struct sockaddr_can *address) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  memset(address, 0, sizeof *address);
  if (strlen(interface) >= sizeof request.ifr_name) { errno = ENODEV; return -1; }
  strcpy(request.ifr_name, interface);
  // SIOCGIFINDEX on this socket: if_nametoindex would open an AF_INET socket, which a hardened unit forbids.
  if (ioctl(fd, SIOCGIFINDEX, &request) != 0) return -1;
  address->can_family = AF_CAN;
  address->can_ifindex = request.ifr_ifindex;
  return 0;
}

static int open_isotp(const char *interface, uint32_t request, uint32_t answer, uint32_t flags) {
  int fd = socket(PF_CAN, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_ISOTP);
  if (fd < 0) return -errno;
  struct sockaddr_can address;
  if (find(fd, interface, &address) != 0) return fail(fd);
  address.can_addr.tp.tx_id = request;
  address.can_addr.tp.rx_id = answer;
  struct can_isotp_options options = {
    .flags = CAN_ISOTP_TX_PADDING | flags, .txpad_content = CAN_ISOTP_DEFAULT_PAD_CONTENT,
  };
  // The unit may send all frames at once and as fast as it can: what it sends is bounded by the kernel's largest
  // message, and the bus belongs to the vehicle again the sooner.
  struct can_isotp_fc_options flow = {.bs = 0, .stmin = 0, .wftmax = 0};
  if (setsockopt(fd, SOL_CAN_ISOTP, CAN_ISOTP_OPTS, &options, sizeof options) != 0 ||
      setsockopt(fd, SOL_CAN_ISOTP, CAN_ISOTP_RECV_FC, &flow, sizeof flow) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
    return fail(fd);
  return fd;
}

int telltale_isotp_open(const char *interface, uint32_t request, uint32_t answer) {
  return open_isotp(interface, request, answer, 0);
}

int telltale_isotp_open_functional(const char *interface, uint32_t request) {
  return open_isotp(interface, request, 0, CAN_ISOTP_SF_BROADCAST);
}

int telltale_isotp_send(int fd, const uint8_t *bytes, size_t count) {
  if (count == 0 || count > 7) return -EMSGSIZE;
  ssize_t sent;
  do sent = send(fd, bytes, count, MSG_DONTWAIT); while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

long telltale_isotp_receive(int fd, uint8_t *buffer, size_t capacity) {
  ssize_t count;
  do count = recv(fd, buffer, capacity, MSG_DONTWAIT); while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : (long)count;
}

int telltale_answer_listen(const char *interface, uint32_t id, uint32_t mask) {
  int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW);
  if (fd < 0) return -errno;
  struct sockaddr_can address;
  // Remote requests are no answers.
  struct can_filter filter = {.can_id = id, .can_mask = mask | CAN_EFF_FLAG | CAN_RTR_FLAG};
  if (find(fd, interface, &address) != 0 ||
      setsockopt(fd, SOL_CAN_RAW, CAN_RAW_FILTER, &filter, sizeof filter) != 0 ||
      bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
    return fail(fd);
  return fd;
}

int telltale_answer_read(int fd, uint32_t *id, uint8_t data[8]) {
  struct can_frame frame;
  ssize_t count;
  do count = recv(fd, &frame, sizeof frame, MSG_DONTWAIT); while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  if (count != sizeof frame || frame.len > 8) return 0;
  *id = frame.can_id;
  memcpy(data, frame.data, 8);
  return frame.len;
}

int telltale_j1939_open(const char *interface, uint8_t address, uint32_t group) {
  int fd = socket(PF_CAN, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_J1939);
  if (fd < 0) return -errno;
  int on = 1;
  struct j1939_filter filters[2] = {
    {.pgn = group, .pgn_mask = J1939_PGN_MAX}, {.pgn = 0xE800, .pgn_mask = J1939_PGN_MAX},
  };
  struct sockaddr_can own;
  if (find(fd, interface, &own) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_CAN_J1939, SO_J1939_FILTER, filters, sizeof filters) != 0)
    return fail(fd);
  own.can_addr.j1939.name = J1939_NO_NAME;
  own.can_addr.j1939.addr = address;
  own.can_addr.j1939.pgn = J1939_NO_PGN;
  if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0) return fail(fd);
  return fd;
}

int telltale_j1939_request(int fd, uint8_t destination, uint32_t group) {
  struct sockaddr_can to = {.can_family = AF_CAN};
  to.can_addr.j1939.name = J1939_NO_NAME;
  to.can_addr.j1939.addr = destination;
  to.can_addr.j1939.pgn = J1939_PGN_REQUEST;
  uint8_t bytes[3] = {(uint8_t)group, (uint8_t)(group >> 8), (uint8_t)(group >> 16)};
  ssize_t sent;
  do sent = sendto(fd, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

long telltale_j1939_receive(int fd, uint8_t *buffer, size_t capacity, uint32_t *id) {
  struct sockaddr_can from = {0};
  struct iovec vector = {.iov_base = buffer, .iov_len = capacity};
  char control[128] __attribute__((aligned(8)));
  struct msghdr message = {
    .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
    .msg_controllen = sizeof control,
  };
  ssize_t count;
  do count = recvmsg(fd, &message, MSG_DONTWAIT); while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  uint8_t destination = J1939_NO_ADDR;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
    if (c->cmsg_level == SOL_CAN_J1939 && c->cmsg_type == SCM_J1939_DEST_ADDR) destination = *CMSG_DATA(c);
  uint32_t group = from.can_addr.j1939.pgn & J1939_PGN_MAX;
  // Below PDU format 240 the second byte is the receiver's address.
  if ((group >> 8 & 0xFF) < 240) group = (group & 0x3FF00) | destination;
  *id = CAN_EFF_FLAG | 6u << 26 | group << 8 | from.can_addr.j1939.addr;
  return (long)count;
}
