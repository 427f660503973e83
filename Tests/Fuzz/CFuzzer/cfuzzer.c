// A file in memory, which Swift's Glibc module does not bring along.
#define _GNU_SOURCE
#include "cfuzzer.h"

#include <sys/mman.h>

int fuzz_scratch_file(void) { return memfd_create("fuzz", 0); }
