/* SPDX-License-Identifier: MIT */
#ifndef PAGE_CHECK_H
#define PAGE_CHECK_H
/* For the tests of pages: a page as text, and what holds of all of them. Failures fail the test. */
#include "run/result.h"

/* A whole file; free() it. */
char *page_read(const char *path);
/* The report of n results; of one. free() it. */
char *page_of(const mtl_result *const *r, int n);
char *page_of_one(const mtl_result *r);
int page_count(const char *s, const char *word);
/* Every element closed, in order; attributes quoted; no stray & or >. */
void assert_well_formed(const char *s);
/* No nan, inf or (null) anywhere. */
void assert_no_bad_numbers(const char *page);

#endif
