// Counts heap allocations by thread name, for any program that takes its heap from glibc. Loaded with LD_PRELOAD:
//
//   cc -O2 -shared -fPIC -o count.so count.c
//   ALLOCATIONS_REPORT=report.json LD_PRELOAD=./count.so telltaled ...
//
// The report is one JSON document, written when the program ends: by thread name the number of calls that hand out
// memory (malloc, calloc, realloc, posix_memalign, aligned_alloc, memalign), the bytes asked for, and the CPU time of
// the thread at its last such call. With ALLOCATIONS_TRACE=NAME it also holds the call stacks of that thread's first
// calls, as offsets that `addr2line -e FILE` understands.
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
#define NAMES 64
#define TRACES 64
#define DEPTH 24

// A slot is claimed once and never given back, so `taken` with its name written is all that a reader needs.
static struct slot {
  atomic_int state;  // 0 free, 1 being named, 2 in use
  char name[NAME_BYTES];
  atomic_ullong calls, bytes, last_cpu_ns;
} slots[NAMES];
static atomic_ullong unnamed;  // calls of threads that found no slot

static struct trace { int depth; void *frames[DEPTH]; } traces[TRACES];
static atomic_int trace_count;
static const char *traced;

static _Thread_local bool inside __attribute__((tls_model("initial-exec")));

static struct slot *slot_of(const char *name) {
  for (int i = 0; i < NAMES; i++) {
    int state = atomic_load(&slots[i].state);
    if (state == 0 && atomic_compare_exchange_strong(&slots[i].state, &state, 1)) {
      memcpy(slots[i].name, name, NAME_BYTES);
      atomic_store(&slots[i].state, 2);
      return &slots[i];
    }
    while (atomic_load(&slots[i].state) == 1) {}
    if (memcmp(slots[i].name, name, NAME_BYTES) == 0) return &slots[i];
  }
  return NULL;
}

static void count(size_t bytes) {
  if (inside) return;
  inside = true;
  int saved = errno;
  // Asked anew every time: a thread is born with its parent's name.
  char name[NAME_BYTES] = {0};
  prctl(PR_GET_NAME, name);
  struct slot *slot = slot_of(name);
  if (slot) {
    struct timespec cpu;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    atomic_fetch_add(&slot->calls, 1);
    atomic_fetch_add(&slot->bytes, bytes);
    atomic_store(&slot->last_cpu_ns, (unsigned long long)cpu.tv_sec * 1000000000 + (unsigned long long)cpu.tv_nsec);
  } else {
    atomic_fetch_add(&unnamed, 1);
  }
  if (traced && strcmp(name, traced) == 0) {
    int i = atomic_fetch_add(&trace_count, 1);
    if (i < TRACES) traces[i].depth = backtrace(traces[i].frames, DEPTH);
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
  dprintf(out, "{\"threads\": {");
  for (int i = 0; i < NAMES && atomic_load(&slots[i].state) == 2; i++)
    dprintf(out, "%s\n  \"%s\": {\"calls\": %llu, \"bytes\": %llu, \"last_cpu_ms\": %.3f}", i ? "," : "", slots[i].name,
            slots[i].calls, slots[i].bytes, (double)slots[i].last_cpu_ns / 1e6);
  dprintf(out, "},\n \"uncounted\": %llu,\n \"traces\": [", unnamed);
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
