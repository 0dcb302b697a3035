#include <stdlib.h>
#include <sys/time.h>

#define LWIP_RAND() ((unsigned)rand())
#define LWIP_PLATFORM_DIAG(x) do { } while (0)
#define LWIP_PLATFORM_ASSERT(x) abort()
