/* What an inclusion for one number type leaves behind. */
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
