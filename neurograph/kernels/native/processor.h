/* What the processor can do, asked of itself by cpuid: the compilers' own question is answered by a library that zig's
   lacks.

   An instruction set counts only where the operating system saves its registers, by XCR0: bits 1 and 2 are xmm and ymm,
   bits 5 to 7 the masks and zmm. */

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { PROCESSOR_PLAIN, PROCESSOR_AVX2, PROCESSOR_AVX512, PROCESSOR_LEVELS };
enum { PROCESSOR_UNKNOWN = -1, PROCESSOR_LACKS = -2 };

static const char *const processor_names[PROCESSOR_LEVELS] = {"plain", "avx2", "avx512"};

static int processor_widest(void) {
#if defined(__x86_64__)
    unsigned eax, ebx, ecx, edx, saved, high;
    const unsigned first = bit_OSXSAVE | bit_AVX | bit_FMA;
    if (!__get_cpuid_count(1, 0, &eax, &ebx, &ecx, &edx) || (ecx & first) != first) return PROCESSOR_PLAIN;
    __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
    if ((saved & 0x06) != 0x06) return PROCESSOR_PLAIN;
    if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || !(ebx & bit_AVX2)) return PROCESSOR_PLAIN;
    const unsigned wide = bit_AVX512F | bit_AVX512DQ | bit_AVX512VL;
    return (ebx & wide) == wide && (saved & 0xe6) == 0xe6 ? PROCESSOR_AVX512 : PROCESSOR_AVX2;
#else
    return PROCESSOR_PLAIN;
#endif
}

/* Return the widest level that the processor has, or the one that NEUROGRAPH_INSTRUCTIONS names.

   PROCESSOR_UNKNOWN where that is none of processor_names, PROCESSOR_LACKS where the processor has it not. */
static int processor_level(void) {
    const int widest = processor_widest();
    const char *asked = getenv("NEUROGRAPH_INSTRUCTIONS");
    if (!asked || !*asked) return widest;
    for (int level = 0; level < PROCESSOR_LEVELS; level++)
        if (!strcmp(asked, processor_names[level])) return level <= widest ? level : PROCESSOR_LACKS;
    return PROCESSOR_UNKNOWN;
}
