// Raw CAN sockets (linux/can/raw.h): opening them, reading them in batches, and hearing whether a bus is alive.
// Nothing here can transmit. Every call that can fail returns -errno.
#ifndef TELLTALE_CAN_SOCKET_H
#define TELLTALE_CAN_SOCKET_H
#include <stddef.h>
#include <stdint.h>

// A filter as the kernel takes it: a frame passes when (its id word & mask) == (id & mask).
struct telltale_can_filter {
  uint32_t id;
  uint32_t mask;
};

struct telltale_can_options {
  const struct telltale_can_filter *filters;
  int filter_count;          // 0: everything passes
  int receive_buffer_bytes;
  int fd_frames;             // the rest: 0 off, 1 on
  int error_frames;
  int hardware_stamps;
};

// Opens, configures and binds a raw socket that does not block; returns the descriptor or -errno. *granted becomes the
// receive buffer that the kernel gave, in the sense in which it was asked for.
int telltale_can_open(const char *interface, const struct telltale_can_options *options, int *granted);

// The error that waits on a socket, as a positive errno, 0 when none does; takes it away.
int telltale_can_pending_error(int fd);

#define TELLTALE_CAN_BATCH 128

// A received frame. The first 72 bytes are struct canfd_frame as the kernel writes it.
struct telltale_can_message {
  uint32_t id;
  uint8_t length;
  uint8_t flags;
  uint8_t reserved[2];
  uint8_t data[64];      // bytes beyond `length` are left over from older frames
  int64_t software_ns;   // the kernel's receive stamp in wall time; 0 for none
  int64_t hardware_ns;   // the controller's own stamp, in its own time; 0 for none
  uint8_t format;        // 0: this datagram is no CAN frame, 1 classic, 2 FD
  uint8_t is_own;        // sent by this machine
};

// What recvmmsg needs for a batch, prepared once: `telltale_can_batch_bytes` of memory, aligned to 16, which must not
// move. The messages are its beginning.
size_t telltale_can_batch_bytes(void);
void telltale_can_batch_prepare(void *batch);
// Receives up to n datagrams (at most TELLTALE_CAN_BATCH) without blocking; returns their count, 0 when none is there, or
// -errno. *dropped is set to the kernel's count of what this socket lost when the kernel tells it.
int telltale_can_batch_receive(void *batch, int fd, int n, uint32_t *dropped);

// A socket that hears all but diagnostic traffic (7DF, 7E0...7EF, 18DAxxxx, 18DBxxxx), with a buffer of a few frames:
// the descriptor or -errno.
int telltale_can_sentinel_open(const char *interface);
// Takes what waits there: 1 when traffic was among it, 0 when none or only requests and transport of SAE J1939 from `tester_address` were, or -errno.
int telltale_can_sentinel_drain(int fd, uint8_t tester_address);
#endif
