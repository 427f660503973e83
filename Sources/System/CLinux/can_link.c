// CAN links over NETLINK_ROUTE and libsocketcan; see can_link.h.
//
// libsocketcan 0.0.12 sets bit rate, mode, restart time and up/down. It is kept to that, behind four walls:
// - Its getters wait for an answer without a time limit and skip the kernel's refusals. An interface that goes between
//   the library's if_nametoindex and its request hangs the caller for ever. So links are read here, by name, with one
//   request for everything, which also makes what is read belong to one instant. Its can_do_restart calls these
//   getters first; the restart is sent from here too.
// - It prints each failure on standard error. The usual one, a missing capability, is found out before it is called.
// - That print (perror) overwrites errno: a refused bit rate comes back as "invalid argument" or "illegal seek",
//   depending on what standard error is. So its errno is not looked at.
// - It knows no CAN FD: a data bit rate is refused by the kernel unless mode and both rates come in one message.
#define _GNU_SOURCE
#include "can_link.h"
#include <errno.h>
#include <libsocketcan.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct request {
  struct nlmsghdr header;
  struct ifinfomsg link;
  char attributes[512];
};

static int link_socket(int flags, unsigned groups) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = groups};
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  // Connected to the kernel: no other process can send to this socket. An answer takes microseconds; the limit is there
  // so that a fault cannot hang the caller.
  struct timeval limit = {.tv_sec = 2};
  if (bind(fd, (struct sockaddr *)&self, sizeof self) != 0 ||
      connect(fd, (struct sockaddr *)&kernel, sizeof kernel) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

int telltale_link_watch(void) { return link_socket(SOCK_NONBLOCK, RTMGRP_LINK); }

long telltale_link_receive(int fd, void *buffer, size_t capacity) {
  ssize_t n;
  // MSG_TRUNC: the length that the datagram had, not the part that fitted.
  do n = recv(fd, buffer, capacity, MSG_TRUNC); while (n < 0 && errno == EINTR);
  if (n < 0) return errno == EAGAIN ? 0 : -errno;
  return (size_t)n > capacity ? -EMSGSIZE : n;
}

static void begin(struct request *r, int type, int flags) {
  memset(r, 0, sizeof *r);
  r->header.nlmsg_len = NLMSG_LENGTH(sizeof r->link);
  r->header.nlmsg_type = (uint16_t)type;
  r->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
  r->link.ifi_family = AF_UNSPEC;
}

// What is put into a request here is of fixed size and fits by far; nothing of it comes from outside but the name.
static struct rtattr *put(struct request *r, int type, const void *data, size_t size) {
  struct rtattr *a = (struct rtattr *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));
  a->rta_type = (uint16_t)type;
  a->rta_len = (uint16_t)RTA_LENGTH(size);
  if (size) memcpy(RTA_DATA(a), data, size);
  r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(a->rta_len);
  return a;
}
static void end(struct request *r, struct rtattr *nest) {
  nest->rta_len = (uint16_t)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len) - (char *)nest);
}

static int put_name(struct request *r, const char *interface) {
  size_t length = strlen(interface);
  if (length == 0 || length >= IFNAMSIZ) return -ENODEV;
  put(r, IFLA_IFNAME, interface, length + 1);
  return 0;
}

// Sends a request and takes one datagram of answer.
static long talk(const struct request *r, void *buffer, size_t capacity) {
  int fd = link_socket(0, 0);
  if (fd < 0) return fd;
  long result;
  ssize_t n;
  do n = send(fd, r, r->header.nlmsg_len, 0); while (n < 0 && errno == EINTR);
  if (n < 0) {
    result = -errno;
  } else {
    result = telltale_link_receive(fd, buffer, capacity);
    if (result == 0) result = -ETIMEDOUT;
  }
  close(fd);
  return result;
}

