/* Every loop, for one instruction set and both number types. */
#ifndef REAL
#define REAL float
#define INTEGER int32_t
#define UNSIGNED uint32_t
#define SINGLE 1
#include "loops.h"
#define REAL double
#define INTEGER int64_t
#define UNSIGNED uint64_t
#define SINGLE 0
#include "loops.h"
#else
#include "vector.h"
#include "functions.h"
#include "program.h"
#include "gather.h"
#include "phase.h"
#include "loops/rule.h"
#include "loops/euler_steps.h"
#include "loops/euler.h"
#include "loops/rest.h"
#include "loops/gauss_seidel.h"
#include "loops/response.h"
#include "loops/sampler.h"
#include "loops/driven.h"
#include "loops/synapses.h"
#include "loops/turn.h"

/* What is left behind for the next number type. */
#undef VEC
#undef MASK
#undef BITS
#undef PER
#undef PER_LINE
#undef EACH
#undef SOON
#undef ONE
#undef SAMPLE
#undef NEXT
#undef ROW_OF
#undef TILE_LOOP
#undef AT
#undef REAL
#undef INTEGER
#undef UNSIGNED
#undef SINGLE
#endif
