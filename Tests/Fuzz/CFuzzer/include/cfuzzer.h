// libFuzzer's driver (compiler-rt/include/fuzzer/FuzzerInterface.h), which the compiler brings along without a header.
#ifndef TELLTALE_CFUZZER_H
#define TELLTALE_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*oneInput)(const uint8_t *data, size_t size));

/// A descriptor for reading and writing.
int fuzz_scratch_file(void);

#endif
