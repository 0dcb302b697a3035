/* The vector table: 16 of the core, and what both programs may use of the STM32F405's. */
    .file "vectors.S"
    .syntax unified
    .section .isr_vector, "a"
    .word _estack
    .word Reset_Handler
    .word Default_Handler /* NMI */
    .word HardFault_Handler
    .rept 10
    .word Default_Handler
    .endr
    .word Default_Handler /* PendSV */
    .word SysTick_Handler
    .rept 59
    .word Default_Handler
    .endr
    .word DMA2_Stream3_IRQHandler

    .text
    .thumb_func
    .weak HardFault_Handler
    .weak DMA2_Stream3_IRQHandler
    .type Default_Handler, %function
    .type HardFault_Handler, %function
    .type DMA2_Stream3_IRQHandler, %function
Default_Handler:
    .thumb_set HardFault_Handler, Default_Handler
    .thumb_set DMA2_Stream3_IRQHandler, Default_Handler
    b Default_Handler
    .size Default_Handler, . - Default_Handler
