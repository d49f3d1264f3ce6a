/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite's result codes as errnos, for the two programs that have a database: what their doors to SQLite share. To be
 * included after <sqlite3.h>, which is theirs to include and not the library's.
 */
#ifndef LIB_SQLITE_ERRNO_H
#define LIB_SQLITE_ERRNO_H

#include <errno.h>

/* Positive; of an extended code, too. */
static inline int wt_sqlite_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return ENOSPC;
	case SQLITE_NOMEM:
		return ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EBUSY;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return EBADMSG;
	case SQLITE_CONSTRAINT:
		return EEXIST;
	default:
		return EIO;
	}
}

#endif
