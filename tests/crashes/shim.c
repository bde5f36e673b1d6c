/* Stands between a process and the files of one folder: counts writes and syncs, and spoils the nth.
 *
 * Modes: 1 the nth fails with EIO, 2 all from the nth fail with ENOSPC, 3 half of the nth is written and the
 * process ends, 4 the process ends at the nth and only what was synced stays. Armed by `shim_arm`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { NONE, FAIL, FULL, TEAR, LOSE };

struct undo { /* What a place in a file was before it was written, newest first. */
    struct undo *earlier;
    dev_t device;
    ino_t file;
    int fd;
    off_t size, at;
    size_t length;
    char *old;
};

static char folder[PATH_MAX];
static int mode = NONE;
static long nth = 0, count = 0;
static struct undo *undos = NULL;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__) = NULL; \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static ssize_t real_pwrite(int fd, const void *from, size_t length, off_t at) {
    REAL(ssize_t, "pwrite64", int, const void *, size_t, off_t);
    return real(fd, from, length, at);
}

static int real_truncate(int fd, off_t size) {
    REAL(int, "ftruncate64", int, off_t);
    return real(fd, size);
}

void shim_arm(const char *within, int how, long at) {
    strncpy(folder, within, sizeof folder - 1);
    mode = how;
    nth = at;
    count = 0;
}

long shim_count(void) { return count; }

static int is_within(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static void remember(int fd, off_t at, size_t length) {
    struct stat now;
    if (fstat(fd, &now) || !S_ISREG(now.st_mode)) return;
    struct undo *one = calloc(1, sizeof *one);
    *one = (struct undo){undos, now.st_dev, now.st_ino, dup(fd), now.st_size, at, 0, NULL};
    if (at < now.st_size) {
        size_t old = (size_t)(now.st_size - at) < length ? (size_t)(now.st_size - at) : length;
        one->old = malloc(old ? old : 1);
        char again[64];
        snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
        FILE *file = fopen(again, "rb"); /* Opened anew: the descriptor may be for writing only. */
        if (file) {
            fseeko(file, at, SEEK_SET);
            one->length = fread(one->old, 1, old, file);
            fclose(file);
        }
    }
    undos = one;
}

static void forget(int fd) {
    struct stat now;
    if (fstat(fd, &now)) return;
    for (struct undo **place = &undos; *place;) {
        struct undo *one = *place;
        if (one->device == now.st_dev && one->file == now.st_ino) {
            *place = one->earlier;
            close(one->fd);
            free(one->old);
            free(one);
        } else place = &one->earlier;
    }
}

static void lose(void) {
    for (struct undo *one = undos; one; one = one->earlier) {
        real_truncate(one->fd, one->size);
        if (one->length && real_pwrite(one->fd, one->old, one->length, one->at) < 0) _exit(70);
    }
    _exit(71);
}

/* What is to become of an operation: 0 go on, 1 fail with errno set. Does not return where the process ends. */
static int judge(int fd, const void *from, size_t length, off_t at) {
    count++;
    if (mode == FAIL && count == nth) return errno = EIO, 1;
    if (mode == FULL && count >= nth && from) return errno = ENOSPC, 1;
    if (mode == TEAR && count >= nth && from) {
        real_pwrite(fd, from, length / 2, at);
        _exit(72);
    }
    if (mode == LOSE) {
        if (count >= nth) lose();
        if (from) remember(fd, at, length);
    }
    return 0;
}

ssize_t write(int fd, const void *from, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    if (!is_within(fd)) return real(fd, from, length);
    pthread_mutex_lock(&lock);
    ssize_t done = judge(fd, from, length, lseek(fd, 0, SEEK_CUR)) ? -1 : real(fd, from, length);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *from, size_t length, off_t at) {
    if (!is_within(fd)) return real_pwrite(fd, from, length, at);
    pthread_mutex_lock(&lock);
    ssize_t done = judge(fd, from, length, at) ? -1 : real_pwrite(fd, from, length, at);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *from, size_t length, off_t at) { return pwrite64(fd, from, length, at); }

int ftruncate64(int fd, off_t size) {
    if (mode == LOSE && is_within(fd)) {
        pthread_mutex_lock(&lock);
        struct stat now;
        if (!fstat(fd, &now)) remember(fd, size, now.st_size > size ? (size_t)(now.st_size - size) : 0);
        pthread_mutex_unlock(&lock);
    }
    return real_truncate(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int synced(int fd, int (*real)(int)) {
    if (!is_within(fd)) return real(fd);
    pthread_mutex_lock(&lock);
    int done = judge(fd, NULL, 0, 0) ? -1 : real(fd);
    if (!done && mode == LOSE) forget(fd);
    pthread_mutex_unlock(&lock);
    return done;
}

int fsync(int fd) {
    REAL(int, "fsync", int);
    return synced(fd, real);
}

int fdatasync(int fd) {
    REAL(int, "fdatasync", int);
    return synced(fd, real);
}
