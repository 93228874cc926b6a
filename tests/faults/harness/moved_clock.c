/* Moves the wall clock of a process by what stands in a file that others write: microseconds, a signed 64-bit integer.
 *
 * LD_PRELOAD it into a Redis and its leases and time-outs follow a test's clock. The monotonic clock stays the machine's.
 * Source: ld.so(8), gettimeofday(2).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int64_t none = 0;
static volatile int64_t *moved_us = &none;
static int (*real_gettimeofday)(struct timeval *, void *);

__attribute__((constructor)) static void open_file(void) {
  const char *path = getenv("MOVED_CLOCK_FILE");
  real_gettimeofday = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) abort();
  void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) abort();
  moved_us = page;
  close(file);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int failed = real_gettimeofday(now, zone);
  if (!failed) {
    int64_t us = (int64_t)now->tv_sec * 1000000 + now->tv_usec + *moved_us;
    now->tv_sec = us / 1000000;
    now->tv_usec = us % 1000000;
  }
  return failed;
}

time_t time(time_t *out) {
  struct timeval now;
  gettimeofday(&now, NULL);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
