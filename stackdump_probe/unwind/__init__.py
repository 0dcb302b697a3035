"""From the registers of a halted core to the frames of its stack."""
