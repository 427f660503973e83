// A table-driven decoder in C without any check: what Telltale's table would be with raw pointers. `tables.h` is
// written by sources.py and has the constant tables of one DBC file.
#include "record.h"

#include <string.h>

enum kind { INTEGER, UNSIGNED64, FLOAT32, FLOAT64 };

struct operation {
  double scale, offset;
  uint64_t sign_bit;
  uint16_t signal;
  uint8_t left, right, is_big, kind;
};

// `little`, `big` and `other` operations, then the sections that the section's multiplexors select.
struct section {
  uint32_t first, little, big, other, first_selector, selectors;
};

struct selector {
  uint8_t left, right, is_big;
  uint32_t first_case, cases;
};

// Sorted by value.
struct choice {
  uint32_t value, section;
};

struct slot {
  uint32_t id, section;  // section NONE: free
};

#define NONE UINT32_MAX
#include "tables.h"

static inline uint64_t raw_value(uint64_t word, uint8_t left, uint8_t right) { return word << left >> right; }

static inline struct record *write(struct record *out, const struct operation *operation, uint64_t word, int64_t time) {
  uint64_t raw = raw_value(word, operation->left, operation->right);
  int64_t number = (int64_t)((raw ^ operation->sign_bit) - operation->sign_bit);
  *out = (struct record){time, (double)number * operation->scale + operation->offset, operation->signal, 0};
  return out + 1;
}

static double other_number(const struct operation *operation, uint64_t word) {
  uint64_t raw = raw_value(word, operation->left, operation->right);
  uint32_t half = (uint32_t)raw;
  float single;
  double number;
  switch (operation->kind) {
    case FLOAT32: memcpy(&single, &half, sizeof single); return single;
    case FLOAT64: memcpy(&number, &raw, sizeof number); return number;
    default: return (double)raw;
  }
}

static struct record *run(const struct section *section, uint64_t word, uint64_t swapped, int64_t time,
                          struct record *out) {
  const struct operation *operation = &operations[section->first];
  const struct operation *end = operation + section->little;
  for (; operation < end; operation++) out = write(out, operation, word, time);
  for (end += section->big; operation < end; operation++) out = write(out, operation, swapped, time);
  for (end += section->other; operation < end; operation++) {
    double number = other_number(operation, operation->is_big ? swapped : word);
    *out++ = (struct record){time, number * operation->scale + operation->offset, operation->signal, 0};
  }
  for (uint32_t i = 0; i < section->selectors; i++) {
    const struct selector *selector = &selectors[section->first_selector + i];
    uint64_t value = raw_value(selector->is_big ? swapped : word, selector->left, selector->right);
    uint32_t low = selector->first_case, high = low + selector->cases;
    while (low < high) {
      uint32_t middle = (low + high) / 2;
      if (choices[middle].value < value) low = middle + 1;
      else high = middle;
    }
    if (low < selector->first_case + selector->cases && choices[low].value == value)
      out = run(&sections[choices[low].section], word, swapped, time, out);
  }
  return out;
}

__attribute__((noinline)) static long decode_frame(const struct frame *frame, int64_t time, struct record *out) {
  uint32_t place = frame->id * 0x9E3779B1u >> HASH_SHIFT;
  while (slots[place].section != NONE) {
    if (slots[place].id == frame->id) {
      uint64_t word;
      memcpy(&word, frame->data, sizeof word);
      return run(&sections[slots[place].section], word, __builtin_bswap64(word), time, out) - out;
    }
    place = (place + 1) % (sizeof slots / sizeof slots[0]);
  }
  return 0;
}

DECODE_LOOP
