// Counts heap allocations thread by thread, for any program that takes its heap from glibc. Loaded with LD_PRELOAD:
//
//   cc -O2 -shared -fPIC -o count.so count.c
//   ALLOCATIONS_REPORT=report.json LD_PRELOAD=./count.so telltaled ...
//
// The report is one JSON document, written when the program ends: for each thread its name, the number of calls that
// hand out memory (malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign), the bytes asked for, its CPU time
// at the last call, and the calls that came late: after ALLOCATIONS_START_MS (2 unless set) milliseconds of its CPU
// time, when it no longer is starting. With ALLOCATIONS_TRACE=NAME it also holds the call stacks of that
// thread's first calls, as offsets that `addr2line -e FILE` understands.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

// glibc's own entry points: asking dlsym for the next malloc would itself allocate.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

#define NAME_BYTES 16
#define THREADS 256
#define TRACES 64
#define DEPTH 24

// Each thread claims one slot and alone writes it; slots are not given back, so that ended threads are reported too.
static struct slot {
  char name[NAME_BYTES];
  atomic_ullong calls, bytes, late_calls, last_cpu_ns;
} slots[THREADS];
static atomic_int claimed;
static atomic_ullong uncounted;  // calls of threads that found no slot
static unsigned long long start_ns = 2000000;
static _Thread_local struct slot *mine __attribute__((tls_model("initial-exec")));

static struct trace { int depth; void *frames[DEPTH]; } traces[TRACES];
static atomic_int trace_count;
static const char *traced;

static _Thread_local bool inside __attribute__((tls_model("initial-exec")));

static void count(size_t bytes) {
  if (inside) return;
  inside = true;
  int saved = errno;
  if (!mine) {
    int i = atomic_fetch_add(&claimed, 1);
    if (i < THREADS) mine = &slots[i];
  }
  if (mine) {
    // Asked anew every time: a thread is born with its parent's name.
    prctl(PR_GET_NAME, mine->name);
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    unsigned long long used = (unsigned long long)cpu.tv_sec * 1000000000 + (unsigned long long)cpu.tv_nsec;
    atomic_fetch_add(&mine->calls, 1);
    atomic_fetch_add(&mine->bytes, bytes);
    if (used > start_ns) atomic_fetch_add(&mine->late_calls, 1);
    atomic_store(&mine->last_cpu_ns, used);
    if (traced && strcmp(mine->name, traced) == 0) {
      int i = atomic_fetch_add(&trace_count, 1);
      if (i < TRACES) traces[i].depth = backtrace(traces[i].frames, DEPTH);
    }
  } else {
    atomic_fetch_add(&uncounted, 1);
  }
  errno = saved;
  inside = false;
}

void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(n * size); return __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { count(size); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { count(size); return __libc_memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
  count(size);
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *out = memory;
  return 0;
}

__attribute__((constructor)) static void prepare(void) {
  inside = true;
  // The first backtrace loads libgcc, which allocates.
  void *frame[1];
  backtrace(frame, 1);
  traced = getenv("ALLOCATIONS_TRACE");
  const char *start_ms = getenv("ALLOCATIONS_START_MS");
  if (start_ms) start_ns = strtoull(start_ms, NULL, 10) * 1000000;
  inside = false;
}

static void print_frame(int out, void *address) {
  Dl_info info;
  if (dladdr(address, &info) && info.dli_fname)
    dprintf(out, "\"%s+0x%zx\"", info.dli_fname, (size_t)((char *)address - (char *)info.dli_fbase));
  else
    dprintf(out, "\"%p\"", address);
}

__attribute__((destructor)) static void report(void) {
  inside = true;
  const char *path = getenv("ALLOCATIONS_REPORT");
  int out = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : dup(STDERR_FILENO);
  if (out < 0) return;
  dprintf(out, "{\"threads\": [");
  int threads = claimed < THREADS ? claimed : THREADS;
  for (int i = 0; i < threads; i++)
    dprintf(out, "%s\n  {\"name\": \"%s\", \"calls\": %llu, \"bytes\": %llu, \"late_calls\": %llu, "
            "\"last_cpu_ms\": %.3f}",
            i ? "," : "", slots[i].name, slots[i].calls, slots[i].bytes, slots[i].late_calls,
            (double)slots[i].last_cpu_ns / 1e6);
  dprintf(out, "],\n \"uncounted\": %llu,\n \"traces\": [", uncounted);
  int shown = trace_count < TRACES ? trace_count : TRACES;
  for (int i = 0; i < shown; i++) {
    dprintf(out, "%s\n  [", i ? "," : "");
    for (int j = 0; j < traces[i].depth; j++) {
      if (j) dprintf(out, ", ");
      print_frame(out, traces[i].frames[j]);
    }
    dprintf(out, "]");
  }
  dprintf(out, "]}\n");
  close(out);
}
