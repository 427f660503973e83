// Requests to control units through the kernel's ISO-TP and J1939 sockets, and raw sockets that listen to the answers.
// These are the only functions of the daemon that can put a frame on a bus, flow control by the kernel included.
// Every function returns -errno where it fails; what receives returns -EAGAIN when nothing waits. Nothing blocks, but
// for `close` on an ISO-TP socket, which waits for readers of the kernel's lists and for a frame that is on its way.
#ifndef TELLTALE_CAN_REQUEST_H
#define TELLTALE_CAN_REQUEST_H
#include <stddef.h>
#include <stdint.h>

// Identifiers are words as in linux/can.h: bit 31 for 29 bits.

// An ISO-TP socket (ISO 15765-2) that sends on `request` and receives on `answer`: eight bytes a frame, the rest filled
// with CC, which needs no stuff bits. From now on the kernel answers first frames on `answer` with flow control.
int telltale_isotp_open(const char *interface, uint32_t request, uint32_t answer);
// An ISO-TP socket that sends single frames on `request` and receives nothing. Linux 5.11.
int telltale_isotp_open_functional(const char *interface, uint32_t request);
// Sends at most seven bytes, which is one frame. 0 or -errno.
int telltale_isotp_send(int fd, const uint8_t *bytes, size_t count);
// A whole message: its length; `capacity` for one that is as long or longer, and then cut.
long telltale_isotp_receive(int fd, uint8_t *buffer, size_t capacity);

// A raw socket that receives frames of which `id` and the identifier agree in the bits of `mask`.
int telltale_answer_listen(const char *interface, uint32_t id, uint32_t mask);
// A classic frame: its length, 0...8.
int telltale_answer_read(int fd, uint32_t *id, uint8_t data[8]);

// A J1939 socket (SAE J1939-21) at `address` that receives `group` and acknowledgements, of all and of `address`. From
// now on the kernel answers requests to send that come for `address`.
int telltale_j1939_open(const char *interface, uint8_t address, uint32_t group);
// Asks `destination`, 255 for all, for `group` (PGN 59904). 0 or -errno.
int telltale_j1939_request(int fd, uint8_t destination, uint32_t group);
// A whole message: its length, as above. `id` is the identifier that its group, receiver and sender make.
long telltale_j1939_receive(int fd, uint8_t *buffer, size_t capacity, uint32_t *id);
#endif
