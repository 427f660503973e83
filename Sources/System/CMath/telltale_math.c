#include "telltale_math.h"
