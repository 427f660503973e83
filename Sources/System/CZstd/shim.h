// zstd. Contexts in memory of their owner and the reading of a frame's header belong to the part of the interface that
// has to be asked for; Debian's library exports it.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
