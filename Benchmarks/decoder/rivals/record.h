// What every decoder of the benchmark reads and writes.
#pragma once
#include <stdint.h>

// The 16 bytes of Linux's struct can_frame.
struct frame {
  uint32_t id;  // bit 31: 29-bit identifier
  uint8_t length, unused[3];
  uint8_t data[8];
};

// The fields of Telltale's Sample.
struct record {
  int64_t time;
  double value;
  uint16_t signal;
  uint8_t validity;
};

// Decodes one frame to the front of `out`; returns how many records that gave.
static long decode_frame(const struct frame *frame, int64_t time, struct record *out);

// Decodes all frames `passes` times, each to the front of `out`; returns how many records that gave.
__attribute__((visibility("default"))) long decode(const struct frame *frames, long count, long passes,
                                                   struct record *out);

#define DECODE_LOOP                                                                             \
  long decode(const struct frame *frames, long count, long passes, struct record *out) {        \
    long records = 0;                                                                           \
    for (long pass = 0; pass < passes; pass++)                                                  \
      for (long i = 0; i < count; i++) records += decode_frame(&frames[i], i, out);             \
    return records;                                                                             \
  }
