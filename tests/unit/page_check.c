/* SPDX-License-Identifier: MIT */
/* What every page must be: written, well formed, without words that are no numbers. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "page_check.h"

void page_temporary(char path[32])
{
    strcpy(path, "/tmp/mtl-page-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

char *page_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    const long n = ftell(f);
    rewind(f);
    char *s = malloc((size_t)n + 1);
    assert_non_null(s);
    assert_int_equal(fread(s, 1, (size_t)n, f), n);
    s[n] = '\0';
    fclose(f);
    return s;
}

char *page_take(const char *path)
{
    char *page = page_read(path);
    unlink(path);
    return page;
}

char *page_of(const mtl_result *const *r, int n)
{
    char path[32];
    mtl_error err = {0};
    page_temporary(path);
    assert_int_equal(mtl_report_write(r, n, path, &err), 0);
    return page_take(path);
}

char *page_of_one(const mtl_result *r)
{
    return page_of(&r, 1);
}

int page_count(const char *s, const char *word)
{
    int n = 0;
    for (const char *p = strstr(s, word); p; p = strstr(p + 1, word))
        n++;
    return n;
}

void page_has(const char *page, const char *words)
{
    if (!strstr(page, words))
        fail_msg("the page does not say: %s", words);
}

void page_lacks(const char *page, const char *words)
{
    const char *at = strstr(page, words);
    if (at)
        fail_msg("the page says: %.120s", at);
}

static bool is_void(const char *name)
{
    return strcmp(name, "meta") == 0 || strcmp(name, "br") == 0 || strcmp(name, "wbr") == 0;
}

/* Every element closed, in order; attributes quoted; no stray & or >. Fails the test otherwise. */
void assert_well_formed(const char *s)
{
    enum { DEPTH = 32, NAME = 16 };
    char stack[DEPTH][NAME];
    int depth = 0;
    const char *p = strstr(s, "<html");
    assert_non_null(p);
    while (*p) {
        if (*p == '&') {
            const size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz#0123456789");
            assert_true(n > 1 && p[n + 1] == ';');
        }
        assert_true(*p != '>');
        if (*p++ != '<')
            continue;
        const bool closing = *p == '/';
        p += closing;
        char name[NAME];
        const size_t n = strcspn(p, " />\n");
        assert_true(n > 0 && n < NAME && isalpha((unsigned char)*p));
        memcpy(name, p, n);
        name[n] = '\0';
        p += n;
        bool quoted = false;
        while (*p && (quoted || *p != '>')) {
            assert_true(*p != '<');
            quoted ^= *p++ == '"';
        }
        assert_true(*p == '>' && !quoted);
        const bool alone = p[-1] == '/' || is_void(name);
        p++;
        if (closing) {
            assert_true(depth > 0);
            assert_string_equal(stack[--depth], name);
        } else if (!alone) {
            assert_true(depth < DEPTH);
            strcpy(stack[depth++], name);
            if (strcmp(name, "style") == 0 || strcmp(name, "script") == 0)
                p = strstr(p, "</");
        }
    }
    assert_int_equal(depth, 0);
}

/* Words that no number and no coordinate may ever be; an infarct is none of them. */
void assert_no_bad_numbers(const char *page)
{
    static const char *const bad[] = {">nan", " nan",  "\"nan", "-nan",  ">inf",
                                      " inf", "\"inf", "-inf",  "(null)"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (const char *p = strstr(page, bad[i]); p; p = strstr(p + 1, bad[i]))
            if (!isalpha((unsigned char)p[strlen(bad[i])]))
                fail_msg("a number that is none: %.60s", p);
}

void assert_whole(const char *page)
{
    static const char *const fetched[] = {"http:", "https:", "<link", "@import", "url("};
    assert_well_formed(page);
    assert_no_bad_numbers(page);
    for (size_t i = 0; i < sizeof fetched / sizeof *fetched; i++)
        page_lacks(page, fetched[i]);
}
