// SQLite, and the destructor constant that is a C cast and so not importable.
#include <sqlite3.h>
static inline sqlite3_destructor_type telltale_sqlite_transient(void) { return SQLITE_TRANSIENT; }