long telltale_link_read(const char *interface, void *buffer, size_t capacity) {
  struct request r;
  begin(&r, RTM_GETLINK, 0);
  int error = put_name(&r, interface);
  return error ? error : talk(&r, buffer, capacity);
}

// A request that changes something: 0, or the error that the kernel acknowledged it with.
static int change(struct request *r) {
  struct {
    struct nlmsghdr header;
    struct nlmsgerr error;
    char rest[1024];
  } answer;
  long n = talk(r, &answer, sizeof answer);
  if (n < 0) return (int)n;
  if ((size_t)n < NLMSG_LENGTH(sizeof answer.error) || answer.header.nlmsg_type != NLMSG_ERROR) return -EPROTO;
  return answer.error.error;
}

int telltale_link_permitted(const char *interface) {
  // A change that changes nothing: permission is all that the kernel checks. The process's own capability sets do not
  // tell, as those of a user namespace (PrivateUsers=yes) do not count here.
  struct request r;
  begin(&r, RTM_NEWLINK, NLM_F_ACK);
  int error = put_name(&r, interface);
  return error ? error : change(&r);
}

int telltale_link_start(const char *interface) { return can_do_start(interface) == 0 ? 0 : -EIO; }
int telltale_link_stop(const char *interface) { return can_do_stop(interface) == 0 ? 0 : -EIO; }

int telltale_link_set_bitrate(const char *interface, uint32_t bitrate, uint32_t sample_point) {
  int result = sample_point ? can_set_bitrate_samplepoint(interface, bitrate, sample_point)
                            : can_set_bitrate(interface, bitrate);
  return result == 0 ? 0 : -EIO;
}

int telltale_link_set_listen_only(const char *interface, int on) {
  struct can_ctrlmode mode = {.mask = CAN_CTRLMODE_LISTENONLY, .flags = on ? CAN_CTRLMODE_LISTENONLY : 0};
  return can_set_ctrlmode(interface, &mode) == 0 ? 0 : -EIO;
}

int telltale_link_set_restart_ms(const char *interface, uint32_t milliseconds) {
  return can_set_restart_ms(interface, milliseconds) == 0 ? 0 : -EIO;
}

int telltale_link_set_fd_bitrates(
  const char *interface, uint32_t bitrate, uint32_t sample_point, uint32_t data_bitrate) {
  struct request r;
  begin(&r, RTM_NEWLINK, NLM_F_ACK);
  int error = put_name(&r, interface);
  if (error) return error;
  struct can_bittiming nominal = {.bitrate = bitrate, .sample_point = sample_point};
  struct can_bittiming data = {.bitrate = data_bitrate};
  struct can_ctrlmode mode = {.mask = CAN_CTRLMODE_FD, .flags = CAN_CTRLMODE_FD};
  struct rtattr *info = put(&r, IFLA_LINKINFO, NULL, 0);
  put(&r, IFLA_INFO_KIND, "can", 4);
  struct rtattr *can = put(&r, IFLA_INFO_DATA, NULL, 0);
  put(&r, IFLA_CAN_BITTIMING, &nominal, sizeof nominal);
  put(&r, IFLA_CAN_CTRLMODE, &mode, sizeof mode);
  put(&r, IFLA_CAN_DATA_BITTIMING, &data, sizeof data);
  end(&r, can);
  end(&r, info);
  return change(&r);
}

int telltale_link_restart(const char *interface) {
  struct request r;
  begin(&r, RTM_NEWLINK, NLM_F_ACK);
  int error = put_name(&r, interface);
  if (error) return error;
  uint32_t yes = 1;
  struct rtattr *info = put(&r, IFLA_LINKINFO, NULL, 0);
  put(&r, IFLA_INFO_KIND, "can", 4);
  struct rtattr *can = put(&r, IFLA_INFO_DATA, NULL, 0);
  put(&r, IFLA_CAN_RESTART, &yes, sizeof yes);
  end(&r, can);
  end(&r, info);
  return change(&r);
}
