/* What brackets a function in assembler; each in a section of its own. */
 .syntax unified
 .thumb
 .macro function name
 .section .text.\name,"ax",%progbits
 .global \name
 .type \name,%function
\name:
 .endm
 .macro endfunction name
 .size \name,.-\name
 .ltorg
 .endm
