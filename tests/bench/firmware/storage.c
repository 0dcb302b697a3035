/* SQLite keeps its databases in memory: a system without files. */
#include <string.h>
#include "sqlite3.h"

static int no_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened)
{
    (void)vfs, (void)name, (void)flags, (void)opened;
    file->pMethods = 0;
    return SQLITE_CANTOPEN;
}

static int not_deleted(sqlite3_vfs *vfs, const char *name, int synchronous)
{
    (void)vfs, (void)name, (void)synchronous;
    return SQLITE_IOERR_DELETE;
}

static int no_access(sqlite3_vfs *vfs, const char *name, int flags, int *is)
{
    (void)vfs, (void)name, (void)flags;
    *is = 0;
    return SQLITE_OK;
}

static int same_name(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int zeros(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    memset(out, 0, (size_t)size);
    return size;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int epoch(sqlite3_vfs *vfs, double *day)
{
    (void)vfs;
    *day = 2440587.5;
    return SQLITE_OK;
}

static sqlite3_vfs no_files = {
    .iVersion = 1,
    .szOsFile = sizeof(sqlite3_file),
    .mxPathname = 64,
    .zName = "none",
    .xOpen = no_file,
    .xDelete = not_deleted,
    .xAccess = no_access,
    .xFullPathname = same_name,
    .xRandomness = zeros,
    .xSleep = no_sleep,
    .xCurrentTime = epoch,
};

int sqlite3_os_init(void)
{
    return sqlite3_vfs_register(&no_files, 1);
}

int sqlite3_os_end(void)
{
    return SQLITE_OK;
}
