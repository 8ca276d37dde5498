/* Actors in C, without a library: the ABI of core modules, and the few words that make it pleasant.
 *
 * An actor is one file that includes this one, and is built by
 *     clang --target=wasm32 -Oz -mbulk-memory -ffreestanding -nostdlib -Wall -Wextra
 *           -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=16384 -o actor.wasm actor.c
 *
 * Write at least one handler, and the functions of the lifecycle that you need:
 *     PLEX_HANDLER(handle_request)     { from, type, payload }  a call: return the reply
 *     PLEX_HANDLER(handle_event)       { from, type, payload }  a cast, a timer, any other message: return plex_ok
 *     PLEX_HANDLER(handle_transition)  { from, type, payload }  every message: return the name of the next state
 *     PLEX_HANDLER(handle_message)     { from, type, payload }  every message: return the reply
 *     PLEX_INIT                        { state }                before the first message
 *     PLEX_SNAPSHOT                    {}                       return the state that `init` will take
 *     PLEX_SHUTDOWN                    {}                       the actor is stopped in order
 *
 * Memory: what a message brings, what host functions give and what plex_new makes is gone with the end of the turn.
 * What has to live longer goes into static variables.
 */
#ifndef PLEXSPACES_H
#define PLEXSPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text (UTF-8, without a 0 at its end) or bytes, somewhere in memory. */
typedef struct {
    const char *at;
    uint32_t size;
    bool binary;
} plex_data;

/* What a function gives back, the host's and yours: bit 63 refused (the bytes are the reason), bit 62 binary,
 * bits 32 to 61 the place, bits 0 to 31 the size. 0 is nothing, or an empty text. */
typedef uint64_t plex_result;

#define PLEX_REFUSED (UINT64_C(1) << 63)
#define PLEX_BINARY (UINT64_C(1) << 62)
#define PLEX_BINARY_SIZE (UINT32_C(1) << 31)

static const plex_result plex_ok = 0;

/* A text that is written in the source: PLEX("hello"). */
#define PLEX(text) ((plex_data){(text), sizeof(text) - 1, false})

/* --- Memory ------------------------------------------------------------------------------------------------------- */

extern char __heap_base; /* where the linker ends; its address is what counts */
static uint32_t plex_next = 0;

/* Room that lasts until the turn ends. Ends the actor when memory is at its limit. */
static void *plex_new(uint32_t size) {
    uint32_t at = plex_next ? plex_next : ((uint32_t)&__heap_base + 15u) & ~15u;
    uint64_t end = (uint64_t)at + size;
    uint64_t there = (uint64_t)__builtin_wasm_memory_size(0) << 16;
    if (end > there && __builtin_wasm_memory_grow(0, (end - there + 65535) >> 16) == SIZE_MAX)
        __builtin_trap();
    plex_next = ((uint32_t)end + 15u) & ~15u;
    return (void *)at;
}

/* The host asks for room here. It reads a result before it asks again, so the turn's room can be given back first. */
__attribute__((export_name("allocate"))) void *plex_allocate(uint32_t size) { return plex_new(size); }

static inline plex_result plex_end_turn(plex_result result) {
    plex_next = 0;
    return result;
}

/* --- Texts -------------------------------------------------------------------------------------------------------- */

static inline bool plex_equal(plex_data one, plex_data two) {
    uint32_t index = 0;
    while (index < one.size && index < two.size && one.at[index] == two.at[index])
        index++;
    return one.size == two.size && index == one.size;
}

/* Whether a text is the one written here: if (plex_is(type, "add")) ... */
#define plex_is(data, text) plex_equal((data), PLEX(text))

static inline plex_data plex_join(plex_data one, plex_data two) {
    char *at = plex_new(one.size + two.size);
    __builtin_memcpy(at, one.at, one.size);
    __builtin_memcpy(at + one.size, two.at, two.size);
    return (plex_data){at, one.size + two.size, one.binary || two.binary};
}

