#include <stdint.h>

#define WORD(address) (*(volatile uint32_t *)(address))
#define NS_INTERRUPT 1
#define S_INTERRUPT 2
