// A pseudo-terminal whose other end stands for a serial adapter: programs open it as they would a tty.
// Every call returns -errno where it fails.
#ifndef TELLTALE_PTY_H
#define TELLTALE_PTY_H
#include <stddef.h>
#include <stdint.h>

// Opens one, raw, at 38400 baud, and returns its near end, non-blocking. `path` is the far end's name; `far` keeps the
// far end open, so that its settings live on and nothing is hung up while no program has it open.
int telltale_pty_open(char *path, size_t capacity, int *far);

// The baud rate that a program has set at the far end, whatever number it is.
long telltale_pty_baud_rate(int far);

// Lets another program open the far end after one that had it for itself alone.
int telltale_pty_share(int far);

// Waits until one of two descriptors is readable, a negative one never, or the time is over; finer than poll's
// milliseconds, of which ten make an adapter's whole answer.
void telltale_pty_wait(int near, int other, int64_t nanoseconds);
#endif
