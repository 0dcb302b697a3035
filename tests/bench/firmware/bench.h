/* A station is the same program at one level of optimization; `hang` is called in its depth. */
#include <stddef.h>

typedef int (*hang_function)(void *context, unsigned char *out, size_t size);
