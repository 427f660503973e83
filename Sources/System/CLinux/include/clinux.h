// What Swift cannot import from Linux: epoll, timers and signals by descriptor, clocks.
// Every call that can fail returns -errno instead of setting errno, so that nothing can clobber it on the way.
#ifndef TELLTALE_CLINUX_H
#define TELLTALE_CLINUX_H
#include <stddef.h>
#include <stdint.h>

// Clocks.
int64_t telltale_clock_boottime_ns(void);
int64_t telltale_clock_realtime_ns(void);
int64_t telltale_clock_monotonic_ns(void);
int telltale_clock_is_synchronised(void);

// A small file into a buffer: bytes read, or -errno.
long telltale_read_file(const char *path, char *buffer, size_t capacity);

// epoll and descriptors.
int telltale_epoll_create(void);
int telltale_epoll_add(int epoll, int fd, uint64_t tag);
int telltale_epoll_remove(int epoll, int fd);
// Waits at most timeout_ms; fills tags; returns their count or -errno (0 on EINTR).
int telltale_epoll_wait(int epoll, uint64_t *tags, int n, int timeout_ms);
int telltale_eventfd(void);
int telltale_eventfd_signal(int fd);
int telltale_eventfd_clear(int fd);

// Signals as a descriptor: blocks SIGTERM, SIGINT, SIGHUP and SIGUSR1 in the calling thread and all that it starts, ignores SIGPIPE.
int telltale_signalfd(void);
// The next pending signal's number, 0 when none, or -errno.
int telltale_signalfd_read(int fd);

// systemd's notification protocol, spoken directly: 0 sent, 1 no NOTIFY_SOCKET, or -errno.
int telltale_notify(const char *state);

// One heap for all threads instead of one for each (mallopt of glibc): call it before there are any.
void telltale_share_heap(void);
// Gives the pages of freed heap memory back to the kernel (malloc_trim of glibc).
void telltale_release_free_memory(void);
// Unmaps the pages of code and constants that this process has touched so far; what is needed again comes back from the
// file, a few pages at a fault. What only start-up needs then no longer counts as this process's memory.
void telltale_release_code_pages(void);
// Gives back the pages of the calling thread's stack that earlier, deeper calls have used: what start-up had on it stays
// nobody's otherwise.
void telltale_release_stack(void);

// A thread with a small stack: 0 or -errno. The body gets context and must not be actor-isolated.
typedef void (*telltale_thread_body)(void *context);
int telltale_thread_start(const char *name, size_t stack_bytes, telltale_thread_body body, void *context, uint64_t *thread);
int telltale_thread_join(uint64_t thread);
// Puts the calling thread among the real-time threads (SCHED_FIFO, 1...99); 0 leaves it ordinary. 0 or -errno.
int telltale_thread_make_realtime(int priority);

// Resident and private memory of this process in bytes, from /proc/self/status and smaps_rollup.
int telltale_memory_use(uint64_t *resident, uint64_t *peak, uint64_t *anonymous);
#endif
