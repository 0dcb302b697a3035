"""Several looks at one program: what stands still, what moves, and what that means."""
