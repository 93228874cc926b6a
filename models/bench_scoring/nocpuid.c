/* LD_PRELOAD: hide from this process what its CPU has beyond AVX2 (AVX512, AVX-VNNI, AMX), to emulate an older host.
 *
 * The CPUID instruction is made to fault (arch_prctl(2), ARCH_SET_CPUID); the handler executes it, clears the bits and
 * returns. Says so on standard error where kernel or CPU cannot do this.
 *
 * Source: Intel SDM volume 2, CPUID: leaf 7, subleaves 0 and 1.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(n) (1u << (n))

static void on_fault(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *instruction = (const unsigned char *)registers[REG_RIP];
  if (instruction[0] != 0x0f || instruction[1] != 0xa2) { /* not CPUID: a real fault, which now takes its course */
    signal(SIGSEGV, SIG_DFL);
    return;
  }
  unsigned a = registers[REG_RAX], b, c = registers[REG_RCX], d, leaf = a, subleaf = c;
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1UL);
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0UL);
  if (leaf == 7 && subleaf == 0) {
    b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31)); /* AVX512 F DQ IFMA … */
    c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));                                 /* AVX512 VBMI VNNI … */
    d &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));              /* AVX512 FP16, AMX */
  }
  if (leaf == 7 && subleaf == 1) {
    a &= ~(BIT(4) | BIT(5) | BIT(21)); /* AVX-VNNI, AVX512 BF16, AMX FP16 */
    d &= ~(BIT(4) | BIT(5) | BIT(10)); /* AVX-VNNI-INT8, AVX-NE-CONVERT, AVX-VNNI-INT16 */
  }
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
  registers[REG_RIP] += 2;
}

__attribute__((constructor(101))) static void start(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, 0);
  if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0UL)) perror("cpuid cannot be masked");
}
