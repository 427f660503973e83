// Loads CAN interfaces with bursts of frames out of a recording, always in the same seeded order, and counts them.
//
//   cc -O2 -static -o bus-load bus-load.c
//   bus-load --log candump.log --seed N --rate R|max (--seconds S | --frames N) INTERFACE...
//
// Frame n of an interface depends on the seed, the recording and the interface's place in the list alone: runs of 8 to
// 64 neighbouring frames from seeded places, so that most messages of several frames stay whole. Each interface is an
// open loop: its clock owes R frames a second (fractions allowed), paid in bursts of one sendmmsg every 2 to 10 ms; a
// sender that was late pays at once. A full queue (ENOBUFS) waits and tries the same frame again, so that what is
// counted as sent was taken by the kernel. Time stamps and interface names of the recording are ignored; an identifier
// above 1FFFFFFF is an error frame.
//
// Prints {"sent": {INTERFACE: frames, ...}, "total", "seconds", "rate" (frames a second and interface), "retries",
// "latestMs" (how late the latest burst was)}. Exit code 0 done; 1 an interface failed, with what was sent; 2 wrong
// call.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { INTERFACES = 16, BURST = 128, LINE = 1024 };

struct recorded {
  struct canfd_frame frame;
  uint32_t size;  // CAN_MTU or CANFD_MTU: which of the two it is sent as
};

struct interface {
  const char *name;
  int socket;
  uint64_t random;
  size_t next, run;  // the next frame of the recording, and how many follow it before the next seeded place
  uint64_t sent;
  int64_t due;  // when the next burst leaves, ns since the start
};

static struct recorded *frames;
static size_t frame_count;
static uint64_t retries;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void sleep_until(int64_t ns) {
  struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {}
}

// Splitmix64: small, and every seed is a good one.
static uint64_t draw(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// "123#1122", "12345678#R", "123##1AABB": false when it is not a frame.
static bool parse(const char *text, struct recorded *out) {
  char *rest;
  unsigned long id = strtoul(text, &rest, 16);
  size_t digits = (size_t)(rest - text);
  if (*rest != '#' || (digits != 3 && digits != 8)) return false;
  memset(out, 0, sizeof *out);
  out->size = CAN_MTU;
  out->frame.can_id = (canid_t)id;
  if (digits == 8 && !(id & CAN_ERR_FLAG)) out->frame.can_id |= CAN_EFF_FLAG;
  size_t limit = CAN_MAX_DLEN;
  rest++;
  if (*rest == '#') {
    int flags = hex(rest[1]);
    if (flags < 0) return false;
    out->size = CANFD_MTU;
    out->frame.flags = (uint8_t)flags;
    limit = CANFD_MAX_DLEN;
    rest += 2;
  } else if (*rest == 'R') {
    out->frame.can_id |= CAN_RTR_FLAG;
    if (rest[1] >= '0' && rest[1] <= '8') out->frame.len = (uint8_t)(rest[1] - '0');
    return true;
  }
  size_t length = 0;
  for (int high, low; length < limit && (high = hex(rest[0])) >= 0 && (low = hex(rest[1])) >= 0; rest += 2)
    out->frame.data[length++] = (uint8_t)(high << 4 | low);
  out->frame.len = (uint8_t)length;
  return *rest == '\0';
}

static int read_log(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) return -errno;
  size_t capacity = 0;
  char line[LINE], frame[LINE];
  while (fgets(line, sizeof line, file)) {
    struct recorded recorded;
    if (sscanf(line, "(%*[^)]) %*s %1023s", frame) != 1 || !parse(frame, &recorded)) continue;
    if (frame_count == capacity) {
      capacity = capacity ? capacity * 2 : 4096;
      struct recorded *grown = realloc(frames, capacity * sizeof *frames);
      if (!grown) return -ENOMEM;
      frames = grown;
    }
    frames[frame_count++] = recorded;
  }
  fclose(file);
  return frame_count ? 0 : -ENODATA;
}

static int open_interface(const char *name) {
  int s = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, CAN_RAW), on = 1, bytes = 1 << 22;
  if (s < 0) return -errno;
  // Nothing is read here: without filters the kernel hands this socket no copy.
  setsockopt(s, SOL_CAN_RAW, CAN_RAW_FILTER, NULL, 0);
  setsockopt(s, SOL_CAN_RAW, CAN_RAW_FD_FRAMES, &on, sizeof on);
  if (setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
    setsockopt(s, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = (int)if_nametoindex(name)};
  if (address.can_ifindex == 0 || bind(s, (struct sockaddr *)&address, sizeof address) != 0) {
    int error = errno;
    close(s);
    return -error;
  }
  return s;
}

static struct recorded *next_frame(struct interface *to) {
  if (to->run == 0) {
    to->next = draw(&to->random) % frame_count;
    to->run = 8 + draw(&to->random) % 57;
  }
  struct recorded *frame = &frames[to->next];
  to->next = (to->next + 1) % frame_count;
  to->run--;
  return frame;
}

