// The C library's mathematics for rooms that import neither Glibc nor Foundation and compile in Embedded Swift.
#ifndef TELLTALE_MATH_H
#define TELLTALE_MATH_H
#include <math.h>
#endif
