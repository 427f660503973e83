// Ports at which serial adapters are found: ttys, and TCP and Bluetooth RFCOMM sockets that carry the same bytes.
// Every function returns -errno where it fails. Nothing waits for the other side; only `telltale_tty_set_baud` may
// wait, for the few bytes that the serial chip itself still holds.
#ifndef TELLTALE_SERIAL_PORT_H
#define TELLTALE_SERIAL_PORT_H
#include <stddef.h>
#include <stdint.h>

// Opens a serial port for this process alone: eight bits, no parity, one stop bit, no flow control, bytes as they are,
// modem lines of no meaning and left as they are at the end. The baud rate stays what it was; what waited to be read
// is thrown away. Returns the descriptor, -ENOTTY for what is no serial port, -EBUSY while another program has it.
int telltale_tty_open(const char *path);

// Sets any baud rate that the driver can make, after all that was written has left, and throws away what has come until
// then. -EAGAIN while bytes wait to leave; with `at_once` those are thrown away too.
int telltale_tty_set_baud(int fd, uint32_t baud, int at_once);

// A TCP socket on its way to a numeric address, IPv4 or IPv6; -EINVAL for any other text. A dead peer is found out
// within half a minute.
int telltale_tcp_connect(const char *address, uint16_t port);

// A Bluetooth RFCOMM socket on its way to a device, its address as it is written, and one of its channels, 1...30.
int telltale_rfcomm_connect(const uint8_t address[6], uint8_t channel);

// 0 when a socket is connected, -EINPROGRESS while it is not yet, or why it cannot be. Writable when there is news.
int telltale_port_connected(int fd);

// The bytes that wait, at most `capacity`: their count, 0 when the other side is gone, -EAGAIN when none waits.
long telltale_port_read(int fd, void *buffer, size_t capacity);

// Writes as many bytes as there is room for: their count, -EAGAIN for none.
long telltale_port_write(int fd, const void *bytes, size_t count);

// Closes at once: what has not left is thrown away.
void telltale_port_close(int fd);
#endif
