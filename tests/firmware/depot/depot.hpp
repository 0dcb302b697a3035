#ifndef DEPOT_HPP
#define DEPOT_HPP

#include <cstdint>

#define NOINLINE __attribute__((noinline, noclone))

namespace depot {

struct Place {
    int row, column;
};

enum class State : std::uint8_t { Empty, Reserved = 3, Full = 200 };

// main.cpp knows its name alone, stock.cpp what it is.
class Ledger;
extern Ledger *ledger;

extern volatile std::uint32_t released;

// Waits for ever.
std::uint32_t hold(const Place &where, volatile std::uint32_t &flag);

// The library's types, as statics and as locals and parameters above hold().
int take_stock(int round, const Place &where);

} // namespace depot

#endif
