// Thin wrappers around system calls; see clinux.h.
#define _GNU_SOURCE
#include "clinux.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t nanoseconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
int64_t telltale_clock_boottime_ns(void) { return nanoseconds(CLOCK_BOOTTIME); }
int64_t telltale_clock_monotonic_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }
int64_t telltale_clock_realtime_ns(void) { return nanoseconds(CLOCK_REALTIME); }
int telltale_clock_is_synchronised(void) {
  struct timex t = {0};
  int state = adjtimex(&t);
  return state != -1 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
}

long telltale_read_file(const char *path, char *buffer, size_t capacity) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  size_t total = 0;
  while (total < capacity) {
    ssize_t n = read(fd, buffer + total, capacity - total);
    if (n < 0) {
      if (errno == EINTR) continue;
      int e = errno;
      close(fd);
      return -e;
    }
    if (n == 0) break;
    total += (size_t)n;
  }
  close(fd);
  return (long)total;
}

int telltale_epoll_create(void) { int fd = epoll_create1(EPOLL_CLOEXEC); return fd < 0 ? -errno : fd; }
int telltale_epoll_add(int epoll, int fd, uint64_t tag) {
  struct epoll_event e = {.events = EPOLLIN, .data.u64 = tag};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}
int telltale_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) ? -errno : 0; }
int telltale_epoll_wait(int epoll, uint64_t *tags, int n, int timeout_ms) {
  struct epoll_event events[16];
  if (n > 16) n = 16;
  int count = epoll_wait(epoll, events, n, timeout_ms);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) tags[i] = events[i].data.u64;
  return count;
}
int telltale_eventfd(void) { int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); return fd < 0 ? -errno : fd; }
int telltale_eventfd_signal(int fd) {
  uint64_t one = 1;
  return write(fd, &one, sizeof one) == sizeof one || errno == EAGAIN ? 0 : -errno;
}
int telltale_eventfd_clear(int fd) {
  uint64_t value;
  return read(fd, &value, sizeof value) == sizeof value || errno == EAGAIN ? 0 : -errno;
}

int telltale_signalfd(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (error) return -error;
  signal(SIGPIPE, SIG_IGN);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}
int telltale_signalfd_read(int fd) {
  struct signalfd_siginfo info;
  ssize_t n = read(fd, &info, sizeof info);
  if (n == sizeof info) return (int)info.ssi_signo;
  return n < 0 && errno != EAGAIN ? -errno : 0;
}

int telltale_notify(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  if (!path || !*path) return 1;
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = 0;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  ssize_t n = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
  int error = n < 0 ? errno : 0;
  close(fd);
  return -error;
}

struct start { telltale_thread_body body; void *context; char name[16]; };
static void *run(void *argument) {
  struct start s = *(struct start *)argument;
  free(argument);
  // Named before its first act, so that whoever counts or traces by name misses nothing.
  pthread_setname_np(pthread_self(), s.name);
  s.body(s.context);
  return NULL;
}
int telltale_thread_start(const char *name, size_t stack_bytes, telltale_thread_body body, void *context, uint64_t *thread) {
  struct start *s = malloc(sizeof *s);
  if (!s) return -ENOMEM;
  s->body = body;
  s->context = context;
  snprintf(s->name, sizeof s->name, "%s", name);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t id;
  int error = pthread_create(&id, &attributes, run, s);
  pthread_attr_destroy(&attributes);
  if (error) { free(s); return -error; }
  *thread = (uint64_t)id;
  return 0;
}
int telltale_thread_join(uint64_t thread) { return -pthread_join((pthread_t)thread, NULL); }

int telltale_thread_make_realtime(int priority) {
  if (priority <= 0) return 0;
  struct sched_param parameters = {.sched_priority = priority};
  return -pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

static uint64_t field(const char *path, const char *key) {
  char text[8192];
  long n = telltale_read_file(path, text, sizeof text - 1);
  if (n <= 0) return 0;
  text[n] = 0;
  char *at = strstr(text, key);
  return at ? strtoull(at + strlen(key), NULL, 10) * 1024 : 0;
}
int telltale_memory_use(uint64_t *resident, uint64_t *peak, uint64_t *anonymous) {
  *resident = field("/proc/self/status", "VmRSS:");
  *peak = field("/proc/self/status", "VmHWM:");
  *anonymous = field("/proc/self/status", "RssAnon:");
  return *resident ? 0 : -ENOENT;
}

void telltale_share_heap(void) { mallopt(M_ARENA_MAX, 1); }

void telltale_release_free_memory(void) { malloc_trim(0); }

static int release_object(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    // Only what nobody has written to: relocated and initialised data would come back as it stands in the file.
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
    uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
    if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}
void telltale_release_code_pages(void) { dl_iterate_phdr(release_object, NULL); }

__attribute__((noinline)) void telltale_release_stack(void) {
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "re");
  if (!maps) return;
  uintptr_t here = (uintptr_t)line, start = 0, end = 0;
  bool is_found = false;
  // The mapping tells how far down the stack has ever grown: beyond it may be anything.
  while (!is_found && fgets(line, sizeof line, maps))
    is_found = sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) == 2 && start <= here && here < end;
  fclose(maps);
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  // Some room below this frame for the calls that follow.
  uintptr_t used = (here & ~(page - 1)) - 4 * page;
  if (is_found && start < used) madvise((void *)start, used - start, MADV_DONTNEED);
}
