// CAN interfaces as the kernel's network links: what they are, news about them, and setting them up.
// Every call that can fail returns -errno. None waits longer than the driver takes to switch an interface.
#ifndef TELLTALE_CAN_LINK_H
#define TELLTALE_CAN_LINK_H
#include <stddef.h>
#include <stdint.h>

// A socket on which the kernel tells every change of a link. Non-blocking.
int telltale_link_watch(void);
// One datagram of news: its bytes, or 0 when none waits. -ENOBUFS: news were lost. -EMSGSIZE: this one was too long.
long telltale_link_receive(int fd, void *buffer, size_t capacity);
// The kernel's whole answer about one interface (RTM_NEWLINK), or its refusal (NLMSG_ERROR): its bytes.
long telltale_link_read(const char *interface, void *buffer, size_t capacity);
// 0 when this process may change links (CAP_NET_ADMIN in the network's own user namespace); changes nothing.
int telltale_link_permitted(const char *interface);

// Through libsocketcan: 0, or -EIO for whatever went wrong (see can_link.c). The driver's reason is on standard error.
int telltale_link_start(const char *interface);
int telltale_link_stop(const char *interface);
// bit/s; the sample point in tenths of a percent, 0 for the kernel's choice. The interface must be down.
int telltale_link_set_bitrate(const char *interface, uint32_t bitrate, uint32_t sample_point);
int telltale_link_set_listen_only(const char *interface, int on);
// 0 for never.
int telltale_link_set_restart_ms(const char *interface, uint32_t milliseconds);

// What libsocketcan cannot do, or not without a risk to hang.
// Both rates of CAN FD, which the kernel takes only together with the mode itself.
int telltale_link_set_fd_bitrates(
  const char *interface, uint32_t bitrate, uint32_t sample_point, uint32_t data_bitrate);
// Restarts a controller after bus-off. -EOPNOTSUPP: its driver has no restart.
int telltale_link_restart(const char *interface);

#endif
