/* The loops of one instruction set, for both number types. */
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