static inline plex_data plex_number(int64_t number) {
    char *end = (char *)plex_new(20) + 20, *at = end;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        *--at = '-';
    return (plex_data){at, (uint32_t)(end - at), false};
}

/* Whether a text is a whole number of 64 bits, which is then in `number`; an empty text is 0, as a new actor's state. */
static inline bool plex_parse(plex_data text, int64_t *number) {
    bool negative = text.size && text.at[0] == '-';
    uint64_t value = 0, most = (uint64_t)INT64_MAX + negative;
    for (uint32_t index = negative; index < text.size; index++) {
        uint32_t digit = (uint32_t)(text.at[index] - '0');
        if (digit > 9 || value > (most - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = (int64_t)(negative ? 0 - value : value);
    return text.size != negative || !negative;
}

/* --- Results ------------------------------------------------------------------------------------------------------ */

static inline plex_result plex_reply(plex_data data) {
    return (data.binary ? PLEX_BINARY : 0) | (uint64_t)(uint32_t)data.at << 32 | data.size;
}

/* The message is refused and the actor lives on. */
static inline plex_result plex_refuse(plex_data reason) {
    reason.binary = false;
    return PLEX_REFUSED | plex_reply(reason);
}

static inline bool plex_refused(plex_result result) { return result >> 63; }

static inline plex_data plex_value(plex_result result) {
    return (plex_data){(const char *)(uint32_t)(result >> 32 & 0x3fffffff), (uint32_t)result, result >> 62 & 1};
}

/* --- What is exported --------------------------------------------------------------------------------------------- */

static inline plex_data plex_given(const char *at, uint32_t size) {
    return (plex_data){at, size & ~PLEX_BINARY_SIZE, size & PLEX_BINARY_SIZE};
}

#define PLEX_UNUSED __attribute__((unused))

#define PLEX_HANDLER(name)                                                                                             \
    static plex_result plex_##name(plex_data from, plex_data type, plex_data payload);                                 \
    __attribute__((export_name(#name))) plex_result name(const char *from, uint32_t from_size, const char *type,       \
                                                         uint32_t type_size, const char *payload,                      \
                                                         uint32_t payload_size) {                                      \
        return plex_end_turn(plex_##name(plex_given(from, from_size), plex_given(type, type_size),                     \
                                         plex_given(payload, payload_size)));                                          \
    }                                                                                                                  \
    static plex_result plex_##name(PLEX_UNUSED plex_data from, PLEX_UNUSED plex_data type,                             \
                                   PLEX_UNUSED plex_data payload)

#define PLEX_INIT                                                                                                      \
    static plex_result plex_init(plex_data state);                                                                     \
    __attribute__((export_name("init"))) plex_result init(const char *state, uint32_t state_size) {                    \
        return plex_end_turn(plex_init(plex_given(state, state_size)));                                                \
    }                                                                                                                  \
    static plex_result plex_init(PLEX_UNUSED plex_data state)

#define PLEX_LIFECYCLE(name)                                                                                           \
    static plex_result plex_##name(void);                                                                              \
    __attribute__((export_name(#name))) plex_result name(void) { return plex_end_turn(plex_##name()); }                \
    static plex_result plex_##name(void)

#define PLEX_SNAPSHOT PLEX_LIFECYCLE(snapshot_state)
#define PLEX_SHUTDOWN PLEX_LIFECYCLE(shutdown)

/* --- Host functions: only those that you call are imported. A refusal reads `code: sentence`. ----------------------- */

#define PLEX_IMPORT(name) __attribute__((import_module("plexspaces"), import_name(#name))) extern plex_result host_##name
#define PLEX_TEXT_ const char *, uint32_t
#define PLEX_AT(data) (data).at, (data).size
#define PLEX_PAYLOAD(data) (data).at, (data).size | ((data).binary ? PLEX_BINARY_SIZE : 0)

PLEX_IMPORT(log)(PLEX_TEXT_, PLEX_TEXT_);
PLEX_IMPORT(send_message)(PLEX_TEXT_, PLEX_TEXT_, PLEX_TEXT_);
PLEX_IMPORT(ask)(PLEX_TEXT_, PLEX_TEXT_, PLEX_TEXT_, uint64_t);
PLEX_IMPORT(send_after)(uint64_t, PLEX_TEXT_, PLEX_TEXT_);
PLEX_IMPORT(self_id)(void);
PLEX_IMPORT(now_ms)(void);
PLEX_IMPORT(keyvalue_get)(PLEX_TEXT_);
PLEX_IMPORT(keyvalue_put)(PLEX_TEXT_, PLEX_TEXT_);
PLEX_IMPORT(keyvalue_delete)(PLEX_TEXT_);
PLEX_IMPORT(keyvalue_increment)(PLEX_TEXT_, int64_t);
PLEX_IMPORT(tuplespace_write)(PLEX_TEXT_);
PLEX_IMPORT(tuplespace_read)(PLEX_TEXT_, uint64_t);
PLEX_IMPORT(tuplespace_take)(PLEX_TEXT_, uint64_t);
PLEX_IMPORT(tuplespace_count)(PLEX_TEXT_);

/* `level` is trace, debug, info, warn, error or critical. */
static inline plex_result plex_log(plex_data level, plex_data message) {
    return host_log(PLEX_AT(level), PLEX_AT(message));
}

/* A message that nobody waits for; gives its id. */
static inline plex_result plex_send(plex_data to, plex_data type, plex_data payload) {
    return host_send_message(PLEX_AT(to), PLEX_AT(type), PLEX_PAYLOAD(payload));
}

/* A message whose answer is waited for; gives the answer. */
static inline plex_result plex_ask(plex_data to, plex_data type, plex_data payload, uint64_t timeout_ms) {
    return host_ask(PLEX_AT(to), PLEX_AT(type), PLEX_PAYLOAD(payload), timeout_ms);
}

/* A message to itself after a while; gives the timer's number, as text. */
static inline plex_result plex_send_after(uint64_t delay_ms, plex_data type, plex_data payload) {
    return host_send_after(delay_ms, PLEX_AT(type), PLEX_PAYLOAD(payload));
}

static inline plex_result plex_self_id(void) { return host_self_id(); }

/* Milliseconds since 1970, as text. */
static inline plex_result plex_now_ms(void) { return host_now_ms(); }

/* 0 when there is no such key. */
static inline plex_result plex_keyvalue_get(plex_data key) { return host_keyvalue_get(PLEX_AT(key)); }

static inline plex_result plex_keyvalue_put(plex_data key, plex_data value) {
    return host_keyvalue_put(PLEX_AT(key), PLEX_PAYLOAD(value));
}

static inline plex_result plex_keyvalue_delete(plex_data key) { return host_keyvalue_delete(PLEX_AT(key)); }

static inline plex_result plex_keyvalue_increment(plex_data key, int64_t delta) {
    return host_keyvalue_increment(PLEX_AT(key), delta);
}

/* Tuples and patterns are JSON: ["job", 1, {"base64": "AAE="}], ["job", {"any": true}, {"typed": "bytes"}]. */
static inline plex_result plex_tuple_write(plex_data fields) { return host_tuplespace_write(PLEX_AT(fields)); }

/* 0 when there was none in time. */
static inline plex_result plex_tuple_read(plex_data pattern, uint64_t timeout_ms) {
    return host_tuplespace_read(PLEX_AT(pattern), timeout_ms);
}

static inline plex_result plex_tuple_take(plex_data pattern, uint64_t timeout_ms) {
    return host_tuplespace_take(PLEX_AT(pattern), timeout_ms);
}

static inline plex_result plex_tuple_count(plex_data pattern) { return host_tuplespace_count(PLEX_AT(pattern)); }

#endif
