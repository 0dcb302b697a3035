// Classes between main and the hang:
// main -> Line<Valve, 2>::run -> retry<...> -> lambda -> Valve::move (virtual) -> Device::settle.
#include <array>
#include <cstdint>

#define NOINLINE __attribute__((noinline))

namespace plant {

enum class Phase : std::uint8_t { Idle = 1, Opening = 4, Closed = 9 };

struct Point {
    int x, y;
    Point operator+(const Point &other) const { return {x + other.x, y + other.y}; }
};

class Device {
public:
    explicit Device(std::uint32_t id) : id_(id) {}
    virtual int move(const Point &target, float speed) = 0;

protected:
    NOINLINE std::uint32_t settle(const volatile std::uint32_t &status);
    std::uint32_t id_;
    static std::uint32_t settled;
};

std::uint32_t Device::settled = 12;

std::uint32_t Device::settle(const volatile std::uint32_t &status)
{
    std::uint32_t waited = id_;
    while (status < waited) {
        waited |= 0x80000000u;
    }
    settled++;
    return waited;
}

namespace detail {
volatile std::uint32_t status = 3;
}

class Valve : public Device {
public:
    Valve(std::uint32_t id, Phase phase) : Device(id), phase_(phase) {}
    NOINLINE int move(const Point &target, float speed) override;

private:
    Phase phase_;
    Point at_{-4, 6};
    std::array<short, 3> marks_{{1, -2, 3}};
};

int Valve::move(const Point &target, float speed)
{
    const Point next = at_ + target;
    phase_ = Phase::Opening;
    const std::uint32_t waited = settle(detail::status);
    at_ = next;
    phase_ = Phase::Closed;
    return static_cast<int>(waited + static_cast<std::uint32_t>(speed * 2.0F));
}

template <int Times, typename Action> NOINLINE int retry(const Action &action)
{
    int best = -1;
    for (int attempt = 0; attempt < Times; attempt++) {
        const int got = action(attempt);
        best = got > best ? got : best;
    }
    return best;
}

template <typename Item, std::size_t Count> class Line {
public:
    NOINLINE int run(Device &device, const Point &step)
    {
        float speed = 1.25F;
        const auto total = retry<Count>([&](int attempt) {
            const Point target{step.x * (attempt + 2), step.y};
            return device.move(target, speed) + attempt;
        });
        return total + static_cast<int>(sizeof(items_));
    }

private:
    std::array<Item *, Count> items_{};
};

} // namespace plant

static plant::Valve inlet{77, plant::Phase::Idle};

namespace {
bool finished;
}

int main()
{
    plant::Line<plant::Valve, 2> line;
    const plant::Point step{10, -3};
    const int result = line.run(inlet, step);
    finished = true;
    return result;
}
