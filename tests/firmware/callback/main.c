/* The C library between two of our functions: main -> sort_readings -> qsort -> compare;
 * optimised, main is gone by a tail call. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

struct entry {
    uint16_t key;
    char name[6];
};

static struct entry entries[5] = {{5, "five"}, {1, "one"}, {4, "four"}, {2, "two"}, {3, "three"}};
volatile uint32_t released;
static unsigned comparisons;

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int difference = (int)a->key - (int)b->key;
    comparisons++;
    while (comparisons == 4 && released == 0) {
    }
    return difference;
}

static NOINLINE size_t sort_readings(struct entry *all, size_t count)
{
    size_t longest = 0;
    qsort(all, count, sizeof all[0], compare);
    for (size_t index = 0; index < count; index++) {
        size_t length = strlen(all[index].name);
        longest = length > longest ? length : longest;
    }
    return longest;
}

int main(void)
{
    size_t count = sizeof entries / sizeof entries[0];
    return (int)sort_readings(entries, count);
}
