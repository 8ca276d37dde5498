/* Counts words: a gen_event that takes texts and a gen_server that answers, in one core module.
 *
 *   casts   add     the words of a text (payload: text)
 *           merge   the counts of another actor (payload: bytes, as its state is)
 *   calls   count   how often a word was seen (payload: the word)
 *           words   how many different words there are
 *           top     the word that was seen most
 *           share   sends its counts to another actor of this kind (payload: the other's id) -> the message's id
 *           who     its own id
 *
 * The state is bytes: for every word its count in four bytes, its size in one, its letters. `init` takes a text, too.
 *
 * BUILD  clang --target=wasm32 -Oz -mbulk-memory -ffreestanding -nostdlib -Wall -Wextra
 *              -Wl,--no-entry,--strip-all,--stack-first,-z,stack-size=16384 -o words.wasm words.c
 */
#include "plexspaces.h"

#define WORDS 512
#define LETTERS 24

typedef struct {
    uint32_t count;
    uint8_t size;
    char letters[LETTERS];
} word;

static word words[WORDS];
static uint32_t known;

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c & 0x80; }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

static plex_data text_of(const word *found) { return (plex_data){found->letters, found->size, false}; }

/* The entry of a word, which is made when it is new; nothing when the table is full. */
static word *find(plex_data text, bool make) {
    for (uint32_t index = 0; index < known; index++)
        if (plex_equal(text_of(&words[index]), text))
            return &words[index];
    if (!make || known == WORDS)
        return NULL;
    word *made = &words[known++];
    made->count = 0;
    made->size = (uint8_t)text.size;
    __builtin_memcpy(made->letters, text.at, text.size);
    return made;
}

/* The next word of a text, in small letters, cut to what fits, good until the next one; the text becomes what is left. */
static plex_data next_word(plex_data *text) {
    static char letters[LETTERS];
    uint32_t start = 0;
    while (start < text->size && !is_letter(lower(text->at[start])))
        start++;
    uint32_t end = start;
    while (end < text->size && is_letter(lower(text->at[end])))
        end++;
    uint32_t size = end - start;
    if (size > LETTERS)
        for (size = LETTERS; (text->at[start + size] & 0xc0) == 0x80; size--) /* not in the middle of a letter */
            ;
    for (uint32_t index = 0; index < size; index++)
        letters[index] = lower(text->at[start + index]);
    text->at += end;
    text->size -= end;
    return (plex_data){letters, size, false};
}

static plex_result full(void) { return plex_refuse(PLEX("there is no room for more words")); }

static plex_result add(plex_data text) {
    for (plex_data next = next_word(&text); next.size; next = next_word(&text)) {
        word *found = find(next, true);
        if (!found)
            return full();
        found->count++;
    }
    return plex_ok;
}

/* The size of the entry that these bytes begin with; 0 when they are no entry. */
static uint32_t entry_size(plex_data bytes) {
    uint32_t size = bytes.size > 4 ? (uint8_t)bytes.at[4] : 0;
    return size && size <= LETTERS && 5 + size <= bytes.size ? 5 + size : 0;
}

static plex_data behind(plex_data bytes, uint32_t size) {
    return (plex_data){bytes.at + size, bytes.size - size, bytes.binary};
}

static plex_result merge(plex_data bytes) {
    for (plex_data left = bytes; left.size; left = behind(left, entry_size(left)))
        if (!entry_size(left))
            return plex_refuse(PLEX("these bytes are no counts of words"));
    for (; bytes.size; bytes = behind(bytes, entry_size(bytes))) {
        uint32_t count;
        __builtin_memcpy(&count, bytes.at, 4);
        word *found = find((plex_data){bytes.at + 5, entry_size(bytes) - 5, false}, true);
        if (!found)
            return full();
        found->count += count;
    }
    return plex_ok;
}

static plex_data state(void) {
    char *at = plex_new(known * sizeof(word)), *end = at;
    for (uint32_t index = 0; index < known; index++) {
        __builtin_memcpy(end, &words[index], 5 + words[index].size);
        end += 5 + words[index].size;
    }
    return (plex_data){at, (uint32_t)(end - at), true};
}

PLEX_INIT { return state.binary ? merge(state) : add(state); }

PLEX_SNAPSHOT { return plex_reply(state()); }

PLEX_HANDLER(handle_event) {
    plex_result done = payload.binary ? merge(payload) : add(payload);
    if (plex_refused(done))
        return done;
    plex_data said = plex_join(plex_number(known), PLEX(" words are known"));
    return plex_log(PLEX("debug"), from.size ? plex_join(said, plex_join(PLEX(" thanks to "), from)) : said);
}

PLEX_HANDLER(handle_request) {
    if (plex_is(type, "count")) {
        word *found = find(next_word(&payload), false);
        return plex_reply(plex_number(found ? found->count : 0));
    }
    if (plex_is(type, "words"))
        return plex_reply(plex_number(known));
    if (plex_is(type, "top")) {
        const word *top = &words[0];
        for (uint32_t index = 1; index < known; index++)
            if (words[index].count > top->count)
                top = &words[index];
        return known ? plex_reply(text_of(top)) : plex_refuse(PLEX("no word was seen yet"));
    }
    if (plex_is(type, "share"))
        return plex_send(payload, PLEX("merge"), state());
    if (plex_is(type, "who"))
        return plex_self_id();
    plex_data known_types = PLEX("; there are count, words, top, share and who");
    return plex_refuse(plex_join(PLEX("unknown message type "), plex_join(type, known_types)));
}
