"""Values of C++ as their author thinks of them, as far as the types tell."""
