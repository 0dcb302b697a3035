/* A script that asks a database, each row of which is sent in a packet that is made secret.
 *
 * `station` runs deep: Lua, SQLite, lwIP and Mbed TLS call each other through function pointers.
 * FreeType is initialized, its rasterizers stay in the program.
 */
#include <string.h>
#include "ft2build.h"
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include "lauxlib.h"
#include "lualib.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "mbedtls/bignum.h"
#include "mbedtls/ssl.h"
#include "sqlite3.h"
#include "bench.h"

static const char script[] =
    "local names = {'flow', 'level', 'pressure'}\n"
    "local function ask(which) return query('select name, reading(value) from sensor "
    "where name = \"' .. names[which] .. '\"') end\n"
    "local function all() local seen = 0 for i = 1, 3 do seen = seen + ask(i) end return seen end\n"
    "return select(2, pcall(all))\n";
static const char schema[] =
    "create table sensor(name text primary key, value real);"
    "insert into sensor values('flow', 1.5), ('level', 2.25), ('pressure', 101.3);";

struct packet_counter {
    unsigned sent;
    unsigned refused;
    unsigned char secret[32];
};

static struct packet_counter counter;
static struct netif wire;
static struct udp_pcb *socket;
static sqlite3 *database;
static FT_Library library;
static hang_function hang;

static err_t send_on_wire(struct netif *to, struct pbuf *packet)
{
    mbedtls_mpi secret;
    mbedtls_mpi_init(&secret);
    counter.sent += packet->tot_len > 0;
    if (hang != 0 && mbedtls_mpi_fill_random(&secret, sizeof counter.secret, hang, to) != 0) {
        counter.refused++;
    }
    mbedtls_mpi_free(&secret);
    return ERR_OK;
}

static err_t plug_in(struct netif *added)
{
    static const unsigned char hardware_address[] = {2, 0, 0, 0, 0, 1};
    memcpy(added->hwaddr, hardware_address, sizeof hardware_address);
    added->hwaddr_len = sizeof hardware_address;
    added->mtu = 1500;
    added->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
    added->output = etharp_output;
    added->linkoutput = send_on_wire;
    return ERR_OK;
}

static void reading(sqlite3_context *context, int count, sqlite3_value **values)
{
    double value = count > 0 ? sqlite3_value_double(values[0]) : 0.0;
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, sizeof value, PBUF_RAM);
    memcpy(packet->payload, &value, sizeof value);
    udp_sendto(socket, packet, IP_ADDR_BROADCAST, 4000);
    pbuf_free(packet);
    sqlite3_result_double(context, value);
}

static int count_row(void *rows, int columns, char **texts, char **names)
{
    (void)columns, (void)texts, (void)names;
    ++*(int *)rows;
    return 0;
}

static int query(lua_State *lua)
{
    int rows = 0;
    char *message = 0;
    const char *statement = luaL_checkstring(lua, 1);
    if (sqlite3_exec(database, statement, count_row, &rows, &message) != SQLITE_OK) {
        return luaL_error(lua, "%s", message);
    }
    lua_pushinteger(lua, rows);
    return 1;
}

static void open_network(void)
{
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 10, 0, 0, 2);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 10, 0, 0, 1);
    lwip_init();
    netif_add(&wire, &address, &mask, &gateway, 0, plug_in, netif_input);
    netif_set_default(&wire);
    netif_set_up(&wire);
    socket = udp_new();
    ip_set_option(socket, SOF_BROADCAST);
}

static int run_script(void)
{
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    lua_register(lua, "query", query);
    int failed = luaL_dostring(lua, script);
    lua_close(lua);
    return failed;
}

/* What stays in the program although the script does not reach it. */
void *const ENTRIES[] = {
    (void *)mbedtls_ssl_handshake,
    (void *)mbedtls_ssl_config_defaults,
    (void *)FT_Load_Glyph,
    (void *)FT_Outline_Render,
    (void *)sys_check_timeouts,
};

int STATION(hang_function to_call)
{
    open_network();
    if (FT_Init_FreeType(&library) != 0 || ENTRIES[0] == 0) {
        return -1;
    }
    sqlite3_open(":memory:", &database);
    sqlite3_exec(database, schema, 0, 0, 0);
    sqlite3_create_function(database, "reading", 1, SQLITE_UTF8, 0, reading, 0, 0);
    hang = to_call;
    return run_script();
}
