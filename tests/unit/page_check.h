/* SPDX-License-Identifier: MIT */
#ifndef PAGE_CHECK_H
#define PAGE_CHECK_H
/* For the tests of pages: a page as text, and what holds of all of them. Failures fail the test. */
#include "run/result.h"

/* A new empty file below /tmp; unlink() it. */
void page_temporary(char path[32]);
/* A whole file; free() it. */
char *page_read(const char *path);
/* The same, and the file is gone. */
char *page_take(const char *path);
/* The report of n results; of one. free() it. */
char *page_of(const mtl_result *const *r, int n);
char *page_of_one(const mtl_result *r);
int page_count(const char *s, const char *word);
void page_has(const char *page, const char *words);
void page_lacks(const char *page, const char *words);
/* Every element closed, in order; attributes quoted; no stray & or >. */
void assert_well_formed(const char *s);
/* No nan, inf or (null) anywhere. */
void assert_no_bad_numbers(const char *page);
/* Well formed, no bad numbers, nothing fetched from elsewhere. */
void assert_whole(const char *page);

#endif
