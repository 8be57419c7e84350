/* Shifts the wall clock of a program by the number of seconds in a file, which may change while the program runs.
 *
 * For LD_PRELOAD. WALL_CLOCK_FILE names eight bytes, mapped into memory: whoever writes there moves the clocks of all
 * programs at once. Monotonic clocks are left alone, so a sleep lasts as long as it should. A program that is started with an
 * environment of its own (PostgreSQL) gets both names all the same.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *const NAMES[] = {"LD_PRELOAD=", "WALL_CLOCK_FILE="};
enum { NAMED = 2, LONGEST = 4200 };
static char handed_on[NAMED][LONGEST];
static const volatile int64_t *seconds;

__attribute__((constructor)) static void begin(void) {
    const char *library = getenv("LD_PRELOAD"), *path = getenv("WALL_CLOCK_FILE");
    if (!library || !path) return;
    strncat(strcpy(handed_on[0], NAMES[0]), library, 4096);
    strncat(strcpy(handed_on[1], NAMES[1]), path, 4096);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *found = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) seconds = found;
}

static int64_t shift(void) { return seconds ? *seconds : 0; }

static int is_wall(clockid_t id) { return id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI; }

int clock_gettime(clockid_t id, struct timespec *ts) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(id, ts);
    if (!failed && is_wall(id)) ts->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    if (!failed) {
        tv->tv_sec = now.tv_sec;
        tv->tv_usec = now.tv_nsec / 1000;
    }
    return failed;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *ts, int base) { return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, ts) ? base : 0; }

/* Who waits until a moment of the wall clock waits as long as he meant to. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    static int (*real)(sem_t *, const struct timespec *);
    if (!real) real = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec moment = *until;
    moment.tv_sec -= shift();
    return real(semaphore, &moment);
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t id, const struct timespec *restrict until) {
    static int (*real)(sem_t *, clockid_t, const struct timespec *);
    if (!real) real = (int (*)(sem_t *, clockid_t, const struct timespec *))dlsym(RTLD_NEXT, "sem_clockwait");
    struct timespec moment = *until;
    if (is_wall(id)) moment.tv_sec -= shift();
    return real(semaphore, id, &moment);
}

/* Called between fork and exec: nothing is allocated but on the stack. */
int execve(const char *program, char *const arguments[], char *const environment[]) {
    size_t given = 0, kept = 0;
    while (environment && environment[given]) given++;
    char *all[given + NAMED + 1];
    for (size_t i = 0; i < given; i++) {
        int ours = 0;
        for (int n = 0; n < NAMED; n++) ours |= !strncmp(environment[i], NAMES[n], strlen(NAMES[n]));
        if (!ours || !seconds) all[kept++] = environment[i];
    }
    for (int n = 0; n < NAMED && seconds; n++) all[kept++] = handed_on[n];
    all[kept] = NULL;
    return (int)syscall(SYS_execve, program, arguments, all);
}
