/* Hand-written functions without unwind tables, in what all cores have. */
#include "function.h"

function routines
  push {r4-r7,lr}
  bl frame_by_add
  bl pop_and_bx
  bl move_to_pc
  bl late_push
  bl far_call
  movs r0,#3
  bl several_exits
  movs r0,#2
  bl several_exits
  movs r0,#0
  bl several_exits
  movs r0,#1
  bl jump_table
  bl lr_in_r12
  bl aborts
  bl falls_through
  bl r7_frame
  bl naked_push
  bl tpcs_frame
  svc #0
  .inst.n 0xde00
  ldr r0,=0xE000ED04 /* ICSR */
  ldr r1,=1<<26 /* SysTick */
  str r1,[r0]
pended_systick:
  nop
  ldr r0,=0xE000E100 /* ISER0 */
  ldr r1,=1<<4
  str r1,[r0]
  ldr r0,=0xE000E200 /* ISPR0 */
  str r1,[r0]
pended_irq4:
  nop
#if __ARM_ARCH_ISA_THUMB > 1
  bl routines_of_thumb2
#endif
  bl thread_on_psp
  pop {r4-r7,pc}
endfunction routines

function frame_by_add
  push {r4-r6,lr}
  ldr r4,=-1032
  add sp,r4
  movs r0,#1
  str r0,[sp,#4]
  bl leaf
  ldr r3,=1032
  add sp,r3
  pop {r4-r6}
  pop {r3}
  bx r3
endfunction frame_by_add

function pop_and_bx
  push {r4,lr}
  sub sp,#8
  movs r4,#9
  bl leaf
  add sp,#8
  pop {r4}
  pop {r1}
  bx r1
endfunction pop_and_bx

function move_to_pc
  movs r0,#2
  push {r4,r5}
  movs r4,#1
  pop {r4,r5}
  mov pc,lr
endfunction move_to_pc

function late_push
  cmp r0,#0
  beq 1f
  adds r0,#1
1: mov r3,lr
  mov r2,r4
  push {r2,r3}
  movs r4,#4
  bl leaf
  pop {r2,r3}
  mov r4,r2
  bx r3
endfunction late_push

function far_call
  push {r3,lr}
  bl far_function
  ldr r3,=far_function
  blx r3
  pop {r3,pc}
endfunction far_call

function several_exits
  push {r4,lr}
  cmp r0,#0
  bne 1f
  pop {r4,pc}
1: push {r5,r6}
  movs r5,#1
  cmp r0,#2
  bl leaf
  pop {r5,r6}
  beq 2f
  bl leaf
  pop {r4,pc}
2: movs r0,#4
  pop {r4,pc}
endfunction several_exits

function jump_table
  push {r4,lr}
  lsls r0,#2
  adr r1,1f
  ldr r1,[r1,r0]
  mov pc,r1
  .align 2
1: .word 2f+1
  .word 3f+1
2: nop
  pop {r4,pc}
3: sub sp,#16
  movs r4,#5
  bl leaf
  add sp,#16
  pop {r4,pc}
endfunction jump_table

function lr_in_r12
  mov r12,lr
  movs r0,#1
  adds r0,#2
  mov lr,r12
  bx lr
endfunction lr_in_r12

function aborts /* one way has no end */
  push {r4,lr}
  movs r0,#1
  cmp r0,#1
  beq 1f
  bl leaf
  b .
1: bl leaf
  pop {r4,pc}
endfunction aborts

function falls_through
  movs r0,#5
 .size falls_through,.-falls_through
 .type fallen_into,%function
fallen_into:
  push {r4,lr}
  bl leaf
  pop {r4,pc}
endfunction fallen_into

function r7_frame
  push {r4,r7,lr}
  sub sp,#20
  add r7,sp,#8
  mov r4,sp
  subs r4,#32
  mov sp,r4
  bl leaf
  mov sp,r7
  add sp,#12
  pop {r4,r7,pc}
endfunction r7_frame

function naked_push /* as GCC describes a naked function: by one row that knows of no push */
 .cfi_sections .debug_frame
 .cfi_startproc
  push {r4,lr}
  movs r4,#1
  bl leaf
  pop {r4,pc}
 .cfi_endproc
endfunction naked_push

function tpcs_frame /* as GCC's -mtpcs-frame, which itself loses r3 */
  sub sp,#16
  push {r4,lr}
  add r3,sp,#24
  str r3,[sp,#12]
  mov r3,pc
  str r3,[sp,#20]
  mov r3,r11
  str r3,[sp,#8]
  mov r3,lr
  str r3,[sp,#16]
  movs r4,#3
  bl leaf
  pop {r4}
  pop {r1,r2,r3}
  mov r11,r2
  mov sp,r3
  bx r1
endfunction tpcs_frame

function thread_on_psp
  push {r4-r7,lr}
  mov r4,sp
  ldr r0,=psp_top
  msr psp,r0
  movs r0,#2
  msr control,r0
  isb
  bl on_psp
  svc #1
  .inst.n 0xde01
  ldr r0,=0xE000ED04
  ldr r1,=1<<28 /* PendSV */
  str r1,[r0]
pended_switch:
  nop
  movs r0,#0
  msr control,r0
  isb
  pop {r4-r7,pc}
endfunction thread_on_psp

function on_psp
  push {r4,lr}
  svc #2
  bl leaf
  pop {r4,pc}
endfunction on_psp

 .section .far,"ax",%progbits
 .global far_function
 .type far_function,%function
far_function:
  push {r4,lr}
  ldr r4,=leaf
  blx r4
  pop {r4,pc}
endfunction far_function
 .bss
 .align 3
 .skip 512
 .global psp_top
psp_top:
