/* Vectors, the reset handler and all handlers, none of which has unwind tables. */
#include "function.h"
 .section .isr_vector,"a"
 .word _estack
 .word Reset_Handler
 .word Default_Handler
 .word HardFault_Handler
 .rept 7
 .word 0
 .endr
 .word SVC_Handler
 .word 0
 .word 0
 .word PendSV_Handler
 .word SysTick_Handler
 .rept 32
 .word IRQ_Trampoline
 .endr

function Reset_Handler
  ldr r0,=_sdata
  ldr r1,=_edata
  ldr r2,=_sidata
  movs r3,#0
  b 2f
1: ldr r4,[r2,r3]
  str r4,[r0,r3]
  adds r3,r3,#4
2: adds r4,r0,r3
  cmp r4,r1
  bcc 1b
  ldr r2,=_sbss
  ldr r4,=_ebss
  movs r3,#0
  b 4f
filling:
3: str r3,[r2]
  adds r2,r2,#4
4: cmp r2,r4
  bcc 3b
filled:
#if defined(__ARM_FP)
  ldr r0,=0xE000ED88 /* CPACR */
  ldr r1,[r0]
  orr r1,r1,#(0xf<<20)
  str r1,[r0]
  dsb
  isb
#endif
  movs r4,#0x44 /* what is wrong about them shows */
  movs r5,#0x55
  movs r6,#0x66
  movs r7,#0x77
  mov r8,r4
  mov r9,r5
  mov r10,r6
  mov r11,r7
#if defined(__ARM_FP)
  .irp number,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  adds r1,r4,#(\number)
  vmov s\number,r1
  .endr
#endif
  bl high_registers
  bl main
  .global the_end
the_end:
  b the_end
endfunction Reset_Handler

function high_registers
  push {r4-r7,lr}
  mov r4,r8
  mov r5,r9
  mov r6,r10
  mov r7,r11
  push {r4-r7}
  movs r0,#1
  mov r8,r0
  mov r9,r0
  mov r10,r0
  mov r11,r0
  bl leaf
  pop {r4-r7}
  mov r8,r4
  mov r9,r5
  mov r10,r6
  mov r11,r7
  pop {r4-r7,pc}
endfunction high_registers

function leaf
  adds r0,#1
  push {r4}
  movs r4,#3
  adds r0,r0,r4
  pop {r4}
  bx lr
endfunction leaf

function Default_Handler
  b Default_Handler
endfunction Default_Handler

function HardFault_Handler /* as cortex-m-rt's; then steps over the instruction at fault */
  mov r0,lr
  movs r1,#4
  tst r0,r1
  bne 1f
  mrs r0,MSP
  b skip_instruction
1: mrs r0,PSP
  b skip_instruction
endfunction HardFault_Handler

function skip_instruction
  push {r4,lr}
  mov r4,r0
  ldr r1,[r4,#24]
  adds r1,#2
  str r1,[r4,#24]
  bl leaf
  pop {r4,pc}
endfunction skip_instruction

function SVC_Handler
  push {r0,lr}
  bl leaf
  pop {r0,pc}
endfunction SVC_Handler

function SysTick_Handler
  push {r3-r5,lr}
  sub sp,#8
  bl leaf
  add sp,#8
  pop {r3-r5,pc}
endfunction SysTick_Handler

function IRQ_Trampoline
  push {r0-r3,lr}
  sub sp,#4
  mrs r0,ipsr
  bl leaf
  add sp,#4
  pop {r0-r3}
  pop {r1}
  bx r1
endfunction IRQ_Trampoline

function PendSV_Handler /* the first half of a context switch, and back */
  mrs r0,psp
  mov r2,lr
#if __ARM_ARCH_ISA_THUMB > 1
  stmdb r0!,{r4-r11,lr}
  push {r0,lr}
  bl leaf
  pop {r0,lr}
  ldmia r0!,{r4-r11,lr}
  bx lr
#else
  push {r2,r4}
  bl leaf
  pop {r2,r4}
  bx r2
#endif
endfunction PendSV_Handler
