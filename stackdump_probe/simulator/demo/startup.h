#ifndef STARTUP_H
#define STARTUP_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CPACR REGISTER(0xE000ED88)
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define SYST_CVR REGISTER(0xE000E018)

extern volatile uint32_t uptime_ms;

void tick_start(void);

#endif
