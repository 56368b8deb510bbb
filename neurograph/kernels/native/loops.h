/* Every loop, for one number type and instruction set. */
#include "vector.h"
#include "functions.h"
#include "program.h"
#include "gather.h"
#include "phase.h"
#include "rule.h"
#include "euler.h"
#include "rest.h"
#include "gauss_seidel.h"
#include "response.h"

/* What is left behind for the next number type. */
#undef VEC
#undef MASK
#undef BITS
#undef PER
#undef PER_LINE
#undef EACH
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
