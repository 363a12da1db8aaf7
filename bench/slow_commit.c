/* A disk whose commits take longer, for LD_PRELOAD: each fsync and fdatasync waits SYNAPSOR_BENCH_COMMIT_US microseconds more. What shares commits
   gains where they are slow, and the disks of this world differ more than any two runs; so a figure about sharing names the disk that it is for.
   bench/README.md says which figures were taken with it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void Wait(void) {
  const char *said = getenv("SYNAPSOR_BENCH_COMMIT_US");
  const long micros = said == NULL ? 0 : atol(said);
  const struct timespec pause = {micros / 1000000, micros % 1000000 * 1000};
  if (micros > 0) nanosleep(&pause, NULL);
}

int fsync(int descriptor) {
  Wait();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
}

int fdatasync(int descriptor) {
  Wait();
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(descriptor);
}
