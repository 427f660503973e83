// SQLite, the destructor constant that is a C cast, and a call with variable arguments: neither is importable.
#include <sqlite3.h>
static inline sqlite3_destructor_type telltale_sqlite_transient(void) { return SQLITE_TRANSIENT; }
static inline int telltale_sqlite_keep_log(sqlite3 *database, int keeps) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keeps, (int *)0);
}