// Sends `count` frames, at most BURST; 0 or -errno.
static int burst(struct interface *to, size_t count) {
  struct mmsghdr messages[BURST];
  struct iovec parts[BURST];
  memset(messages, 0, sizeof messages);
  for (size_t i = 0; i < count; i++) {
    struct recorded *frame = next_frame(to);
    parts[i] = (struct iovec){.iov_base = &frame->frame, .iov_len = frame->size};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (size_t done = 0; done < count;) {
    int n = sendmmsg(to->socket, messages + done, (unsigned)(count - done), 0);
    if (n > 0) {
      done += (size_t)n;
      to->sent += (uint64_t)n;
    } else if (n < 0 && (errno == ENOBUFS || errno == EAGAIN)) {
      retries++;
      sleep_until(now_ns() + 500000);
    } else if (n < 0 && errno != EINTR) {
      return -errno;
    }
  }
  return 0;
}

static int usage(const char *why) {
  fprintf(stderr, "bus-load: %s\n", why);
  fputs("usage: bus-load --log FILE --seed N --rate R|max (--seconds S | --frames N) INTERFACE...\n", stderr);
  return 2;
}

int main(int argc, char **argv) {
  const char *log = NULL;
  double rate = 0, seconds = 0;  // a rate of 0: as fast as it goes
  uint64_t seed = 1, limit = UINT64_MAX;
  struct interface interfaces[INTERFACES];
  size_t count = 0;
  for (int i = 1; i < argc; i++) {
    const char *value = i + 1 < argc ? argv[i + 1] : "";
    if (argv[i][0] != '-') {
      if (count == INTERFACES) return usage("too many interfaces");
      interfaces[count++] = (struct interface){.name = argv[i]};
      continue;
    }
    if (strcmp(argv[i], "--log") == 0) log = value;
    else if (strcmp(argv[i], "--seed") == 0) seed = strtoull(value, NULL, 10);
    else if (strcmp(argv[i], "--seconds") == 0) seconds = strtod(value, NULL);
    else if (strcmp(argv[i], "--frames") == 0) limit = strtoull(value, NULL, 10);
    else if (strcmp(argv[i], "--rate") == 0) rate = strcmp(value, "max") == 0 ? 0 : strtod(value, NULL);
    else return usage(argv[i]);
    i++;
  }
  if (!log || count == 0 || rate < 0 || (seconds <= 0 && limit == UINT64_MAX)) return usage("an argument is missing");
  if (seconds > 0 && rate > 0) limit = (uint64_t)(rate * seconds + 0.5);
  int failed = read_log(log);
  if (failed) return fprintf(stderr, "bus-load: %s: %s\n", log, strerror(-failed)), 2;
  for (size_t i = 0; i < count; i++) {
    interfaces[i].socket = open_interface(interfaces[i].name);
    if (interfaces[i].socket < 0)
      return fprintf(stderr, "bus-load: %s: %s\n", interfaces[i].name, strerror(-interfaces[i].socket)), 2;
    interfaces[i].random = seed * INTERFACES + i;
  }

  // The pauses have a seed of their own: they depend on time, and frames shall not.
  uint64_t pauses = ~seed;
  int64_t start = now_ns(), latest = 0;
  const char *broken = NULL;
  while (!broken) {
    struct interface *first = NULL;
    for (size_t i = 0; i < count; i++)
      if (interfaces[i].sent < limit && (!first || interfaces[i].due < first->due)) first = &interfaces[i];
    int64_t elapsed = now_ns() - start;
    if (!first || (rate == 0 && seconds > 0 && (double)elapsed >= seconds * 1e9)) break;
    uint64_t owed = BURST;
    if (rate > 0) {
      if (first->due > elapsed) sleep_until(start + first->due);
      elapsed = now_ns() - start;
      if (elapsed - first->due > latest) latest = elapsed - first->due;
      owed = (uint64_t)(rate * (double)elapsed / 1e9);
      owed = owed > first->sent ? owed - first->sent : 0;
      first->due = elapsed + 2000000 + (int64_t)(draw(&pauses) % 8000000);
    } else {
      first->due++;  // in turn
    }
    if (owed > limit - first->sent) owed = limit - first->sent;
    while (owed > 0 && !broken) {
      size_t part = owed < BURST ? owed : BURST;
      failed = burst(first, part);
      if (failed) {
        fprintf(stderr, "bus-load: %s: %s\n", first->name, strerror(-failed));
        broken = first->name;
      }
      owed -= part;
    }
  }

  double lasted = (double)(now_ns() - start) / 1e9;
  uint64_t total = 0;
  printf("{\"sent\": {");
  for (size_t i = 0; i < count; i++) {
    printf("%s\"%s\": %llu", i ? ", " : "", interfaces[i].name, (unsigned long long)interfaces[i].sent);
    total += interfaces[i].sent;
  }
  printf("}, \"total\": %llu, \"seconds\": %.3f, \"rate\": %.1f, \"retries\": %llu, \"latestMs\": %.1f}\n",
         (unsigned long long)total, lasted, (double)total / (double)count / lasted, (unsigned long long)retries,
         (double)latest / 1e6);
  return broken ? 1 : 0;
}
