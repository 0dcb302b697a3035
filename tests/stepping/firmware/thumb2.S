/* The same in what Armv7-M adds; authentication of return addresses is a hint before Armv8.1-M. */
#if __ARM_ARCH_ISA_THUMB > 1
#include "function.h"

function routines_of_thumb2
  stmdb sp!,{r4-r11,lr}
  bl it_pop
  movs r0,#0
  bl it_add_pop
  movs r0,#1
  bl it_add_pop
  movs r0,#0
  bl it_compares
  movs r0,#1
  bl it_compares
  movs r0,#1
  bl by_tbb
  movs r0,#2
  bl by_tbh
  bl store_lr
  bl store_double
  bl wide_frame
  bl r11_frame
  bl it_call
  bl load_pc
  bl tail_call
  bl movw_frame
  bl it_push
  bl authenticated
  bl saves_code
#if defined(__ARM_FP)
  bl saves_floats
#endif
  ldmia sp!,{r4-r11,pc}
endfunction routines_of_thumb2

function it_pop
  push {r4,lr}
  cmp r0,r0
  it ne
  popne {r4,pc}
  bl leaf
  cmp r0,r0
  it eq
  popeq {r4,pc}
  nop
  pop {r4,pc}
endfunction it_pop

function it_add_pop
  push {r4,r5,lr}
  sub sp,#4
  cmp r0,#0
  ittt eq
  addeq sp,#4
  moveq r0,#3
  popeq {r4,r5,pc}
  bl leaf
  cmp r0,r0
  itee ne
  addne sp,#8
  addeq sp,#4
  popeq {r4,r5,pc}
  nop
endfunction it_add_pop

function it_compares /* a comparison that is itself conditional */
  push {r4,lr}
  sub sp,#8
  cmp r0,#0
  ittt eq
  addeq sp,#8
  cmpeq r0,#0
  popeq {r4,pc}
  bl leaf
  add sp,#8
  pop {r4,pc}
endfunction it_compares

function by_tbb
  push {r4,lr}
  tbb [pc,r0]
1: .byte (2f-1b)/2
  .byte (3f-1b)/2
2: pop {r4,pc}
3: sub sp,#8
  bl leaf
  add sp,#8
  pop {r4,pc}
endfunction by_tbb

function by_tbh
  push {r4,r5,r6,lr}
  sub sp,#8
  cmp r0,#2
  bhi 9f
  tbh [pc,r0,lsl #1]
1: .short (2f-1b)/2
  .short (3f-1b)/2
  .short (4f-1b)/2
2: nop
  b 9f
3: nop
  b 9f
4: push {r0,r1}
  bl leaf
  pop {r0,r1}
9: add sp,#8
  pop {r4,r5,r6,pc}
endfunction by_tbh

function store_lr
  str lr,[sp,#-4]!
  sub sp,#12
  bl leaf
  add sp,#12
  ldr pc,[sp],#4
endfunction store_lr

function store_double
  strd r4,r5,[sp,#-16]!
  strd r6,lr,[sp,#8]
  movs r4,#1
  movs r6,#2
  bl leaf
  ldrd r6,lr,[sp,#8]
  ldrd r4,r5,[sp],#16
  bx lr
endfunction store_double

function wide_frame
  push {r4-r8,lr}
  sub.w sp,sp,#1024
  subw sp,sp,#1032
  movs r4,#1
  mov r8,r4
  bl leaf
  add.w sp,sp,#1024
  addw sp,sp,#1032
  pop.w {r4-r8,pc}
endfunction wide_frame

function r11_frame
  push {r4,r11,lr}
  add r11,sp,#4
  sub sp,#12
  mov r4,#64
  sub sp,sp,r4
  bl leaf
  sub r11,r11,#4
  mov sp,r11
  pop {r4,r11,pc}
endfunction r11_frame

function it_call
  push {r4,lr}
  cmp r0,r0
  itt eq
  moveq r0,#1
  bleq leaf
  cmp r0,r0
  ite eq
  moveq r0,#2
  blne leaf
  pop {r4,pc}
endfunction it_call

function load_pc
  push {r4,lr}
  adr r1,1f
  ldr pc,[r1,#4]
  .align 2
1: .word 2f+1
  .word 3f+1
2: pop {r4,pc}
3: sub sp,#32
  bl leaf
  add sp,#32
  pop {r4,pc}
endfunction load_pc

function tail_call
  push {r4,lr}
  ldr lr,[sp,#4]
  ldr r4,[sp]
  add sp,#8
  movs r0,#1
  b.w leaf
endfunction tail_call

function movw_frame
  push {r4-r7,lr}
  movw ip,#2052
  sub sp,sp,ip
  bl leaf
  movw ip,#2052
  add sp,sp,ip
  pop {r4-r7,pc}
endfunction movw_frame

function it_push
  push {r4,lr}
  cmp r0,r0
  itt eq
  pusheq {r5,r6}
  subeq sp,#8
  nop
  itt eq
  addeq sp,#8
  popeq {r5,r6}
  pop {r4,pc}
endfunction it_push

function authenticated
  .inst.w 0xf3af801d /* pac r12,lr,sp */
  push {r4,lr}
  str r12,[sp,#-8]!
  movs r4,#7
  bl leaf
  ldr r12,[sp],#8
  pop {r4,lr}
  .inst.w 0xf3af802d /* aut r12,lr,sp */
  bx lr
endfunction authenticated

function saves_code
  .inst.w 0xf3af800d /* pacbti r12,lr,sp */
  push.w {r4,r5,r12,lr}
  bl leaf
  pop.w {r4,r5,r12,lr}
  .inst.w 0xf3af802d
  bx lr
endfunction saves_code

#if defined(__ARM_FP)
 .comm kept_floats,64,4
function keep_floats
  ldr r0,=kept_floats
  vstm r0,{d8-d15}
  bx lr
endfunction keep_floats

function put_floats_back /* which newlib's longjmp does not */
  ldr r0,=kept_floats
  vldm r0,{d8-d15}
  bx lr
endfunction put_floats_back

function saves_floats
  push {r4,lr}
  vpush {d8-d9}
  vmov.f32 s16,#1.0
  vpush {s20}
  sub sp,#4
  bl leaf
  add sp,#4
  vpop {s20}
  vpop {d8-d9}
  pop {r4,pc}
endfunction saves_floats
#endif
#endif
